"""Which entry a row is, and what should become of it: new, changed, unchanged, or a conflict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.entries.differences import Change
from api.entries.schemas import EntryDraft
from api.entries.service import ToSave
from ingest.mapping import MappedRow
from ingest.merging import Clash, Merged, merge
from ingest.queries import Newest, SeenRow


@dataclass(frozen=True)
class LooksLike:
    """An entry we hold that a new row may be: `why` in words."""

    entry_id: UUID
    name: str
    why: str


FindDuplicates = Callable[[Session, Sequence[EntryDraft]], Sequence[Sequence[LooksLike]]]
"""For each of some drafts that are new, the entries they may be duplicates of, likeliest first."""


@dataclass(frozen=True)
class Match:
    """A row beside what we hold of it. `todo` is what storing it means; `draft` is what to save. `version` is
    the entry's as it stands."""

    mapped: MappedRow
    todo: Literal["make", "change", "keep"]
    draft: EntryDraft
    entry_id: UUID | None = None
    version: int | None = None
    changes: tuple[Change, ...] = ()
    clashes: tuple[Clash, ...] = ()
    as_said: bool = True
    """Whether the entry will say just what the row says."""

    def to_save(self, source_code: str) -> ToSave:
        document = self.mapped.document if self.draft is self.mapped.draft else None
        return ToSave(self.draft, self.entry_id, self.version, source_code, document)


def match_row(
    mapped: MappedRow,
    draft: EntryDraft,
    seen: SeenRow | None,
    newest: Newest | None,
    before: dict[str, Any],
) -> Match:
    """`newest` is the newest revision of the entry this row made, `before` what the row said last time. What
    a person changed since stays: where the source changed the same field, it is for a person to settle."""
    if seen is None or newest is None:
        return Match(mapped, "make", draft)
    said = mapped.document or {}
    merged = merge(before, newest.document, said)
    match = Match(mapped, "keep", draft, seen.entry_id, newest.version, clashes=merged.clashes)
    match = replace(match, as_said=merged.document == said)
    if not merged.changes:
        return match
    if merged.document == said:
        return replace(match, todo="change", changes=merged.changes)
    return _merged_match(match, merged)


def _merged_match(match: Match, merged: Merged) -> Match:
    try:
        draft = EntryDraft.model_validate(merged.document)
    except ValidationError:
        # The two do not go together: then all that the source changed is for a person.
        clashes = tuple(Clash(one.field, one.old, one.new) for one in merged.changes)
        return replace(match, clashes=match.clashes + clashes)
    return replace(match, todo="change", draft=draft, changes=merged.changes)
