"""Reads CSV and its kin: any encoding, any usual separator, cells of several lines."""

import csv
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from typing import Final

from ingest.readers.sheet import ReadError, Sheet
from ingest.readers.text import decode

_SEPARATORS: Final = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", "^": "caret", "~": "tilde"}
_SAMPLE_ROWS: Final = 60
_SAMPLE_LETTERS: Final = 200_000
# A cell longer than this is a quotation mark that was never closed.
_LONGEST_CELL: Final = 200_000
_NEVER_CLOSED: Final = (
    "A quotation mark is opened and never closed, so the rows after it run together. "
    "Find it, close it and try again."
)


def read_csv(raw: bytes) -> Sheet:
    """The rows of a CSV or TSV file. Raises ReadError."""
    decoded = decode(raw)
    if not decoded.text.strip():
        raise ReadError("It is empty.")
    separator = find_separator(decoded.text)
    rows = _read_rows(decoded.text, separator)
    filled = [(number, cells) for number, cells in enumerate(rows, start=1) if any(c.strip() for c in cells)]
    return Sheet(filled, f"{decoded.encoding}, {_SEPARATORS[separator]}")


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
    try:
        return list(islice(_parse(text[:_SAMPLE_LETTERS], separator, strict=False), _SAMPLE_ROWS))
    except csv.Error:
        return []


def _read_rows(text: str, separator: str) -> list[list[str]]:
    try:
        return list(_parse(text, separator, strict=True))
    except csv.Error as error:
        if "end of data" in str(error) or "field larger" in str(error):
            raise ReadError(_NEVER_CLOSED) from error
    # A quotation mark in the middle of a cell is common and harmless, unless it has swallowed rows.
    try:
        rows = list(_parse(text, separator, strict=False))
    except csv.Error as error:
        raise ReadError(f"Its rows are damaged: {error}.") from error
    most = max(2, max(len(cells) for cells in rows) // 2)
    if any("\n" in cell and cell.count(separator) >= most for cells in rows for cell in cells):
        raise ReadError(_NEVER_CLOSED)
    return rows


def _parse(text: str, separator: str, *, strict: bool) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(StringIO(text, newline=""), delimiter=separator, strict=strict)
