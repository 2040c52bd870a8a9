"""Which entry a row is, and what should become of it: new, changed, unchanged, or a conflict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from api.entries.schemas import EntryDraft
from api.entries.service import ToSave
from ingest.mapping import MappedRow, as_document
from ingest.queries import Newest, SeenRow

FIELD_WORDS = {"everywhere": "who it is for", "place": "address", "is_example": "example mark"}


@dataclass(frozen=True)
class Match:
    """A row beside what we hold of it. `todo` is what storing it means; `fields` names what differs."""

    mapped: MappedRow
    todo: Literal["make", "change", "remember", "keep", "conflict"]
    entry_id: UUID | None = None
    version: int | None = None
    fields: tuple[str, ...] = ()

    def to_save(self, source_code: str) -> ToSave:
        draft = self.mapped.draft
        if draft is None:
            raise ValueError(f"row {self.mapped.row.number} cannot be saved")
        return ToSave(draft, self.entry_id, expected_version=self.version, source_code=source_code)


def match_row(
    mapped: MappedRow, draft: EntryDraft, seen: SeenRow | None, newest: Newest | None, *, by: str
) -> Match:
    """`newest` is the newest revision of the entry this row made. When a curator made it, their version
    stays: the same row again says nothing new, and a changed row is a conflict for a person to settle."""
    if seen is None or newest is None:
        return Match(mapped, "make")
    if seen.fingerprint == mapped.fingerprint:
        return Match(mapped, "keep", seen.entry_id)
    fields = differing_fields(newest.document, as_document(draft))
    if not fields:
        return Match(mapped, "remember", seen.entry_id)
    todo: Literal["change", "conflict"] = "change" if newest.made_by == by else "conflict"
    return Match(mapped, todo, seen.entry_id, newest.version, fields)


def differing_fields(ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[str, ...]:
    """The parts of an entry that are not the same in two documents, in words."""
    names = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    return tuple(sorted(FIELD_WORDS.get(name, name.replace("_", " ")) for name in names))


def refuse_twins(mapped: Sequence[MappedRow]) -> list[MappedRow]:
    """Two rows with one key cannot both be the entry: the first is, the second is refused."""
    first: dict[str, int] = {}
    kept = []
    for one in mapped:
        if one.key is not None and one.draft is not None and one.key in first:
            one.row.note(
                None,
                f"This row is the same thing as row {first[one.key]}.",
                "Leave only one of them in the file.",
            )
            one = MappedRow(one.row, one.key, one.name, None)
        elif one.key is not None and one.draft is not None:
            first[one.key] = one.row.number
        kept.append(one)
    return kept
