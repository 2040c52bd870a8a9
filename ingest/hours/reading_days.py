"""Reading days: "Mon-Fri", "1st and 3rd Tuesday of the month", "Saturday (2nd & 4th)", "every other"."""

from typing import Final

from api.entries.sessions import DAYS
from ingest.hours.items import Days, Doubt, EveryWeeks, Item, Monthly, Nths
from ingest.hours.phrases import Phrases, phrase_set
from ingest.hours.tokens import Token
from ingest.hours.words import DAY_GROUPS, DAY_OF, EVERY_WEEKS, MONTHLY, NTH_OF, OF_THE_MONTH

Found = tuple[list[Item], int] | None

_GROUPS: Final = Phrases(DAY_GROUPS)
_EVERY: Final = Phrases(EVERY_WEEKS)
_MONTHLY: Final = phrase_set(MONTHLY)
OF_MONTH: Final = phrase_set(OF_THE_MONTH)
_TO: Final = frozenset({"-", "to", "thru", "through", "till", "til", "until"})
_AND: Final = frozenset({",", "&", "+", "/", "and"})
_ORDINALS: Final = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, **NTH_OF}


def text_at(tokens: list[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def read_day(tokens: list[Token], at: int) -> tuple[str, int] | None:
    """One day's name, with the dot of its short form."""
    code = DAY_OF.get(text_at(tokens, at))
    if code is None:
        return None
    dotted = text_at(tokens, at + 1) == "." and len(tokens[at].text) <= 5
    return code, at + (2 if dotted else 1)


def read_days(tokens: list[Token], at: int) -> Found:
    """A day, a range of days, or a group of days; then, where they stand behind it, which of the month."""
    start = tokens[at].start
    group = _GROUPS.find(tokens, at)
    if group is not None:
        days, stop = group
        return [Days(start, tokens[stop - 1].end, days)], stop
    first = read_day(tokens, at)
    if first is None:
        return None
    code, stop = first
    after = read_day(tokens, stop + 1) if text_at(tokens, stop) in _TO else None
    if after is not None:
        last, stop = after
        return [Days(start, tokens[stop - 1].end, days_between(code, last))], stop
    behind = _read_nths_behind(tokens, stop)
    if behind is not None:
        nths, stop = behind
        return [Nths(start, tokens[stop - 1].end, tuple((nth, code) for nth in nths))], stop
    return [Days(start, tokens[stop - 1].end, (code,))], stop


def days_between(first: str, last: str) -> tuple[str, ...]:
    """Monday to Friday; Friday to Monday goes over the weekend."""
    start, count = DAYS.index(first), (DAYS.index(last) - DAYS.index(first)) % 7
    return tuple(DAYS[(start + step) % 7] for step in range(count + 1))


def _read_nths_behind(tokens: list[Token], at: int) -> tuple[list[int], int] | None:
    """ "(2nd & 4th)" or ", 1st and 3rd of the month" behind a day."""
    opened = False
    while text_at(tokens, at) in (",", "(", "-", ":", "on", "the"):
        opened = opened or text_at(tokens, at) == "("
        at += 1
    nths, stop = _read_ordinals(tokens, at)
    if not nths:
        return None
    month = OF_MONTH.find(tokens, stop)
    stop = month[1] if month else stop
    if opened and text_at(tokens, stop) == ")":
        return nths, stop + 1
    return (nths, stop) if month else None


def _read_ordinals(tokens: list[Token], at: int) -> tuple[list[int], int]:
    """ "1st, 3rd and 5th", and where they end."""
    nths: list[int] = []
    stop = at
    while text_at(tokens, at) in _ORDINALS:
        nths.append(_ORDINALS[tokens[at].text])
        stop = at = at + 1
        while text_at(tokens, at) in _AND or text_at(tokens, at) == "the":
            at += 1
    return nths, stop


def read_nths(tokens: list[Token], at: int) -> Found:
    """ "1st and 3rd Tuesdays of each month"."""
    nths, stop = _read_ordinals(tokens, at)
    day = read_day(tokens, stop) if nths else None
    if day is None:
        return None
    code, stop = day
    month = OF_MONTH.find(tokens, stop)
    end = tokens[(month[1] if month else stop) - 1].end
    # "Every third Thursday" may be every three weeks.
    if text_at(tokens, at - 1) == "every" and month is None and len(nths) == 1 and nths[0] > 1:
        why = "“Every third Thursday” may mean every three weeks, or the third Thursday of the month."
        return [Doubt(tokens[at - 1].start, end, why)], stop
    found = Nths(tokens[at].start, end, tuple((nth, code) for nth in nths))
    return [found], month[1] if month else stop


def read_repeat(tokens: list[Token], at: int) -> Found:
    """ "Fortnightly", "every 3 weeks", "monthly"."""
    every = _EVERY.find(tokens, at)
    if every is not None:
        weeks, stop = every
        if text_at(tokens, stop) in ("month", "months"):
            return [Doubt(tokens[at].start, tokens[stop].end)], stop + 1
        return [EveryWeeks(tokens[at].start, tokens[stop - 1].end, weeks)], stop
    number = text_at(tokens, at + 1)
    if text_at(tokens, at) == "every" and text_at(tokens, at + 2) == "weeks" and number.isdecimal():
        weeks = int(number[:3])
        known = EveryWeeks(tokens[at].start, tokens[at + 2].end, weeks)
        return [known if 1 <= weeks <= 52 else Doubt(known.start, known.end)], at + 3
    monthly = _MONTHLY.find(tokens, at)
    if monthly is not None:
        return [Monthly(tokens[at].start, tokens[monthly[1] - 1].end)], monthly[1]
    return None
