"""Fields where a source and a curator disagree: kept with both values until a person decides."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.entries.differences import field_words, value_words, with_field
from api.entries.schemas import EntryDraft
from api.entries.service import ToSave, save_entry
from api.errors import BadInput, NotFound
from api.models import IngestConflict
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
                value_words(clash.theirs),
                f"The source has changed this, but a curator has changed it too. Theirs stays: "
                f"{value_words(clash.ours)}.",
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


def settle_conflict(session: Session, conflict_id: UUID, *, take_source: bool, by: str) -> None:
    """Take the source's value, or keep ours. Raises NotFound, and BadInput when its value no longer fits."""
    row = queries_runs.find_conflict(session, conflict_id)
    if row is None or row.answer is not None:
        raise NotFound("Nothing waits under this number. Somebody may have decided already.")
    if take_source:
        newest = queries.newest_revisions(session, [row.entry_id])[row.entry_id]
        document = with_field(newest.document, row.field, row.theirs)
        try:
            draft = EntryDraft.model_validate(document)
        except ValueError as error:
            raise BadInput("The source's value no longer fits the entry. Change it by hand.") from error
        why = f"Took {field_words(row.field)} from {row.source_code}"
        save_entry(session, ToSave(draft, row.entry_id, newest.version), by=by, why=why)
    _answer(row, "source" if take_source else "ours", by=by)
    session.flush()
