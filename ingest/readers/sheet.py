"""What every reader gives: rows of cells, numbered as a spreadsheet numbers them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar, overload

Cells = tuple[int, list[str]]
Item = TypeVar("Item")


class ReadError(ValueError):
    """A file that is no table we can read; the message says why and what to do."""


class Lazy(Sequence[Item], Generic[Item]):
    """Rows that are read anew each time they are asked for, so that a million of them need no memory.
    `length` is counted when the file is opened. Walk through them; a single one is found by walking."""

    def __init__(self, read: Callable[[], Iterator[Item]], length: int) -> None:
        self._read = read
        self._length = length

    def __iter__(self) -> Iterator[Item]:
        return self._read()

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            return list(islice(self, start, stop, step)) if step > 0 else list(self)[index]
        position = range(self._length)[index]
        return next(islice(self, position, None))


@dataclass(frozen=True)
class Sheet:
    """`rows` are (number from 1, cells), title rows and headings among them, empty rows left out.
    `read_as` says in words how the file was understood; `warnings` what a person should know of it. With
    `trimmed`, rows end at their last value, so a short row is no sign of damage."""

    rows: Sequence[Cells]
    read_as: str
    name: str | None = None
    warnings: tuple[str, ...] = ()
    trimmed: bool = False
