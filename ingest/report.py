"""What an import tells people: the problems of a row, its fate and what changed, and the whole report."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from api.entries.differences import Change
from api.entries.wording import field_words

Fate = Literal["new", "changed", "unchanged", "refused", "gone", "conflict"]
FATES: tuple[Fate, ...] = ("new", "changed", "unchanged", "refused", "gone", "conflict")
# Counted in words also when there are none.
ALWAYS_SHOWN: tuple[Fate, ...] = ("new", "changed", "unchanged", "refused")
# In the words of a refusal; how to say it is another thing on a page than on the command line.
SAY_SO = "Then say so"
# How well the places of a run are known, after "located".
LOCATED_WORDS: dict[str, str] = {
    "exact": "exactly",
    "postcode": "by postcode",
    "sector": "by part of the postcode",
    "outcode": "by postcode district",
    "place": "by town or village only",
    "nowhere": "nowhere",
}
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
    run; `version` is the entry's version it made. `precision` is how well the place is known, None when there
    is no point. `looks_like` are entries it may be a duplicate of."""

    row: int | None
    key: str | None
    name: str | None
    fate: Fate
    entry_id: UUID | None = None
    problems: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] = ()
    precision: str | None = None
    version: int | None = None
    looks_like: tuple[UUID, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """What differs, in words, for a changed row."""
        return tuple(sorted(field_words(change.field) for change in self.changes))


@dataclass(frozen=True)
class IngestReport:
    """One run over one file. `run_id` finds it again among the stored runs. `read_as` says how the file was
    understood ("Windows-1252, comma"). `counts` are true; `rows` are the first few hundred of each fate, and
    the stored run has them all. `notes` are about the file as a whole. `refused` says why nothing may be
    applied, None when it may."""

    run_id: UUID
    source: str
    file_name: str
    file_sha256: str
    read_as: str
    applied: bool
    started_at: datetime
    counts: dict[str, Any] = field(default_factory=dict)
    rows: tuple[RowFate, ...] = field(default=(), repr=False)
    notes: tuple[Problem, ...] = ()
    refused: str | None = None

    def count(self, fate: Fate) -> int:
        return int(self.counts.get(fate, 0))

    @property
    def located(self) -> dict[str, int]:
        """Rows in the directory by precision; `nowhere` has no point."""
        return dict(self.counts.get("located", {}))

    @property
    def does_nothing(self) -> bool:
        """No row of the file could be used, or none may be."""
        used = sum(self.count(fate) for fate in ("new", "changed", "unchanged", "conflict"))
        return self.refused is not None or used == 0
