"""Reads CSV and its kin: any encoding, any usual separator, cells of several lines, a row at a time."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice
from typing import Final

from ingest.readers.file import Input
from ingest.readers.sheet import Cells, Lazy, ReadError, Sheet
from ingest.readers.text import Encoding, find_encoding, open_text

_SEPARATORS: Final = {
    ",": "comma",
    "\t": "tab",
    ";": "semicolon",
    "|": "bar",
    "^": "caret",
    "~": "tilde",
    "¬": "not sign",
    "¦": "broken bar",
}
_SAMPLE_ROWS: Final = 60
_SAMPLE_LETTERS: Final = 200_000
_TELL_EVERY: Final = 5_000
_NEVER_CLOSED: Final = (
    "A quotation mark is opened and never closed, so the rows after it run together. "
    "Find it, close it and try again."
)


@dataclass(frozen=True)
class _Dialect:
    encoding: Encoding
    separator: str
    strict: bool = True
    declared: bool = False


def read_csv(file: Input) -> Sheet:
    """The rows of a CSV or TSV file. It is read through once to see that all of it is sound; then a row at a
    time, as often as wanted. Raises ReadError."""
    dialect = _find_dialect(file)
    count = _check_rows(file, dialect)
    if count is None:
        dialect = _Dialect(dialect.encoding, dialect.separator, strict=False, declared=dialect.declared)
        count = _check_lenient(file, dialect)
    if count == 0:
        raise ReadError("It is empty.")
    read_as = f"{dialect.encoding.name}, {_SEPARATORS.get(dialect.separator, dialect.separator)}"
    # Progress is that of opening: who walks through the rows knows how many there are.
    quiet = replace(file, progress=None)
    rows = Lazy(lambda: _filled(quiet, dialect), count)
    return Sheet(rows, read_as, warnings=dialect.encoding.warnings)


def _find_dialect(file: Input) -> _Dialect:
    encoding = find_encoding(file)
    with open_text(file.open(), encoding) as opened:
        sample = opened.read(_SAMPLE_LETTERS)
    first = sample.split("\n", 1)[0].strip().strip('"')
    # Excel's own way to name the separator, in a line above everything.
    if len(first) == 5 and first.lower().startswith("sep=") and not first[4].isalnum():
        return _Dialect(encoding, first[4], declared=True)
    return _Dialect(encoding, find_separator(sample))


def find_separator(text: str) -> str:
    """The separator that cuts the first rows into the same number of cells most often, and into most."""

    def fit(separator: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in _sample(text, separator) if len(cells) > 1)
        if not widths:
            return (0, 0)
        width, times = max(widths.items(), key=lambda item: (item[1] * item[0], item[1]))
        return (times * width, width)

    return max(_SEPARATORS, key=fit)


def _sample(text: str, separator: str) -> list[list[str]]:
    lines = StringIO(text[:_SAMPLE_LETTERS].replace("\0", ""), newline="")
    try:
        return list(islice(csv.reader(lines, delimiter=separator), _SAMPLE_ROWS))
    except csv.Error:
        return []


def _filled(file: Input, dialect: _Dialect) -> Iterator[Cells]:
    """The rows that hold anything, with their numbers; rows without anything count too."""
    for number, cells in enumerate(_rows(file, dialect), start=1):
        if any(cell.strip() for cell in cells) and not (dialect.declared and number == 1):
            yield number, cells


def _rows(file: Input, dialect: _Dialect) -> Iterator[list[str]]:
    csv.field_size_limit(file.limits.cell_letters)
    raw = file.open()
    with open_text(raw, dialect.encoding) as opened:
        lines = _lines(opened.readline, file.limits.line_letters)
        for number, cells in enumerate(csv.reader(lines, delimiter=dialect.separator, strict=dialect.strict)):
            if number % _TELL_EVERY == 0:
                file.tell(raw.tell(), part=2, parts=2)
            yield cells
        file.tell(file.size, part=2, parts=2)


def _lines(readline: Callable[[int], str], longest: int) -> Iterator[str]:
    while line := readline(longest):
        if len(line) == longest and line[-1] not in "\r\n":
            raise ReadError(f"One of its lines has more than {longest:,} letters, so it is no table.")
        yield line.replace("\0", "")


def _check_rows(file: Input, dialect: _Dialect) -> int | None:
    """How many rows hold anything; None when quotation marks stand where they should not."""
    try:
        return sum(1 for _row in _within_limits(file, dialect))
    except csv.Error as error:
        if "end of data" in str(error) or "field larger" in str(error):
            raise ReadError(_NEVER_CLOSED) from error
    return None


def _check_lenient(file: Input, dialect: _Dialect) -> int:
    """A quotation mark in the middle of a cell is common and harmless, unless it has swallowed rows."""
    count = widest = swallowed = 0
    try:
        for _number, cells in _within_limits(file, dialect):
            count += 1
            widest = max(widest, len(cells))
            swallowed = max([swallowed, *(c.count(dialect.separator) for c in cells if "\n" in c)])
    except csv.Error as error:
        raise ReadError(f"Its rows are damaged: {error}.") from error
    if swallowed >= max(2, widest // 2):
        raise ReadError(_NEVER_CLOSED)
    return count


def _within_limits(file: Input, dialect: _Dialect) -> Iterator[Cells]:
    for count, (number, cells) in enumerate(_filled(file, dialect), start=1):
        if len(cells) > file.limits.columns:
            raise ReadError(f"Row {number} has more than {file.limits.columns:,} cells, so it is no table.")
        if count > file.limits.rows:
            raise ReadError(f"It has more than {file.limits.rows:,} rows. Split it and try again.")
        yield number, cells
