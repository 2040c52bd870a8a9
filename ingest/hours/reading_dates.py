"""Reading dates in British order: "12 March 2026", "4/12/2025", "3rd & 17th March", "from … to …"."""

import re
from typing import Final

from ingest.hours.items import Bound, Dates, Doubt, Item, LooseDate
from ingest.hours.reading_days import Found, read_day, text_at
from ingest.hours.tokens import Token
from ingest.hours.words import MONTH_OF, MONTHS_AND_WORDS

_SINCE: Final = frozenset(
    {"from", "starting", "starts", "start", "beginning", "commencing", "since", "between"}
)
_UNTIL: Final = frozenset({"until", "till", "til", "to", "ends", "ending", "finishing"})
_NEXT_WORDS: Final = frozenset({"meeting", "session", "date", "one", "is", "on", "meets"})
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
_MOST_DATES: Final = 40


def read_dates(tokens: list[Token], at: int, text: str) -> Found:
    """Dates, with the words that make them a beginning or an end."""
    word = text_at(tokens, at)
    if word in _SINCE or word in _UNTIL:
        return _read_bound(tokens, at, text)
    if word == "next":
        stop = at + 1
        while text_at(tokens, stop) in _NEXT_WORDS or text_at(tokens, stop) == ":":
            stop += 1
        found = _read_date(tokens, stop, text)
        if found is None:
            return None
        return [Bound(tokens[at].start, tokens[found[1] - 1].end, "next", found[0])], found[1]
    return _read_several(tokens, at, text)


def _read_bound(tokens: list[Token], at: int, text: str) -> Found:
    """ "from 5 January 2026 to 30 March 2026"."""
    how = "since" if text_at(tokens, at) in _SINCE else "until"
    first = _read_date(tokens, at + 1, text)
    if first is None:
        return None
    found, stop = first
    bound = Bound(tokens[at].start, tokens[stop - 1].end, "since" if how == "since" else "until", found)
    last = _read_end(tokens, stop, text) if how == "since" else None
    return ([bound, last[0]], last[1]) if last else ([bound], stop)


def _read_end(tokens: list[Token], at: int, text: str) -> tuple[Item, int] | None:
    joined = text_at(tokens, at) in _UNTIL or text_at(tokens, at) in ("and", "-")
    found = _read_date(tokens, at + 1, text) if joined else None
    if found is None:
        return None
    return Bound(tokens[at].start, tokens[found[1] - 1].end, "until", found[0]), found[1]


def _read_several(tokens: list[Token], at: int, text: str) -> Found:
    """One date, two that bound a time, or several with one month."""
    first = _read_date(tokens, at, text)
    if first is None:
        return _read_days_of_month(tokens, at, text)
    found, stop = first
    last = _read_end(tokens, stop, text) if text_at(tokens, stop) != "and" else None
    if last is not None:
        since = Bound(tokens[at].start, tokens[stop - 1].end, "since", found)
        return [since, last[0]], last[1]
    return [Dates(tokens[at].start, tokens[stop - 1].end, (found,))], stop


def _read_days_of_month(tokens: list[Token], at: int, text: str) -> Found:
    """ "3rd & 17th March 2026", a weekday before it or not; "6-10 April" is a run of days."""
    start, weekday = at, read_day(tokens, at)
    if weekday is not None:
        at = weekday[1]
        while text_at(tokens, at) in (",", "the"):
            at += 1
    listed = _list_days(tokens, at)
    month = _read_month(tokens, listed[1], text) if listed else None
    # "at 2, 4 March" is a time and a date.
    if listed is None or month is None or text_at(tokens, start - 1) in ("at", "@", "from"):
        return None
    days, run = listed[0], listed[2]
    number, year, stop = month
    end = tokens[stop - 1].end
    # "10-12 Oct-Mar" are hours in a season.
    if run and text_at(tokens, stop) in ("-", "to") and is_month(tokens, stop + 1, text):
        return None
    if run:
        return [Doubt(tokens[start].start, end)], stop
    code = weekday[0] if weekday else None
    dates = tuple(LooseDate(one, number, year, code) for one in days)
    return [Dates(tokens[start].start, end, dates)], stop


