"""One chunk of rows on its way in: what is new about them, what they are, and what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.entries.service import Saved
from api.face.service import Counts
from ingest import queries
from ingest.ahead import ReadRow
from ingest.checks.places import PlaceChecks
from ingest.conflicts import Conflicts
from ingest.mapping import KnownSource, MappedRow, fingerprint, map_row
from ingest.matching import FindDuplicates, LooksLike, Match, match_row
from ingest.queries import Newest, SeenRow
from ingest.report import Fate, Problem, RowFate
from ingest.storing import Refusal, entry_of, save_matches
from ingest.table import Row

# Worse than this, and a place is not where its address says.
_GOOD_ENOUGH = frozenset({"exact", "postcode"})
_ROUGHLY = {
    "sector": "the part of the postal district",
    "outcode": "the postal district",
    "place": "the town or village",
}


@dataclass
class Importing:
    """What all chunks of one run share. `renamed` are keys that rows had before: {new: old}. `first` is
    where in the file each key was met; `counts` is what the public face counts once, at the
    end; `read_ahead` begins with the next rows while the database works."""

    session: Session
    known: KnownSource
    run_id: UUID
    file_name: str
    started_at: datetime
    places: PlaceChecks = field(init=False)
    conflicts: Conflicts = field(init=False)
    renamed: dict[str, str] = field(default_factory=dict)
    find_duplicates: FindDuplicates | None = None
    first: dict[str, tuple[int, str]] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    read_ahead: Callable[[], object] = lambda: None

    @property
    def why(self) -> str:
        return f"Brought in from {self.file_name}"


def bring_in_chunk(run: Importing, rows: Sequence[ReadRow]) -> list[RowFate]:
    """The fates of these rows in their order. Nothing is committed."""
    if all(one.mapped is None for one in rows):
        run.read_ahead()
    seen = queries.seen_rows(run.session, run.known.code, {one.key for one in rows if one.key is not None})
    fates: dict[int, RowFate] = {}
    todo: list[ReadRow] = []
    for one in rows:
        before = seen.get(one.key) if one.key is not None else None
        if _is_twin(run, one):
            fates[one.row.number] = _refused(run, one.row, one.key)
        elif before is not None and before.row_print == one.print and not before.is_gone:
            run.first[before.key] = (one.row.number, one.print)
            fates[one.row.number] = _unchanged(run, one.row, before)
        else:
            todo.append(one)
    fates |= _bring_in_changed(run, todo, seen)
    return _say_where(run.session, [fates[one.row.number] for one in rows])


def _is_twin(run: Importing, one: ReadRow) -> bool:
    """Two rows with one key cannot both be the entry: the first is, the second is refused."""
    if one.key is None or one.key not in run.first:
        return False
    number, print_ = run.first[one.key]
    same = "exactly the same as" if print_ == one.print else "the same thing as"
    one.row.note(None, f"This row is {same} row {number}.", "Leave only one of them in the file.")
    return True


def _refused(run: Importing, row: Row, key: str | None) -> RowFate:
    name = row.text(run.known.name_column)
    return RowFate(row.number, key, name, "refused", problems=tuple(row.problems))


def _unchanged(run: Importing, row: Row, seen: SeenRow) -> RowFate:
    kept = tuple(Problem(**{**one, "row": row.number}) for one in seen.problems)
    waiting = run.conflicts.waiting_problem(seen.entry_id, row.number)
    problems = kept + ((waiting,) if waiting else ())
    name = row.text(run.known.name_column)
    return RowFate(row.number, seen.key, name, "unchanged", seen.entry_id, problems)


def _bring_in_changed(
    run: Importing, todo: Sequence[ReadRow], seen: dict[str, SeenRow]
) -> dict[int, RowFate]:
    """Map, check, match and store the rows that say something new."""
    fates: dict[int, RowFate] = {}
    prints, mapped = {}, []
    for one in todo:
        # A row met earlier in this very chunk.
        if _is_twin(run, one):
            fates[one.row.number] = _refused(run, one.row, one.key)
            continue
        made = one.mapped or map_row(run.known, one.row)
        if made.draft is None:
            fates[one.row.number] = _refused(run, one.row, one.key)
            continue
        run.first[str(one.key)] = (one.row.number, one.print)
        prints[one.row.number] = one.print
        mapped.append(made)
    run.places.check(run.session, mapped)
    matches = _match(run, mapped, seen)
    doubles = _find_duplicates(run, matches)
    outcomes = _save(run, matches)
    for match in matches:
        number = match.mapped.row.number
        fates[number] = _fate(run, match, outcomes.get(number), doubles.get(number, ()))
    _remember(run, matches, outcomes, prints, seen)
    return fates


def _match(run: Importing, mapped: Sequence[MappedRow], seen: dict[str, SeenRow]) -> list[Match]:
    known = {one.row.number: seen.get(str(one.key)) for one in mapped}
    held = [row for row in known.values() if row is not None]
    newest = queries.newest_revisions(run.session, [row.entry_id for row in held])
    older = {
        row.entry_id: row.version
        for row in held
        if row.document is None and row.version is not None and _is_older(row, newest.get(row.entry_id))
    }
    said = queries.revisions_at(run.session, older)
    matches = []
    for one in mapped:
        row = known[one.row.number]
        now = newest.get(row.entry_id) if row else None
        before = _said_before(row, now, said.get(row.entry_id)) if row and now else {}
        if one.draft is not None:
            matches.append(match_row(one, one.draft, row, now, before))
    return matches


def _is_older(row: SeenRow, newest: Newest | None) -> bool:
    return newest is not None and newest.version != row.version


def _said_before(row: SeenRow, newest: Newest, older: dict[str, Any] | None) -> dict[str, Any]:
    """What the row said last time. Nothing when that is not to be found, as when its entry was merged into
    another: then whatever differs is for a person."""
    if row.document is not None:
        return row.document
    said = older if _is_older(row, newest) else newest.document
    return said if said is not None and fingerprint(said) == row.fingerprint else {}


def _find_duplicates(run: Importing, matches: Sequence[Match]) -> dict[int, Sequence[LooksLike]]:
    """Entries that the new rows may be, by row number; asked before they are in themselves."""
    new = [match for match in matches if match.todo == "make"]
    if run.find_duplicates is None or not new:
        return {}
    found = run.find_duplicates(run.session, [match.draft for match in new])
    return {match.mapped.row.number: some for match, some in zip(new, found, strict=True) if some}


def _save(run: Importing, matches: Sequence[Match]) -> dict[int, Saved | Refusal]:
    to_save = [match for match in matches if match.todo != "keep"]
    saved = save_matches(
        run.session, run.known.code, to_save, why=run.why, counts=run.counts, meanwhile=run.read_ahead
    )
    return {match.mapped.row.number: one for match, one in zip(to_save, saved, strict=True)}


def _fate(
    run: Importing, match: Match, outcome: Saved | Refusal | None, doubles: Sequence[LooksLike]
) -> RowFate:
    mapped, row = match.mapped, match.mapped.row
    fate: Fate = "new" if match.todo == "make" else "changed" if match.changes else "unchanged"
    problems = list(row.problems) + [_double_problem(row.number, one) for one in doubles]
    if isinstance(outcome, Refusal):
        problems.append(Problem(row.number, None, None, outcome.what, outcome.todo))
        return RowFate(
            row.number, mapped.key, mapped.name, "refused", match.entry_id, problems=tuple(problems)
        )
    if match.clashes:
        fate = "conflict"
        problems += run.conflicts.problems(row.number, match.clashes)
    return RowFate(
        row.number,
        mapped.key,
        mapped.name,
        fate,
        entry_of(outcome, match),
        tuple(problems),
        match.changes,
        version=outcome.version if isinstance(outcome, Saved) else None,
        looks_like=tuple(one.entry_id for one in doubles),
    )


def _double_problem(number: int, found: LooksLike) -> Problem:
    return Problem(
        number,
        None,
        None,
        f"This may be {found.name}, which we hold already: {found.why}",
        "Compare the two. If they are one, merge them.",
    )


def _remember(
    run: Importing,
    matches: Sequence[Match],
    outcomes: dict[int, Saved | Refusal],
    prints: dict[int, str],
    seen: dict[str, SeenRow],
) -> None:
    rows = []
    for match in matches:
        outcome = outcomes.get(match.mapped.row.number)
        entry_id = entry_of(outcome, match)
        if isinstance(outcome, Refusal) or entry_id is None:
            continue
        run.conflicts.settle_into(run.session, entry_id, match.clashes)
        rows.append(_seen_row(match, outcome, entry_id, prints[match.mapped.row.number]))
    queries.add_rows(run.session, run.known.code, [row for row in rows if row.key not in seen])
    queries.keep_rows(run.session, run.known.code, [row for row in rows if row.key in seen])


def _seen_row(match: Match, outcome: Saved | None, entry_id: UUID, print_: str) -> SeenRow:
    mapped = match.mapped
    as_said: dict[str, Any] | None = None if match.as_said else mapped.document
    version = outcome.version if outcome else match.version
    problems = [problem.as_json() for problem in mapped.row.problems]
    return SeenRow(str(mapped.key), entry_id, mapped.fingerprint, print_, version, as_said, problems)


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
        if where.precision not in _GOOD_ENOUGH:
            problems += (_badly_placed(fate, where),)
        told.append(replace(fate, name=fate.name or where.name, precision=where.precision, problems=problems))
    return told


def _badly_placed(fate: RowFate, where: queries.Whereabouts) -> Problem:
    if where.precision is None:
        what = f"We do not know where this is. {where.failure or ''}".strip()
    else:
        what = f"We only know {_ROUGHLY[where.precision]} this is in, so it may be a mile or more out."
    todo = (
        "Check the postcode. If it is right, ask whoever keeps this directory running for a fuller list of "
        "postcodes (hereabouts gazetteer load)."
    )
    return Problem(fate.row, None, None, what, todo)
