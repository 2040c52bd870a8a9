"""What was read from a cell, and what to say when something in it was not understood."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Issue:
    """`what` we met and what `todo` about it, in plain words for the person who brings the file in."""

    what: str
    todo: str


@dataclass(frozen=True)
class Reading(Generic[T]):
    """A value, or None; and an issue when the cell, or a part of it, was not understood or was mended."""

    value: T | None
    issue: Issue | None = None
