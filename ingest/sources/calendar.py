"""Events of a calendar somebody shares: each is an entry with its session."""

import re
from datetime import date, time
from typing import Final

from api.entries.schemas import ContactDraft, EntryDraft, PlaceDraft, SessionDraft
from api.entries.sessions import RuleError, normalise_session
from geo.postcodes import find_postcode_within
from ingest.mapping import KnownSource
from ingest.sources.kinds import kind_of_words
from ingest.sources.refusing import refuse_row
from ingest.table import Row

_WEB: Final = re.compile(r"https?://\S+\.\S+", re.IGNORECASE)
_LONGEST: Final = 9_500
_PRIVATE: Final = frozenset({"PRIVATE", "CONFIDENTIAL"})


def key_of(row: Row) -> str | None:
    """The event's own name; a single date that was moved is a thing of its own."""
    uid, moved = row.text("uid"), row.text("moved from")
    return f"{uid}|{moved}" if uid and moved else uid


def map_event(row: Row) -> EntryDraft:
    if row.text("class") in _PRIVATE:
        refuse_row("class", row.text("class"), "The calendar says this event is private.")
    if row.text("moved from") and row.text("status") == "CANCELLED":
        refuse_row("status", "CANCELLED", "This one date is called off. The event it belongs to says so.")
    where = row.text("location")
    called_off = row.text("status") == "CANCELLED"
    sessions, words = ([], "") if called_off else _sessions(row)
    description = "\n\n".join(part for part in (row.cells.get("description", ""), words[:500]) if part)
    page = row.text("url")
    return EntryDraft(
        kind=kind_of_words(row.text("summary")) or "group",
        name=row.text("summary") or "",
        description=description[:_LONGEST] or None,
        place=_place(row, where),
        delivery=["in_person"] if where else [],
        sessions=sessions,
        contacts=[ContactDraft(kind="web", value=page)] if page and _WEB.fullmatch(page[:200]) else [],
        state="closed" if called_off else "running",
        state_note="The calendar says it is cancelled." if called_off else None,
    )


def _place(row: Row, where: str | None) -> PlaceDraft:
    if where is None:
        row.note("location", "The calendar does not say where this is.", "Find out, and add the place.")
        return PlaceDraft()
    postcode = find_postcode_within(where)
    text = re.sub(r"\b[A-Z]{1,2}\d\w? ?\d[A-Z]{2}\b", "", where, flags=re.IGNORECASE) if postcode else where
    name, *rest = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()] or [where]
    return PlaceDraft(
        name=name[:200],
        address=[line[:200] for line in rest[:-1]],
        town=rest[-1][:200] if rest else None,
        postcode=postcode.text if postcode else None,
    )


def _sessions(row: Row) -> tuple[list[SessionDraft], str]:
    """The session, or the words of a rule that is none of ours."""
    starts_on, rule = row.text("starts on"), row.text("rrule")
    if starts_on is None:
        return [], ""
    try:
        session = SessionDraft(
            rrule=rule,
            starts_on=date.fromisoformat(starts_on),
            starts_at=_time(row, "starts at"),
            ends_at=_time(row, "ends at"),
            not_on=_dates(row, "not on"),
            also_on=_dates(row, "also on"),
        )
        return [normalise_session(session)], ""
    except (RuleError, ValueError) as error:
        why = str(error) if isinstance(error, RuleError) else "We could not read these times."
        row.note("rrule", f"{why} They are kept in words.", "Add the times by hand.")
        return (
            [],
            f"Times, as the calendar has them: from {starts_on} {row.text('starts at') or ''}, {rule or ''}.",
        )


def _time(row: Row, column: str) -> time | None:
    text = row.text(column)
    return time.fromisoformat(text) if text else None


def _dates(row: Row, column: str) -> list[date]:
    return [date.fromisoformat(text) for text in (row.text(column) or "").split("; ") if text]


SOURCE: Final = KnownSource(
    code="calendar",
    name="A calendar in the iCalendar form",
    url="https://www.rfc-editor.org/rfc/rfc5545",
    licence="See where the calendar comes from",
    licence_url=None,
    attribution="Whoever keeps the calendar",
    columns=("uid", "summary", "starts on"),
    name_column="summary",
    key_of=key_of,
    map_row=map_event,
)
