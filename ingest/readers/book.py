"""Reads workbooks: XLSX, XLS, XLSB and ODS, every sheet a table, through python-calamine."""

import json
import mmap
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.readers.archive import open_zip
from ingest.readers.file import Input
from ingest.readers.sheet import Cells, Lazy, ReadError, Sheet

_CHILD: Final = Path(__file__).with_name("book_child.py")
_OUTPUT: Final = 1_000_000_000
_TOO_FAR: Final = (
    "A sheet reaches too far down or to the right to be opened safely. Delete the rows and columns beyond "
    "your table, or save the sheet as CSV, and try again."
)
_ERRORS: Final = {
    "password": "It is locked with a password. Save it without one and try again.",
    "damaged": "The workbook is damaged. Open it, save it again (or save the sheet as CSV) and try again.",
    "memory": _TOO_FAR,
}

_OLD_MARKS: Final = {
    "EncryptedPackage": _ERRORS["password"],
    "WordDocument": "It is a Word document. Copy its table into a spreadsheet and bring that in.",
}


@dataclass(frozen=True)
class _Part:
    """One sheet within the written-out book: where its rows begin in the file, and how many there are."""

    name: str
    hidden: bool
    start: int
    count: int


class _WrittenBook:
    """The sheets as lines of JSON in a file that goes when nobody needs it any more."""

    def __init__(self) -> None:
        with tempfile.NamedTemporaryFile(prefix="hereabouts-book-", delete=False) as made:
            self.path = Path(made.name)
        weakref.finalize(self, self.path.unlink, missing_ok=True)

    def rows(self, part: _Part) -> Iterator[Cells]:
        with self.path.open("rb") as opened:
            opened.seek(part.start)
            for _ in range(part.count):
                number, cells = json.loads(opened.readline())
                yield number, cells


def read_book(file: Input, *, kind: str) -> list[Sheet]:
    """The sheets that hold anything; formulas give the value they were saved with. Raises ReadError."""
    if kind == "XLS":
        _check_old(file)
    else:
        # calamine trusts what a zip says of itself.
        with open_zip(file):
            pass
    book = _WrittenBook()
    parts = _write_out(file, book)
    file.tell(file.size, part=1, parts=1)
    filled = [part for part in parts if part.count]
    if not filled:
        raise ReadError("It is empty.")
    return [_sheet(book, part, kind) for part in filled]


def _check_old(file: Input) -> None:
    """The container of old Excel files also holds letters, and new workbooks under a password."""
    with file.open() as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        for mark, words in _OLD_MARKS.items():
            if raw.find(mark.encode("utf-16-le")) >= 0:
                raise ReadError(words)


def _sheet(book: _WrittenBook, part: _Part, kind: str) -> Sheet:
    warnings = (f"The sheet “{part.name}” is hidden in the workbook.",) if part.hidden else ()
    rows = Lazy(lambda: book.rows(part), part.count)
    return Sheet(rows, f"{kind}, sheet “{part.name}”", part.name, warnings, trimmed=True)


def _write_out(file: Input, book: _WrittenBook) -> list[_Part]:
    if file.path is None:
        raise ReadError("Save it as CSV and bring that in.")
    limits = file.limits
    numbers = [str(n) for n in (limits.book_memory_bytes, limits.book_seconds, _OUTPUT)]
    # -I: without it the folder of the script comes first, and its csv.py would hide Python's own.
    command = [sys.executable, "-I", str(_CHILD), str(file.path.resolve()), *numbers]
    with book.path.open("wb") as out:
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                timeout=limits.book_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ReadError(_TOO_FAR) from error
    return _find_parts(file, book)


def _find_parts(file: Input, book: _WrittenBook) -> list[_Part]:
    """The sheets in what was written. Raises ReadError when it does not come to its end."""
    parts: list[_Part] = []
    start = count = 0
    name, hidden = "", False
    with book.path.open("rb") as opened:
        for line in iter(opened.readline, b""):
            if line.startswith(b"["):
                count += 1
                if count > file.limits.rows:
                    raise ReadError(f"It has more than {file.limits.rows:,} rows. Split it and try again.")
                continue
            if name:
                parts.append(_Part(name, hidden, start, count))
            try:
                said = json.loads(line)
            except ValueError as error:
                raise ReadError(_TOO_FAR) from error
            if "error" in said:
                raise ReadError(_ERRORS[said["error"]])
            if "end" in said:
                return parts
            name, hidden, start, count = said["sheet"], said["hidden"], opened.tell(), 0
    raise ReadError(_TOO_FAR)
