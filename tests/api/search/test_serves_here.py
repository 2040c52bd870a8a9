"""Serves here: a result matches a place if its coverage holds it, or it is near and no coverage leaves the
place out. What is near but does not serve is shown apart; what has no point never vanishes for that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.face.service import rebuild_face
from tests.conftest import Directory
from tests.factories import SOHAM, add, add_areas, square

# The place asked for, and one 30 km away. Squares of 0.1 degrees round both are areas of our own.
HERE, FAR = (0.30, 52.40), (0.30, 52.13)
NEAR = f"{HERE[1]},{HERE[0]}"
SERVES, APART, ABSENT = "serves", "apart", "absent"


def place(at: tuple[float, float], **given: Any) -> dict[str, Any]:
    return {"lon": at[0], "lat": at[1]} | given


AREA_HERE = [{"how": "area", "area": "here"}]
AREA_FAR = [{"how": "area", "area": "far"}]
BY_PHONE = {"everywhere": True, "delivery": ["phone"]}
# What an entry is → what a search near HERE must do with it.
TABLE: dict[str, tuple[dict[str, Any], str]] = {
    "covers-here-no-place": ({"coverage": AREA_HERE}, SERVES),
    "covers-here-from-afar": ({"place": place(FAR), "coverage": AREA_HERE}, SERVES),
    "covers-here-from-here": ({"place": place(HERE), "coverage": AREA_HERE}, SERVES),
    "covers-the-county": ({"place": place(FAR), "coverage": [{"how": "area", "area": "county"}]}, SERVES),
    "covers-both": ({"coverage": AREA_HERE + AREA_FAR}, SERVES),
    "round-here-from-afar": (
        {"place": place(FAR), "coverage": [{"how": "radius", "radius_m": 40_000}]},
        SERVES,
    ),
    "round-with-a-centre": (
        {"coverage": [{"how": "radius", "radius_m": 500, "lon": HERE[0], "lat": HERE[1]}]},
        SERVES,
    ),
    "drawn-here": ({"coverage": [{"how": "shape", "shape": square(*HERE, size=0.01)}]}, SERVES),
    "near": ({"place": place((0.31, 52.41))}, SERVES),
    "near-home": ({"place": place((0.31, 52.41)), "privacy": "street"}, SERVES),
    "everywhere": (BY_PHONE, SERVES),
    "everywhere-from-afar": ({"place": place(FAR)} | BY_PHONE, SERVES),
    "near-but-covers-far": ({"place": place((0.31, 52.41)), "coverage": AREA_FAR}, APART),
    "near-but-small-round": (
        {"place": place((0.31, 52.41)), "coverage": [{"how": "radius", "radius_m": 300}]},
        APART,
    ),
    "near-but-drawn-far": (
        {"place": place((0.31, 52.41)), "coverage": [{"how": "shape", "shape": square(*FAR)}]},
        APART,
    ),
    "far": ({"place": place(FAR)}, ABSENT),
    "far-covers-far": ({"place": place(FAR), "coverage": AREA_FAR}, ABSENT),
    "covers-far-no-place": ({"coverage": AREA_FAR}, ABSENT),
    "just-out-of-reach": ({"place": place((0.30, 52.4451))}, ABSENT),
    "just-in-reach": ({"place": place((0.30, 52.4448))}, SERVES),
    # No public point: in an area round here, in another (the same county is not near), or who knows where.
    "home-in-this-area": ({"place": place(HERE), "privacy": "area"}, SERVES),
    "home-in-another-area": ({"place": place(FAR), "privacy": "area"}, ABSENT),
    "home-that-covers-far": ({"place": place(HERE), "privacy": "area", "coverage": AREA_FAR}, ABSENT),
    "hidden-home": ({"place": place(FAR), "privacy": "hidden"}, SERVES),
    "nobody-knows-where": ({"place": {"town": "Atlantis"}}, SERVES),
    "round-nowhere": (
        {"place": {"town": "Atlantis"}, "coverage": [{"how": "radius", "radius_m": 900}]},
        SERVES,
    ),
    "closed": ({"place": place(HERE), "state": "closed"}, ABSENT),
    "paused": ({"place": place(HERE), "state": "paused"}, SERVES),
}


@pytest.fixture(scope="module")
def visitor(shared_scratch: Directory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("areas")
    with shared_scratch.write() as session:
        add_areas(session, folder, {"here": square(*HERE), "far": square(*FAR)})
        add_areas(session, folder, {"county": square(*HERE, size=1.5)}, type_="county")
        for slug, (given, _) in TABLE.items():
            add(session, **{"slug": slug, "name": f"Entry {slug}", "at": None} | given)
        rebuild_face(session)
    with shared_scratch.client() as client:
        yield client


def search(visitor: TestClient, **params: Any) -> dict[str, Any]:
    reply = visitor.get("/api/v1/entries", params={"near": NEAR, "per_page": 100} | params)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


@pytest.mark.parametrize("slug", TABLE)
def test_what_serves_a_place(visitor: TestClient, slug: str) -> None:
    wanted = TABLE[slug][1]
    served = {item["slug"] for item in search(visitor)["items"]}
    either = {item["slug"]: item for item in search(visitor, serves="any")["items"]}
    assert (slug in served) is (wanted == SERVES)
    assert (slug in either) is (wanted != ABSENT)
    if wanted != ABSENT:
        assert either[slug]["serves"] is (wanted == SERVES)
        assert either[slug]["why"]


def test_what_is_near_but_does_not_serve_is_counted_apart(visitor: TestClient) -> None:
    apart = {slug for slug, (_, wanted) in TABLE.items() if wanted == APART}
    reply = search(visitor)
    assert reply["nearby_not_serving"]["total"] == len(apart)
    assert all(item["serves"] for item in reply["items"])
    any_reply = search(visitor, serves="any")
    assert any_reply["total"] == reply["total"] + len(apart)
    assert {item["slug"] for item in any_reply["items"] if not item["serves"]} == apart


def test_the_map_and_the_counts_follow(visitor: TestClient) -> None:
    for serves in ("only", "any"):
        listed = search(visitor, serves=serves)
        shown = visitor.get("/api/v1/map", params={"near": NEAR, "serves": serves, "zoom": 17}).json()
        assert shown["total"] + shown["without_pin"] == listed["total"]
        pins = {item["slug"] for item in listed["items"] if item["point"] is not None}
        seen = {one["slug"] for point in shown["points"] for one in point["entries"] or [point]}
        assert seen == pins
        assert sum(listed["facets"]["kind"].values()) == listed["total"]


def test_without_a_place_nothing_is_left_out(visitor: TestClient) -> None:
    reply = visitor.get("/api/v1/entries", params={"per_page": 100}).json()
    assert reply["total"] == len(TABLE) - 1  # the closed one
    assert reply["place"] is None
    assert {item["serves"] for item in reply["items"]} == {None}
    assert {item["distance_m"] for item in reply["items"]} == {None}
    assert reply["nearby_not_serving"] == {"total": 0}


def test_the_radius_moves_what_is_near_and_not_what_serves(visitor: TestClient) -> None:
    wide = {item["slug"] for item in search(visitor, radius_km=60)["items"]}
    tight = {item["slug"] for item in search(visitor, radius_km=0.1)["items"]}
    assert {"far", "just-out-of-reach", "near"} <= wide
    assert not {"far", "near", "near-home"} & tight
    assert {"covers-here-from-afar", "everywhere", "hidden-home", "home-in-this-area"} <= tight


def test_reasons_say_how_it_serves(visitor: TestClient) -> None:
    why = {item["slug"]: " · ".join(item["why"]) for item in search(visitor, serves="any")["items"]}
    assert "Serves Area here" in why["covers-here-no-place"]
    assert "for everyone" in why["everywhere"]
    assert "straight line" in why["near"]
    assert "Area far only" in why["near-but-covers-far"]
    assert "do not show where" in why["home-in-this-area"]
    assert "do not know where" in why["nobody-knows-where"]
    # A home we know of and keep to ourselves is not "not known".
    assert "km" not in why["hidden-home"]


def test_an_area_shows_what_is_in_it_or_serves_it(visitor: TestClient) -> None:
    reply = visitor.get("/api/v1/entries", params={"area": "far", "per_page": 100}).json()
    found = {item["slug"] for item in reply["items"]}
    assert {"far", "covers-far-no-place", "near-but-covers-far", "home-in-another-area"} <= found
    assert not {"near", "covers-here-no-place", "hidden-home"} & found


def test_a_point_known_only_roughly_claims_no_distance(scratch: Directory) -> None:
    place = {"town": "Soham", "lon": SOHAM[0], "lat": SOHAM[1]}
    with scratch.write() as session:
        add(session, name="Somewhere in the sector", place=place | {"precision": "sector"})
        add(session, name="Known to the door", place=place | {"precision": "exact"})
    with scratch.client() as client:
        near = f"{SOHAM[1]},{SOHAM[0]}"
        items = client.get("/api/v1/entries", params={"near": near}).json()["items"]
    rough = next(item for item in items if item["name"].startswith("Somewhere"))
    assert items[0]["name"] == "Known to the door"
    assert rough["distance_m"] is None
    assert rough["why"] == ["Close by; we know only roughly where"]
