"""Saving entries, and showing one whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.entries import queries, queries_saving
from api.entries.freshness import freshness
from api.entries.saving import Saved, Saving, ToSave, as_document
from api.entries.schemas import EntryDraft
from api.entries.sessions import (
    describe_date,
    describe_session,
    describe_times,
    is_open,
    next_occurrences,
)
from api.errors import Moved, NotFound
from api.face.service import project_entries, take_turn

__all__ = [
    "Reach",
    "Saved",
    "Saving",
    "StoredDraft",
    "ToSave",
    "as_document",
    "as_draft",
    "begin_saving",
    "get_coverage",
    "get_draft",
    "get_draft_at",
    "get_entry",
    "list_reach",
    "next_times",
    "save_entries",
    "save_entry",
    "undo_version",
    "write_entries",
]

NEXT_TIMES = 5
# Which contact stands in a list, where there is room for one.
_FIRST_CONTACTS = ("phone", "email", "web", "social")


@dataclass(frozen=True)
class StoredDraft:
    """What an entry says now, as it was last saved: private places and contacts too, so for curators only."""

    entry_id: UUID
    slug: str
    version: int
    draft: EntryDraft

    @property
    def document(self) -> dict[str, Any]:
        """As revisions hold it (`differences.flatten` takes it apart)."""
        return as_document(self.draft)


@dataclass(frozen=True)
class Reach:
    """How to get hold of an entry, in one line: its first contact, a telephone number before all else, and
    the address of its place. None is what we do not know, or what is private."""

    contact: dict[str, Any] | None
    address: str | None


async def list_reach(read: ReadConnection, items: Sequence[Mapping[str, Any]]) -> dict[str, Reach]:
    """For the entries of a list, by their `id`."""
    details = await queries.read_details(read, [item["id"] for item in items]) if items else {}
    return {entry_id: _reach(orjson.loads(detail)) for entry_id, detail in details.items()}


def _reach(detail: Mapping[str, Any]) -> Reach:
    contacts = detail.get("contacts") or []
    found = (one for kind in _FIRST_CONTACTS for one in contacts if one["kind"] == kind)
    place: Mapping[str, Any] = next(iter(detail.get("places") or []), {})
    street = [place.get("name"), *(place.get("address") or [])]
    town = " ".join(part for part in (place.get("town"), place.get("postcode")) if part)
    lines = [line for line in (*street, town) if line]
    return Reach(
        next(found, None), ", ".join(lines) if place.get("address") or place.get("postcode") else None
    )


def get_draft(session: Session, entry_id: UUID) -> StoredDraft:
    """Raises NotFound when there is no such entry, or it was merged into another."""
    found = queries_saving.read_stored(session, entry_id)
    if found is None:
        raise NotFound("We hold no entry of that number. It may have been merged into another.")
    slug, version, document = found
    return StoredDraft(entry_id, slug, version, as_draft(document))


def get_draft_at(session: Session, entry_id: UUID, version: int) -> EntryDraft:
    """What an entry said in one version. Raises NotFound."""
    document = queries_saving.read_document(session, entry_id, version)
    if document is None:
        raise NotFound(f"There is no version {version} of this entry.")
    return as_draft(document)


def undo_version(session: Session, entry_id: UUID, version: int, *, by: str, why: str) -> Saved:
    """Say again what an entry said before one version, as a new version. Raises EditConflict when somebody
    saved it since: their change is not lost by undoing ours."""
    before = get_draft_at(session, entry_id, version - 1)
    return save_entry(session, ToSave(before, entry_id, expected_version=version), by=by, why=why)


def as_draft(document: dict[str, Any]) -> EntryDraft:
    """A revision's document as a draft. It leaves the kind out of its facts: it is the entry's."""
    facts = document.get("facts")
    named = {"facts": {"kind": document["kind"], **facts}} if facts is not None else {}
    return EntryDraft.model_validate({**document, **named})


def save_entry(session: Session, item: ToSave, *, by: str, why: str) -> Saved:
    """Save one entry with its revision, its outbox row and its public face, in the caller's transaction."""
    return save_entries(session, [item], by=by, why=why)[0]