def _list_days(tokens: list[Token], at: int) -> tuple[list[int], int, bool] | None:
    """Two or more days of a month, where they end, and whether they are a run ("6-10")."""
    days: list[int] = []
    while (day := _day_number(tokens, at)) is not None and len(days) < _MOST_DATES:
        days.append(day)
        at += 1
        mark = text_at(tokens, at)
        if len(days) == 1 and mark in ("-", "to"):
            last = _day_number(tokens, at + 1)
            return ([*days, last], at + 2, True) if last is not None else None
        if mark not in (",", "&", "and", "+", "/"):
            break
        at += 2 if text_at(tokens, at + 1) in ("and", "&") else 1
    return (days, at, False) if len(days) > 1 else None


def _read_date(tokens: list[Token], at: int, text: str) -> tuple[LooseDate, int] | None:
    """One date, with the weekday before it if there is one."""
    weekday = read_day(tokens, at)
    if weekday is not None:
        at = weekday[1]
        while text_at(tokens, at) in (",", "the"):
            at += 1
    found = _read_in_figures(tokens, at) or _read_in_words(tokens, at, text)
    if found is None:
        return None
    day, month, year, stop = found
    return LooseDate(day, month, year, weekday[0] if weekday else None), stop


def _read_in_figures(tokens: list[Token], at: int) -> tuple[int, int, int, int] | None:
    """12/03/2026, 12-03-26, 12.03.2026, 2026-03-12."""
    dotted = _DOTTED.fullmatch(text_at(tokens, at))
    if dotted is not None:
        return int(dotted[1]), int(dotted[2]), _whole_year(dotted[3]), at + 1
    marks = text_at(tokens, at + 1), text_at(tokens, at + 3)
    parts = [text_at(tokens, at + step) for step in (0, 2, 4)]
    if marks not in (("/", "/"), ("-", "-")) or not all(part.isdecimal() for part in parts):
        return None
    if len(parts[0]) == 4 and len(parts[1]) <= 2 and len(parts[2]) <= 2:
        return int(parts[2]), int(parts[1]), int(parts[0]), at + 5
    short = len(parts[0]) <= 2 and len(parts[1]) <= 2
    # "10-12-14" is no date: two figures for the year only between strokes.
    if short and (len(parts[2]) == 4 or (len(parts[2]) == 2 and marks[0] == "/")):
        return int(parts[0]), int(parts[1]), _whole_year(parts[2]), at + 5
    return None


def _whole_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _read_in_words(tokens: list[Token], at: int, text: str) -> tuple[int, int, int | None, int] | None:
    """ "12th of March 2026", "March 14, 2026"."""
    day = _day_number(tokens, at)
    if day is not None:
        month = _read_month(tokens, at + (2 if text_at(tokens, at + 1) == "of" else 1), text)
        return (day, month[0], month[1], month[2]) if month else None
    if not is_month(tokens, at, text):
        return None
    day = _day_number(tokens, at + 1)
    if day is None or text_at(tokens, at + 2) in ("-", "am", "pm", "to", "noon"):
        return None
    stop = at + 2
    year = _year(tokens, stop + (text_at(tokens, stop) == ","))
    if year is not None:
        return day, MONTH_OF[tokens[at].text], year, stop + 1 + (text_at(tokens, stop) == ",")
    return day, MONTH_OF[tokens[at].text], None, stop


def _read_month(tokens: list[Token], at: int, text: str) -> tuple[int, int | None, int] | None:
    """A month, its year if there is one, and where they end."""
    if not is_month(tokens, at, text):
        return None
    stop = at + (2 if text_at(tokens, at + 1) == "." and len(tokens[at].text) <= 4 else 1)
    year = _year(tokens, stop + (text_at(tokens, stop) == ","))
    if year is None:
        return MONTH_OF[tokens[at].text], None, stop
    return MONTH_OF[tokens[at].text], year, stop + 1 + (text_at(tokens, stop) == ",")


def is_month(tokens: list[Token], at: int, text: str) -> bool:
    """A month's name; "may" and "march" only with a capital letter."""
    name = text_at(tokens, at)
    return name in MONTH_OF and (name not in MONTHS_AND_WORDS or text[tokens[at].start].isupper())


def _year(tokens: list[Token], at: int) -> int | None:
    word = text_at(tokens, at)
    # "12 March 2000-2200" gives hours.
    if (
        len(word) == 4
        and word.isdecimal()
        and word[:2] == "20"
        and text_at(tokens, at + 1) not in ("-", "hrs")
    ):
        return int(word)
    return None


def _day_number(tokens: list[Token], at: int) -> int | None:
    word = text_at(tokens, at)
    if at < len(tokens) and tokens[at].kind == "nth":
        word = word[:-2]
    return int(word) if word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31 else None
