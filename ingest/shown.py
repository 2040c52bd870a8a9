"""A run as a page shows it: its rows a page at a time, by what became of them, with the entries they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sqlalchemy.orm import Session

from api.areas.service import name_areas
from api.entries.differences import Change, areas_in
from api.entries.wording import field_words
from api.models import IngestRowFate, IngestRun, Source
from ingest import queries_uploads
from ingest.report import FATES

PAGE: Final = 50
WHAT: Final = (*FATES, "duplicates", "problems")
# What a person wants to see first.
_FIRST: Final = ("conflict", "changed", "new", "refused", "gone", "unchanged")


@dataclass(frozen=True)
class ShownRow:
    """`number` is None for a row that is not in the file. `entry` and `like` are (slug, name) of entries
    there are; `changes` are (field, old, new) in words."""

    number: int | None
    name: str
    fate: str
    entry: tuple[str, str] | None
    changes: list[tuple[str, str, str]]
    problems: list[dict[str, Any]]
    like: list[tuple[str, str]]


@dataclass(frozen=True)
class ShownPart:
    """`counts` are of the whole run: by fate, with the rows that have problems and possible duplicates."""

    counts: dict[str, int]
    show: str
    part: int
    parts: int
    rows: list[ShownRow]


def show_rows(session: Session, run: IngestRun, *, show: str, part: int) -> ShownPart:
    """`show` is one of WHAT; anything else is what a person wants to see first."""
    counts: dict[str, int] = {what: int(run.counts.get(what, 0)) for what in FATES}
    counts["duplicates"] = int(run.counts.get("possible_duplicates", 0))
    counts["problems"] = queries_uploads.count_rows(session, run.id, "problems")
    if show not in WHAT:
        show = next((what for what in _FIRST if counts[what]), "new")
    parts = max(1, -(-counts[show] // PAGE))
    part = max(1, min(part, parts))
    found = queries_uploads.list_rows(session, run.id, show, most=PAGE, skip=(part - 1) * PAGE)
    return ShownPart(counts, show, part, parts, _shown(session, found))


def _shown(session: Session, rows: Iterable[IngestRowFate]) -> list[ShownRow]:
    rows = list(rows)
    ids = {one for row in rows for one in (row.entry_id, *row.looks_like) if one is not None}
    known = queries_uploads.slugs_of(session, sorted(ids))
    changes = {row.row_no: [Change(**one) for one in row.changes] for row in rows}
    areas = name_areas(session, areas_in(chain.from_iterable(changes.values())))
    return [
        ShownRow(
            row.row_no if row.row_no > 0 else None,
            row.name or "No name",
            row.fate,
            known.get(row.entry_id) if row.entry_id else None,
            [(field_words(one.field), *one.sides(areas)) for one in changes[row.row_no]],
            row.problems,
            [known[one] for one in row.looks_like if one in known],
        )
        for row in rows
    ]


def list_runs(session: Session, *, limit: int, applied: bool = True) -> list[tuple[IngestRun, Source]]:
    """Newest first; with `applied` false the dry runs."""
    return queries_uploads.runs_with_sources(session, limit, applied=applied)


def source_of(session: Session, run: IngestRun) -> Source | None:
    return queries_uploads.find_source(session, run.source_code)
