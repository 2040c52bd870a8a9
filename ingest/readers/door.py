"""The one door for files: tells what a file is by what is in it, and gives its tables."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from api.errors import BadInput
from ingest.readers.archive import list_names
from ingest.readers.book import read_book
from ingest.readers.csv import read_csv
from ingest.readers.file import LIMITS, Input, Limits, bad_file, input_of
from ingest.readers.hsds import read_package
from ingest.readers.ical import read_calendar
from ingest.readers.json import read_json
from ingest.readers.sheet import ReadError, Sheet
from ingest.report import Progress
from ingest.table import Table, check_columns, make_table

_HEAD: Final = 4096
_ZIP: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
# Files that have no table for us, by their first bytes, and the way on.
_REFUSED: Final = {
    b"%PDF": "is a PDF. Ask for the list it was made from, as a spreadsheet or CSV.",
    b"\x1f\x8b": "is a compressed file. Unpack it and bring in what is in it.",
    b"PK\x05\x06": "is an empty zip.",
    b"7z\xbc\xaf": "is a 7z archive. Unpack it and bring in what is in it.",
    b"Rar!": "is a RAR archive. Unpack it and bring in what is in it.",
    b"{\\rtf": "is a letter (RTF), not a table. Save the table as CSV.",
    b"SQLite format 3": "is a database. Save the table you need as CSV.",
    b"\x89PNG": "is a picture. Ask for the list itself.",
    b"\xff\xd8\xff": "is a picture. Ask for the list itself.",
}


_LIKE_JSON: Final = re.compile(r"\{\s*[\"}]|\[\s*[\[{\]]")
_LIKE_MARKUP: Final = re.compile(r"<(\?xml|!doctype|!--|[a-z][\w:-]*[\s/>])", re.IGNORECASE)


def open_tables(
    path: Path,
    *,
    columns: Sequence[str] = (),
    limits: Limits = LIMITS,
    progress: Progress | None = None,
) -> list[Table]:
    """The tables of a file, at least one; a workbook has one a sheet. With `columns`, those that have them
    all. `progress` is told bytes read and bytes in all. Raises BadInput with what to do."""
    file = input_of(path, limits=limits, progress=progress)
    try:
        return _make_tables(_open(file), columns)
    except ReadError as error:
        raise bad_file(f"We could not read {file.name}. {error}") from error


def open_table(
    path: Path,
    *,
    columns: Sequence[str] = (),
    limits: Limits = LIMITS,
    progress: Progress | None = None,
) -> Table:
    """The first table with all the `columns`, for a source that has one; others that have them are named in
    its warnings. Raises BadInput."""
    first, *others = open_tables(path, columns=columns, limits=limits, progress=progress)
    names = ", ".join(f"“{table.name}”" for table in others)
    said = (f"Only the sheet “{first.name}” is read. Others look like it: {names}.",) if others else ()
    return replace(first, warnings=first.warnings + said)


def _make_tables(found: Sequence[Sheet | Table], columns: Sequence[str]) -> list[Table]:
    """A sheet without the wanted columns may stand beside one that has them."""
    tables, problem = [], None
    for one in found:
        try:
            table = make_table(one, columns=columns) if isinstance(one, Sheet) else one
            check_columns(table.columns, columns)
            tables.append(table)
        except BadInput as error:
            problem = problem or error
    if problem is not None and not tables:
        raise problem
    return tables


def _open(file: Input) -> Sequence[Sheet | Table]:
    with file.open() as opened:
        head = opened.read(_HEAD)
    for mark, words in _REFUSED.items():
        if head.startswith(mark):
            raise bad_file(f"{file.name} {words}")
    if head.startswith(_ZIP):
        return _open_zip(file)
    if head.startswith(_OLD_OFFICE):
        return read_book(file, kind="XLS")
    start = _plain(head)
    if start.upper().startswith("BEGIN:VCALENDAR"):
        return [read_calendar(file)]
    if _LIKE_JSON.match(start):
        return [read_json(file)]
    if _LIKE_MARKUP.match(start):
        raise bad_file(f"{file.name} is a web page or XML, whatever its name says. Save the table as CSV.")
    return [read_csv(file)]


def _plain(head: bytes) -> str:
    """The beginning as letters, however they are stored: enough to tell JSON and calendars from tables."""
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").decode("latin-1").lstrip()


def _open_zip(file: Input) -> Sequence[Sheet | Table]:
    names = {name.lower() for name in list_names(file)}
    bare = {name.rsplit("/", 1)[-1] for name in names}
    if any(name.startswith("xl/") for name in names):
        return read_book(file, kind="XLSB" if "xl/workbook.bin" in names else "XLSX")
    if "content.xml" in names and "mimetype" in names:
        return read_book(file, kind="ODS")
    if "datapackage.json" in bare or bare & {"service.csv", "services.csv"}:
        return [read_package(file)]
    if any(name.startswith("word/") for name in names):
        raise bad_file(
            f"{file.name} is a Word document. Copy its table into a spreadsheet and bring that in."
        )
    shown = ", ".join(sorted(bare - {""})[:5])
    raise bad_file(f"{file.name} is a zip. Unpack it and bring in the file you need. It holds: {shown}.")
