"""The meridian crosses the county: longitude 0 is found, mapped, listed and measured like any other."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.factories import MERIDIAN, add

ON, WEST, EAST = "on", "west", "east"


@pytest.fixture(scope="module")
def visitor(shared_scratch: Directory) -> Iterator[TestClient]:
    with shared_scratch.write() as session:
        for slug, lon in ((ON, 0.0), (WEST, -0.004), (EAST, 0.004)):
            add(session, slug=slug, name=f"Meridian Choir {slug}", at=(lon, MERIDIAN[1]))
        add(session, slug="nowhere", name="Choir of no place", at=None, everywhere=True, delivery=["online"])
    with shared_scratch.client() as client:
        yield client


def get(visitor: TestClient, path: str, **params: Any) -> dict[str, Any]:
    reply = visitor.get(path, params=params)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


@pytest.mark.parametrize("written", ["52.3,0", "52.3,0.0", "52.3,-0.0", "52.3 0", "52.3, 0.00000"])
def test_found_near_and_measured(visitor: TestClient, written: str) -> None:
    reply = get(visitor, "/api/v1/entries", near=written, sort="distance")
    assert reply["place"]["lon"] == 0
    assert [item["slug"] for item in reply["items"]][:1] == [ON]
    first = reply["items"][0]
    assert (first["point"]["lon"], first["point"]["lat"], first["distance_m"]) == (0, 52.3, 0)
    assert [item["distance_m"] for item in reply["items"][1:3]] == pytest.approx([273, 273], abs=3)
    assert reply["items"][3]["distance_m"] is None


def test_shown_whole(visitor: TestClient) -> None:
    entry = get(visitor, f"/api/v1/entries/{ON}")
    assert entry["point"] == {"lat": 52.3, "lon": 0, "precision": "exact"}
    assert entry["places"][0]["point"]["lon"] == 0


@pytest.mark.parametrize(
    ("bbox", "wanted"),
    [
        ("-0.001,52.2,0.001,52.4", {ON}),
        ("0,52.2,0.01,52.4", {ON, EAST}),
        ("-0.01,52.2,0,52.4", {ON, WEST}),
        ("0,52.3,0,52.3", {ON}),
        ("0.001,52.2,0.01,52.4", {EAST}),
        ("0,0,0,0", set()),
    ],
)
def test_in_a_box(visitor: TestClient, bbox: str, wanted: set[str]) -> None:
    assert {item["slug"] for item in get(visitor, "/api/v1/entries", bbox=bbox)["items"]} == wanted
    shown = get(visitor, "/api/v1/map", bbox=bbox, zoom=18)
    assert ({point["slug"] for point in shown["points"]}, shown["total"]) == (wanted, len(wanted))


@pytest.mark.parametrize("zoom", [0, 5, 10, 15, 22])
def test_on_the_map_at_every_zoom(visitor: TestClient, zoom: int) -> None:
    shown = get(visitor, "/api/v1/map", zoom=zoom)
    counted = sum(one["count"] for one in shown["points"] + shown["clusters"])
    assert (counted, shown["total"], shown["without_pin"]) == (3, 3, 1)


def test_no_point_is_null_and_not_zero(visitor: TestClient) -> None:
    items = {item["slug"]: item for item in get(visitor, "/api/v1/entries")["items"]}
    assert items["nowhere"]["point"] is None
    assert items[ON]["point"] is not None
