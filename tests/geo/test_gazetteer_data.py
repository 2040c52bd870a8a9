"""The gazetteer's own files are true: every place is in its district and beside its postcodes."""

from collections import Counter, defaultdict
from math import hypot
from pathlib import Path

import pytest
import shapely
from shapely.geometry import Point

from geo.areas import read_areas
from geo.crs import to_osgb
from geo.gazetteer import (
    CodepointRow,
    PostcodeGroup,
    Settlement,
    fold_name,
    read_codepoint,
    read_postcode_groups,
    read_settlements,
)
from geo.postcodes import PartialPostcode, parse_postcode

GAZETTEER = Path(__file__).resolve().parents[2] / "data" / "gazetteer"
HOME_DISTRICTS = {
    "Cambridge": "E07000008",
    "East Cambridgeshire": "E07000009",
    "Fenland": "E07000010",
    "Huntingdonshire": "E07000011",
    "South Cambridgeshire": "E07000012",
    "Peterborough": "E06000031",
}


@pytest.fixture(scope="module")
def settlements() -> list[Settlement]:
    problems: list[str] = []
    found = read_settlements(GAZETTEER / "settlements.csv", problems)
    assert problems == []
    return found


@pytest.fixture(scope="module")
def groups() -> list[PostcodeGroup]:
    problems: list[str] = []
    found = read_postcode_groups(GAZETTEER / "postcode_groups.csv", problems)
    assert problems == []
    return found


@pytest.fixture(scope="module")
def postcodes(real_data: Path) -> list[CodepointRow]:
    return [row for row in read_codepoint(real_data / "codepoint_open") if row.easting is not None]


def test_enough_places_in_every_district(settlements: list[Settlement]) -> None:
    held = Counter(s.district for s in settlements)
    assert sum(held[district] for district in HOME_DISTRICTS) >= 240
    assert all(held[district] >= 10 for district in HOME_DISTRICTS)


def test_a_name_and_district_are_one_place(settlements: list[Settlement]) -> None:
    named = Counter((fold_name(name), s.district) for s in settlements for name in {s.name, *s.aliases})
    assert [place for place, count in named.items() if count > 1] == []


def test_names_shared_by_two_places(settlements: list[Settlement]) -> None:
    districts = defaultdict(set)
    for s in settlements:
        districts[s.name].add(s.district)
    assert districts["Sutton"] == {"East Cambridgeshire", "Peterborough"}
    assert districts["Upton"] == {"Huntingdonshire", "Peterborough"}


def test_both_sides_of_the_meridian(settlements: list[Settlement]) -> None:
    assert any(-0.01 < s.lon <= 0 for s in settlements)
    assert any(0 <= s.lon < 0.01 for s in settlements)


def test_no_two_places_share_a_point(settlements: list[Settlement]) -> None:
    points = Counter((s.lon, s.lat) for s in settlements)
    assert [point for point, count in points.items() if count > 1] == []


def test_each_lies_in_the_district_it_names(settlements: list[Settlement], real_data: Path) -> None:
    files = (real_data / "boundaries").glob("lad_*.geojson")
    shapes = {area.name: area.geometry for f in files for area in read_areas(f, type_="district")}
    assert set(HOME_DISTRICTS) <= set(shapes)
    astray = [s.name for s in settlements if s.district in shapes and not _holds(shapes[s.district], s)]
    assert astray == []


def _holds(shape: shapely.MultiPolygon, settlement: Settlement) -> bool:
    return bool(shape.contains(Point(settlement.lon, settlement.lat)))


def test_each_has_postcodes_of_its_district_close_by(
    settlements: list[Settlement], postcodes: list[CodepointRow]
) -> None:
    trees = {
        name: shapely.STRtree([Point(p.easting, p.northing) for p in postcodes if p.district == code])
        for name, code in HOME_DISTRICTS.items()
    }
    astray = []
    for s in (s for s in settlements if s.district in trees):
        near = trees[s.district].query(Point(to_osgb(s.lon, s.lat)), predicate="dwithin", distance=1500)
        astray += [s.name] if len(near) < (1 if s.kind == "hamlet" else 2) else []
    assert astray == []


def test_groups_are_outcodes_and_sectors(groups: list[PostcodeGroup], settlements: list[Settlement]) -> None:
    names = {s.name for s in settlements} | {""}
    for group in groups:
        parsed = parse_postcode(group.code)
        assert isinstance(parsed, PartialPostcode)
        assert (parsed.text, parsed.kind) == (group.code, group.kind)
        assert group.near in names
    assert {g.code for g in groups} >= {"CB7", "CB7 5", "PE13", "SG8", "SG19", "SG8 5"}


def test_groups_are_the_middle_of_their_postcodes(
    groups: list[PostcodeGroup], postcodes: list[CodepointRow]
) -> None:
    points: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in postcodes:
        outcode = row.postcode.split()[0]
        if outcode[:2] in {"CB", "PE"} or outcode in {"SG8", "SG19"}:
            assert row.easting is not None
            assert row.northing is not None
            points[outcode].append((row.easting, row.northing))
            points[row.postcode[:-2]].append((row.easting, row.northing))
    assert {g.code for g in groups} == set(points)
    for group in groups:
        middle = [sum(axis) / len(axis) for axis in zip(*points[group.code], strict=True)]
        east, north = to_osgb(group.lon, group.lat)
        assert hypot(east - middle[0], north - middle[1]) < 15
