"""Understanding cells: hours, years, addresses, postcodes. What is not understood is said, never guessed."""

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from api.entries.schemas import SessionDraft
from api.entries.sessions import DAYS
from api.entries.vocabulary import SessionPurpose
from geo.postcodes import Postcode, find_postcode_within, parse_postcode, suggest_repair
from ingest.table import Row

Range = tuple[time, time]

_RANGE: Final = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|–|—|to)\s*(\d{1,2})[:.](\d{2})", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\s*(?:,|;|&|/|\band\b)\s*", re.IGNORECASE)
_NO_HOURS: Final = frozenset({"closed", "-", "–", "none", "n/a", "no"})
_YEAR: Final = re.compile(r"(1[89]|20)\d{2}(\.0)?")
_EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
_WEB: Final = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+", re.IGNORECASE)
# Earlier than this is more often a slip of the pen than a time a door opens.
_EARLIEST: Final = time(6)
_LONGEST_NOTE: Final = 200


@dataclass(frozen=True)
class Hours:
    """One cell of hours: its ranges; or, when `words` is given, a cell nobody but a person can read."""

    ranges: tuple[Range, ...] = ()
    words: str | None = None


def read_hours(text: str | None) -> Hours:
    """ "10:00-13:00, 14:00-17:00" as ranges; an empty cell and "closed" have none."""
    if text is None or text.casefold() in _NO_HOURS:
        return Hours()
    found = [_read_range(part) for part in _BETWEEN.split(text) if part]
    ranges = [one for one in found if one is not None]
    if not found or len(ranges) != len(found):
        return Hours(words=text)
    return Hours(tuple(sorted(ranges)))


def _read_range(text: str) -> Range | None:
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        starts_at = time(int(match[1]), int(match[2]))
        ends_at = time(int(match[3]), int(match[4]))
    except ValueError:
        return None
    return (starts_at, ends_at) if starts_at < ends_at else None


def read_week(
    row: Row,
    columns: tuple[str, ...],
    *,
    purpose: SessionPurpose,
    label: str | None,
    since: date,
) -> list[SessionDraft]:
    """Weekly sessions from seven columns, Monday's first; days with the same hours share one rule.
    A cell we cannot read becomes a session without times that shows the cell's own words."""
    days_of: dict[tuple[Range | None, str | None], list[str]] = {}
    for day, column in zip(DAYS, columns, strict=True):
        hours = read_hours(row.text(column))
        if hours.words is not None:
            row.note(
                column,
                "We could not read these hours, so they are shown in the source's own words and the times "
                "count as unknown.",
                "Write them like 09:30-17:00, with a comma between two ranges.",
            )
            days_of.setdefault((None, hours.words[:_LONGEST_NOTE]), []).append(day)
        for one in hours.ranges:
            days_of.setdefault((one, _doubt(row, column, one)), []).append(day)
    return [
        SessionDraft(
            purpose=purpose,
            label=label,
            rrule=f"FREQ=WEEKLY;BYDAY={','.join(days)}",
            starts_on=since,
            starts_at=times[0] if times else None,
            ends_at=times[1] if times else None,
            note=note,
        )
        for (times, note), days in days_of.items()
    ]


def _doubt(row: Row, column: str, hours: Range) -> str | None:
    """Hours in the night are kept as the source gives them, and said to be odd."""
    if hours[0] >= _EARLIEST:
        return None
    row.note(
        column,
        f"It opens at {hours[0]:%H:%M}, in the night. That may be a slip. We kept it, with a note beside it.",
        "Ask the source, and mend it in the file or in the entry.",
    )
    return "The source says this opens in the night. That may be a slip: ask before you go."


def read_year(text: str | None) -> int | None:
    return int(text[:4]) if text and _YEAR.fullmatch(text) else None


def read_email(row: Row, column: str) -> str | None:
    return _read_address(row, column, _EMAIL, "an e-mail address", "name@example.org")


def read_web_address(row: Row, column: str) -> str | None:
    return _read_address(row, column, _WEB, "a web address", "https://example.org/page")


def _read_address(row: Row, column: str, pattern: re.Pattern[str], what: str, example: str) -> str | None:
    text = row.text(column)
    if text is None or (pattern.fullmatch(text) and len(text) <= 200):
        return text
    row.note(column, f"This is not {what} we can use, so it is left out.", f"It looks like {example}.")
    return None


def read_postcode(row: Row, column: str) -> str | None:
    """The postcode as it is usually written. A wrong one is kept as it stands, with a repair offered."""
    text = row.text(column)
    if text is None:
        row.note(column, "There is no postcode, so we know the town at best.", "Add the postcode.")
        return None
    parsed = parse_postcode(text)
    if isinstance(parsed, Postcode):
        return parsed.text
    repair = suggest_repair(text) or (within.text if (within := find_postcode_within(text)) else None)
    advice = f"Did they mean {repair}? Change it in the file if so." if repair else "Look the postcode up."
    row.note(column, "This is not a whole UK postcode.", advice)
    return text
