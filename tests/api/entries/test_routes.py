"""One entry by its address: everything public about it, and the way on when the address is old or wrong."""

from datetime import datetime
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient
from shapely.geometry import shape

from tests.api.conftest import Ask
from tests.conftest import Directory
from tests.factories import add, change, square


def test_everything_public_about_one_entry(ask: Ask) -> None:
    entry = ask("/api/v1/entries/soham-wednesday-drop-in")
    assert (entry["kind"], entry["url"]) == ("drop_in", "/entries/soham-wednesday-drop-in")
    assert entry["places"][0]["name"] == "Soham Library"
    assert entry["sessions"][0]["words"] == "Every Wednesday, 10am to 12 noon"
    assert len(entry["next_times"]) == 5
    starts = [datetime.fromisoformat(one["starts_at"]) for one in entry["next_times"]]
    assert starts == sorted(starts)
    assert {(one.weekday(), one.hour) for one in starts} == {(2, 10)}
    assert {contact["kind"] for contact in entry["contacts"]} >= {"phone", "email"}
    assert entry["facts"]["booking"] == "not_needed"
    assert {link["direction"] for link in entry["links"]} >= {"to"}
    assert entry["source"]["licence"]
    assert entry["is_example"] is True


def test_by_slug_or_id(ask: Ask) -> None:
    entry = ask("/api/v1/entries/soham-wednesday-drop-in")
    assert ask(f"/api/v1/entries/{entry['id']}")["slug"] == entry["slug"]


def test_a_link_is_seen_from_both_ends(ask: Ask) -> None:
    here = ask("/api/v1/entries/soham-wednesday-drop-in")
    for link in here["links"]:
        there = ask(f"/api/v1/entries/{link['slug']}")
        back = {(one["slug"], one["type"], one["direction"]) for one in there["links"]}
        direction = "from" if link["direction"] == "to" else "to"
        # Partners may each have named the other.
        named = {direction, "to"} if link["type"] == "partner_of" else {direction}
        assert {(here["slug"], link["type"], one) for one in named} & back


def test_partners_who_name_each_other_are_listed_once(ask: Ask) -> None:
    links = ask("/api/v1/entries/soham-friendly-dogs-walk")["links"]
    back = ask("/api/v1/entries/soham-wednesday-drop-in")["links"]
    assert [link["slug"] for link in links] == ["soham-wednesday-drop-in"]
    assert [link["slug"] for link in back].count("soham-friendly-dogs-walk") == 1


def test_an_old_address_leads_to_the_new_one(scratch: Directory) -> None:
    with scratch.write() as session:
        saved = add(session, slug="choir", name="Choir")
        change(session, saved, slug="singers", name="Singers")
        change(session, saved, slug="soham-singers", name="Singers")
    with scratch.client() as client:
        for old in ("choir", "singers"):
            reply = client.get(f"/api/v1/entries/{old}")
            assert (reply.status_code, reply.headers["location"]) == (308, "/api/v1/entries/soham-singers")
            page = client.get(f"/entries/{old}")
            assert page.status_code == 308
            assert urljoin(f"/entries/{old}", page.headers["location"]) == "/entries/soham-singers"
        assert client.get("/api/v1/entries/choir", follow_redirects=True).json()["slug"] == "soham-singers"


def test_an_unknown_address_is_a_plain_404(client: TestClient) -> None:
    for key in ("no-such-entry", "00000000-0000-0000-0000-000000000000", "x" * 3000, "%00", "a%2Fb", "🦔"):
        reply = client.get(f"/api/v1/entries/{key}")
        assert reply.status_code == 404, (key, reply.text)
        assert reply.json()["title"] == "Not found"


def test_coverage_is_drawn_and_named(scratch: Directory) -> None:
    with scratch.write() as session:
        add(
            session,
            slug="drawn",
            at=None,
            coverage=[{"how": "shape", "shape": square(0, 52.3), "label": "The fen"}],
        )
        add(session, slug="none", name="Hall")
    with scratch.client() as client:
        coverage = client.get("/api/v1/entries/drawn").json()["coverage"]
        assert coverage["label"] == "The fen"
        outline = shape(coverage["geojson"])
        assert outline.bounds == pytest.approx((-0.05, 52.25, 0.05, 52.35), abs=0.0002)
        assert client.get("/api/v1/entries/none").json()["coverage"] is None


def test_what_is_unknown_of_access_is_neither_yes_nor_no(scratch: Directory) -> None:
    hall = {
        "name": "Hall",
        "lon": 0.3,
        "lat": 52.3,
        "access": {"step_free": True, "toilet": False, "dogs": True},
    }
    with scratch.write() as session:
        add(session, slug="choir", name="Choir", place=hall, access={"dogs": False, "quiet": True})
    with scratch.client() as client:
        access = client.get("/api/v1/entries/choir").json()["access"]
        yes = client.get("/api/v1/entries").json()["facets"]["access"]
    # What the entry says of itself outdoes what its place says.
    assert access == {"step_free": True, "toilet": False, "dogs": False, "quiet": True}
    assert yes == {"step_free": 1, "quiet": 1}
