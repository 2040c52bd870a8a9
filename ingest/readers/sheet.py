"""What every reader gives: rows of cells, numbered as a spreadsheet numbers them."""

from dataclasses import dataclass


class ReadError(ValueError):
    """A file that is no table we can read; the message says why and what to do."""


@dataclass(frozen=True)
class Sheet:
    """`rows` are (number from 1, cells), title rows and headings among them, empty rows left out.
    `read_as` says in words how the file was understood."""

    rows: list[tuple[int, list[str]]]
    read_as: str
