"""Reading times: "10-12 noon", "9.30am to 1", "from 7.30pm till late", "half past two", "24 hours"."""

from typing import Final

from ingest.hours.clock import Clock, Half, read_clock
from ingest.hours.items import AllDay, Closed, Doubt, Item, Note, Part, Times
from ingest.hours.phrases import Phrases, phrase_set
from ingest.hours.reading_days import Found, text_at
from ingest.hours.tokens import Token
from ingest.hours.words import (
    ALL_DAY_AND_NIGHT,
    CLOSED,
    DAY_OF,
    FOR_LUNCH,
    NO_TIME_AFTER,
    NO_TIME_BEFORE,
    PARTS,
    STREETS,
)

_ALL_DAY: Final = phrase_set(ALL_DAY_AND_NIGHT)
_PARTS: Final = Phrases(PARTS)
_CLOSED: Final = phrase_set(CLOSED)
_LUNCH: Final = phrase_set(FOR_LUNCH)
_TO: Final = frozenset({"-", "to", "til", "till", "until", "untill", "'til", "thru", "through", "unitl"})
_HALVES: Final[dict[str, Half]] = {"noon": "noon", "midday": "noon", "midnight": "midnight"}
_LATE: Final = frozenset({"late", "close", "closing"})
_BEFORE_ONE: Final = frozenset({"at", "@", "from", "between"})
_AFTER_ONE: Final = frozenset("on every each and in at until till til onwards onward start".split())
_NUMBER_WORDS: Final = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), start=1
    )
}
_UNTIL: Final = frozenset({"until", "till", "til", "untill"})
_LONGEST_NUMBER: Final = 8


def read_times(tokens: list[Token], at: int) -> Found:
    """A time, a range of times, or a number that is neither."""
    first = _read_one(tokens, at)
    if first is None:
        return _read_until(tokens, at)
    clock, stop, sure = first
    if _is_no_time(tokens, at, stop):
        return None
    # "Meet at 9.45 for 10": two times, one of which is no start.
    if text_at(tokens, at - 1) == "for":
        return [Doubt(tokens[at].start, tokens[stop - 1].end)], stop
    joined = _join(tokens, stop, between=text_at(tokens, at - 1) == "between")
    if joined is not None and text_at(tokens, joined) in _LATE:
        return [Times(tokens[at].start, tokens[joined].end, clock, late=True)], joined + 1
    last = _read_one(tokens, joined) if joined is not None else None
    if last is not None and not _is_no_time(tokens, at, last[1]):
        return [_range(tokens, at, clock, last)], last[1]
    return _alone(tokens, at, clock, stop, sure)


def _range(tokens: list[Token], at: int, clock: Clock | None, last: tuple[Clock | None, int, bool]) -> Item:
    start, end = tokens[at].start, tokens[last[1] - 1].end
    # "10-12-14": one of the three is a slip.
    third = text_at(tokens, last[1]) in ("-", "to") and _read_one(tokens, last[1] + 1) is not None
    if clock is None or last[0] is None or third:
        return Times(start, end, None)
    return Times(start, end, clock, last[0])


def _alone(tokens: list[Token], at: int, clock: Clock | None, stop: int, sure: bool) -> Found:
    start = at - 1 if text_at(tokens, at - 1) in ("at", "@") else at
    if not sure and not _stands_alone(tokens, at, stop):
        return None
    while text_at(tokens, stop) in ("onwards", "onward", "start"):
        stop += 1
    return [Times(tokens[start].start, tokens[stop - 1].end, clock)], stop


def _stands_alone(tokens: list[Token], at: int, stop: int) -> bool:
    """ "at 10" is a time; "at 10 High Street" is a house."""
    if text_at(tokens, at - 1) not in _BEFORE_ONE:
        return False
    after = text_at(tokens, stop)
    return not after.isalpha() or after in _AFTER_ONE or after in DAY_OF


def _read_until(tokens: list[Token], at: int) -> Found:
    """ "until 4pm" says when it ends, and not when it starts."""
    if text_at(tokens, at) not in _UNTIL:
        return None
    last = _read_one(tokens, at + 1)
    if last is None or not last[2] or _is_no_time(tokens, at + 1, last[1]):
        return None
    return [Times(tokens[at].start, tokens[last[1] - 1].end, None)], last[1]


def _read_one(tokens: list[Token], at: int | None) -> tuple[Clock | None, int, bool] | None:
    """A time, where it ends, and whether it is one beyond doubt: a bare "10" may be anything."""
    if at is None or at >= len(tokens):
        return None
    word = tokens[at].text
    if word in _HALVES:
        other = text_at(tokens, at + 1)
        stop = at + 2 if other == "12" and word == "noon" else at + 1
        return Clock(12, 0, _HALVES[word]), stop, True
    if word == "half" and text_at(tokens, at + 1) == "past":
        hour = _whole_hour(text_at(tokens, at + 2))
        found = f"{hour}.30" if hour else None
        return _with_half(tokens, found, at + 3, sure=True) if found else None
    if tokens[at].kind != "number":
        return None
    return _with_half(
        tokens, word, at + 1, sure=not word.isdecimal() and word.count(".") + word.count(":") < 3
    )


