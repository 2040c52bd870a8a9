"""Filling the gazetteer: Code-Point Open in every wrapping, what is refused, and the same file twice."""

from pathlib import Path
from time import monotonic
from zipfile import ZipFile

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.errors import BadInput
from api.models import PostcodeGroup, PostcodeRow, Settlement
from api.places.loading import load_gazetteer
from geo.gazetteer import GazetteerFileError

CODEPOINT = Path(__file__).resolve().parents[2] / "fixtures" / "codepoint"


def postcodes(session: Session) -> dict[str, tuple[int, float | None, float | None, str | None, str | None]]:
    rows = session.scalars(select(PostcodeRow).execution_options(populate_existing=True))
    return {row.code: (row.quality, row.lon, row.lat, row.district, row.ward) for row in rows}


def test_rows_good_and_bad_are_all_accounted_for(session: Session) -> None:
    report = load_gazetteer(session, CODEPOINT)
    assert (report.postcodes, report.refused, len(report.problems)) == (6, 3, 4)
    assert "6 postcodes" in report.as_words()
    assert "3 postcodes refused" in report.as_words()
    kept = postcodes(session)
    assert len(kept) == 9
    quality, lon, lat, district, ward = kept["CB97 1AA"]
    assert (quality, district, ward) == (10, "E07000009", "E05012345")
    assert (lon, lat) == pytest.approx((0.335, 52.334), abs=0.005)
    # A row without a ward keeps none, and its point.
    assert kept["CB97 1AB"][4] is None
    assert kept["CB97 1AB"][1] is not None


@pytest.mark.parametrize("code", ["CB97 1AE", "CB97 1AF", "CB97 1AG"])
def test_a_postcode_without_a_location_is_real_and_has_no_point(session: Session, code: str) -> None:
    load_gazetteer(session, CODEPOINT)
    assert postcodes(session)[code][1:3] == (None, None)


def test_nothing_lands_off_the_map(session: Session) -> None:
    load_gazetteer(session, CODEPOINT)
    for code, (_, lon, lat, _, _) in postcodes(session).items():
        if lon is not None and lat is not None:
            assert -1 < lon < 1, code
            assert 51 < lat < 54, code


@pytest.mark.parametrize("wrapping", ["folder", "zip", "csv"])
def test_a_folder_a_zip_and_a_file_say_the_same(session: Session, tmp_path: Path, wrapping: str) -> None:
    path = {"folder": CODEPOINT, "csv": CODEPOINT / "Data/CSV/cb.csv", "zip": tmp_path / "codepo_gb.zip"}[
        wrapping
    ]
    if wrapping == "zip":
        with ZipFile(path, "w") as archive:
            for file in sorted(CODEPOINT.rglob("*.csv")):
                archive.write(file, file.relative_to(CODEPOINT))
    report = load_gazetteer(session, path)
    assert report.postcodes == (4 if wrapping == "csv" else 6)
    assert postcodes(session)["CB97 1AA"][0] == 10


def test_the_same_twice_is_the_same(session: Session) -> None:
    load_gazetteer(session, CODEPOINT)
    before = postcodes(session)
    groups = session.scalars(select(PostcodeGroup.code).order_by(PostcodeGroup.code)).all()
    again = load_gazetteer(session, CODEPOINT)
    assert (again.postcodes, again.refused) == (6, 3)
    assert postcodes(session) == before
    assert session.scalars(select(PostcodeGroup.code).order_by(PostcodeGroup.code)).all() == groups


def test_a_newer_file_corrects_what_is_held(session: Session, tmp_path: Path) -> None:
    load_gazetteer(session, CODEPOINT)
    newer = tmp_path / "cb.csv"
    newer.write_text('"CB971AE",10,559400,273100,"E92000001","","","","E07000009","E05012345"\n')
    load_gazetteer(session, newer)
    assert postcodes(session)["CB97 1AE"][0] == 10
    assert postcodes(session)["CB97 1AE"][1] is not None
    assert len(postcodes(session)) == 9


OLDER = (
    '"CB971AA",10,559999,279999,"E92000001","","","","E07000009","E05012345"\n'
    '"CB979ZZ",10,559400,273100,"E92000001","","","","E07000009","E05012345"\n'
    '"CB979ZY",90,0,0,"E92000001","","","","E07000009",""\n'
    '"PE979ZZ",10,559400,273100,"E92000001","","","","E07000009",""\n'
)


