"""One import from file to report: read, map, check, locate, match, store."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session, sessionmaker

from api.db import writing
from api.models import IngestRun, Source
from ingest import queries
from ingest.mapping import KnownSource, MappedRow, map_row
from ingest.matching import refuse_twins
from ingest.readers import read_bytes, read_sheet
from ingest.report import IngestReport, Problem, Progress, RowFate
from ingest.sources import get_source
from ingest.storing import store_rows
from ingest.table import make_table

# Worse than this, and a place is not where its address says.
_GOOD_ENOUGH = frozenset({"exact", "postcode"})


def ingest_file(
    session_factory: sessionmaker[Session],
    path: Path,
    *,
    source: str,
    apply: bool,
    progress: Progress | None = None,
) -> IngestReport:
    """Bring a file in. A dry run does the same work, undoes it, and keeps only its report; `apply` keeps all
    of it or, when anything fails, nothing. Raises BadInput for an unknown source or a file we cannot read."""
    known = get_source(source)
    raw = read_bytes(path)
    table = make_table(read_sheet(path.name, raw), columns=known.columns)
    mapped = refuse_twins([map_row(known, row) for row in table.rows])
    report = IngestReport(
        run_id=uuid4(),
        source=source,
        file_name=path.name,
        file_sha256=hashlib.sha256(raw).hexdigest(),
        read_as=table.read_as,
        applied=apply,
        started_at=datetime.now(UTC),
        rows=(),
    )
    with session_factory() as session, session.begin() as transaction:
        report = replace(report, rows=_bring_in(session, known, mapped, report, progress))
        if apply:
            _keep_report(session, known, report)
        else:
            transaction.rollback()
    if not apply:
        report = replace(report, rows=tuple(_forget_new_entry(row) for row in report.rows))
        with writing(session_factory) as session:
            _keep_report(session, known, report)
    return report


def _bring_in(
    session: Session,
    known: KnownSource,
    mapped: Sequence[MappedRow],
    report: IngestReport,
    progress: Progress | None,
) -> tuple[RowFate, ...]:
    queries.lock_source(session, known.code)
    queries.write_source(session, _source_row(known))
    why = f"Brought in from {report.file_name}"
    fates = store_rows(session, known.code, mapped, why=why, at=report.started_at, progress=progress)
    return tuple(_say_where(session, fates))


def _say_where(session: Session, fates: Sequence[RowFate]) -> list[RowFate]:
    """Each row with how well its place is known, and a problem where that is badly."""
    found = queries.whereabouts(session, [fate.entry_id for fate in fates if fate.entry_id])
    told = []
    for fate in fates:
        where = found.get(fate.entry_id) if fate.entry_id else None
        if where is None or fate.fate == "refused":
            told.append(fate)
            continue
        problems = fate.problems
        if where.precision not in _GOOD_ENOUGH and fate.fate != "gone":
            problems += (_badly_placed(fate, where),)
        named = replace(fate, name=fate.name or where.name, precision=where.precision, problems=problems)
        told.append(named)
    return told


def _badly_placed(fate: RowFate, where: queries.Whereabouts) -> Problem:
    if where.precision is None:
        what = f"We do not know where this is. {where.failure or ''}".strip()
    else:
        what = f"We only know the {where.precision} this is in, so it may be a mile or more out."
    todo = "Check the postcode. If it is right, load a fuller list of postcodes: hereabouts gazetteer load."
    return Problem(fate.row, None, None, what, todo)


def _forget_new_entry(row: RowFate) -> RowFate:
    """After a dry run there is no such entry."""
    return replace(row, entry_id=None) if row.fate == "new" else row


def _keep_report(session: Session, known: KnownSource, report: IngestReport) -> None:
    queries.write_source(session, _source_row(known))
    run = IngestRun(
        id=report.run_id,
        source_code=report.source,
        file_name=report.file_name,
        file_sha256=report.file_sha256,
        applied=report.applied,
        started_at=report.started_at,
        finished_at=datetime.now(UTC),
        counts=report.counts,
    )
    fates = [
        {
            "run_id": report.run_id,
            # Rows that are gone have no number in the file: they count down from -1.
            "row_no": row.row if row.row is not None else -position,
            "row_key": row.key,
            "fate": row.fate,
            "entry_id": row.entry_id,
            "problems": [problem.as_json() for problem in row.problems],
        }
        for position, row in enumerate(sorted(report.rows, key=lambda row: row.row is not None), start=1)
    ]
    queries.write_run(session, run, fates)


def _source_row(known: KnownSource) -> Source:
    return Source(
        code=known.code,
        name=known.name,
        url=known.url,
        licence=known.licence,
        licence_url=known.licence_url,
        attribution=known.attribution,
    )
