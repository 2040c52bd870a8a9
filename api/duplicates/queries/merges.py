"""SQL of merging: the two entries held, what points at them, and the record of each merge."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.orm import Session

from api.models import (
    ContactAttempt,
    Entry,
    EntryMerge,
    Link,
    OldSlug,
    OutboxRow,
    OwnerNote,
    Revision,
    SourceRow,
)

_REPOINT_LINKS = """
UPDATE directory.link l SET to_id = :keep_id
WHERE l.to_id = :merged_id AND l.from_id <> :keep_id AND NOT EXISTS (
  SELECT FROM directory.link k WHERE (k.from_id, k.to_id, k.type) = (l.from_id, :keep_id, l.type))
"""
_LINKS_FROM = """
SELECT l.type, e.slug, l.note FROM directory.link l JOIN directory.entry e ON e.id = l.to_id
WHERE l.from_id = :entry_id ORDER BY l.type, e.slug
"""


def hold_entries(session: Session, ids: Sequence[UUID]) -> dict[UUID, Entry]:
    """The entries, held until the transaction ends; always in the same order, so that two merges of the same
    entries wait for each other and never lock each other out."""
    rows = session.scalars(
        select(Entry)
        .where(Entry.id.in_(ids))
        .order_by(Entry.id)
        .with_for_update(of=Entry)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def latest_document(session: Session, entry: Entry) -> dict[str, Any] | None:
    return document_at(session, entry.id, entry.version)


def document_at(session: Session, entry_id: UUID, version: int) -> dict[str, Any] | None:
    return session.scalar(
        select(Revision.document).where(Revision.entry_id == entry_id, Revision.version == version)
    )


def links_from(session: Session, entry_id: UUID) -> list[dict[str, Any]]:
    """The ties of an entry as a draft names them, by the slugs of today."""
    rows = session.execute(text(_LINKS_FROM), {"entry_id": entry_id})
    return [{"type": row.type, "to": row.slug, "note": row.note} for row in rows]


def repoint(session: Session, *, merged: Entry, keep: Entry, old_slug: str) -> None:
    """All that led to the merged entry leads to the kept one: ties, old addresses, its own, rows of sources,
    the log of contact attempts, what came back from those who run it. Its id is an old address too."""
    both = {"keep_id": keep.id, "merged_id": merged.id}
    session.execute(text(_REPOINT_LINKS), both)
    session.execute(delete(Link).where(or_(Link.to_id == merged.id, Link.from_id == merged.id)))
    session.execute(update(OldSlug).where(OldSlug.entry_id == merged.id).values(entry_id=keep.id))
    for address in (old_slug, str(merged.id)):
        session.execute(delete(OldSlug).where(OldSlug.slug == address))
        session.add(OldSlug(slug=address, entry_id=keep.id))
    for model in (SourceRow, ContactAttempt, OwnerNote):
        session.execute(update(model).where(model.entry_id == merged.id).values(entry_id=keep.id))
    session.flush()


def add_revision(session: Session, entry: Entry, document: dict[str, Any], *, by: str, why: str) -> None:
    session.add(
        Revision(entry_id=entry.id, version=entry.version, document=document, made_by=by, made_why=why)
    )
    session.add(OutboxRow(entry_id=entry.id))
    session.flush()


def add_outbox_row(session: Session, entry_id: UUID) -> None:
    session.add(OutboxRow(entry_id=entry_id))


def standing_merge_of(session: Session, merged_id: UUID) -> EntryMerge | None:
    """The merge that took this entry in, unless it was undone."""
    return session.scalar(
        select(EntryMerge).where(EntryMerge.merged_id == merged_id, EntryMerge.undone_at.is_(None))
    )


def find_merge(session: Session, merge_id: UUID) -> EntryMerge | None:
    return session.get(EntryMerge, merge_id, with_for_update=True, populate_existing=True)


def newer_merge_into(session: Session, merge: EntryMerge) -> EntryMerge | None:
    """A merge into the same entry that came later and still stands."""
    return session.scalar(
        select(EntryMerge)
        .where(
            EntryMerge.keep_id == merge.keep_id,
            EntryMerge.undone_at.is_(None),
            EntryMerge.keep_version > merge.keep_version,
        )
        .order_by(EntryMerge.keep_version.desc())
        .limit(1)
    )


def list_merges(session: Session, *, limit: int) -> list[EntryMerge]:
    return list(session.scalars(select(EntryMerge).order_by(EntryMerge.made_at.desc()).limit(limit)))


def carry_version(session: Session, entry_id: UUID, *, was: int, now: int) -> None:
    """An undo puts an entry back to what an earlier merge had made of it, under a new version: that earlier
    merge can still be undone."""
    session.execute(
        update(EntryMerge)
        .where(
            EntryMerge.keep_id == entry_id,
            EntryMerge.keep_version == was,
            EntryMerge.undone_at.is_(None),
        )
        .values(keep_version=now)
    )


def note_undone(session: Session, merge: EntryMerge, *, by: str, why: str, at: datetime) -> None:
    merge.undone_by, merge.undone_why, merge.undone_at = by, why, at
    session.flush()


def ids_showing(session: Session, rows: dict[str, list[dict[str, Any]]]) -> list[UUID]:
    """Entries at the places or of the organisations among these rows."""
    shared = [UUID(row["id"]) for name in ("place", "organisation") for row in rows.get(name, [])]
    shown = or_(Entry.place_id.in_(shared), Entry.organisation_id.in_(shared))
    return list(session.scalars(select(Entry.id).where(shown)))
