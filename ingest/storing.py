"""Writing matched rows: in chunks, each row safe from its neighbours' mistakes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from api.entries.service import Saved, write_entries
from api.errors import BadInput, EditConflict
from api.face.service import Counts, project_entries
from ingest.matching import Match


@dataclass(frozen=True)
class Refusal:
    what: str
    todo: str


def import_author(source_code: str) -> str:
    """How revisions name an import; any other author is a person."""
    return f"import:{source_code}"


def save_matches(
    session: Session,
    source_code: str,
    matches: Sequence[Match],
    *,
    why: str,
    counts: Counts,
    meanwhile: Callable[[], object],
) -> list[Saved | Refusal]:
    """All at once; when that fails, each half alone, until only the faulty rows are refused. `counts` notes
    what the public face has yet to count; `meanwhile` is called when the database has long work to do."""
    if not matches:
        return []
    items = [match.to_save(source_code) for match in matches]
    try:
        noted = Counts()
        with session.begin_nested():
            saved, shown = write_entries(session, items, by=import_author(source_code), why=why)
            meanwhile()
            project_entries(session, shown, counts=noted)
        counts.add(noted)
        return list(saved)
    except (BadInput, EditConflict, StaleDataError, DataError, IntegrityError) as error:
        if len(matches) == 1:
            return [_refusal(error)]
    middle = len(matches) // 2
    halves = (matches[:middle], matches[middle:])
    return [
        one
        for half in halves
        for one in save_matches(session, source_code, half, why=why, counts=counts, meanwhile=meanwhile)
    ]


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, BadInput):
        return Refusal(error.detail, "Mend it in the file, then bring it in again.")
    if isinstance(error, EditConflict | StaleDataError):
        return Refusal("Someone saved this entry while the import was running.", "Bring the file in again.")
    return Refusal("The database could not keep this row.", "Look for odd letters or huge numbers in it.")


def entry_of(outcome: Saved | Refusal | None, match: Match) -> UUID | None:
    return outcome.entry_id if isinstance(outcome, Saved) else match.entry_id
