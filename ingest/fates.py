"""What became of each row, in words: made, changed, unchanged or refused, and how well its place is known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from api.entries.service import Saved
from ingest.conflicts import Conflicts
from ingest.mapping import KnownSource
from ingest.matching import LooksLike, Match
from ingest.queries import SeenRow, Whereabouts
from ingest.report import Fate, Problem, RowFate
from ingest.storing import Refusal, entry_of
from ingest.table import Row

# Worse than this, and a place is not where its address says.
_GOOD_ENOUGH = frozenset({"exact", "postcode"})
_ROUGHLY = {
    "sector": "the part of the postal district",
    "outcode": "the postal district",
    "place": "the town or village",
}


def refused_fate(known: KnownSource, row: Row, key: str | None) -> RowFate:
    name = row.text(known.name_column)
    return RowFate(row.number, key, name, "refused", problems=tuple(row.problems))


def unchanged_fate(known: KnownSource, row: Row, seen: SeenRow, conflicts: Conflicts) -> RowFate:
    kept = tuple(Problem(**{**one, "row": row.number}) for one in seen.problems)
    waiting = conflicts.waiting_problem(seen.entry_id, row.number)
    problems = kept + ((waiting,) if waiting else ())
    name = row.text(known.name_column)
    return RowFate(row.number, seen.key, name, "unchanged", seen.entry_id, problems)


def stored_fate(
    match: Match, outcome: Saved | Refusal | None, doubles: Sequence[LooksLike], conflicts: Conflicts
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
        problems += conflicts.problems(row.number, match.clashes)
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


def say_where(fate: RowFate, found: Mapping[UUID, Whereabouts]) -> RowFate:
    """The row with how well its place is known, and a problem where that is badly."""
    where = found.get(fate.entry_id) if fate.entry_id else None
    if where is None or fate.fate == "refused":
        return fate
    problems = fate.problems
    if where.precision not in _GOOD_ENOUGH:
        problems += (_badly_placed(fate, where),)
    return replace(fate, name=fate.name or where.name, precision=where.precision, problems=problems)


def _badly_placed(fate: RowFate, where: Whereabouts) -> Problem:
    if where.precision is None:
        what = f"We do not know where this is. {where.failure or ''}".strip()
    else:
        what = f"We only know {_ROUGHLY[where.precision]} this is in, so it may be a mile or more out."
    todo = (
        "Check the postcode. If it is right, ask whoever keeps this directory running for a fuller list of "
        "postcodes (hereabouts gazetteer load)."
    )
    return Problem(fate.row, None, None, what, todo)
