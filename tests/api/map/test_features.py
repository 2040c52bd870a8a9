"""Features of a box: valid GeoJSON, truly counted, in an order that stays and is spread over the box."""

from random import Random
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient

from tests.api.conftest import Ask
from tests.conftest import Directory
from tests.factories import add

PATH = "/api/v1/map.geojson"
BOXES = 40


def collection(client: TestClient, **params: Any) -> dict[str, Any]:
    reply = client.get(PATH, params=params)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/geo+json"
    body: dict[str, Any] = reply.json()
    assert body["type"] == "FeatureCollection"
    assert body["numberReturned"] == len(body["features"])
    return body


def test_boxes_of_every_size_are_counted_as_the_list_counts(crowd: TestClient) -> None:
    random = Random(5)
    shares = set()
    for number in range(BOXES):
        wide = 10 ** random.uniform(-2, 0.7)
        west, south = random.uniform(-0.3, 0.4), random.uniform(52.1, 52.5)
        box = (west, south, west + wide, south + wide / 2)
        params: dict[str, Any] = {"bbox": ",".join(map(repr, box)), "limit": random.choice((5, 50, 1000))}
        params |= ({}, {"kind": ["group", "food"]}, {"cost": "free"})[number % 3]
        found = collection(crowd, **params)
        listed = crowd.get("/api/v1/entries", params=params | {"per_page": 1}).json()
        assert found["numberMatched"] == listed["total"]
        assert found["numberReturned"] == min(found["numberMatched"], params["limit"])
        ids = [feature["id"] for feature in found["features"]]
        assert ids == sorted(set(ids))
        for feature in found["features"]:
            lon, lat = feature["geometry"]["coordinates"]
            assert box[0] <= lon <= box[2]
            assert box[1] <= lat <= box[3]
        shares.add(found["numberMatched"] > found["numberReturned"] > 0)
    assert shares == {True, False}


def test_fewer_are_the_first_of_more(crowd: TestClient) -> None:
    """Whichever way they are found: the order is the same."""
    box = "-0.4,52.0,0.6,52.8"
    ids = [feature["id"] for feature in collection(crowd, bbox=box, limit=1000)["features"]]
    for limit in (1, 7, 300):
        assert [one["id"] for one in collection(crowd, bbox=box, limit=limit)["features"]] == ids[:limit]


def test_the_first_are_spread_over_the_box(crowd: TestClient) -> None:
    features = collection(crowd, bbox="-0.4,52.0,0.6,52.8", limit=100)["features"]
    all_of_them = collection(crowd, bbox="-0.4,52.0,0.6,52.8", limit=1000)["features"]

    def reach(some: list[dict[str, Any]]) -> float:
        points = [one["geometry"]["coordinates"] for one in some]
        return float(shapely.MultiPoint(points).convex_hull.area)

    assert reach(features) > 0.6 * reach(all_of_them)


def test_a_feature_tells_what_the_list_tells_and_where_the_rest_is(ask: Ask, client: TestClient) -> None:
    listed = {item["id"]: item for item in ask("/api/v1/entries", near="Soham", per_page=100)["items"]}
    found = collection(client, near="Soham")["features"]
    assert {one["id"] for one in found} == set(listed)
    for feature in found:
        item, told = listed[feature["id"]], feature["properties"]
        assert set(told) == {"kind", "name", "precision", "url"}
        for name in ("kind", "name", "url"):
            assert told[name] == item[name]
        assert client.get(told["url"]).status_code == 200
        if item["point"] is None:
            assert feature["geometry"] is None
            assert told["precision"] is None
        else:
            point = [item["point"]["lon"], item["point"]["lat"]]
            assert feature["geometry"] == {"type": "Point", "coordinates": point}
            assert told["precision"] == item["point"]["precision"]


def test_whatever_a_name_holds_a_feature_stays_json(scratch: Directory) -> None:
    """Alone, in a small box and in a large one: each is found another way."""
    names = ['Say "tea" \\ </script>', "{{x}} ${y}\ttab", "\u202eكنيسة 🎉", "🎉" * 500]
    with scratch.write() as session:
        for number, name in enumerate(names):
            add(session, slug=f"odd-{number}", name=name, at=(0.1 + number / 100, 52.3), cost="free")
    with scratch.client() as client:
        for asked in ({"bbox": "0,52,1,53"}, {"bbox": "0,52,1,53", "limit": 1000}, {}, {"cost": "free"}):
            found = collection(client, **asked)["features"]
            told = {one["properties"]["url"]: one["properties"]["name"] for one in found}
            assert told == {f"/entries/odd-{number}": name for number, name in enumerate(names)}


def test_without_a_box_nobody_is_left_out(ask: Ask, client: TestClient) -> None:
    for filters in ({}, {"kind": "transport"}, {"delivery": "phone"}):
        found = collection(client, limit=1000, **filters)
        listed = ask("/api/v1/entries", per_page=1, **filters)
        assert found["numberMatched"] == found["numberReturned"] == listed["total"]
    assert any(one["geometry"] is None for one in found["features"])


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many", "1e2"])
def test_a_wrong_limit_is_named(client: TestClient, limit: str) -> None:
    reply = client.get(PATH, params={"limit": limit})
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "limit")