def _whole_hour(word: str) -> int | None:
    return int(word) if word.isdecimal() and len(word) <= 2 else _NUMBER_WORDS.get(word)


def _with_half(tokens: list[Token], word: str, stop: int, *, sure: bool) -> tuple[Clock | None, int, bool]:
    half: Half | None = None
    after = text_at(tokens, stop)
    if after and stop < len(tokens) and tokens[stop].kind == "half":
        half, stop = ("am" if after[0] == "a" else "pm"), stop + 1
        # "10.30am.-12.30pm"
        if text_at(tokens, stop) == "." and text_at(tokens, stop + 1) == "-":
            stop += 1
    if text_at(tokens, stop) in _HALVES and half != "am":
        half, stop = _HALVES[text_at(tokens, stop)], stop + 1
    formal = False
    if text_at(tokens, stop) in ("hrs", "hours", "h") and len(word) == 4 and word.isdecimal():
        formal, stop = True, stop + 1
    if text_at(tokens, stop) in ("o'clock", "oclock"):
        formal, stop = True, stop + 1
    return read_clock(word, half), stop, sure or half is not None or formal


def _join(tokens: list[Token], at: int, *, between: bool) -> int | None:
    """Where the second time of a range may stand."""
    word = text_at(tokens, at)
    if word not in _TO and not (between and word in ("and", "&")):
        return None
    at += 1
    while text_at(tokens, at) in ("-", "to", "til", "till", "until", "around", "approx"):
        at += 1
    return at


def _is_no_time(tokens: list[Token], at: int, stop: int) -> bool:
    """Money, ages, rooms, telephone numbers, and how long something takes."""
    before, after = text_at(tokens, at - 1), text_at(tokens, stop)
    if before in ("£", "$", "€", "#", "+", "<", ">") or before in NO_TIME_AFTER:
        return True
    # "10-12 High Street"
    if (
        any(text_at(tokens, to) in STREETS for to in range(stop, stop + 3))
        and text_at(tokens, stop).isalpha()
    ):
        return True
    if any(
        token.kind == "number" and len(token.text) > 4 and token.text.isdecimal() for token in tokens[at:stop]
    ):
        return True
    return after in NO_TIME_BEFORE and tokens[stop - 1].kind == "number"


def read_number_as_note(tokens: list[Token], at: int) -> Found:
    """A number that says something else than a time: "£3.50", "ages 5-11", "over 60s", "2 hours"."""
    if text_at(tokens, at) == "£":
        at += 1
    stop, start = at, at
    while stop < min(len(tokens), at + _LONGEST_NUMBER) and (
        tokens[stop].kind == "number" or text_at(tokens, stop) in ("-", "to", "/")
    ):
        if text_at(tokens, stop) in ("-", "to", "/") and not _is_number(tokens, stop + 1):
            break
        stop += 1
    if stop == at or not _is_no_time(tokens, at, stop):
        return None
    if text_at(tokens, at - 1) == "£":
        start = at - 1
    if text_at(tokens, stop) in NO_TIME_BEFORE:
        stop += 1
    return [Note(tokens[start].start, tokens[stop - 1].end, "plain")], stop


def _is_number(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].kind == "number"


def read_part(tokens: list[Token], at: int) -> Found:
    """ "mornings", "in the afternoon", "all day", "24 hours"; not the morning of "coffee morning"."""
    whole = _ALL_DAY.find(tokens, at)
    # "24 hours notice" is no opening time.
    if whole is not None and text_at(tokens, whole[1]) not in ("notice", "in", "before", "ahead", "'"):
        return [AllDay(tokens[at].start, tokens[whole[1] - 1].end)], whole[1]
    part = _PARTS.find(tokens, at)
    if part is None:
        return None
    window, stop = part
    if text_at(tokens, stop) == "only":
        stop += 1
    return [Part(tokens[at].start, tokens[stop - 1].end, window)], stop


def read_closed(tokens: list[Token], at: int) -> Found:
    """ "closed", "closed for lunch", "closed between"."""
    found = _CLOSED.find(tokens, at)
    if found is None:
        return None
    stop = found[1]
    lunch = _LUNCH.find(tokens, stop)
    after = lunch[1] if lunch else stop
    while text_at(tokens, after) in (",", ":", "-", "(", "from", "between"):
        after += 1
    if after < len(tokens) and read_times(tokens, after) is not None:
        return [Closed(tokens[at].start, tokens[after - 1].end, lunch=True)], after
    return [Closed(tokens[at].start, tokens[stop - 1].end)], stop
