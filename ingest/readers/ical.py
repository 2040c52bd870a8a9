"""Reads calendars (iCalendar, RFC 5545): one row an event, in Europe/London wall time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar

from api.clock import LONDON
from ingest.readers.file import Input
from ingest.readers.sheet import ReadError
from ingest.readers.text import read_text
from ingest.table import Record, Table, table_of

_TEXTS: Final = {
    "uid": "UID",
    "summary": "SUMMARY",
    "description": "DESCRIPTION",
    "location": "LOCATION",
    "categories": "CATEGORIES",
    "url": "URL",
    "status": "STATUS",
    "class": "CLASS",
}
Note = tuple[str | None, str, str]
_ASK: Final = "Ask whoever keeps the calendar."


def read_calendar(file: Input) -> Table:
    """Columns: the texts of an event, then `starts on`, `starts at`, `ends at`, `all day`, `rrule`, `not on`,
    `also on` and `moved from`. Raises ReadError when it is no calendar."""
    text = read_text(file)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
        records = list(_records(events))
    # The library raises whatever its parts raise; a calendar is sound or it is not.
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise ReadError("The calendar is damaged. Save it again and try again.") from error
    if not records:
        raise ReadError("The calendar holds no events.")
    file.tell(file.size, part=1, parts=1)
    return table_of(records, read_as=f"iCalendar, {len(records)} events")


def _records(events: list[Any]) -> Iterator[Record]:
    """A date that was moved or called off is taken out of the event it belongs to."""
    changed: dict[str, list[str]] = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            moved_from = _on(event["RECURRENCE-ID"].dt)[0]
            changed.setdefault(str(event.get("UID")), []).append(moved_from.isoformat())
    for event in events:
        is_change = "RECURRENCE-ID" in event
        yield _record(event, [] if is_change else changed.get(str(event.get("UID")), []))


def _record(event: Any, changed: list[str]) -> Record:
    cells = {column: _text(event, name) for column, name in _TEXTS.items()}
    notes: list[Note] = []
    start = _moment(event, "DTSTART")
    if start is None:
        notes.append(("starts on", "The event has no beginning that we can read.", _ASK))
        return Record(cells, tuple(notes))
    on, at = _on(start)
    cells |= {"starts on": on.isoformat(), "starts at": at, "all day": "no" if at else "yes"}
    ends_on, ends_at = _end(event, start)
    if at and ends_on == on:
        cells["ends at"] = ends_at
    elif at and ends_on is not None:
        notes.append(("ends at", f"It goes on past midnight, to {ends_on:%d/%m/%Y} {ends_at}.", _ASK))
    cells["rrule"] = _rule(event, notes)
    cells["not on"] = "; ".join(sorted({*_dates(event, "EXDATE"), *changed}))
    cells["also on"] = "; ".join(sorted({*_dates(event, "RDATE")}))
    if "RECURRENCE-ID" in event:
        cells["moved from"] = _on(event["RECURRENCE-ID"].dt)[0].isoformat()
    notes += _doubts(start, on, cells["rrule"])
    return Record(cells, tuple(notes))


def _text(event: Any, name: str) -> str:
    value = event.get(name)
    if value is None:
        return ""
    if hasattr(value, "cats"):
        return "; ".join(str(one) for one in value.cats)
    return "; ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _moment(event: Any, name: str) -> date | None:
    value = getattr(event.get(name), "dt", None)
    return value if isinstance(value, date) else None


def _on(moment: date) -> tuple[date, str]:
    """The day and the hour by a London clock; no hour for a whole day. A time without a zone is local."""
    if not isinstance(moment, datetime):
        return moment, ""
    local = moment.astimezone(LONDON) if moment.tzinfo is not None else moment
    return local.date(), f"{local:%H:%M}"


def _end(event: Any, start: date) -> tuple[date | None, str]:
    end = _moment(event, "DTEND")
    lasts = getattr(event.get("DURATION"), "dt", None)
    if end is None and isinstance(lasts, timedelta):
        end = start + lasts
    if end is None:
        return None, ""
    return _on(end)


def _rule(event: Any, notes: list[Note]) -> str:
    rule = event.get("RRULE")
    if isinstance(rule, list):
        notes.append(("rrule", "It has several repeat rules. We took the first.", _ASK))
        rule = rule[0]
    return rule.to_ical().decode() if rule is not None else ""


def _dates(event: Any, name: str) -> list[str]:
    value = event.get(name)
    lists = value if isinstance(value, list) else [value] if value is not None else []
    return [
        _on(one.dt)[0].isoformat()
        for listed in lists
        for one in getattr(listed, "dts", ())
        if isinstance(one.dt, date)
    ]


def _doubts(start: date, on: date, rule: str) -> list[Note]:
    """A repeat in universal time would move by an hour in summer; people mean the hour on the clock."""
    if not rule or not isinstance(start, datetime) or start.tzinfo is None:
        return []
    if start.utcoffset() == timedelta(0) and start.tzinfo in (UTC, ZoneInfo("UTC")):
        what = (
            "It repeats in universal time (UTC). We took the hour it has by a London clock on its first day."
        )
        return [("starts at", what, _ASK)]
    if start.date() != on:
        return [("starts on", "In London it begins on another day than the rule says.", _ASK)]
    return []
