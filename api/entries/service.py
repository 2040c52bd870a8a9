"""Saving entries, and showing one whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.entries import queries
from api.entries.freshness import freshness
from api.entries.schemas import EntryDraft
from api.entries.sessions import (
    RuleError,
    describe_date,
    describe_session,
    describe_times,
    is_open,
    next_occurrences,
    normalise_session,
)
from api.entries.writing import make_slug, scope_of, write_organisation, write_parts, write_place
from api.errors import BadInput, EditConflict, FieldProblem, Moved, NotFound
from api.face.service import project_entries
from api.models import Entry, Link, OldSlug, Revision

NEXT_TIMES = 5
BATCH = 500


@dataclass(frozen=True)
class ToSave:
    """One draft on its way in. `entry_id` None makes a new entry; `expected_version` guards an edit."""

    draft: EntryDraft
    entry_id: UUID | None = None
    expected_version: int | None = None
    source_code: str | None = None


@dataclass(frozen=True)
class Saved:
    """`changed` is False when the draft says what is already stored: then nothing was written."""

    entry_id: UUID
    slug: str
    version: int
    changed: bool


def save_entry(session: Session, item: ToSave, *, by: str, why: str) -> Saved:
    """Save one entry with its revision, its outbox row and its public face, in the caller's transaction."""
    return save_entries(session, [item], by=by, why=why)[0]


def save_entries(session: Session, items: Sequence[ToSave], *, by: str, why: str) -> list[Saved]:
    """Save many; links may name entries of the same call. `by` is a role or a source, `why` plain words.
    Raises BadInput (what cannot be kept), EditConflict (`expected_version` is not the stored one)."""
    prepared = [_prepare(item) for item in items]
    shared: set[UUID] = set()
    saved = [_write(session, item, by=by, why=why, shared=shared) for item in prepared]
    session.flush()
    changed = [(item, one) for item, one in zip(prepared, saved, strict=True) if one.changed]
    _write_links(session, changed)
    session.flush()
    ids = [one.entry_id for _, one in changed]
    if shared:
        others = [one for one in queries.ids_showing(session, shared) if one not in set(ids)]
        for entry_id in others:
            queries.add_outbox_row(session, entry_id)
        ids += others
        session.flush()
    for start in range(0, len(ids), BATCH):
        project_entries(session, ids[start : start + BATCH])
    return saved


def _prepare(item: ToSave) -> ToSave:
    """The draft with its repeat rules in the forms we keep."""
    sessions = []
    for number, one in enumerate(item.draft.sessions):
        try:
            sessions.append(normalise_session(one))
        except RuleError as error:
            problem = FieldProblem(field=f"sessions[{number}]", message=str(error))
            raise BadInput(f"{item.draft.name}: {error}", errors=[problem]) from error
    draft = item.draft.model_copy(update={"sessions": sessions})
    return ToSave(draft, item.entry_id, item.expected_version, item.source_code)


def _write(session: Session, item: ToSave, *, by: str, why: str, shared: set[UUID]) -> Saved:
    """`shared` takes the ids of places and organisations that say something new: other entries show them."""
    draft = item.draft
    entry = queries.find_entry(session, entry_id=item.entry_id) if item.entry_id else None
    document = draft.model_dump(mode="json", exclude_defaults=True)
    if entry is not None:
        stored = queries.latest_document(session, entry.id)
        _refuse_conflict(item, entry, stored)
        if stored == document:
            return Saved(entry.id, entry.slug, entry.version, changed=False)
    else:
        entry = Entry(id=item.entry_id or uuid4(), kind=draft.kind, name=draft.name, version=0)
        entry.source_code = item.source_code
    _set_slug(session, entry, draft)
    session.add(entry)
    scope = scope_of(draft)
    entry.organisation = write_organisation(session, draft.organisation, scope=scope, changed=shared)
    entry.place = write_place(session, draft.place, entry_id=entry.id, scope=scope, changed=shared)
    write_parts(session, entry, draft)
    entry.version = (entry.version or 0) + 1
    entry.updated_at = datetime.now(UTC)
    session.add(
        Revision(entry_id=entry.id, version=entry.version, document=document, made_by=by, made_why=why)
    )
    queries.add_outbox_row(session, entry.id)
    return Saved(entry.id, entry.slug, entry.version, changed=True)


