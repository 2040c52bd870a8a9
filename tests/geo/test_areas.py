"""Boundary files give clean shapes, and a bad file says what is wrong with it."""

import json
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import MultiPolygon

from geo.areas import AreaFileError, read_areas

SQUARE = [[[0.0, 52.3], [0.1, 52.3], [0.1, 52.4], [0.0, 52.4], [0.0, 52.3]]]
BOW_TIE = [[[0.0, 52.3], [0.1, 52.4], [0.1, 52.3], [0.0, 52.4], [0.0, 52.3]]]
SPIKE = [[[0.0, 52.3], [0.1, 52.3], [0.1, 52.4], [0.2, 52.4], [0.1, 52.4], [0.0, 52.4], [0.0, 52.3]]]


def feature(properties: Any, coordinates: Any = SQUARE, kind: str = "Polygon") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(path: Path, *features: Any, **more: Any) -> Path:
    file = path / "areas.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("properties", "type_", "code", "name", "aliases"),
    [
        ({"lad19cd": "E07000009", "lad19nm": "East", "lad19nmw": " "}, "district", "E07000009", "East", ()),
        (
            {"LAD22CD": "W06000015", "LAD22NM": "Cardiff", "LAD22NMW": "Caerdydd"},
            "district",
            "W06000015",
            "Cardiff",
            ("Caerdydd",),
        ),
        (
            {"LAD22CD": "E07000010", "LAD22NM": "Fenland", "WD22CD": "E05009491", "WD22NM": "Birch"},
            "ward",
            "E05009491",
            "Birch",
            (),
        ),
        (
            {"WD22CD": "E05009491", "WD22NM": "Birch", "LAD22CD": "E07000010", "LAD22NM": "Fenland"},
            "district",
            "E07000010",
            "Fenland",
            (),
        ),
        (
            {"code": "P1", "name": "Our patch", "aliases": "The patch|Our patch| Ours "},
            "patch",
            "P1",
            "Our patch",
            ("The patch", "Ours"),
        ),
        (
            {"code": 7, "name": "Seven", "LAD22CD": "E07000010", "LAD22NM": "Fenland"},
            "parish",
            "7",
            "Seven",
            (),
        ),
    ],
)
def test_codes_and_names(
    tmp_path: Path, properties: dict[str, Any], type_: str, code: str, name: str, aliases: tuple[str, ...]
) -> None:
    (area,) = read_areas(write(tmp_path, feature(properties)), type_=type_)
    assert (area.code, area.name, area.type, area.aliases) == (code, name, type_, aliases)
    assert isinstance(area.geometry, MultiPolygon)
    assert area.repaired is None
    assert area.geometry.bounds == (0.0, 52.3, 0.1, 52.4)


@pytest.mark.parametrize("ring", [BOW_TIE, SPIKE])
def test_a_broken_outline_is_mended_and_said(tmp_path: Path, ring: Any) -> None:
    (area,) = read_areas(write(tmp_path, feature({"code": "A", "name": "A"}, ring)), type_="patch")
    assert area.geometry.is_valid
    assert isinstance(area.geometry, MultiPolygon)
    assert area.geometry.area > 0
    assert area.repaired is not None
    assert "was mended" in area.repaired


def test_heights_are_dropped(tmp_path: Path) -> None:
    ring = [[[x, y, 12.5] for x, y in SQUARE[0]]]
    (area,) = read_areas(write(tmp_path, feature({"code": "A", "name": "A"}, ring)), type_="patch")
    assert not area.geometry.has_z


