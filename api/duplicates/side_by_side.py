"""Two entries field by field, with what each says and what is suggested for a merge. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.duplicates.choosing import FIELDS, FROM_BOTH, LISTS, STRICTER, Choice
from api.entries.wording import Areas, capital, field_words, value_words


@dataclass(frozen=True)
class FieldPair:
    """`choices` are those this field allows; `suggested` is what a merge does when nobody chooses."""

    field: str
    label: str
    ours: str
    theirs: str
    choices: tuple[Choice, ...]
    suggested: Choice


def list_field_pairs(
    keep: Mapping[str, Any], merge: Mapping[str, Any], *, areas: Areas | None = None
) -> list[FieldPair]:
    """The fields where the two say something different; `areas` are names by code."""
    return [
        FieldPair(
            field,
            capital(field_words(field)),
            value_words(field, keep.get(field), areas=areas),
            value_words(field, merge.get(field), areas=areas),
            ("keep", "merge", "both") if field in LISTS else ("keep", "merge"),
            _suggested(field, keep, merge),
        )
        for field in FIELDS
        if keep.get(field) != merge.get(field) and _can_differ(field, keep, merge)
    ]


def _can_differ(field: str, keep: Mapping[str, Any], merge: Mapping[str, Any]) -> bool:
    """Facts hang on a kind: those of another kind cannot be taken alone."""
    return field != "facts" or keep["kind"] == merge["kind"]


def _suggested(field: str, keep: Mapping[str, Any], merge: Mapping[str, Any]) -> Choice:
    ours, theirs = keep.get(field), merge.get(field)
    if field == "privacy":
        levels = (ours or "exact", theirs or "exact")
        return "keep" if STRICTER.index(levels[0]) >= STRICTER.index(levels[1]) else "merge"
    if field in FROM_BOTH:
        return "both"
    return "merge" if ours in (None, [], "", {}) else "keep"
