"""Dates in British order, and the serial numbers spreadsheets make of them."""

import re
from datetime import date, timedelta
from typing import Final

from ingest.values.issue import Issue, Reading

_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ].{0,30})?")
_FIGURES: Final = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_WORDS: Final = re.compile(
    r"(?:[a-z]{3,9},? )?(\d{1,2})(?:st|nd|rd|th)?[ -](?:of )?([a-z]{3,9})\.?,?[ -](\d{4}|\d{2})"
)
_MONTH_FIRST: Final = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SERIAL: Final = re.compile(r"([3-5]\d{4})(?:\.0+)?")
_WRITE: Final = "Write it day first, like 4/12/2025 or 4 December 2025."


def read_date(text: str) -> Reading[date]:
    """A date; the day comes first, as it does here. None with an issue when there is no such date."""
    words = " ".join(text.casefold().split())[:80]
    if not words or words in ("n/a", "-", "none", "unknown", "n/k", "tbc", "ongoing"):
        return Reading(None)
    parts = _parts(words)
    serial = _SERIAL.fullmatch(words)
    if serial is not None:
        day = date(1899, 12, 30) + timedelta(days=int(serial[1]))
        what = f"A spreadsheet has turned a date into {words}. We read it as {day.day} {day:%B} {day.year}."
        return Reading(day, Issue(what, "Check it, and keep the column as dates in the file."))
    try:
        return Reading(date(*parts)) if parts else _refuse(words)
    except ValueError:
        return _refuse(words)


def _refuse(words: str) -> Reading[date]:
    return Reading(None, Issue(f"“{words}” is not a date we can read, so it is left out.", _WRITE))


def _parts(words: str) -> tuple[int, int, int] | None:
    """Year, month, day."""
    iso = _ISO.fullmatch(words)
    if iso is not None:
        return int(iso[1]), int(iso[2]), int(iso[3])
    figures = _FIGURES.fullmatch(words)
    if figures is not None:
        return _year(figures[3]), int(figures[2]), int(figures[1])
    named = _WORDS.fullmatch(words)
    if named is not None and (month := _month(named[2])):
        return _year(named[3]), month, int(named[1])
    first = _MONTH_FIRST.fullmatch(words)
    if first is not None and (month := _month(first[1])):
        return int(first[3]), month, int(first[2])
    return None


def _month(word: str) -> int | None:
    return _MONTHS.index(word[:3]) + 1 if word[:3] in _MONTHS else None


def _year(text: str) -> int:
    """Two figures are a year of this century up to 2069: nobody lists a date of 1970 so shortly."""
    short = int(text)
    return short if len(text) == 4 else 2000 + short if short < 70 else 1900 + short
