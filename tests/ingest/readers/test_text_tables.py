"""CSV as it really comes: any size, damaged letters, odd separators, headings wherever they are."""

import tracemalloc
from collections import deque
from pathlib import Path

import pytest

from api.errors import BadInput
from ingest.readers.door import open_tables
from ingest.table import Table, join


@pytest.fixture
def opened(tmp_path: Path):
    def open_one(raw: bytes, **options: object) -> Table:
        path = tmp_path / "file.csv"
        path.write_bytes(raw)
        return open_tables(path, **options)[0]

    return open_one


def cells(table: Table) -> list[list[str]]:
    return [list(row.cells.values()) for row in table.rows]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "^", "~", "¬", "¦"])
def test_separators(opened, separator: str) -> None:
    table = opened(f"Name{separator}Town{separator}Day\nHall{separator}Ely{separator}Monday\n".encode())
    assert cells(table) == [["Hall", "Ely", "Monday"]]


def test_a_separator_named_in_the_first_line(opened) -> None:
    table = opened(b"sep=!\r\nName!Town\r\nHall, the!Ely\r\n")
    assert (table.columns, cells(table)) == (("Name", "Town"), [["Hall, the", "Ely"]])
    assert [row.number for row in table.rows] == [3]


def test_headings_are_found_below_titles_and_above_rows_that_are_not(opened) -> None:
    table = opened(b"Libraries of Fenshire,,\n,,\nAs of 1 May,,\nName,Phone,Opened\nHall,01632 960001,2019\n")
    assert table.columns == ("Name", "Phone", "Opened")
    assert [row.number for row in table.rows] == [5]


def test_a_file_without_headings_loses_no_row(opened) -> None:
    table = opened(b"CB6 1AA,10,545900\nCB6 1AB,10,545901\n")
    assert table.columns == ("Column 1", "Column 2", "Column 3")
    assert len(table.rows) == 2
    assert "no row of headings" in table.warnings[0]


def test_headings_that_are_the_same_are_told_apart(opened) -> None:
    table = opened(b"Name,Phone,phone,,Phone (2)\nHall,1,2,3,4\n")
    assert table.columns == ("Name", "Phone", "phone (2)", "Column 4", "Phone (2) (2)")
    row = table.rows[0]
    assert [row.text(column) for column in table.columns] == ["Hall", "1", "2", "3", "4"]


def test_short_and_long_rows_are_kept_and_said(opened) -> None:
    short, long = opened(b"Name,Town,Day\nHall\nShed,Ely,Monday,Tuesday\n").rows
    assert (short.broken, short.text("name")) == (False, "Hall")
    assert "1 cells under 3 headings" in short.problems[0].what
    assert (long.broken, long.text("column 4")) == (True, "Tuesday")


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-16", "mac_roman", "cp1252", "utf-8"])
def test_letters_of_every_encoding(opened, encoding: str) -> None:
    text = "Name,Town\n" + "Café – “Anna’s”,Ely\n" * 5
    assert cells(opened(text.encode(encoding)))[0] == ["Café – “Anna’s”", "Ely"]


def test_an_accent_far_down_is_not_missed(opened) -> None:
    plain = b"Name,Town\n" + b"Hall,Ely\n" * 120_000
    table = opened(plain + "Café,Ely\n".encode("cp1252"))
    assert table.read_as.startswith("Windows-1252")
    assert table.rows[120_000].text("name") == "Café"


def test_a_few_broken_letters_leave_utf8_as_it_is(opened) -> None:
    table = opened(b"Name,Town\n" + "Café,Ely\n".encode() * 40 + b"Caf\xe9,Ely\n")
    assert table.read_as.startswith("UTF-8, damaged")
    rows = list(table.rows)
    assert rows[0].text("name") == "Café"
    assert "could not be read" in rows[40].problems[0].what


def test_letters_lost_before_they_came_to_us_are_no_other_encoding(opened) -> None:
    assert opened("Name,Town\nCaf\ufffd,Ely\n".encode()).read_as.startswith("UTF-8,")


def test_empty_letters_are_left_out_and_said(opened) -> None:
    table = opened(b"Name,Town\nHa\0ll,Ely\n" + b"Shed,Ely\n" * 50)
    assert table.rows[0].text("name") == "Hall"
    assert "NUL" in table.warnings[0]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"<!DOCTYPE html><table>", "web page"),
        (b"<?xml version='1.0'?><a/>", "web page or XML"),
        (b"{\\rtf1}", "RTF"),
        (b"\x89PNG....", "picture"),
        (b"PK\x05\x06" + b"\0" * 18, "empty zip"),
        (b"", "empty"),
        (b"a," * 20_000 + b"\n", "16,384 cells"),
        (b"x" * 5_000_000, "letters"),
    ],
)
def test_what_is_no_table_is_refused_whatever_its_name(opened, raw: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        opened(raw)


def test_a_large_file_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text(
        "Name,Town,Notes\n" + "".join(f"Hall {n},Soham,{'some notes here ' * 40}\n" for n in range(12_000))
    )
    told: list[tuple[int, int]] = []
    tracemalloc.start()
    try:
        table = open_tables(path, progress=lambda done, total: told.append((done, total)))[0]
        assert len(table.rows) == 12_000
        last = deque(table.rows, maxlen=1).pop()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert last.text("name") == "Hall 11999"
    assert peak < 5_000_000 < path.stat().st_size
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_sheets_are_joined_by_a_key(tmp_path: Path) -> None:
    groups, times = tmp_path / "groups.csv", tmp_path / "times.csv"
    groups.write_text("Ref,Name,Notes\nA1,Lunch club,warm\nA2,Walks,\n,No ref,\n")
    times.write_text("ref,Day,Notes\na1,Monday,am\nA1,Friday,pm\nA9,Sunday,\n,Saturday,\n")
    joined = join([open_tables(groups)[0], open_tables(times)[0]], "Ref")
    assert joined.columns == ("Ref", "Name", "Notes", "Day", "Other Notes")
    assert [row.cells["day"] for row in joined.rows] == ["Monday\nFriday", "", ""]
    assert joined.rows[0].cells["other notes"] == "am\npm"
    assert "rows of “the other sheet” belong to no row: 4" in joined.warnings[0]
    with pytest.raises(BadInput, match="no column “Key”"):
        join([open_tables(groups)[0], open_tables(times)[0]], "Key")
