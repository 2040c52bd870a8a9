"""Workbooks: what people see in their cells, sheets that claim too much, and files that are not safe."""

import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from api.errors import BadInput
from ingest.readers.archive import open_zip
from ingest.readers.door import open_table, open_tables
from ingest.readers.file import Limits, input_of
from ingest.readers.sheet import ReadError

SHEET_XML = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book(tmp_path: Path):
    def make(fill: Callable[[Worksheet], None], *, name: str = "book.xlsx") -> Path:
        made = Workbook()
        assert made.active is not None
        fill(made.active)
        made.save(tmp_path / name)
        return tmp_path / name

    return make


def rewrite(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same zip with what is in it changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in parts.items():
            archive.writestr(name, change(name, raw))
    return path


def test_cells_are_what_people_see(book) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Phone", "From", "Opens", "At", "For", "Yes", "Lat", "Sum", "Bad"])
        both = datetime.combine(date(2019, 1, 1), time(9, 30))
        spent = timedelta(hours=26, minutes=30)
        sheet.append(
            [1632960001.0, date(2019, 10, 14), time(9, 30), both, spent, True, 0.1 + 0.2, "=1+1", "#N/A"]
        )

    table = open_tables(book(fill))[0]
    assert list(table.rows[0].cells.values())[:7] == [
        "1632960001",
        "2019-10-14",
        "09:30",
        "2019-01-01 09:30",
        "26:30",
        "TRUE",
        "0.3",
    ]
    # A formula is never worked out: without a saved value its cell is empty.
    assert table.rows[0].text("sum") is None


def test_sheets_titles_merged_and_hidden(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Groups"
    sheet["B2"] = "Groups of Fenshire"
    sheet.merge_cells("B2:D2")
    for column, heading in zip("BCD", ["Village", "Name", "Day"], strict=True):
        sheet[f"{column}4"] = heading
    sheet["B5"], sheet["C5"], sheet["D5"] = "Soham", "Lunch", "Monday"
    sheet["C6"] = "Walks"
    sheet.merge_cells("B5:B6")
    made.create_sheet("Empty")
    other = made.create_sheet("Old")
    other.append(["Name", "Town"])
    other.append(["Shed", "Ely"])
    other.sheet_state = "hidden"
    made.save(tmp_path / "book.xlsx")
    groups, old = open_tables(tmp_path / "book.xlsx")
    assert (groups.name, groups.columns) == ("Groups", ("Village", "Name", "Day"))
    assert [row.text("Village") for row in groups.rows] == ["Soham", "Soham"]
    assert [row.number for row in groups.rows] == [5, 6]
    assert [row.problems for row in groups.rows] == [[], []]
    assert "hidden" in old.warnings[0]
    assert [table.name for table in open_tables(tmp_path / "book.xlsx", columns=["town"])] == ["Old"]
    both = open_table(tmp_path / "book.xlsx", columns=["name"])
    assert (both.name, "“Old”" in both.warnings[-1]) == ("Groups", True)


def test_a_sheet_that_claims_a_million_rows(book) -> None:
    """By its dimension, by styled empty cells at its end, and by a value there."""

    def fill(sheet: Worksheet) -> None:
        sheet.append(["Name", "Town"])
        sheet.append(["Hall", "Ely"])

    def claim(name: str, raw: bytes) -> bytes:
        far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
        return (
            raw.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"').replace(b"</sheetData>", far)
            if name == SHEET_XML
            else raw
        )

    assert len(open_tables(rewrite(book(fill), claim))[0].rows) == 1

    def value(sheet: Worksheet) -> None:
        fill(sheet)
        sheet["XFD1048576"] = "x"

    with pytest.raises(BadInput, match="reaches too far"):
        open_tables(book(value))


def test_an_ods_sheet_that_repeats_itself(tmp_path: Path) -> None:
    def ods(rows: str) -> Path:
        path = tmp_path / "book.ods"
        office = "urn:oasis:names:tc:opendocument:xmlns"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr(
                "content.xml",
                f'<office:document-content xmlns:office="{office}:office:1.0" '
                f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0">'
                f'<office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table>'
                "</office:spreadsheet></office:body>"
                "</office:document-content>",
            )
            archive.writestr("META-INF/manifest.xml", "<manifest/>")
        return path

    def cell(text: str, repeat: int = 1) -> str:
        attributes = f'office:value-type="string" table:number-columns-repeated="{repeat}"'
        return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"

    def row(*cells: str, repeat: int = 1) -> str:
        return f'<table:table-row table:number-rows-repeated="{repeat}">{"".join(cells)}</table:table-row>'

    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    good = row(cell("Name"), cell("Town")) + row(cell("Hall"), cell("Ely")) + row(empty, repeat=1_048_574)
    table = open_tables(ods(good))[0]
    assert (table.read_as, [row.text("town") for row in table.rows]) == ("ODS, sheet “S”", ["Ely"])
    with pytest.raises(BadInput, match="We could not read book"):
        open_tables(
            ods(row(cell("x", 16384), repeat=1_048_576)), limits=Limits(book_memory_bytes=600_000_000)
        )


def test_broken_and_locked_workbooks(book, tmp_path: Path) -> None:
    path = book(lambda sheet: sheet.append(["Name", "Town"]))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match="damaged"):
        open_tables(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(BadInput, match=r"damaged.*save the sheet as CSV"):
        open_tables(path)
    for mark, words in (("EncryptedPackage", "locked with a password"), ("WordDocument", "Word document")):
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + mark.encode("utf-16-le"))
        with pytest.raises(BadInput, match=words):
            open_tables(path)


def test_xml_entities_do_nothing(book) -> None:
    """Ones that would grow without end, and one that would read a file of ours."""
    names = "abcdefghij"
    grow = "".join(f'<!ENTITY {a} "{f"&{b};" * 10}">' for a, b in pairwise(names))
    dtd = f'<!DOCTYPE x [<!ENTITY j "BOOM">{grow}<!ENTITY file SYSTEM "file:///etc/hostname">]>'

    def poison(name: str, raw: bytes) -> bytes:
        if name != SHEET_XML:
            return raw
        return dtd.encode() + raw.replace(b"Ely", b"&a;").replace(b"Soham", b"&file;")

    def fill(sheet: Worksheet) -> None:
        for row in (["Name", "Town"], ["Hall", "Ely"], ["Shed", "Soham"]):
            sheet.append(row)

    with pytest.raises(BadInput, match="damaged"):
        open_tables(rewrite(book(fill), poison))


def test_zips_that_unpack_to_too_much(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    with pytest.raises(BadInput, match="not safe to open"):
        open_tables(path)
    # The same, lying about its size in both of the places where a zip says it.
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<I", 30_000_000), struct.pack("<I", 1_000)))
    with pytest.raises(BadInput, match="more than it says"):
        open_tables(path)


def test_zips_that_are_no_table(tmp_path: Path) -> None:
    path = tmp_path / "files.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lists/groups.csv", "Name,Town\n")
    with pytest.raises(BadInput, match=r"is a zip.*groups\.csv"):
        open_tables(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/workbook.xml", "<x/>" * 50)
    with pytest.raises(BadInput, match="packed in a way"):
        open_tables(path)
    with (
        pytest.raises(ReadError, match="more than a table needs"),
        open_zip(input_of(path, limits=Limits(packed_files=0))),
    ):
        pass
