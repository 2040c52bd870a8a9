"""Gazetteer files are read row by row, and what cannot be read is said in words."""

import zipfile
from pathlib import Path

import pytest

from geo.gazetteer import (
    CodepointRow,
    GazetteerFileError,
    Settlement,
    fold_name,
    read_codepoint,
    read_postcode_groups,
    read_settlements,
    recognise_file,
)

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "codepoint"
ONE_CSV = FIXTURE / "Data" / "CSV" / "cb.csv"

GOOD_ROWS = [
    CodepointRow("CB97 1AA", 10, 559400, 273100, "E07000009", "E05012345"),
    CodepointRow("CB97 1AB", 50, 559500, 273200, "E07000009", None),
    CodepointRow("CB97 1AD", 10, 559600, 273300, "E07000009", None),
    CodepointRow("CB97 1AE", 90, None, None, "E07000009", "E05012345"),
    CodepointRow("CB97 1AF", 60, None, None, None, None),
    CodepointRow("CB97 1AG", 90, None, None, None, None),
    CodepointRow("CB1 1ZZ", 10, 538400, 260000, "E07000012", "E05012346"),
]


def test_a_single_csv_with_its_problems() -> None:
    problems: list[str] = []
    assert list(read_codepoint(ONE_CSV, problems)) == GOOD_ROWS
    assert [problem.split(":")[0] for problem in problems] == [
        f"cb.csv line {line}" for line in (7, 8, 10, 11)
    ]
    assert "not a whole number" in problems[0]
    assert "has 2 columns" in problems[1]
    assert "“Not a postcode” is not a postcode" in problems[2]
    assert "off the British National Grid" in problems[3]


def test_problems_need_not_be_wanted() -> None:
    assert len(list(read_codepoint(ONE_CSV))) == len(GOOD_ROWS)


def test_a_folder_leaves_the_headers_file_out() -> None:
    problems: list[str] = []
    rows = list(read_codepoint(FIXTURE, problems))
    assert [row.postcode for row in rows][-2:] == ["PE9 9ZZ", "PE97 9ZZ"]
    assert len(rows) == len(GOOD_ROWS) + 2
    assert len(problems) == 4


def test_a_zip_reads_as_its_folder_does(tmp_path: Path) -> None:
    packed = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in FIXTURE.rglob("*.csv"):
            archive.write(file, file.relative_to(FIXTURE))
        archive.writestr("__MACOSX/Data/CSV/._cb.csv", "rubbish")
    assert list(read_codepoint(packed)) == list(read_codepoint(FIXTURE))


def test_a_header_row_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "headed.csv"
    file.write_text("PC,PQ,EA,NO\nCB97 1AA,10,559400,273100\n", encoding="utf-8-sig")
    problems: list[str] = []
    rows = list(read_codepoint(file, problems))
    assert [(row.postcode, row.district, row.ward) for row in rows] == [("CB97 1AA", None, None)]
    assert problems == []


def test_stray_bytes_spoil_one_row_only(tmp_path: Path) -> None:
    file = tmp_path / "bytes.csv"
    file.write_bytes(b"\xff\xfe\x00,10,1,1\nCB97 1AA,10,559400,273100\n")
    problems: list[str] = []
    assert [row.postcode for row in read_codepoint(file, problems)] == ["CB97 1AA"]
    assert len(problems) == 1


@pytest.mark.parametrize("name", ["missing.csv", "missing.zip", "empty", "broken.zip"])
def test_nothing_to_read_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"not a zip")
    with pytest.raises(GazetteerFileError):
        list(read_codepoint(tmp_path / name))


def test_real_files(real_data: Path) -> None:
    problems: list[str] = []
    rows = list(read_codepoint(real_data / "codepoint_open", problems))
    assert problems == []
    assert {row.postcode[:2] for row in rows} == {"CB", "PE", "SG"}
    assert len({row.postcode for row in rows}) == len(rows) > 50_000
    assert any(row.ward is None for row in rows)


def test_settlements(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text(
        "name,aliases,kind,district,lon,lat,rank\n"
        "Meridian End,Zero End|Nought End,hamlet,Fenland,0.0,52.5,4\n"
        "No Rank,,town,Fenland,-0.0,52.5,\n"
        "Odd,,metropolis,Fenland,0,52.5,1\n"
        "Lost,,town,Fenland,,52.5,1\n"
        "Far,,town,Fenland,0,152.5,1\n"
        ",,town,Fenland,0,52.5,1\n",
        encoding="utf-8",
    )
    problems: list[str] = []
    first, second = read_settlements(file, problems)
    assert first == Settlement("Meridian End", ("Zero End", "Nought End"), "hamlet", "Fenland", 0.0, 52.5, 4)
    assert (second.aliases, second.rank) == ((), 2)
    assert [problem.split(":")[0] for problem in problems] == [f"places.csv line {n}" for n in (4, 5, 6, 7)]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text("name,lon,lat\nEly,0.26,52.4\n", encoding="utf-8")
    with pytest.raises(GazetteerFileError, match="aliases, kind, district, rank"):
        read_settlements(file)
    with pytest.raises(GazetteerFileError, match="code, kind, near"):
        read_postcode_groups(file)


def test_postcode_groups(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(
        "code,kind,lon,lat,near\nCB97,outcode,0,52.3,\ncb97 1,sector,0.1,52.3,Soham\nX,,1,1,\n",
        encoding="utf-8",
    )
    problems: list[str] = []
    groups = read_postcode_groups(file, problems)
    assert [(g.code, g.kind, g.lon, g.near) for g in groups] == [
        ("CB97", "outcode", 0.0, ""),
        ("CB97 1", "sector", 0.1, "Soham"),
    ]
    assert len(problems) == 1


def test_files_are_recognised(tmp_path: Path) -> None:
    gazetteer = FIXTURE.parents[2] / "data" / "gazetteer"
    assert recognise_file(FIXTURE) == "codepoint"
    assert recognise_file(ONE_CSV) == "codepoint"
    assert recognise_file(tmp_path / "codepo_gb.zip") == "codepoint"
    assert recognise_file(gazetteer / "settlements.csv") == "settlements"
    assert recognise_file(gazetteer / "postcode_groups.csv") == "postcode_groups"


@pytest.mark.parametrize("name", ["St Ives", "St. Ives", "ST IVES", "Saint  Ives", "st-ives", "Śt Ives"])
def test_names_that_are_the_same(name: str) -> None:
    assert fold_name(name) == "st ives"


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("King's Lynn", "kings lynn"),
        ("King\u2019s Lynn", "kings lynn"),
        ("Stow-cum-Quy", "stow cum quy"),
        ("Sutton & Mepal", "sutton and mepal"),
        ("Street", "street"),
        ("😀", ""),
        ("  ", ""),
    ],
)
def test_folding(name: str, folded: str) -> None:
    assert fold_name(name) == folded
