"""SQL of the imports: rows seen before, the newest revision of their entries, and the runs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from api.models import Entry, IngestRowFate, IngestRun, Place, Revision, Source, SourceRow

# Binds of one statement are limited; a large file is asked about in pieces.
_PIECE = 5_000
Item = TypeVar("Item")


@dataclass(frozen=True)
class SeenRow:
    """A row of this source as it was last time."""

    key: str
    entry_id: UUID
    fingerprint: str


@dataclass(frozen=True)
class Newest:
    """An entry's newest revision and who made it."""

    version: int
    document: dict[str, Any]
    made_by: str


@dataclass(frozen=True)
class Whereabouts:
    name: str
    precision: str | None
    failure: str | None


def lock_source(session: Session, code: str) -> None:
    """One import of a source at a time: a second one waits and then finds all unchanged."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"ingest:{code}"))))


def holds_entries(session: Session) -> bool:
    return session.scalar(select(Entry.id).limit(1)) is not None


def write_source(session: Session, source: Source) -> None:
    session.merge(source)
    session.flush()


def seen_rows(session: Session, source_code: str) -> dict[str, SeenRow]:
    """Every row this source ever brought in, by its key."""
    rows = session.execute(
        select(SourceRow.row_key, SourceRow.entry_id, SourceRow.fingerprint).where(
            SourceRow.source_code == source_code
        )
    )
    return {key: SeenRow(key, entry_id, fingerprint) for key, entry_id, fingerprint in rows}


def newest_revisions(session: Session, entry_ids: Sequence[UUID]) -> dict[UUID, Newest]:
    found: dict[UUID, Newest] = {}
    for piece in _pieces(entry_ids):
        rows = session.execute(
            select(Revision.entry_id, Revision.version, Revision.document, Revision.made_by)
            .join(Entry, (Entry.id == Revision.entry_id) & (Entry.version == Revision.version))
            .where(Entry.id.in_(piece))
        )
        found |= {entry_id: Newest(*rest) for entry_id, *rest in rows}
    return found


def whereabouts(session: Session, entry_ids: Sequence[UUID]) -> dict[UUID, Whereabouts]:
    found: dict[UUID, Whereabouts] = {}
    for piece in _pieces(entry_ids):
        rows = session.execute(
            select(Entry.id, Entry.name, Place.precision, Place.locate_failure)
            .outerjoin(Place, Entry.place_id == Place.id)
            .where(Entry.id.in_(piece))
        )
        found |= {entry_id: Whereabouts(name, how, failure) for entry_id, name, how, failure in rows}
    return found


def keep_rows(session: Session, source_code: str, rows: Iterable[SeenRow], *, at: datetime) -> None:
    """Remember what these rows said and which entries they are."""
    values = [
        {
            "source_code": source_code,
            "row_key": row.key,
            "entry_id": row.entry_id,
            "fingerprint": row.fingerprint,
            "last_seen_at": at,
        }
        for row in rows
    ]
    statement = upsert(SourceRow)
    statement = statement.on_conflict_do_update(
        index_elements=[SourceRow.source_code, SourceRow.row_key],
        set_={name: statement.excluded[name] for name in ("entry_id", "fingerprint", "last_seen_at")},
    )
    if values:
        session.execute(statement, values)


def touch_rows(session: Session, source_code: str, keys: Collection[str], *, at: datetime) -> None:
    """The rows were in the file again."""
    for piece in _pieces(sorted(keys)):
        session.execute(
            update(SourceRow)
            .where(SourceRow.source_code == source_code, SourceRow.row_key.in_(piece))
            .values(last_seen_at=at)
        )


def write_run(session: Session, run: IngestRun, fates: Sequence[dict[str, Any]]) -> None:
    session.add(run)
    session.flush()
    if fates:
        session.execute(insert(IngestRowFate), fates)


def _pieces(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[start : start + _PIECE] for start in range(0, len(items), _PIECE))
