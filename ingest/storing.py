"""Writing matched rows: in batches, each row safe from its neighbours' mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from api.entries.service import save_entries
from api.errors import BadInput, EditConflict
from ingest import queries
from ingest.mapping import MappedRow
from ingest.matching import Match, match_row
from ingest.queries import SeenRow
from ingest.report import Fate, Problem, Progress, RowFate

BATCH = 100
_FATE_OF: dict[str, Fate] = {"make": "new", "change": "changed", "remember": "unchanged", "keep": "unchanged"}


@dataclass(frozen=True)
class Refusal:
    what: str
    todo: str


def import_author(source_code: str) -> str:
    """How revisions name an import; any other author is a person, whose word outlives it."""
    return f"import:{source_code}"


def store_rows(
    session: Session,
    source_code: str,
    mapped: Sequence[MappedRow],
    *,
    why: str,
    at: datetime,
    progress: Progress | None = None,
) -> list[RowFate]:
    """The fate of every row of the file in its order, then of those gone from it. Nothing is committed."""
    seen = queries.seen_rows(session, source_code)
    fates: list[RowFate] = []
    for start in range(0, len(mapped), BATCH):
        batch = mapped[start : start + BATCH]
        fates += _store_batch(session, source_code, batch, seen, why=why, at=at)
        if progress is not None:
            progress(len(fates), len(mapped))
    in_file = {one.key for one in mapped if one.key is not None}
    queries.touch_rows(session, source_code, in_file & seen.keys(), at=at)
    return fates + [_gone(row) for key, row in seen.items() if key not in in_file]


def _store_batch(
    session: Session,
    source_code: str,
    batch: Sequence[MappedRow],
    seen: dict[str, SeenRow],
    *,
    why: str,
    at: datetime,
) -> list[RowFate]:
    matches = _match(session, source_code, batch, seen)
    to_save = [match for match in matches.values() if match.todo in ("make", "change")]
    outcomes = dict(
        zip(
            [match.mapped.row.number for match in to_save],
            _save(session, source_code, to_save, why=why),
            strict=True,
        )
    )
    fates, kept = [], []
    for one in batch:
        match = matches.get(one.row.number)
        outcome = outcomes.get(one.row.number) or (match.entry_id if match else None)
        fates.append(_fate(one, match, outcome))
        says_new = match is not None and match.todo in ("make", "change", "remember")
        if says_new and isinstance(outcome, UUID) and one.key is not None:
            kept.append(SeenRow(one.key, outcome, one.fingerprint))
    queries.keep_rows(session, source_code, kept, at=at)
    return fates


def _match(
    session: Session, source_code: str, batch: Sequence[MappedRow], seen: dict[str, SeenRow]
) -> dict[int, Match]:
    """By row number; rows that cannot be used have none."""
    known = {one.row.number: seen.get(one.key) for one in batch if one.key is not None}
    newest = queries.newest_revisions(session, [row.entry_id for row in known.values() if row])
    by = import_author(source_code)
    found = {}
    for one in batch:
        if one.draft is None:
            continue
        row = known.get(one.row.number)
        revision = newest.get(row.entry_id) if row else None
        found[one.row.number] = match_row(one, one.draft, row, revision, by=by)
    return found


def _save(session: Session, source_code: str, matches: Sequence[Match], *, why: str) -> list[UUID | Refusal]:
    """All at once; when one of them fails, each alone, so that only the faulty one is refused."""
    if not matches:
        return []
    items = [match.to_save(source_code) for match in matches]
    try:
        with session.begin_nested():
            saved = save_entries(session, items, by=import_author(source_code), why=why)
        return [one.entry_id for one in saved]
    except (BadInput, EditConflict, StaleDataError, DataError, IntegrityError) as error:
        if len(matches) == 1:
            return [_refusal(error)]
    return [outcome for match in matches for outcome in _save(session, source_code, [match], why=why)]


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, BadInput):
        return Refusal(error.detail, "Mend it in the file, then bring it in again.")
    if isinstance(error, EditConflict | StaleDataError):
        return Refusal("Someone saved this entry while the import was running.", "Bring the file in again.")
    return Refusal("The database could not keep this row.", "Look for odd letters or huge numbers in it.")


def _fate(mapped: MappedRow, match: Match | None, outcome: UUID | Refusal | None) -> RowFate:
    row = mapped.row
    problems = list(row.problems)
    if match is None:
        return RowFate(row.number, mapped.key, mapped.name, "refused", problems=tuple(problems))
    if match.todo == "conflict":
        problems.append(_conflict(row.number, match))
        return RowFate(
            row.number, mapped.key, mapped.name, "refused", match.entry_id, tuple(problems), match.fields
        )
    if isinstance(outcome, Refusal):
        problems.append(Problem(row.number, None, None, outcome.what, outcome.todo))
        return RowFate(row.number, mapped.key, mapped.name, "refused", match.entry_id, tuple(problems))
    fate = _FATE_OF[match.todo]
    return RowFate(row.number, mapped.key, mapped.name, fate, outcome, tuple(problems), match.fields)


def _conflict(number: int, match: Match) -> Problem:
    return Problem(
        number,
        None,
        None,
        f"The file has changed, but a curator has changed this entry too. The curator's version stays. "
        f"They differ in: {', '.join(match.fields)}.",
        "Compare the two. If the file is right, change the entry by hand.",
    )


def _gone(row: SeenRow) -> RowFate:
    problem = Problem(
        None,
        None,
        row.key,
        "This was in the source before and is not in the file now. The entry stays as it is.",
        "Find out whether it has closed, and if so mark the entry as closed.",
    )
    return RowFate(None, row.key, None, "gone", row.entry_id, (problem,))
