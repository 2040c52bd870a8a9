"""Files that hold things instead of rows: maps, OpenStreetMap, Open Referral, packages and calendars."""

import json
import zipfile
from pathlib import Path

import pytest

from api.errors import BadInput
from geo.crs import to_osgb
from ingest.readers.door import open_tables
from ingest.readers.file import Limits
from ingest.readers.shapes import cells_of_geometry, point_of, read_point
from ingest.table import Row, Table

FIXTURES = Path(__file__).parents[2] / "fixtures"


def opened(name: str) -> Table:
    return open_tables(FIXTURES / name)[0]


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def notes(row: Row) -> str:
    return " ".join(problem.what for problem in row.problems)


def test_features_of_a_map() -> None:
    point, area, nowhere, damaged, metres = opened("geojson/places.geojson").rows
    assert (point.text("lon"), point.text("lat"), point.text("id")) == ("0.0", "52.3", "7")
    assert (point.text("open"), point.text("rooms"), point.text("tags")) == ("true", "2", "hall; warm")
    assert json.loads(area.cells["geometry"])["type"] == "Polygon"
    assert area.text("contact phone") == "01632 960001"
    assert (nowhere.text("lon"), nowhere.problems) == (None, [])
    assert "could not read where" in notes(damaged)
    assert to_osgb(float(metres.cells["lon"]), float(metres.cells["lat"])) == pytest.approx(
        (545900, 257000), abs=0.5
    )


@pytest.mark.parametrize(
    ("x", "y", "lon_lat"),
    [
        ("0", "52.3", (0.0, 52.3)),
        ("-0.5", "52", (-0.5, 52.0)),
        ("545,900", "257 000", (0.1330, 52.1919)),
        ("545900.00", "257000.00", (0.1330, 52.1919)),
    ],
)
def test_numbers_are_degrees_or_metres_by_their_range(x: str, y: str, lon_lat: tuple[float, float]) -> None:
    assert point_of(x, y) == pytest.approx(lon_lat, abs=0.001)


