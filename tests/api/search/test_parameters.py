"""Every parameter that cannot be used is a 422 that names the field and says what would do."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Ask

WRONG = [
    ("radius_km", "0"),
    ("radius_km", "-1"),
    ("radius_km", "101"),
    ("radius_km", "nan"),
    ("radius_km", "inf"),
    ("radius_km", "far"),
    ("bbox", "1,2,3"),
    ("bbox", "1,2,3,4,5"),
    ("bbox", "a,b,c,d"),
    ("bbox", "nan,52,1,53"),
    ("bbox", "inf,52,1,53"),
    ("bbox", "0,52,1,1e400"),
    ("kind", "pub"),
    ("access", "lift"),
    ("language", "xx"),
    ("need", "no-such-need"),
    ("audience", "no-such-people"),
    ("delivery", "pigeon"),
    ("cost", "cheap"),
    ("area", "E99999999"),
    ("at", "tomorrow"),
    ("at", "2026-13-01T10:00"),
    ("at", "2026-11-25T10:00Z"),
    ("at", "2026-11-25T10:00+01:00"),
    ("day", "wednesday"),
    ("serves", "maybe"),
    ("sort", "price"),
    ("page", "0"),
    ("page", "-1"),
    ("page", "1.5"),
    ("page", "99999999999999999999"),
    ("per_page", "0"),
    ("per_page", "101"),
    ("per_page", "many"),
    ("q", "x" * 201),
]


@pytest.mark.parametrize("path", ["/api/v1/entries", "/api/v1/map"])
@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named(client: TestClient, path: str, name: str, value: str) -> None:
    reply = client.get(path, params={name: value})
    assert reply.status_code == 422, reply.text[:300]
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert [one["field"] for one in problem["errors"]] == [name]
    assert name in problem["detail"] or problem["errors"][0]["message"] in problem["detail"]
    assert "validation error" not in reply.text.lower()
    assert "pydantic" not in reply.text.lower()


@pytest.mark.parametrize("zoom", ["-1", "23", "near", "nan", "1e9"])
def test_a_wrong_zoom_is_named(client: TestClient, zoom: str) -> None:
    reply = client.get("/api/v1/map", params={"zoom": zoom})
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "zoom")


def test_several_wrong_values_are_all_named(client: TestClient) -> None:
    reply = client.get("/api/v1/entries", params={"kind": "pub", "page": "0", "day": "noon"})
    assert {one["field"] for one in reply.json()["errors"]} == {"kind", "page", "day"}


@pytest.mark.parametrize(
    "bbox",
    [
        "-180,-90,180,90",
        "-1000,-1000,1000,1000",
        "180,90,-180,-90",
        "1,53,0,52",
        "100,10,110,20",
        "-110,-20,-100,-10",
        "-180,40,-170,60",
        "170,40,180,60",
        "0,-90,0,90",
        "0.3,52.3,0.3,52.3",
        "-1e8,-1e8,1e8,1e8",
        "0,89,1,90",
        " 0 , 52 , 1 , 53 ",
    ],
)
def test_a_box_of_any_size_is_answered(ask: Ask, bbox: str) -> None:
    listed, shown = ask("/api/v1/entries", bbox=bbox), ask("/api/v1/map", bbox=bbox)
    assert listed["total"] == shown["total"]
    assert shown["without_pin"] == 0


def test_the_world_holds_every_point(ask: Ask) -> None:
    everything = ask("/api/v1/map")["total"]
    for bbox in ("-180,-90,180,90", "180,90,-180,-90", "-1e8,-1e8,1e8,1e8"):
        assert ask("/api/v1/entries", bbox=bbox)["total"] == everything
    assert ask("/api/v1/entries", bbox="100,10,110,20")["total"] == 0


def test_a_box_is_exact_at_its_edges(ask: Ask) -> None:
    """The index works in metres, where a box of degrees is tilted: the degrees decide."""
    items = ask("/api/v1/entries", per_page=100)["items"]
    points = {item["id"]: item["point"] for item in items if item["point"]}
    west, south, east, north = 0.0123, 52.2, 0.3345, 52.3981
    inside = {key for key, at in points.items() if west <= at["lon"] <= east and south <= at["lat"] <= north}
    boxed = ask("/api/v1/entries", bbox=f"{west},{south},{east},{north}", per_page=100)["items"]
    assert {item["id"] for item in boxed} & set(points) == inside


# Line 7 of what the directory must show: (typed, status, code of the problem or precision of the place).
NEAR: list[tuple[str, int, str]] = [
    ("CB7 5ZZ", 200, "sector"),  # invented: the sector is known, and that is said
    ("CB99 9ZZ", 422, "no_point"),
    ("CB7", 200, "outcode"),
    ("cb75aa", 200, "sector"),
    ("cb7 5aa", 200, "sector"),
    ("CB7 5A", 200, "sector"),
    ("CB7 5", 200, "sector"),
    ("Soham", 200, "place"),
    ("soham, cambs", 200, "place"),
    ("Sutton", 422, "ambiguous"),
    ("Sutton, East Cambridgeshire", 200, "place"),
    ("St Ives", 200, "place"),
    ("saint ives", 200, "place"),
    ("ST. IVES", 200, "place"),
    ("Paris", 422, "unknown_place"),
    ("SW1A 1AA", 422, "outside"),
    ("51.5,-0.12", 422, "outside"),
    ("0.33,52.33", 422, "outside"),
    ("0,0", 422, "outside"),
    ("90,180", 422, "outside"),
    ("999,999", 422, "outside"),
    ("52.33,0.33", 200, "exact"),
    ("CB7 5HI", 422, "not_a_postcode"),
    ("🦔", 422, "unknown_place"),
    ("\u200b", 422, "empty"),
    ("x" * 2000, 422, "too_long"),
    ("CB7 5AA" * 300, 422, "too_long"),
    ("'; DROP TABLE", 422, "unknown_place"),
    ("%", 422, "unknown_place"),
    ("{key}", 422, "unknown_place"),
]


@pytest.mark.parametrize(("typed", "status", "code"), NEAR, ids=[one[0][:20] for one in NEAR])
def test_near_anything_is_a_clear_answer(client: TestClient, typed: str, status: int, code: str) -> None:
    for path in ("/api/v1/entries", "/api/v1/map", "/api/v1/connectors"):
        reply = client.get(path, params={"near": typed})
        assert reply.status_code == status, (path, reply.text[:300])
        if status == 422:
            problem = reply.json()
            assert (problem["code"], problem["errors"][0]["field"]) == (code, "near")
            assert problem["detail"].endswith((".", "?", "”"))
        elif path != "/api/v1/map":
            assert reply.json()["place"]["precision"] == code
    page = client.get("/search", params={"near": typed})
    assert page.status_code in (200, 422)


def test_a_name_with_several_meanings_offers_each(client: TestClient, ask: Ask) -> None:
    problem = client.get("/api/v1/entries", params={"near": "Sutton"}).json()
    assert len(problem["options"]) == 2
    places = [ask("/api/v1/entries", near=one["value"])["place"] for one in problem["options"]]
    assert len({(place["lon"], place["lat"]) for place in places}) == 2


def test_what_is_roughly_known_is_said_so(ask: Ask) -> None:
    reply = ask("/api/v1/entries", near="CB7 5ZZ")
    assert "CB7 5" in reply["place"]["label"]
    assert reply["place"]["note"]


def test_links_lead_to_the_same_search(client: TestClient, ask: Ask) -> None:
    """Nothing is rounded or lost on the way: a box of many decimals, several values, an ampersand."""
    params: dict[str, Any] = {
        "bbox": "-0.1234567,52.1234567,0.7654321,52.7654321",
        "kind": ["drop_in", "group", "venue", "food"],
        "radius_km": "7.5",
        "sort": "name",
        "per_page": "3",
    }
    reply = ask("/api/v1/entries", **params)
    again = client.get(reply["links"]["self"]).json()
    assert [item["id"] for item in again["items"]] == [item["id"] for item in reply["items"]]
    assert again["links"] == reply["links"]
    for part in params["bbox"].split(","):
        assert part in reply["links"]["next"]
    assert "%26" in ask("/api/v1/entries", q="tea & cake")["links"]["self"]
