"""What an import tells people: the problems of a row, its fate, and the whole report."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Fate = Literal["new", "changed", "unchanged", "refused", "gone"]
FATES: tuple[Fate, ...] = ("new", "changed", "unchanged", "refused", "gone")
Progress = Callable[[int, int], None]
"""Told the rows done and the rows in all."""


@dataclass(frozen=True)
class Problem:
    """`what` is wrong and what `todo` about it, in plain words. `row` as a spreadsheet counts, from 1;
    None when the row is not in the file. A problem alone does not refuse a row: its fate says that."""

    row: int | None
    column: str | None
    value: str | None
    what: str
    todo: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class RowFate:
    """What became of one row. `entry_id` is None where no entry came of it, and for the new rows of a dry
    run. `fields` names what differs, for a changed row or a conflict. `precision` is how well the place is
    known, None when there is no point."""

    row: int | None
    key: str | None
    name: str | None
    fate: Fate
    entry_id: UUID | None = None
    problems: tuple[Problem, ...] = ()
    fields: tuple[str, ...] = ()
    precision: str | None = None


@dataclass(frozen=True)
class IngestReport:
    """One run over one file. `run_id` finds it again among the stored runs. `read_as` says how the file was
    understood ("Windows-1252, comma")."""

    run_id: UUID
    source: str
    file_name: str
    file_sha256: str
    read_as: str
    applied: bool
    started_at: datetime
    rows: tuple[RowFate, ...] = field(repr=False)

    def count(self, fate: Fate) -> int:
        return sum(row.fate == fate for row in self.rows)

    @property
    def located(self) -> dict[str, int]:
        """Rows in the directory by precision; `nowhere` has no point."""
        kept = (row for row in self.rows if row.fate not in ("refused", "gone"))
        found = Counter(row.precision or "nowhere" for row in kept)
        return dict(sorted(found.items()))

    @property
    def counts(self) -> dict[str, Any]:
        """What is stored with the run."""
        counts: dict[str, Any] = {fate: self.count(fate) for fate in FATES}
        total = len(self.rows) - counts["gone"]
        return {"rows": total, **counts, "located": self.located, "problems": len(list(self.problems()))}

    def problems(self) -> Iterator[tuple[RowFate, Problem]]:
        for row in self.rows:
            for problem in row.problems:
                yield row, problem

    @property
    def does_nothing(self) -> bool:
        """No row of the file could be used."""
        return all(row.fate in ("refused", "gone") for row in self.rows)