def test_bad_features_are_left_out_and_said(tmp_path: Path) -> None:
    flat = [[[0.0, 52.3], [0.1, 52.3], [0.0, 52.3], [0.0, 52.3]]]
    problems: list[str] = []
    file = write(
        tmp_path,
        feature({"code": "A", "name": "A"}),
        feature({"code": "A", "name": "Again"}),
        feature({"name": "No code"}),
        feature({"code": "B"}),
        feature({"code": "C", "name": "C"}, [0.0, 52.3], "Point"),
        feature({"code": "D", "name": "D"}, []),
        feature({"code": "E", "name": "E"}, "nonsense"),
        feature({"code": "F", "name": "F"}, flat),
        feature({"code": "G", "name": "G"}, [[[0.0, "52.3"], [0.1, None], [0.1, 52.4], [0.0, 52.3]]]),
        feature(None),
        "not a feature",
        {"type": "Feature", "properties": {"code": "H", "name": "H"}, "geometry": None},
    )
    areas = read_areas(file, type_="patch", problems=problems)
    assert [(area.code, area.name) for area in areas] == [("A", "A")]
    assert len(problems) == 11
    assert all(problem.startswith("areas.geojson feature ") for problem in problems)
    for words, problem in zip(
        [
            "appears twice",
            "no code",
            "no name",
            "is a Point",
            "is empty",
            "cannot be read",
            "encloses nothing",
        ],
        problems,
        strict=False,
    ):
        assert words in problem


def test_national_grid_metres_are_refused(tmp_path: Path) -> None:
    metres = [[[550000, 270000], [551000, 270000], [551000, 271000], [550000, 270000]]]
    with pytest.raises(AreaFileError, match=r"British National Grid.*WGS84"):
        read_areas(write(tmp_path, feature({"code": "A", "name": "A"}, metres)), type_="patch")


def test_an_endless_coordinate_is_left_out(tmp_path: Path) -> None:
    file = write(tmp_path, feature({"code": "A", "name": "A"}))
    file.write_text(file.read_text(encoding="utf-8").replace("0.1,", "1e999,"), encoding="utf-8")
    problems: list[str] = []
    assert read_areas(file, type_="patch", problems=problems) == []
    assert len(problems) == 1


def test_latitude_first_is_refused(tmp_path: Path) -> None:
    swapped = [[[lat, lon] for lon, lat in SQUARE[0]]]
    with pytest.raises(AreaFileError, match="longitude first"):
        read_areas(write(tmp_path, feature({"code": "A", "name": "A"}, swapped)), type_="patch")


@pytest.mark.parametrize(
    ("crs", "fine"),
    [("urn:ogc:def:crs:OGC:1.3:CRS84", True), ("EPSG:4326", True), ("urn:ogc:def:crs:EPSG::27700", False)],
)
def test_a_named_system(tmp_path: Path, crs: str, fine: bool) -> None:
    named = {"type": "name", "properties": {"name": crs}}
    file = write(tmp_path, feature({"code": "A", "name": "A"}), crs=named)
    if fine:
        assert len(read_areas(file, type_="patch")) == 1
    else:
        with pytest.raises(AreaFileError, match="not in longitude and latitude"):
            read_areas(file, type_="patch")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "not json",
        '{"type": "Polygon", "coordinates": []}',
        "[" * 100_000,
        '{"type": "FeatureCollection", "features": [NaN]}',
        '{"features": 3}',
    ],
)
def test_not_geojson(tmp_path: Path, text: str) -> None:
    file = tmp_path / "areas.geojson"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AreaFileError):
        read_areas(file, type_="patch")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(AreaFileError, match="cannot be read"):
        read_areas(tmp_path / "none.geojson", type_="patch")


def test_one_feature_alone(tmp_path: Path) -> None:
    file = tmp_path / "one.geojson"
    file.write_text(json.dumps(feature({"code": "A", "name": "A"})), encoding="utf-8-sig")
    assert [area.code for area in read_areas(file, type_="patch")] == ["A"]


def test_real_districts_and_wards(real_data: Path) -> None:
    problems: list[str] = []
    files = sorted((real_data / "boundaries").glob("lad_*.geojson"))
    districts = [a for file in files for a in read_areas(file, type_="district", problems=problems)]
    assert {(a.code, a.name) for a in districts} >= {
        ("E07000009", "East Cambridgeshire"),
        ("E07000010", "Fenland"),
    }
    (wards_file,) = (real_data / "boundaries").glob("wards_*.geojson")
    wards = read_areas(wards_file, type_="ward", problems=problems)
    assert len(wards) == 126
    assert all(ward.code.startswith("E05") for ward in wards)
    assert problems == []
    assert all(a.geometry.is_valid and not a.geometry.is_empty for a in [*districts, *wards])
