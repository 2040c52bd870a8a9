"""Merging two entries into one, and undoing it: both histories stay, all that led to either still leads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.duplicates.choosing import combine
from api.duplicates.queries import merges, rows
from api.entries.service import ToSave, save_entry
from api.errors import BadInput, EditConflict, NotFound
from api.face.service import project_entries, take_turn
from api.models import Entry, EntryMerge

NEWEST: Final = 50


@dataclass(frozen=True)
class Merged:
    """`merge_id` undoes it. `version` is the kept entry's now."""

    merge_id: UUID
    entry_id: UUID
    slug: str
    version: int


@dataclass(frozen=True)
class Undone:
    """Both entries are as they were, under new versions."""

    kept_slug: str
    kept_version: int
    returned_slug: str
    returned_version: int


@dataclass(frozen=True)
class ListedMerge:
    merge_id: UUID
    kept: str
    merged: str
    words: str


def merge_entries(
    session: Session,
    *,
    keep_id: UUID,
    merge_id: UUID,
    choices: Mapping[str, str],
    by: str,
    why: str,
    keep_version: int | None = None,
    merge_version: int | None = None,
) -> Merged:
    """Make two published entries one, in the caller's transaction. `choices`: field → keep, merge or both
    (see `choosing.combine`). The merged entry's id and addresses lead to the kept one from now on, as do
    its ties and the rows of its sources. The versions are those the person saw.
    Raises NotFound, BadInput, EditConflict (one of the two was saved since; carries both)."""
    if keep_id == merge_id:
        raise BadInput("An entry cannot be merged into itself.")
    take_turn(session)
    held = merges.hold_entries(session, [keep_id, merge_id])
    keep, merged = _get(held, keep_id), _get(held, merge_id)
    for entry in (keep, merged):
        _refuse_unfit(session, entry)
    if keep.is_example != merged.is_example:
        raise BadInput("An example cannot be merged with a real entry.")
    _refuse_conflict(session, ((keep, keep_version), (merged, merge_version)))
    before = rows.take_rows(session, [keep_id, merge_id])
    draft = combine(_document(session, keep), _document(session, merged), choices)
    own = {keep.slug, merged.slug}
    links = [link for link in draft.links if link.to not in own]
    draft = draft.model_copy(update={"slug": keep.slug, "links": links})
    name = merged.name
    _retire(session, merged, keep, by=by, why=f"Merged into {keep.name}. {why}")
    version = _save_kept(session, keep, merged, draft, by=by, why=f"{name} was merged into this. {why}")
    project_entries(session, [keep_id, merge_id])
    record = EntryMerge(
        id=uuid4(),
        keep_id=keep_id,
        merged_id=merge_id,
        choices=dict(choices),
        before=before,
        after=rows.take_rows(session, [keep_id, merge_id]),
        keep_version=version,
        merged_version=merged.version,
        made_by=by,
        made_why=why,
    )
    session.add(record)
    session.flush()
    return Merged(record.id, keep_id, keep.slug, version)


def _get(held: Mapping[UUID, Entry], entry_id: UUID) -> Entry:
    if entry_id not in held:
        raise NotFound(f"We hold no entry with the id {entry_id}.")
    return held[entry_id]


def _refuse_unfit(session: Session, entry: Entry) -> None:
    merge = merges.standing_merge_of(session, entry.id)
    if merge is not None:
        into = session.get_one(Entry, merge.keep_id)
        raise BadInput(
            f"{entry.name} was merged into {into.name} already. Take {into.name}, or undo that merge first."
        )
    if entry.stage != "published":
        raise BadInput(f"{entry.name} is not published, so it cannot be merged. Publish it first.")


def _refuse_conflict(session: Session, seen: tuple[tuple[Entry, int | None], ...]) -> None:
    changed = [entry for entry, version in seen if version is not None and version != entry.version]
    if changed:
        raise EditConflict(
            f"{' and '.join(entry.name for entry in changed)} was saved by someone else while you were "
            "comparing. Look at both again.",
            extra={
                "current": [
                    {"id": str(entry.id), "version": entry.version, "document": _document(session, entry)}
                    for entry, _ in seen
                ]
            },
        )


def _document(session: Session, entry: Entry) -> dict[str, Any]:
    """What the entry says now, its ties by the addresses of today."""
    document = merges.latest_document(session, entry)
    if document is None:
        raise BadInput(f"{entry.name} has no stored version, so it cannot be merged. Save it once first.")
    return {**document, "links": merges.links_from(session, entry.id)}