def save_entries(session: Session, items: Sequence[ToSave], *, by: str, why: str) -> list[Saved]:
    """Save many; links may name entries of the same call. `by` is a role or a source, `why` plain words.
    Raises BadInput (what cannot be kept), EditConflict (`expected_version` is not the stored one)."""
    saved, shown = write_entries(session, items, by=by, why=why)
    project_entries(session, shown)
    return saved


def write_entries(
    session: Session, items: Sequence[ToSave], *, by: str, why: str
) -> tuple[list[Saved], list[UUID]]:
    """The same but for the public face: all entries it has to show anew are the caller's to project before
    the transaction ends. It is for those who save many times in one transaction."""
    return begin_saving(session, items, by=by, why=why).run()


def begin_saving(session: Session, items: Sequence[ToSave], *, by: str, why: str) -> Saving:
    """The same in steps, for those who have other work for the database between them."""
    take_turn(session)
    return Saving(session, items, by=by, why=why)


async def get_entry(read: ReadConnection, id_or_slug: str, *, now: datetime) -> dict[str, Any]:
    """Everything public about one entry. Raises NotFound, or Moved when the slug is an old one."""
    row = await _find_detail(read, id_or_slug)
    entry_id, detail_text, sessions_text, due_on = row
    detail: dict[str, Any] = orjson.loads(detail_text)
    sessions: list[dict[str, Any]] = orjson.loads(sessions_text)
    for item in detail["sessions"]:
        item["words"] = describe_session(item)
    detail["next_times"] = next_times(sessions, now=now, count=NEXT_TIMES)
    detail["open"] = is_open(sessions, state=detail["state"], at=now)
    detail["freshness"] = freshness(due_on, today=now.date())
    detail["links"] = await queries.read_links(read, entry_id)
    if detail["coverage"] is not None:
        codes = detail["coverage"]["areas"]
        detail["coverage"]["areas"] = await queries.read_area_names(read, codes)
        geojson = await queries.read_coverage(read, detail["slug"])
        detail["coverage"]["geojson"] = orjson.loads(geojson) if geojson else None
    return detail


async def _find_detail(read: ReadConnection, id_or_slug: str) -> queries.Detail:
    try:
        column, value = "id", str(UUID(id_or_slug))
    except ValueError:
        column, value = "slug", id_or_slug.replace("\x00", "")  # PostgreSQL's text cannot hold it
    row = await queries.read_detail(read, column=column, value=value)
    if row is not None:
        return row
    moved_to = await queries.slug_now(read, value)
    if moved_to is not None:
        raise Moved("This entry has a new address.", extra={"location": moved_to})
    raise NotFound("We hold no entry at this address. It may have been renamed or removed.")


def next_times(sessions: list[dict[str, Any]], *, now: datetime, count: int) -> list[dict[str, Any]]:
    """The next dates in words; `starts_at` is an ISO time in London, or a date when no hour is known."""
    shown = []
    for one in next_occurrences(sessions, now=now, count=count):
        start = datetime.combine(one.on, one.starts_at, tzinfo=now.tzinfo) if one.starts_at else None
        end = datetime.combine(one.on, one.ends_at, tzinfo=now.tzinfo) if one.ends_at else None
        shown.append(
            {
                "starts_at": start.isoformat() if start else one.on.isoformat(),
                "ends_at": end.isoformat() if end else None,
                "label": one.label,
                "date_words": describe_date(one.on),
                "time_words": describe_times(one.starts_at, one.ends_at) or "Time not known",
            }
        )
    return shown


async def get_coverage(read: ReadConnection, slug: str) -> str:
    """GeoJSON text of the area one entry serves. Raises NotFound when it has none we can draw."""
    geojson = await queries.read_coverage(read, slug)
    if geojson is None:
        raise NotFound("We hold no drawn area for this entry.")
    return geojson
