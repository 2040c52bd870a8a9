"""Fields where a source and a curator disagree: kept with both values until a person decides."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.entries.differences import with_field
from api.entries.schemas import EntryDraft
from api.entries.service import ToSave, save_entry, undo_version
from api.entries.wording import field_words, value_words
from api.errors import BadInput, NotFound
from api.models import Entry, IngestConflict
from ingest import queries, queries_runs
from ingest.merging import Clash
from ingest.report import Problem


class Conflicts:
    """Those of one source during one run."""

    def __init__(self, session: Session, source_code: str, run_id: UUID) -> None:
        self._source_code, self._run_id = source_code, run_id
        self._open: dict[UUID, dict[str, IngestConflict]] = defaultdict(dict)
        for one in queries_runs.open_conflicts(session, source_code):
            self._open[one.entry_id][one.field] = one

    def waiting_problem(self, entry_id: UUID, row: int) -> Problem | None:
        """That an unchanged row still waits for somebody to decide."""
        if not self._open.get(entry_id):
            return None
        fields = ", ".join(sorted(map(field_words, self._open[entry_id])))
        return Problem(
            row,
            None,
            None,
            f"The source's newer value still waits for a person: {fields}.",
            "See both: hereabouts ingest conflicts.",
        )

    @staticmethod
    def problems(row: int, clashes: Sequence[Clash]) -> list[Problem]:
        return [
            Problem(
                row,
                field_words(clash.field),
                value_words(clash.field, clash.theirs),
                f"The source has changed this, but a curator has changed it too. Theirs stays: "
                f"{value_words(clash.field, clash.ours)}.",
                "Choose: hereabouts ingest conflicts shows both.",
            )
            for clash in clashes
        ]

    def settle_into(self, session: Session, entry_id: UUID, clashes: Iterable[Clash]) -> None:
        """Make what waits for this entry these clashes; one the source no longer insists on is withdrawn."""
        wanted = {clash.field: clash for clash in clashes}
        waiting = self._open.get(entry_id, {})
        for field in [field for field in waiting if field not in wanted]:
            _answer(waiting.pop(field), "withdrawn", by=f"import:{self._source_code}")
        for field, clash in wanted.items():
            row = waiting.get(field)
            if row is None:
                row = IngestConflict(source_code=self._source_code, entry_id=entry_id, field=field)
                session.add(row)
                self._open[entry_id][field] = row
            row.run_id, row.ours, row.theirs = self._run_id, clash.ours, clash.theirs


def _answer(row: IngestConflict, answer: str, *, by: str) -> None:
    row.answer, row.answered_by, row.answered_at = answer, by, datetime.now(UTC)


@dataclass(frozen=True)
class Waiting:
    """One field of an entry that waits: what we say and what the source says."""

    id: UUID
    entry_id: UUID
    name: str
    source_code: str
    field: str
    ours: Any
    theirs: Any


def list_conflicts(session: Session, *, source_code: str | None = None) -> list[Waiting]:
    """What waits for a person, oldest first."""
    return [
        Waiting(one.id, one.entry_id, name, one.source_code, one.field, one.ours, one.theirs)
        for one, name in queries_runs.waiting_conflicts(session, source_code)
    ]


def get_conflict(session: Session, conflict_id: UUID) -> Waiting:
    """One that waits. Raises NotFound."""
    row = _waiting(session, conflict_id)
    return Waiting(
        row.id, row.entry_id, session.get_one(Entry, row.entry_id).name, row.source_code, row.field, row.ours,
        row.theirs,
    )  # fmt: skip


def _waiting(session: Session, conflict_id: UUID) -> IngestConflict:
    row = queries_runs.find_conflict(session, conflict_id)
    if row is None or row.answer is not None:
        raise NotFound("Nothing waits under this number. Somebody may have decided already.")
    return row


def settle_conflict(session: Session, conflict_id: UUID, *, take_source: bool, by: str) -> int | None:
    """Take the source's value, or keep ours. Returns the version that taking it made, None when none was.
    Raises NotFound, and BadInput when its value no longer fits."""
    version = None
    row = _waiting(session, conflict_id)
    if take_source:
        newest = queries.newest_revisions(session, [row.entry_id])[row.entry_id]
        document = with_field(newest.document, row.field, row.theirs)
        try:
            draft = EntryDraft.model_validate(document)
        except ValueError as error:
            raise BadInput("The source's value no longer fits the entry. Change it by hand.") from error
        why = f"Took {field_words(row.field)} from {row.source_code}"
        saved = save_entry(session, ToSave(draft, row.entry_id, newest.version), by=by, why=why)
        version = saved.version if saved.changed else None
    _answer(row, "source" if take_source else "ours", by=by)
    return version


def reopen_conflict(session: Session, conflict_id: UUID, *, version: int | None, by: str) -> None:
    """Undo an answer: it waits again, and what taking the source's value made (`version`) is taken back.
    Raises NotFound, and EditConflict when the entry was saved since."""
    row = queries_runs.find_conflict(session, conflict_id)
    if row is None or row.answer is None:
        raise NotFound("There is no answer to take back under this number.")
    if version is not None:
        undo_version(session, row.entry_id, version, by=by, why=f"Took back {field_words(row.field)}")
    row.answer = row.answered_by = row.answered_at = None
    session.flush()
