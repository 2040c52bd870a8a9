"""Writing matched rows: a chunk at once, each row safe from its neighbours' mistakes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.exc import StaleDataError

from api.entries.service import Saved, Saving, begin_saving
from api.errors import BadInput, EditConflict
from api.face.service import Counts, project_entries
from ingest.matching import Match

_FAULTS = (BadInput, EditConflict, StaleDataError, DataError, IntegrityError)


@dataclass(frozen=True)
class Refusal:
    what: str
    todo: str


def import_author(source_code: str) -> str:
    """How revisions name an import; any other author is a person."""
    return f"import:{source_code}"


class Storing:
    """Matches on their way into the tables, all at once and in steps: `read`, `work_out`, `write`, `show`,
    `finish`. After a fault the steps that are left do nothing, and `finish` stores each half alone, until
    only the faulty rows are refused. While the database shows one chunk another may be worked out."""

    def __init__(self, session: Session, source_code: str, matches: Sequence[Match], *, why: str) -> None:
        self._session, self._source_code, self._why = session, source_code, why
        self._matches = matches
        self._fault: Exception | None = None
        self._nested: SessionTransaction | None = None
        self._counts = Counts()

    @property
    def has_failed(self) -> bool:
        return self._fault is not None

    def read(self) -> None:
        items = [match.to_save(self._source_code) for match in self._matches]
        by = import_author(self._source_code)

        def begin() -> None:
            with self._session.begin_nested():
                self._saving: Saving = begin_saving(self._session, items, by=by, why=self._why)

        self._try(begin)

    def work_out(self) -> None:
        self._try(lambda: self._saving.work_out())

    def write(self) -> None:
        def write() -> None:
            self._nested = self._session.begin_nested()
            self._saved, self._shown = self._saving.write()

        self._try(write)

    def show(self) -> None:
        self._try(lambda: project_entries(self._session, self._shown, counts=self._counts))

    def finish(self, counts: Counts) -> list[Saved | Refusal]:
        """What became of each match. `counts` notes what the public face has yet to count."""
        if not self._matches:
            return []
        self._try(lambda: self._nested.commit() if self._nested is not None else None)
        if self._fault is None:
            counts.add(self._counts)
            return list(self._saved)
        return [_refusal(self._fault)] if len(self._matches) == 1 else self._store_halves(counts)

    def _try(self, step: Callable[[], None]) -> None:
        if self._fault is not None or not self._matches:
            return
        try:
            step()
        except _FAULTS as error:
            self._fault = error
            # At once: others may have questions.
            if self._nested is not None:
                self._nested.rollback()

    def _store_halves(self, counts: Counts) -> list[Saved | Refusal]:
        middle = len(self._matches) // 2
        store = partial(store_matches, self._session, self._source_code, why=self._why, counts=counts)
        return store(self._matches[:middle]) + store(self._matches[middle:])


def store_matches(
    session: Session, source_code: str, matches: Sequence[Match], *, why: str, counts: Counts
) -> list[Saved | Refusal]:
    """All steps, one after the other."""
    storing = Storing(session, source_code, matches, why=why)
    for step in (storing.read, storing.work_out, storing.write, storing.show):
        step()
    return storing.finish(counts)


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, BadInput):
        return Refusal(error.detail, "Mend it in the file, then bring it in again.")
    if isinstance(error, EditConflict | StaleDataError):
        return Refusal("Someone saved this entry while the import was running.", "Bring the file in again.")
    return Refusal("The database could not keep this row.", "Look for odd letters or huge numbers in it.")


def entry_of(outcome: Saved | Refusal | None, match: Match) -> UUID | None:
    return outcome.entry_id if isinstance(outcome, Saved) else match.entry_id
