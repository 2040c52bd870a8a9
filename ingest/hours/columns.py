"""Reading a week whose days have a column each: "9-5", "10:00-13:00, 14:00-17:00", "Closed"."""

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Final

from api.entries.schemas import SessionDraft
from api.entries.sessions import DAY_NAMES, DAYS
from api.entries.vocabulary import SessionPurpose
from ingest.hours.read import SINCE, read_hours
from ingest.table import Row

Range = tuple[time, time | None]
Cell = tuple[Range | None, str | None]

# In a column of hours on the 24-hour clock an early hour is what the source says, odd or not.
_FORMAL: Final = re.compile(r"([0-2]\d):([0-5]\d)\s?-\s?([0-2]\d):([0-5]\d)")
_BETWEEN: Final = re.compile(r"\s*[,;&/]\s*|\s+and\s+")
_EARLIEST: Final = time(6)
_LONGEST_NOTE: Final = 200
_IN_THE_NIGHT: Final = "The source says this opens in the night. That may be a slip: ask before you go."


def read_week(
    row: Row,
    columns: Sequence[str],
    *,
    purpose: SessionPurpose,
    label: str | None,
    since: date,
) -> list[SessionDraft]:
    """Weekly sessions from seven columns, Monday's first; days with the same hours share one rule.
    A cell we cannot read becomes a session without times that shows the cell's own words."""
    days_of: dict[Cell, list[str]] = {}
    for day, column in zip(DAYS, columns, strict=True):
        for cell in read_day_cell(row.text(column), day):
            _note_doubt(row, column, cell)
            days_of.setdefault(cell, []).append(day)
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


def read_day_cell(text: str | None, day: str) -> list[Cell]:
    """The times of one day, each with its note; None and the cell's words where nobody but a person can
    read them. An empty cell and "closed" have none."""
    if text is None:
        return []
    formal = _read_formal(text)
    if formal is not None:
        return formal
    alone = read_hours(text, today=SINCE)
    if alone.understood == "whole" and not alone.sessions and not alone.notes:
        return []
    read = read_hours(f"{DAY_NAMES[DAYS.index(day)]} {text}", today=SINCE)
    usual = f"FREQ=WEEKLY;BYDAY={day}"
    if read.understood == "not" or any(one.rrule != usual or one.not_on for one in read.sessions):
        return [(None, text[:_LONGEST_NOTE])]
    if any(one.starts_at is None for one in read.sessions):
        return [(None, text[:_LONGEST_NOTE])]
    found: list[Cell] = [((one.starts_at, one.ends_at), one.note) for one in read.sessions if one.starts_at]
    return sorted(found, key=_starts)


def _starts(cell: Cell) -> time:
    return cell[0][0] if cell[0] else time()


def _read_formal(text: str) -> list[Cell] | None:
    """Ranges written as the clock of a machine writes them."""
    found: list[Cell] = []
    for part in _BETWEEN.split(text.strip()):
        match = _FORMAL.fullmatch(part.replace("–", "-").replace("—", "-"))
        if match is None or int(match[1]) > 23 or int(match[3]) > 23:
            return None
        starts_at, ends_at = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
        if starts_at >= ends_at:
            return None
        found.append(((starts_at, ends_at), _IN_THE_NIGHT if starts_at < _EARLIEST else None))
    return sorted(found, key=_starts)


def _note_doubt(row: Row, column: str, cell: Cell) -> None:
    times, note = cell
    if times is None:
        row.note(
            column,
            "We could not read these hours, so they are shown in the source's own words and the times count "
            "as unknown.",
            "Write them like 09:30-17:00, with a comma between two ranges.",
        )
    elif note == _IN_THE_NIGHT:
        row.note(
            column,
            f"It opens at {times[0]:%H:%M}, in the night. That may be a slip. We kept it, with a note "
            "beside it.",
            "Ask the source, and mend it in the file or in the entry.",
        )
