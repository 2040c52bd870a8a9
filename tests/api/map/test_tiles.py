"""Vector tiles: every entry is in exactly one tile of each zoom, alone or in a count."""

from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from fastapi.testclient import TestClient

from geo.tiles import Block, touched
from tests.conftest import Directory
from tests.factories import add

EVERYWHERE = (-3.0, 50.0, 3.0, 54.5)
MIME = "application/vnd.mapbox-vector-tile"


def features(client: TestClient, zoom: int, x: int, y: int, **filters: Any) -> list[dict[str, Any]]:
    """Each feature's properties, with its place in the tile as `at`."""
    reply = client.get(f"/tiles/{zoom}/{x}/{y}.mvt", params=filters)
    assert reply.status_code in (200, 204), reply.text
    if reply.status_code == 204:
        assert reply.content == b""
        return []
    assert reply.headers["content-type"] == MIME
    layers = mapbox_vector_tile.decode(reply.content)
    assert set(layers) == {"entries"}
    found: list[dict[str, Any]] = [
        one["properties"] | {"at": one["geometry"]["coordinates"]} for one in layers["entries"]["features"]
    ]
    assert found
    return found


def tiles(block: Block) -> list[tuple[int, int]]:
    columns, rows = range(block.west, block.east + 1), range(block.north, block.south + 1)
    return [(x, y) for x in columns for y in rows]


def count(one: dict[str, Any]) -> int:
    found: int = one.get("count", 1)
    return found


@pytest.mark.parametrize("filters", [{}, {"kind": ["group", "venue"]}, {"need": "loneliness"}], ids=str)
@pytest.mark.parametrize("zoom", [0, 4, 7, 9])
def test_the_tiles_of_a_zoom_hold_everything_once(
    crowd: TestClient, zoom: int, filters: dict[str, Any]
) -> None:
    total = crowd.get("/api/v1/map", params=filters).json()["total"]
    found = [
        one for x, y in tiles(touched(EVERYWHERE, zoom)) for one in features(crowd, zoom, x, y, **filters)
    ]
    assert sum(count(one) for one in found) == total > 0
    assert all(0 <= place < 4096 for one in found for place in one["at"])
    assert zoom > 4 or any("count" in one for one in found)
    ids = [one["id"] for one in found if "id" in one]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("zoom", [6, 10, 12, 13, 15, 22])
def test_a_tile_has_what_the_four_below_it_have(crowd: TestClient, zoom: int) -> None:
    block = touched((0.338, 52.334, 0.338, 52.334), zoom)
    x, y = block.west, block.north
    above = features(crowd, zoom, x, y)
    if zoom == 22:
        assert {one["kind"] for one in above}
        return
    below = [
        one
        for two in (0, 1)
        for four in (0, 1)
        for one in features(crowd, zoom + 1, 2 * x + two, 2 * y + four)
    ]
    assert sum(map(count, above)) == sum(map(count, below)) > 0


def test_what_an_entry_tells_by_zoom(crowd: TestClient) -> None:
    def first(zoom: int) -> dict[str, Any]:
        block = touched((0.338, 52.334, 0.338, 52.334), zoom)
        return features(crowd, zoom, block.west, block.north)[0]

    assert set(first(15)) == {"id", "slug", "kind", "name", "at"}
    assert set(first(6)) == {"count", "at"}


def test_an_entry_on_the_meridian_is_in_one_tile(scratch: Directory) -> None:
    """Longitude 0 is the edge of two tiles at every zoom but the first."""
    with scratch.write() as session:
        add(session, slug="edge", name="Edge", at=(0.0, 52.3))
    with scratch.client() as client:
        for zoom in (1, 8, 14, 18, 22):
            block = touched((0.0, 52.3, 0.0, 52.3), zoom)
            found = [features(client, zoom, x, y) for x, y in tiles(block)]
            assert [one["slug"] for tile in found for one in tile] == ["edge"]
            assert len(found) >= 2


def test_a_filter_holds_in_tiles_of_every_kind(crowd: TestClient, crowded: Directory) -> None:
    with psycopg.connect(crowded.url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM face.entries WHERE lon IS NOT NULL AND state <> 'closed' AND kind = 'food'"
        ).fetchone()
    assert row is not None
    found = features(crowd, 0, 0, 0, kind="food")
    assert sum(map(count, found)) == row[0]
    near = features(crowd, 0, 0, 0, near="Soham", kind="food")
    shown = crowd.get("/api/v1/map", params={"near": "Soham", "kind": "food"}).json()
    assert sum(map(count, near)) == shown["total"] > 0
    assert {one["kind"] for one in near if "kind" in one} <= {"food"}


@pytest.mark.parametrize(
    "path", ["0/1/0", "3/0/8", "23/0/0", "-1/0/0", "a/0/0", "3/1.5/1", "99999999999/0/0", "5/-1/3", "4/٣/1"]
)
def test_a_tile_the_world_has_not_is_not_found(crowd: TestClient, path: str) -> None:
    reply = crowd.get(f"/tiles/{path}.mvt")
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_wrong_filter_is_named(crowd: TestClient) -> None:
    reply = crowd.get("/tiles/3/4/2.mvt", params={"kind": "pub"})
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "kind")


def test_far_away_is_an_empty_tile(crowd: TestClient) -> None:
    assert features(crowd, 9, 0, 0) == []
    assert features(crowd, 16, 65535, 65535, need="loneliness") == []
