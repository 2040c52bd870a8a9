"""The schedules of an Open Referral service: repeat rules where we can keep them, words where we cannot."""

from datetime import date, time
from typing import Any, Final

from pydantic import ValidationError

from api.entries.schemas import SessionDraft
from api.entries.sessions import DAYS, RuleError, normalise_session
from ingest.table import Row

# A schedule need not say since when it holds. A Monday well in the past gives every weekday its first date.
SINCE: Final = date(2024, 1, 1)
_DAYS: Final = {
    name: code
    for code, names in zip(
        DAYS,
        (
            "mo mon monday 1",
            "tu tue tuesday 2",
            "we wed wednesday 3",
            "th thu thursday 4",
            "fr fri friday 5",
            "sa sat saturday 6",
            "su sun sunday 7",
        ),
        strict=True,
    )
    for name in names.split()
}
Schedule = dict[str, Any]


def read_schedules(row: Row, schedules: list[Schedule]) -> tuple[list[SessionDraft], list[str]]:
    """Sessions, and the words of those schedules that are no rule of ours, which are noted."""
    sessions, words = [], []
    for schedule in schedules:
        try:
            sessions.append(normalise_session(_session(schedule)))
        except (RuleError, ValidationError, ValueError) as error:
            said = _words(schedule)
            if said:
                words.append(f"Times: {said}")
            why = str(error) if isinstance(error, RuleError) else "We could not read these times."
            row.note("schedules", f"{why} They are kept in words.", "Add the times by hand.", value=said)
    return sessions, words


def _session(schedule: Schedule) -> SessionDraft:
    starts_on = _date(schedule, "dtstart") or _date(schedule, "valid_from") or SINCE
    note = _text(schedule, "description") or _text(schedule, "notes")
    return SessionDraft(
        rrule=_rule(schedule),
        starts_on=starts_on,
        starts_at=_time(schedule, "opens_at"),
        ends_at=_time(schedule, "closes_at"),
        note=note if note and len(note) <= 200 else None,
    )


def _rule(schedule: Schedule) -> str:
    freq = _text(schedule, "freq").upper()
    days = _days(_text(schedule, "byday") or _text(schedule, "weekday"))
    if not freq and not days:
        raise RuleError("The schedule does not say on which days.")
    if _text(schedule, "bymonthday") and freq == "MONTHLY":
        raise RuleError("We keep monthly rules by weekday, not by the day of the month.")
    parts = [f"FREQ={freq or 'WEEKLY'}", f"INTERVAL={_text(schedule, 'interval') or 1}"]
    parts += [f"BYDAY={days}"] if days else []
    until = _date(schedule, "until") or _date(schedule, "valid_to")
    if until is not None:
        parts.append(f"UNTIL={until:%Y%m%d}")
    elif _text(schedule, "count"):
        parts.append(f"COUNT={_text(schedule, 'count')}")
    return ";".join(parts)


def _days(text: str) -> str:
    """ "Monday", "MO,WE", "2TU" as a rule has them."""
    pieces = [piece.strip() for piece in text.replace(";", ",").split(",") if piece.strip()]
    return ",".join(_DAYS.get(piece.casefold(), piece.upper()) for piece in pieces)


def _date(schedule: Schedule, name: str) -> date | None:
    text = _text(schedule, name)
    return date.fromisoformat(text[:10]) if text else None


def _time(schedule: Schedule, name: str) -> time | None:
    """The hour as written: feeds give London time, whatever zone they put behind it."""
    text = _text(schedule, name)
    if "T" in text:
        text = text.split("T", 1)[1]
    return time.fromisoformat(text).replace(tzinfo=None) if text else None


def _text(schedule: Schedule, name: str) -> str:
    value = schedule.get(name)
    return "" if value is None else str(value).strip()


def _words(schedule: Schedule) -> str:
    """What the schedule says, for people."""
    said = [_text(schedule, name) for name in ("description", "notes")]
    days = _text(schedule, "byday") or _text(schedule, "weekday")
    hours = "–".join(text[:5] for name in ("opens_at", "closes_at") if (text := _text(schedule, name)))
    return "; ".join(dict.fromkeys(part for part in [*said, f"{days} {hours}".strip()] if part))