@pytest.fixture
def older(tmp_path: Path) -> Path:
    path = tmp_path / "older.csv"
    path.write_text(OLDER, encoding="utf-8")
    return path


def test_an_older_release_gives_the_postcodes_that_are_gone(session: Session, older: Path) -> None:
    load_gazetteer(session, CODEPOINT / "Data/CSV/cb.csv")
    before = postcodes(session)
    report = load_gazetteer(session, older, older=True)
    assert (report.postcodes, report.terminated, report.elsewhere) == (0, 2, 1)
    assert "2 postcodes no longer in use, each with its last known point" in report.as_words()
    now = postcodes(session)
    # What is in use stays as the present release has it, and of the letters PE we know nothing.
    assert {code: row for code, row in now.items() if code in before} == before
    assert now.keys() - before.keys() == {"CB97 9ZZ", "CB97 9ZY"}
    gone = session.get_one(PostcodeRow, "CB97 9ZZ")
    assert gone.terminated
    assert (gone.lon, gone.lat) == pytest.approx((0.335, 52.334), abs=0.05)
    assert not session.get_one(PostcodeRow, "CB97 1AA").terminated


def test_a_postcode_that_is_used_again_is_no_longer_gone(session: Session, older: Path) -> None:
    load_gazetteer(session, CODEPOINT / "Data/CSV/cb.csv")
    load_gazetteer(session, older, older=True)
    load_gazetteer(session, older)
    assert not session.get_one(PostcodeRow, "CB97 9ZZ", populate_existing=True).terminated


def test_an_older_release_alone_is_refused(session: Session, older: Path) -> None:
    with pytest.raises(BadInput, match="present release"):
        load_gazetteer(session, older, older=True)
    assert postcodes(session) == {}


def test_only_postcodes_can_be_older(session: Session, tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text("name,aliases,kind,district,lon,lat,rank\n", encoding="utf-8")
    with pytest.raises(BadInput, match="Only a list of postcodes"):
        load_gazetteer(session, places, older=True)


def test_new_districts_and_sectors_come_from_their_postcodes(session: Session) -> None:
    load_gazetteer(session, CODEPOINT)
    sector = session.get_one(PostcodeGroup, "CB97 1")
    outcode = session.get_one(PostcodeGroup, "CB97")
    assert (sector.kind, outcode.kind) == ("sector", "outcode")
    assert (sector.lon, sector.lat) == pytest.approx((0.336, 52.335), abs=0.005)
    assert sector.near == "Soham"


def test_what_is_no_gazetteer_is_refused_in_words(session: Session, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK not a zip")
    for path in (tmp_path / "empty", tmp_path / "broken.zip", tmp_path / "missing.csv"):
        with pytest.raises(GazetteerFileError) as refusal, session.begin_nested():
            load_gazetteer(session, path)
        assert str(path) in str(refusal.value)


def test_our_own_settlements_replace_and_never_double(session: Session, tmp_path: Path) -> None:
    before = session.scalars(select(Settlement.name)).all()
    assert len(before) >= 230
    own = tmp_path / "settlements.csv"
    own.write_text(
        "name,aliases,kind,district,lon,lat,rank\n"
        "Newtown,New Town|Niewe Toun,village,Fenland,0.0,52.5,3\n"
        "Nowhere,,village,Fenland,east,52.5,3\n"
    )
    report = load_gazetteer(session, own)
    assert (report.settlements, len(report.problems)) == (1, 1)
    (kept,) = session.scalars(select(Settlement))
    assert (kept.lon, kept.name_keys) == (0.0, ["new town", "newtown", "niewe toun"])


def test_all_real_postcodes_load_quickly(session: Session, test_data: Path) -> None:
    started = monotonic()
    said: list[str] = []
    report = load_gazetteer(session, test_data / "codepoint_open", report=said.append)
    # Speed is the bench's to measure; this only stops a load that would take minutes.
    assert monotonic() - started < 30
    lines = [
        line
        for path in (test_data / "codepoint_open").glob("[a-z][a-z].csv")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    rows, pointless = len(lines), sum('",90,' in line for line in lines)
    assert rows > 50_000
    assert (report.postcodes, report.refused) == (rows - pointless, pointless)
    assert report.problems == []
    assert said
    question = (
        "SELECT count(*), count(lon), count(*) FILTER (WHERE quality = 90), sum((lon = 0 AND lat = 0)::int) "
    )
    total, placed, without, zero = session.execute(text(question + "FROM gazetteer.postcode")).one()
    assert (total, placed, without, zero) == (rows, rows - pointless, pointless, 0)