def _refuse_conflict(item: ToSave, entry: Entry, stored: dict[str, Any] | None) -> None:
    if item.expected_version is None or item.expected_version == entry.version:
        return
    raise EditConflict(
        f"{entry.name} was saved by someone else while you were editing it. Look at both and choose.",
        extra={
            "current": {"version": entry.version, "document": stored},
            "yours": {"version": item.expected_version, "document": item.draft.model_dump(mode="json")},
        },
    )


def _set_slug(session: Session, entry: Entry, draft: EntryDraft) -> None:
    """A new entry gets the slug asked for or one of its name; an edit keeps it unless it asks for another."""
    is_new = entry.version == 0
    if not is_new and draft.slug in (None, entry.slug):
        return
    town = draft.place.town if draft.place else None
    wanted = draft.slug or make_slug(session, draft.name, town)
    other = queries.find_by_slug(session, wanted)
    if other is not None:
        message = f"The address “{wanted}” belongs to another entry, {other.name}."
        raise BadInput(message, errors=[FieldProblem(field="slug", message=message)])
    queries.forget_old_slug(session, wanted)
    if not is_new:
        session.add(OldSlug(slug=entry.slug, entry_id=entry.id))
    entry.slug = wanted


def _write_links(session: Session, changed: Sequence[tuple[ToSave, Saved]]) -> None:
    targets = {link.to for item, _ in changed for link in item.draft.links}
    ids = queries.ids_by_slug(session, targets) if targets else {}
    for item, one in changed:
        wanted: dict[tuple[str, UUID], str | None] = {
            (link.type, _target(ids, item, link.to, one.entry_id)): link.note for link in item.draft.links
        }
        for row in queries.links_from(session, one.entry_id):
            if (row.type, row.to_id) in wanted:
                row.note = wanted.pop((row.type, row.to_id))
            else:
                session.delete(row)
        for (type_, to_id), note in wanted.items():
            session.add(Link(from_id=one.entry_id, to_id=to_id, type=type_, note=note))


def _target(ids: dict[str, UUID], item: ToSave, slug: str, from_id: UUID) -> UUID:
    if slug in ids and ids[slug] != from_id:
        return ids[slug]
    known = "the entry itself" if slug in ids else "not an entry we hold"
    message = f"{item.draft.name} links to “{slug}”, which is {known}."
    raise BadInput(message, errors=[FieldProblem(field="links", message=message)])


async def get_entry(read: ReadConnection, id_or_slug: str, *, now: datetime) -> dict[str, Any]:
    """Everything public about one entry. Raises NotFound, or Moved when the slug is an old one."""
    row = await _find_detail(read, id_or_slug)
    entry_id, detail_text, sessions_text = row
    detail: dict[str, Any] = orjson.loads(detail_text)
    sessions: list[dict[str, Any]] = orjson.loads(sessions_text)
    for item in detail["sessions"]:
        item["words"] = describe_session(item)
    detail["next_times"] = next_times(sessions, now=now, count=NEXT_TIMES)
    detail["open"] = is_open(sessions, state=detail["state"], at=now)
    detail["freshness"] = freshness(detail["checked_on"], kind=detail["kind"], today=now.date())
    detail["links"] = await queries.read_links(read, entry_id)
    if detail["coverage"] is not None:
        codes = detail["coverage"]["areas"]
        detail["coverage"]["areas"] = await queries.read_area_names(read, codes)
        geojson = await queries.read_coverage(read, detail["slug"])
        detail["coverage"]["geojson"] = orjson.loads(geojson) if geojson else None
    return detail


async def _find_detail(read: ReadConnection, id_or_slug: str) -> tuple[str, str, str]:
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
