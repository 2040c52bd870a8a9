"""SQL of files handed in on the page: whose turn it is, what is left over, the rows of a run by the page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from api.models import Entry, IngestRowFate, IngestRun, Source, Upload

_TURN: Final = "ingest:uploads"


def try_turn(session: Session) -> bool:
    """Whether nobody else works at an upload; then nobody does until this transaction ends."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(_TURN)))))


def find_upload(session: Session, upload_id: UUID, *, hold: bool = False) -> Upload | None:
    return session.get(Upload, upload_id, with_for_update=True if hold else None)


def open_uploads(session: Session) -> list[Upload]:
    """Those that are not in the directory yet, newest first."""
    rows = select(Upload).where(Upload.state != "applied").order_by(Upload.made_at.desc())
    return list(session.scalars(rows))


def beat(session: Session, upload_id: UUID, *, at: datetime, **values: Any) -> None:
    session.execute(update(Upload).where(Upload.id == upload_id).values(beat_at=at, **values))


def stop_working(session: Session, problem: str) -> None:
    """What is said to be worked at is not: ask this only when it is nobody's turn."""
    session.execute(update(Upload).where(Upload.state == "working").values(state="failed", problem=problem))


def stop_waiting(session: Session, problem: str, *, unheard_since: datetime) -> None:
    session.execute(
        update(Upload)
        .where(Upload.state == "waiting", Upload.beat_at < unheard_since)
        .values(state="failed", problem=problem)
    )


def older_uploads(session: Session, before: datetime) -> list[Upload]:
    rows = select(Upload).where(Upload.made_at < before, Upload.state.not_in(("waiting", "working")))
    return list(session.scalars(rows))


def upload_ids(session: Session) -> set[UUID]:
    return set(session.scalars(select(Upload.id)))


def runs_with_sources(session: Session, limit: int, *, applied: bool) -> list[tuple[IngestRun, Source]]:
    """Newest first; those that were to be kept, or the dry runs."""
    rows = (
        select(IngestRun, Source)
        .join(Source, Source.code == IngestRun.source_code)
        .where(IngestRun.applied.is_(applied))
        .order_by(IngestRun.started_at.desc())
        .limit(limit)
    )
    return [(run, source) for run, source in session.execute(rows)]


def find_source(session: Session, code: str) -> Source | None:
    return session.get(Source, code)


def _of(run_id: UUID, what: str) -> list[ColumnElement[bool]]:
    """`what` is a fate, or "problems" or "duplicates" for rows that have any."""
    row = IngestRowFate
    if what == "problems":
        kind: ColumnElement[bool] = func.jsonb_array_length(row.problems) > 0
    elif what == "duplicates":
        kind = func.cardinality(row.looks_like) > 0
    else:
        kind = row.fate == what
    return [row.run_id == run_id, kind]


def count_rows(session: Session, run_id: UUID, what: str) -> int:
    rows = select(func.count()).select_from(IngestRowFate).where(*_of(run_id, what))
    return session.scalar(rows) or 0


def list_rows(session: Session, run_id: UUID, what: str, *, most: int, skip: int) -> list[IngestRowFate]:
    """In the order of the file, those gone from it last."""
    number = IngestRowFate.row_no
    rows = select(IngestRowFate).where(*_of(run_id, what)).order_by(number < 0, func.abs(number))
    return list(session.scalars(rows.limit(most).offset(skip)))


def slugs_of(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """(slug, name) of the entries there are."""
    if not ids:
        return {}
    rows = session.execute(select(Entry.id, Entry.slug, Entry.name).where(Entry.id == func.any(list(ids))))
    return {entry_id: (slug, name) for entry_id, slug, name in rows}