@pytest.mark.parametrize(
    ("x", "y"),
    [("", "52"), ("nan", "1"), ("1e400", "1"), ("9000000", "5"), ("here", "there"), ("101", "100")],
)
def test_numbers_that_are_no_point(x: str, y: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        point_of(x, y)


def test_shapes_in_degrees_and_in_metres_of_the_grid() -> None:
    square = [[545000, 257000], [546000, 257000], [546000, 258000], [545000, 258000], [545000, 257000]]
    assert cells_of_geometry({"type": "Point", "coordinates": [0, 52.3]}) == {"lon": "0.0", "lat": "52.3"}
    area = cells_of_geometry({"type": "Polygon", "coordinates": [square]})
    assert json.loads(area["geometry"])["coordinates"][0][0] == pytest.approx([0.117, 52.193], abs=0.01)
    high = [[[*point, 1] for point in square]]
    areas = cells_of_geometry({"type": "MultiPolygon", "coordinates": [high]})
    assert json.loads(areas["geometry"])["type"] == "MultiPolygon"
    for wrong in ({"type": "Point", "coordinates": [900000000, 1]}, {"type": "Polygon"}, {}, "here"):
        with pytest.raises(ValueError, match="no geometry"):
            cells_of_geometry(wrong)


def test_columns_of_numbers_are_read_or_noted() -> None:
    def read(x: str, y: str) -> tuple[tuple[float, float] | None, str]:
        row = Row(2, {"x": x, "y": y})
        return read_point(row, "X", "Y"), notes(row)

    assert read("", "") == (None, "")
    assert read("545900", "257000")[0] == pytest.approx((0.1330, 52.1919), abs=0.001)
    point, noted = read("545900", "")
    assert point is None
    assert "could not read where" in noted


def test_openstreetmap() -> None:
    table = opened("openstreetmap/overpass.json")
    rows = {row.text("osm"): row for row in table.rows}
    assert list(rows) == ["node/1", "way/2", "way/3", "relation/6", "node/7", "node/8"]
    assert (rows["node/1"].text("lon"), rows["node/1"].text("addr:postcode")) == ("0.0", "CB6 1AD")
    assert (rows["way/2"].text("lon"), rows["way/2"].text("lat")) == ("0.26", "52.4")
    middle = [float(rows["way/3"].cells[name]) for name in ("lon", "lat")]
    assert middle == pytest.approx([0.3, 52.3])
    assert float(rows["relation/6"].cells["lon"]) == pytest.approx(0.2)
    assert "2 elements have no tags" in table.warnings[0]


def test_open_referral_version_3() -> None:
    table = opened("open_referral/version_3.json")
    hall, chapel, lifts = table.rows
    assert (hall.text("location name"), chapel.text("location name")) == ("Fen End Hall", "Marsh Chapel")
    assert (hall.text("address_1"), hall.text("postal_code")) == ("3 Mill Drove", "CB6 1AD")
    assert hall.text("organization name") == "Fen End Hall Trust"
    assert json.loads(hall.cells["phones"]) == [{"number": "01632 960001"}]
    assert lifts.text("location name") is None
    assert table.warnings == ()


def test_open_referral_version_1() -> None:
    (cafe,) = opened("open_referral/version_1.json").rows
    assert (cafe.text("address_1"), cafe.text("location longitude")) == ("1 Chapel Row", "0.26")
    assert json.loads(cafe.cells["phones"])[0]["number"] == "01632 960003"
    assert json.loads(cafe.cells["schedules"])[0]["weekday"] == "Tuesday"
    assert "Open Referral UK 1" in opened("open_referral/version_1.json").read_as


def test_a_feed_that_says_one_number_and_holds_another(test_data: Path) -> None:
    table = open_tables(test_data / "directories" / "oruk_v3_service_list_31.json")[0]
    assert len(table.rows) == 128
    assert "says it has 31 services and holds 128" in table.warnings[0]
    assert "share one id" in table.warnings[1]


def test_services_a_line_each_and_other_lists(tmp_path: Path) -> None:
    services = json.loads((FIXTURES / "open_referral/version_3.json").read_text())["contents"]
    lines = tmp_path / "services.ndjson"
    lines.write_text("\n".join(json.dumps(one) for one in services) + "\n")
    rows = opened("open_referral/version_3.json").rows
    assert [row.cells for row in open_tables(lines)[0].rows] == [row.cells for row in rows]
    plain = write(tmp_path / "plain.json", [{"name": "Hall", "town": {"name": "Ely"}}, 3, {"name": "Shed"}])
    table = open_tables(plain)[0]
    assert [row.text("town name") for row in table.rows] == ["Ely", None]
    assert "1 items" in table.warnings[0]
    part = write(tmp_path / "part.json", {"total_pages": 4, "contents": services})
    assert "one page of 4" in open_tables(part)[0].warnings[0]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"a": 1}, "not a list of things"),
        ([], "empty"),
        ([[1]], "not a list of things"),
        ({"elements": [{"type": "node"}]}, "nothing with tags"),
        ({"type": "FeatureCollection", "features": []}, "empty"),
    ],
)
def test_json_that_is_no_table(tmp_path: Path, document: object, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        open_tables(write(tmp_path / "x.json", document))


def test_json_that_breaks_off_goes_deep_or_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"contents": [{"id": 1, "na')
    with pytest.raises(BadInput, match="breaks off"):
        open_tables(path)
    path.write_text("[" * 50_000 + "]" * 50_000)
    with pytest.raises(BadInput, match="JSON"):
        open_tables(path)
    path.write_text('[{"name": ' + '{"a": ' * 900 + "1" + "}" * 901 + "]")
    with pytest.raises(BadInput, match="nested so deep"):
        open_tables(path)
    path.write_text('[{"name": "Hall"}]')
    with pytest.raises(BadInput, match="Files of this kind"):
        open_tables(path, limits=Limits(whole_bytes=10))


@pytest.mark.parametrize("folder", ["", "export/csv/"])
def test_a_package_of_services(tmp_path: Path, folder: str) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted((FIXTURES / "hsds").iterdir()):
            archive.write(part, f"{folder}{part.name}")
        archive.writestr(f"{folder}programs.csv", "id,name\n1,x\n")
    table = open_tables(path)[0]
    hall, chapel, lifts = table.rows
    assert [row.text("location name") for row in (hall, chapel, lifts)] == [
        "Fen End Hall",
        "Marsh Chapel",
        None,
    ]
    assert (hall.text("city"), chapel.text("city")) == ("Fen End", None)
    assert hall.text("organization name") == "Fen End Hall Trust"
    assert [one["number"] for one in json.loads(hall.cells["phones"])] == ["01632 960001"]
    assert json.loads(hall.cells["schedules"])[0]["weekday"] == "3"
    assert chapel.text("schedules") is None
    assert any("1 rows of phones belong to nothing" in warning for warning in table.warnings)
    assert any("do not use programs.csv" in warning for warning in table.warnings)


def test_a_calendar() -> None:
    rows = opened("icalendar/hall.ics").rows
    lunch, moved, off, walk, fair, _private, _yearly = rows
    assert (lunch.text("starts on"), lunch.text("starts at"), lunch.text("ends at")) == (
        "2026-03-04",
        "12:00",
        "14:00",
    )
    assert lunch.text("rrule") == "FREQ=WEEKLY;BYDAY=WE"
    assert lunch.text("not on") == "2026-03-18; 2026-03-25; 2026-04-08"
    assert lunch.text("also on") == "2026-04-10"
    assert lunch.text("location") == "Fen End Hall, Mill Drove, Fen End, CB6 1AD"
    assert (moved.text("moved from"), moved.text("starts on")) == ("2026-03-18", "2026-03-19")
    assert off.text("status") == "CANCELLED"
    # Half past nine in universal time is half past ten on a London clock in July.
    assert (walk.text("starts at"), walk.text("ends at")) == ("10:30", "11:30")
    assert "London clock" in notes(walk)
    assert (fair.text("all day"), fair.text("starts at")) == ("yes", None)


def test_a_calendar_that_is_damaged_or_empty(tmp_path: Path) -> None:
    path = tmp_path / "x.ics"
    path.write_text("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n")
    with pytest.raises(BadInput, match="no events"):
        open_tables(path)
    path.write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nnonsense\n")
    with pytest.raises(BadInput, match="calendar"):
        open_tables(path)
