"""Files as councils really send them: every encoding and separator gives the same rows."""

import csv
from io import StringIO
from pathlib import Path

import pytest

from api.errors import BadInput
from ingest.mapping import map_row
from ingest.readers import check_file
from ingest.sources import get_source
from ingest.table import make_table
from tests.ingest.sheets import read_sheet

SOURCE = get_source("cambridgeshire-libraries")
TITLES = [["Libraries of Fenshire"], [], ["Taken from the list; for information, only"]]


def fingerprints(raw: bytes) -> list[str]:
    table = make_table(read_sheet("libraries", raw), columns=SOURCE.columns)
    return [map_row(SOURCE, row).fingerprint for row in table.rows]


def rewrite(path: Path, *, encoding: str, separator: str, titles: bool, end: str) -> bytes:
    rows = list(csv.reader(StringIO(path.read_text(encoding="utf-8"), newline="")))
    out = StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows((TITLES if titles else []) + rows)
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize("titles", [False, True])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_every_encoding_and_separator_gives_the_same_entries(
    libraries: Path, encoding: str, separator: str, titles: bool
) -> None:
    raw = rewrite(libraries, encoding=encoding, separator=separator, titles=titles, end="\r\n")
    assert fingerprints(raw) == fingerprints(libraries.read_bytes())


def test_old_mac_line_ends(libraries: Path) -> None:
    raw = rewrite(libraries, encoding="utf-8", separator=",", titles=False, end="\r")
    assert fingerprints(raw) == fingerprints(libraries.read_bytes())


def test_real_files_give_the_same_entries(test_data: Path) -> None:
    names = ["libraries_cp1252.csv", "libraries_utf16le_bom.tsv", "libraries_utf16le_nobom.csv"]
    one, *others = [fingerprints((test_data / "directories" / name).read_bytes()) for name in names]
    assert len(one) == 44
    assert others == [one, one]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    sheet = read_sheet("x.csv", b'Name,Town\n"two\nlines",Ely\n\nlast,Soham\n')
    assert [number for number, _cells in sheet.rows] == [1, 2, 4]


def test_letters_nobody_sees_are_taken_out() -> None:
    table = make_table(
        read_sheet("x.csv", "Na\u200bme,Town\nA\x0bB\x07\u00a0C,E\u0301ly\n".encode()), columns=["name"]
    )
    assert table.rows[0].text("NAME") == "A B C"
    assert table.rows[0].text("town") == "Ély"


def test_a_row_whose_values_slipped_says_so() -> None:
    table = make_table(read_sheet("x.csv", b"Name,Town\nHall, the,Ely\n"), columns=["Name"])
    assert table.rows[0].broken
    assert "3 cells under 2 headings" in table.rows[0].problems[0].what


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (bytes(range(256)) * 20, "not a text file"),
        (b'Name,Town\n"Hall,Ely\nChurch,Soham\n', "never closed"),
        (b'Name,Town,Day\n"Hall,Ely,Monday\n"Church",Soham,Monday\n', "never closed"),
        (b'Name\n"' + b"a" * 300_000 + b"\n", "never closed"),
        (b"\xff\xfea", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_in_words(raw: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_sheet("x.csv", raw)


def test_a_stray_quotation_mark_is_harmless() -> None:
    assert read_sheet("x.csv", b'Name,Town\n"Hall" annexe,Ely\n').rows[1] == (2, ["Hall annexe", "Ely"])


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file"):
        check_file(tmp_path / "none.csv")
    with pytest.raises(BadInput, match="folder"):
        check_file(tmp_path)


def test_a_file_without_our_columns_names_them() -> None:
    with pytest.raises(BadInput, match="“Library name”"):
        make_table(read_sheet("x.csv", b"Name,Town\nHall,Ely\n"), columns=SOURCE.columns)
