"""SQL of the runs: how each ended, the fate of its rows, what waits for a person, kept mappings."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.models import Entry, IngestConflict, IngestRowFate, IngestRun, SavedMapping, Source
from ingest.queries import driver


def open_conflicts(session: Session, source_code: str) -> list[IngestConflict]:
    rows = select(IngestConflict).where(
        IngestConflict.source_code == source_code, IngestConflict.answer.is_(None)
    )
    return list(session.scalars(rows))


def waiting_conflicts(session: Session, source_code: str | None) -> list[tuple[IngestConflict, str]]:
    """With the names of their entries."""
    rows = (
        select(IngestConflict, Entry.name)
        .join(Entry, Entry.id == IngestConflict.entry_id)
        .where(IngestConflict.answer.is_(None))
        .order_by(IngestConflict.made_at, Entry.name, IngestConflict.field)
    )
    if source_code is not None:
        rows = rows.where(IngestConflict.source_code == source_code)
    return [(one, name) for one, name in session.execute(rows)]


def find_conflict(session: Session, conflict_id: UUID) -> IngestConflict | None:
    return session.get(IngestConflict, conflict_id, with_for_update=True)


def stop_unfinished(session: Session, source_code: str, run_id: UUID, before: datetime) -> int:
    """Runs of the source that began earlier and never ended: they were killed and left nothing."""
    stopped = session.execute(
        update(IngestRun)
        .where(
            IngestRun.source_code == source_code,
            IngestRun.state == "running",
            IngestRun.id != run_id,
            IngestRun.started_at <= before,
        )
        .values(state="stopped", note="It was cut off before its end. Nothing of it was kept.")
        .returning(IngestRun.id)
    )
    return len(stopped.all())


def end_run(
    session: Session, run_id: UUID, *, state: str, note: str | None, counts: dict[str, Any] | None = None
) -> None:
    session.execute(
        update(IngestRun)
        .where(IngestRun.id == run_id)
        .values(state=state, note=note, counts=counts or {}, finished_at=func.clock_timestamp())
    )


_COPY_FATES = (
    "COPY directory.ingest_row (run_id, row_no, row_key, name, fate, entry_id, version, changes, problems, "
    "looks_like) FROM STDIN"
)
_COPY_BLOCK = 1 << 20


def copy_fates(session: Session, spool: IO[bytes]) -> None:
    """Store the fates of a run from lines in COPY's own text form, from where the file stands."""
    with driver(session).cursor() as cursor, cursor.copy(_COPY_FATES) as copy:
        while block := spool.read(_COPY_BLOCK):
            copy.write(block)


def find_mapping(session: Session, name: str) -> SavedMapping | None:
    return session.get(SavedMapping, name)


def list_mappings(session: Session) -> list[SavedMapping]:
    return list(session.scalars(select(SavedMapping).order_by(SavedMapping.name)))


def find_run(session: Session, run_id: UUID) -> IngestRun | None:
    return session.get(IngestRun, run_id)


def newest_runs(session: Session, limit: int) -> list[IngestRun]:
    return list(session.scalars(select(IngestRun).order_by(IngestRun.started_at.desc()).limit(limit)))


def run_fates(session: Session, run_id: UUID) -> Iterable[IngestRowFate]:
    """The rows of a run in the order of the file, those gone from it last; a few at a time."""
    number = IngestRowFate.row_no
    rows = select(IngestRowFate).where(IngestRowFate.run_id == run_id).order_by(number < 0, func.abs(number))
    return session.scalars(rows.execution_options(yield_per=1_000))


def imports_of(session: Session, entry_id: UUID) -> dict[int, tuple[int, IngestRun, Source]]:
    """(row of the file, run, source) of each version of an entry that an import made."""
    rows = session.execute(
        select(IngestRowFate.version, IngestRowFate.row_no, IngestRun, Source)
        .join(IngestRun, IngestRun.id == IngestRowFate.run_id)
        .join(Source, Source.code == IngestRun.source_code)
        .where(IngestRowFate.entry_id == entry_id, IngestRowFate.version.is_not(None), IngestRun.applied)
    )
    return {version: (row, run, source) for version, row, run, source in rows if version is not None}


def sources_of(session: Session, codes: Collection[str]) -> dict[str, Source]:
    """Those there are, by code."""
    rows = session.scalars(select(Source).where(Source.code.in_(codes))) if codes else ()
    return {source.code: source for source in rows}
