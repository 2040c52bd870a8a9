"""Reads and maps the next rows of a file while the database is at work on those before them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ingest.mapping import KnownSource, MappedRow, map_row, row_print
from ingest.table import Row


@dataclass(frozen=True)
class ReadRow:
    """A row with its key and its print. `mapped` is None where it has not been mapped yet, as for rows that
    may turn out to say nothing new."""

    row: Row
    key: str | None
    print: str
    mapped: MappedRow | None = None


class ReadAhead:
    """Chunks of rows in the order of the file, at most one of them ahead. `held` are the keys of rows that we
    know: those are not mapped ahead, nor a second row of the same key. `keys` are those of all rows, None
    where nobody has worked them out."""

    def __init__(
        self,
        known: KnownSource,
        rows: Sequence[Row],
        keys: Sequence[str | None] | None,
        *,
        held: Collection[str],
        size: int,
    ) -> None:
        self._known = known
        # The rows may be read anew at each walk, so they are walked through once.
        self._pairs = (
            ((row, self._key(row)) for row in rows) if keys is None else zip(rows, keys, strict=True)
        )
        self._held, self._size = held, size
        self._met: set[str] = set()
        self._next: list[ReadRow] | None = None

    def __iter__(self) -> Iterator[list[ReadRow]]:
        while chunk := self.read_on():
            self._next = None
            yield chunk

    def read_on(self) -> list[ReadRow]:
        """The next chunk, read now if that has not been done."""
        if self._next is None:
            self._next = [self._read_row(row, key) for row, key in islice(self._pairs, self._size)]
        return self._next

    def _key(self, row: Row) -> str | None:
        return None if row.broken else self._known.key_of(row)

    def _read_row(self, row: Row, key: str | None) -> ReadRow:
        print_ = row_print(self._known, row)
        if key is None or key in self._met or key in self._held:
            return ReadRow(row, key, print_)
        self._met.add(key)
        return ReadRow(row, key, print_, map_row(self._known, row))
