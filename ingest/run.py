"""One import from file to report: read, map, check, locate, match, store."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.db import wait_as_long_as_it_takes, writing
from api.face.service import write_counts
from api.models import IngestRun, Source
from geo.gazetteer import fold_name
from ingest import queries, queries_runs
from ingest.ahead import ReadAhead
from ingest.checks.places import PlaceChecks
from ingest.chunks import Importing, bring_in
from ingest.conflicts import Conflicts
from ingest.doubles import MOST_ROWS, find_doubles
from ingest.identity import find_renamed
from ingest.mapping import KnownSource
from ingest.matching import FindDuplicates
from ingest.readers.door import open_table
from ingest.report import IngestReport, Problem, Progress
from ingest.sources import get_source
from ingest.table import Row
from ingest.tally import Tally
from ingest.vanishing import Vanished, find_vanished, let_go

CHUNK = 1_000


@dataclass(frozen=True)
class _Rows:
    """The rows of a file with their keys; `keys` is None while nobody needs them all at once. The rows may be
    read anew at each walk: a large file is never in memory as a whole."""

    rows: Sequence[Row]
    keys: list[str | None] | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """What an import must not do. None is what the source itself says, or else the usual."""

    may_vanish: float | None = None
    canaries: tuple[str, ...] | None = None
    when_gone: str | None = None


def ingest_file(
    session_factory: sessionmaker[Session],
    path: Path,
    *,
    source: str | KnownSource,
    apply: bool,
    progress: Progress | None = None,
    rules: Rules | None = None,
    find_duplicates: FindDuplicates | None = find_doubles,
    file_name: str | None = None,
) -> IngestReport:
    """Bring a file in. A dry run does the same work, undoes it, and keeps only its report; `apply` keeps all
    of it or, when anything fails, nothing. `find_duplicates` is asked about new rows, unless they are many.
    `file_name` is what it is called, where it lies under another name.
    Raises BadInput for an unknown source or a file we cannot read."""
    known = get_source(source) if isinstance(source, str) else source
    table = known.prepare(open_table(path, columns=known.columns))
    report = IngestReport(
        run_id=uuid4(),
        source=known.code,
        file_name=file_name or path.name,
        file_sha256=_sha256(path),
        read_as=table.read_as,
        applied=apply,
        started_at=datetime.now(UTC),
        notes=tuple(
            Problem(None, None, None, words, "Look whether that is right.") for words in table.warnings
        ),
    )
    return ingest_rows(
        session_factory,
        known,
        table.rows,
        report,
        progress=progress,
        rules=rules,
        find_duplicates=find_duplicates,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ingest_rows(
    session_factory: sessionmaker[Session],
    known: KnownSource,
    rows: Sequence[Row],
    report: IngestReport,
    *,
    progress: Progress | None = None,
    rules: Rules | None = None,
    find_duplicates: FindDuplicates | None = find_doubles,
) -> IngestReport:
    """The same for rows that came another way; `report` says what they are, as yet without a count."""
    _begin(session_factory, known, report, rules or Rules())
    if len(rows) > MOST_ROWS:
        find_duplicates = None
    try:
        with Tally(report.run_id, applied=report.applied) as tally, writing(session_factory) as session:
            run = Importing(
                session=session,
                known=known,
                run_id=report.run_id,
                file_name=report.file_name,
                started_at=report.started_at,
                find_duplicates=find_duplicates,
            )
            wait_as_long_as_it_takes(session)
            return _run(run, rows, report, tally, progress)
    except BaseException:
        # Best effort: a run that was killed is found by the next one.
        with suppress(SQLAlchemyError), writing(session_factory) as session:
            queries_runs.end_run(
                session, report.run_id, state="stopped", note="It failed. Nothing of it was kept."
            )
        raise


def _begin(
    session_factory: sessionmaker[Session], known: KnownSource, report: IngestReport, rules: Rules
) -> None:
    """Known at once, so that a run that is killed leaves a trace."""
    with writing(session_factory) as session:
        source = queries.write_source(session, _source_row(known))
        if rules.may_vanish is not None:
            source.may_vanish = rules.may_vanish
        if rules.canaries is not None:
            source.canaries = list(rules.canaries)
        if rules.when_gone is not None:
            source.when_gone = rules.when_gone
        session.add(
            IngestRun(
                id=report.run_id,
                source_code=known.code,
                file_name=report.file_name,
                file_sha256=report.file_sha256,
                applied=report.applied,
                started_at=report.started_at,
                counts={},
                state="running",
                read_as=report.read_as,
                mapping=known.mapping,
            )
        )


def _run(
    run: Importing, rows: Sequence[Row], report: IngestReport, tally: Tally, progress: Progress | None
) -> IngestReport:
    session, known = run.session, run.known
    queries.lock_source(session, known.code)
    notes = _notes(known, queries_runs.stop_unfinished(session, known.code, report.run_id, report.started_at))
    source = queries.get_source_row(session, known.code)
    held = queries.known_keys(session, known.code)
    # The first time there is nothing that could be gone or renamed: one walk through the file is enough.
    is_first = not held and not source.canaries
    read = _Rows(rows) if is_first else _read_keys(known, rows, names=bool(source.canaries))
    in_file = {key for key in read.keys or () if key is not None}
    run.renamed = find_renamed(in_file - held, held - in_file)
    gone = held - in_file - set(run.renamed.values())
    vanished = find_vanished(source, held=len(held), gone=gone, missing=_missing(source, read))
    if vanished.refusal is None or not report.applied:
        _bring_in(run, read, vanished, source, tally, progress, held=held, applied=report.applied)
    queries_runs.copy_fates(session, tally.rewound())
    report = replace(
        report,
        counts=tally.counts,
        rows=tuple(tally.rows),
        notes=report.notes + notes,
        refused=vanished.refusal,
        applied=report.applied and vanished.refusal is None,
    )
    state = "refused" if report.refused else "done"
    queries_runs.end_run(session, report.run_id, state=state, note=report.refused, counts=report.counts)
    return report


def _bring_in(
    run: Importing,
    read: _Rows,
    vanished: Vanished,
    source: Source,
    tally: Tally,
    progress: Progress | None,
    *,
    held: set[str],
    applied: bool,
) -> None:
    """All rows, then what is gone. A dry run takes it all back."""
    session = run.session
    undoable = session.begin_nested()
    run.places = PlaceChecks(session)
    run.conflicts = Conflicts(session, run.known.code, run.run_id)
    if applied:
        queries.remember_what_was(session, run.run_id)
    queries.rename_rows(session, run.known.code, run.renamed)
    done = 0
    known = held | run.renamed.keys()
    ahead = ReadAhead(run.known, read.rows, read.keys, held=known, size=CHUNK)
    for fates in bring_in(run, ahead):
        for fate in fates:
            tally.add(fate)
        done += len(fates)
        if progress is not None:
            progress(done, len(read.rows))
    write_counts(session, run.counts)
    for fate in let_go(session, run.known.code, vanished.keys, source.when_gone, at=run.started_at):
        tally.add(fate)
    queries.remember_what_was(session, None)
    if applied:
        undoable.commit()
    else:
        undoable.rollback()


def _notes(known: KnownSource, stopped: int) -> tuple[Problem, ...]:
    notes = []
    if not known.licence:
        notes.append(
            Problem(
                None,
                None,
                None,
                "No licence is named for this source, so we cannot say how others may use it.",
                "Ask who owns the list, and say it where it is said what the columns mean.",
            )
        )
    if stopped:
        what = "An earlier import of this source was cut off before its end. Nothing of it was kept."
        notes.append(Problem(None, None, None, what, "Nothing to do: this run does its work."))
    return tuple(notes)


def _read_keys(known: KnownSource, rows: Sequence[Row], *, names: bool) -> _Rows:
    """All keys at once, before anything is written: what is gone, or renamed, must be known first."""
    keys: list[str | None] = []
    found = set()
    for row in rows:
        keys.append(None if row.broken else known.key_of(row))
        if names:
            found.add(fold_name(row.text(known.name_column) or ""))
    return _Rows(rows, keys, frozenset(found))


def _missing(source: Source, read: _Rows) -> list[str]:
    """Canaries that are not in the file, by name or key."""
    keys = set(read.keys or ())
    return [one for one in source.canaries if fold_name(one) not in read.names and one not in keys]


def _source_row(known: KnownSource) -> Source:
    return Source(
        code=known.code,
        name=known.name,
        url=known.url,
        licence=known.licence,
        licence_url=known.licence_url,
        attribution=known.attribution,
    )