def _retire(session: Session, merged: Entry, keep: Entry, *, by: str, why: str) -> None:
    """The merged entry gives its address away and leaves the public; its parts stay with it."""
    document = {**_document(session, merged), "stage": "archived"}
    old_slug = merged.slug
    merged.slug, merged.stage = f"merged-{merged.id}", "archived"
    document["slug"] = merged.slug
    merged.version += 1
    merged.updated_at = datetime.now(UTC)
    session.flush()
    merges.add_revision(session, merged, document, by=by, why=why)
    merges.repoint(session, merged=merged, keep=keep, old_slug=old_slug)


def _save_kept(session: Session, keep: Entry, merged: Entry, draft: Any, *, by: str, why: str) -> int:
    """The kept entry's new version; there is one also when it says what it said before."""
    if keep.source_code is None:
        keep.source_code = merged.source_code
    saved = save_entry(session, ToSave(draft, keep.id), by=by, why=why)
    if saved.changed:
        return saved.version
    document = merges.latest_document(session, keep) or {}
    _next_version(session, keep)
    merges.add_revision(session, keep, document, by=by, why=why)
    return keep.version


def _next_version(session: Session, entry: Entry) -> None:
    entry.version += 1
    entry.updated_at = datetime.now(UTC)
    session.flush()


def undo_merge(session: Session, merge_id: UUID, *, by: str, why: str) -> Undone:
    """Make both entries what they were, row by row, in the caller's transaction. Their versions and histories
    go on. What others changed since in rows the two share, such as a place, stays as they left it.
    Raises NotFound, BadInput (undone already, or a later merge stands on it), EditConflict (edited since)."""
    take_turn(session)
    merge = merges.find_merge(session, merge_id)
    if merge is None:
        raise NotFound(f"There is no merge {merge_id}.")
    if merge.undone_at is not None:
        raise BadInput(f"This merge was undone already, on {merge.undone_at:%-d %B %Y}.")
    held = merges.hold_entries(session, [merge.keep_id, merge.merged_id])
    keep, merged = _get(held, merge.keep_id), _get(held, merge.merged_id)
    _refuse_to_undo(session, merge, keep, merged)
    was = {row["id"]: row for row in merge.before["entry"]}
    touched = set(merges.ids_showing(session, merge.after))
    rows.put_back(session, before=merge.before, after=merge.after)
    session.expire_all()
    for entry, other in ((keep, merged), (merged, keep)):
        version = was[str(entry.id)]["version"]
        document = merges.document_at(session, entry.id, version) or {}
        _next_version(session, entry)
        told = f"The merge with {other.name} was undone. {why}"
        merges.add_revision(session, entry, document, by=by, why=told)
        merges.carry_version(session, entry.id, was=version, now=entry.version)
    merges.note_undone(session, merge, by=by, why=why, at=datetime.now(UTC))
    touched |= {*merges.ids_showing(session, merge.before), keep.id, merged.id}
    for entry_id in touched - {keep.id, merged.id}:
        merges.add_outbox_row(session, entry_id)
    session.flush()
    project_entries(session, sorted(touched))
    return Undone(keep.slug, keep.version, merged.slug, merged.version)


def _refuse_to_undo(session: Session, merge: EntryMerge, keep: Entry, merged: Entry) -> None:
    later = merges.standing_merge_of(session, keep.id)
    if later is not None:
        into = session.get_one(Entry, later.keep_id)
        raise BadInput(f"{keep.name} was itself merged into {into.name} since. Undo that merge first.")
    newer = merges.newer_merge_into(session, merge)
    if newer is not None:
        other = session.get_one(Entry, newer.merged_id)
        raise BadInput(f"{other.name} was merged into {keep.name} since. Undo that merge first.")
    if (keep.version, merged.version) != (merge.keep_version, merge.merged_version):
        raise EditConflict(
            f"{keep.name} was changed since the merge; undoing it would lose that. Change it by hand.",
            extra={"current": {"version": keep.version, "document": _document(session, keep)}},
        )


def find_kept(session: Session, merge_id: UUID) -> UUID | None:
    """The entry a merge kept."""
    merge = merges.find_merge(session, merge_id)
    return merge.keep_id if merge else None


def list_merges(session: Session) -> Iterator[ListedMerge]:
    """The newest first."""
    for merge in merges.list_merges(session, limit=NEWEST):
        kept, merged = session.get_one(Entry, merge.keep_id), session.get_one(Entry, merge.merged_id)
        words = f"{merge.made_at:%-d %B %Y} by {merge.made_by}: {merge.made_why}"
        if merge.undone_at is not None:
            words += f" (undone on {merge.undone_at:%-d %B %Y} by {merge.undone_by}: {merge.undone_why})"
        yield ListedMerge(merge.id, kept.name, merged.name, words)
