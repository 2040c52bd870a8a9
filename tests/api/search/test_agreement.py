"""One query behind the list, the map, the counts and the paging: over many searches they must agree."""

from random import Random
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Ask

GROUPS = ("kind", "need", "audience", "access", "language", "delivery", "cost")
CHOICES: dict[str, list[Any]] = {
    "q": [
        "lonely",
        "tea",
        "lift to hospital",
        "garden",
        "polish",
        "scooter",
        "walk",
        "xylophone tea",
        "bus library",
    ],
    "near": ["Soham", "Ely", "CB7 5HJ", "PE15", "52.3,0", "Cambridge", "PE1 1"],
    "radius_km": [0.5, 2, 5, 20, 100],
    "bbox": [
        "0,52,1,53",
        "-0.5,52,0.4,52.6",
        "0.3,52.3,0.4,52.4",
        "0.2345678,52.2345678,0.4567891,52.4567891",
    ],
    "kind": [["drop_in"], ["timebank", "mutual_aid"], ["transport"], ["group", "food", "lending"]],
    "need": [["loneliness"], ["getting-about", "shopping"], ["caring"]],
    "audience": [["older-people"], ["carers", "everyone"]],
    "access": [["step_free"], ["toilet", "parking"]],
    "language": [["pl"], ["en", "ru"]],
    "delivery": [["in_person"], ["phone", "online"], ["home_visit"]],
    "cost": [["free"], ["paid", "varies", "donation"]],
    "area": ["east-cambridgeshire", "fenland"],
    "at": ["2026-11-25T10:30", "2026-12-05T14:00", "2026-12-25T11:00"],
    "day": ["mon", "wed", "sat"],
    "serves": ["only", "any"],
}
SORTS = ("best", "distance", "name", "checked")


def searches(count: int) -> list[dict[str, Any]]:
    """Combinations of one to four filters, the same at every run."""
    random = Random(20261121)
    found: list[dict[str, Any]] = [{}]
    while len(found) < count:
        names = random.sample(sorted(CHOICES), random.randint(1, 4))
        found.append({name: random.choice(CHOICES[name]) for name in names})
    return found


SEARCHES = searches(70)
named = [" ".join(f"{name}={value}" for name, value in one.items()) or "everything" for one in SEARCHES]


@pytest.mark.parametrize("search", SEARCHES, ids=named)
def test_list_map_and_counts_agree(ask: Ask, search: dict[str, Any]) -> None:
    listed = ask("/api/v1/entries", **search, per_page=100)
    assert listed["total_is"] == "exact"
    ids = {item["id"] for item in listed["items"]}
    assert len(ids) == len(listed["items"]) == min(listed["total"], 100)
    for zoom in (8, 16):
        shown = ask("/api/v1/map", **search, zoom=zoom)
        assert shown["total"] + shown["without_pin"] == listed["total"]
        assert sum(one["count"] for one in shown["points"] + shown["clusters"]) == shown["total"]
    if listed["total"] <= 100:
        pins = {item["id"] for item in listed["items"] if item["point"] is not None}
        assert {one["id"] for point in shown["points"] for one in point["entries"] or [point]} == pins
    # Words read as a filter ("polish" as a language) are named in `understood`.
    if "near" in search or ("q" in search and not listed["understood"]):
        assert all(item["why"] for item in listed["items"])


@pytest.mark.parametrize("search", SEARCHES[:40], ids=named[:40])
def test_pages_hold_everything_once(client: TestClient, ask: Ask, search: dict[str, Any]) -> None:
    sort = SORTS[len(str(search)) % 4]
    seen: list[str] = []
    reply = ask("/api/v1/entries", **search, sort=sort, per_page=23)
    while True:
        seen += [item["id"] for item in reply["items"]]
        following = reply["links"].get("next")
        if following is None:
            break
        reply = client.get(following).json()
    assert len(seen) == len(set(seen)) == reply["total"]


def filters_of(search: dict[str, Any]) -> dict[str, Any]:
    """Words may be read as filters of their own; counts are checked on what was chosen alone."""
    return {name: value for name, value in search.items() if name != "q"}


@pytest.mark.parametrize("search", SEARCHES[:30], ids=named[:30])
def test_a_count_is_what_choosing_it_gives(ask: Ask, search: dict[str, Any]) -> None:
    """A group counts what its values would give with the other groups as they are, its own left out."""
    chosen = filters_of(search)
    facets = ask("/api/v1/entries", **chosen, per_page=1)["facets"]
    assert set(facets) == set(GROUPS)
    random = Random(str(search))
    for group in random.sample(GROUPS, 3):
        for value, count in random.sample(sorted(facets[group].items()), min(2, len(facets[group]))):
            total = ask("/api/v1/entries", **chosen | {group: value}, per_page=1)["total"]
            assert total == count, f"{group}={value}"


@pytest.mark.parametrize("sort", SORTS)
def test_orders(ask: Ask, sort: str) -> None:
    items = ask("/api/v1/entries", near="Ely", radius_km=15, sort=sort, per_page=100)["items"]
    assert len(items) > 10
    if sort == "name":
        names = [item["name"].lower() for item in items]
        assert names[0] < names[len(names) // 2] < names[-1]
    if sort == "distance":
        known = [item["distance_m"] for item in items if item["distance_m"] is not None]
        assert known == sorted(known)
        # What has no point comes last, and comes. One whose point is rough is in between, without a number.
        assert [item["point"] is None for item in items] == sorted(item["point"] is None for item in items)
    if sort == "checked":
        days = [item["checked_on"] or "" for item in items]
        assert days == sorted(days, reverse=True)


def test_or_within_a_group_and_across(ask: Ask) -> None:
    def total(**params: Any) -> int:
        found: int = ask("/api/v1/entries", **params, per_page=1)["total"]
        return found

    drop_ins, groups = total(kind="drop_in"), total(kind="group")
    assert total(kind=["drop_in", "group"]) == drop_ins + groups
    assert total(kind=["drop_in", "drop_in"]) == drop_ins
    free = total(kind="drop_in", cost="free")
    assert 0 < free <= min(drop_ins, total(cost="free"))


def test_a_page_past_the_end_is_empty_and_true(ask: Ask) -> None:
    reply = ask("/api/v1/entries", page=500)
    assert reply["items"] == []
    assert reply["total"] > 100
    assert "next" not in reply["links"]


def test_an_empty_field_of_a_form_is_no_filter(ask: Ask) -> None:
    everything = ask("/api/v1/entries")["total"]
    empty = dict.fromkeys(
        ("q", "near", "bbox", "kind", "need", "area", "at", "day", "sort", "page", "cost"), ""
    )
    assert ask("/api/v1/entries", **empty)["total"] == everything
    assert ask("/api/v1/entries", q="   ", near="  ")["total"] == everything
    assert ask("/api/v1/entries", unheard_of="yes")["total"] == everything


def test_places_shared_by_many_are_one_point_that_lists_them(ask: Ask) -> None:
    shown = ask("/api/v1/map", zoom=22)
    spots = [(point["lat"], point["lon"]) for point in shown["points"]]
    assert len(spots) == len(set(spots))
    shared = [point for point in shown["points"] if point["count"] > 1]
    assert shared
    assert all(len(point["entries"]) == point["count"] for point in shared)
    assert all(point["entries"] is None for point in shown["points"] if point["count"] == 1)
