"""An entry's page says all that is public, in plain words, and as plainly what is not known."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.factories import add, change
from tests.web.pages.html_reader import read_html

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}'


def all_slugs(client: TestClient) -> list[str]:
    slugs: list[str] = []
    for page in range(1, 9):
        found = client.get(f"/api/v1/entries?per_page=100&sort=name&page={page}").json()
        slugs += [item["slug"] for item in found["items"]]
    return slugs


def test_every_example_has_a_page_that_holds_together(client: TestClient) -> None:
    slugs = all_slugs(client)
    assert len(slugs) > 100
    for slug in slugs:
        reply = client.get(f"/entries/{slug}")
        assert reply.status_code == 200, slug
        page, entry = read_html(reply.text), client.get(f"/api/v1/entries/{slug}").json()
        assert page.one("h1").text == entry["name"]
        assert not page.unclosed, slug
        assert "None" not in page.text.split(), slug
        for heading in ("What it is", "Who it is for", "When", "Where", "Cost", "How to ask"):
            assert [one for one in page.all("h2") if one.text == heading], (slug, heading)
        for contact in entry["contacts"]:
            if contact["kind"] == "phone":
                assert contact["value"] in page.text


def test_the_next_five_dates_are_those_of_the_api(client: TestClient) -> None:
    entry = client.get("/api/v1/entries/soham-wednesday-drop-in").json()
    page = read_html(client.get("/entries/soham-wednesday-drop-in").text)
    assert len(entry["next_times"]) == 5
    times = [one.attributes["datetime"] for one in page.all("time")]
    assert times == [time["starts_at"] for time in entry["next_times"]]


def test_coverage_is_drawn_from_its_own_address(client: TestClient) -> None:
    reply = client.get("/entries/soham-car-scheme/coverage.json")
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/geo+json"
    assert reply.json()["type"] in ("Polygon", "MultiPolygon")
    missing = client.get("/entries/no-such-entry/coverage.json")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"


@pytest.fixture
def see(scratch: Directory) -> Any:
    """Save one entry with these facts and read its page."""

    def save_and_read(**given: Any) -> tuple[str, Any]:
        with scratch.write() as session:
            saved = add(session, **given)
        with scratch.client() as client:
            html = client.get(f"/entries/{saved.slug}").text
            return html, read_html(html)

    return save_and_read


def test_what_is_not_known_is_said(see: Any) -> None:
    _, page = see(kind="drop_in")
    for words in (
        "We do not know when it is on. Ask before you set out.",
        "We do not know what it costs. Ask before you go.",
        "We do not know about steps, toilets,",
        "We do not know if you can ask for yourself",
        "We hold no phone number or address for them.",
        "We do not know if you need to book. Ring first.",
        "Not checked yet: ring before you go",
    ):
        assert words in page.text


def test_access_is_yes_no_or_not_known(see: Any) -> None:
    _, page = see(access={"step_free": True, "dogs": False})
    answers = {one.text.split(maxsplit=1)[-1].strip(): one.attributes["class"] for one in page.all("li")
               if one.attributes.get("class", "").startswith("access-")}  # fmt: skip
    assert [one.text.split() for one in page.all("li", **{"class": "access-yes"})] == [["Yes", "Step-free"]]
    assert [one.text.split() for one in page.all("li", **{"class": "access-no"})] == [
        ["No", "Dogs", "welcome"]
    ]
    assert len(page.all("li", **{"class": "access-unknown"})) == 5, answers


def test_what_others_wrote_is_only_ever_text(see: Any, scratch: Directory) -> None:
    html, page = see(
        name=f"Singers {HOSTILE}",
        summary=HOSTILE,
        description=f"One\n\nTwo {HOSTILE}\nThree",
        eligibility=HOSTILE,
        cost_note=HOSTILE,
        organisation={"name": f"Org {HOSTILE}", "url": "javascript:alert(1)"},
        contacts=[
            {"kind": "web", "value": "javascript:alert(1)"},
            {"kind": "social", "value": "data:text/html,<script>alert(1)</script>"},
            {"kind": "email", "value": 'a@example.org"onclick="alert(1)'},
            {"kind": "phone", "value": HOSTILE},
            {"kind": "post", "value": HOSTILE},
        ],
        place={"name": HOSTILE, "address": [HOSTILE], "town": "Soham", "lon": 0.33, "lat": 52.33},
    )
    with scratch.client() as client:
        htmls = [html, client.get("/search").text, client.get("/search", params={"q": HOSTILE}).text,
                 client.get("/kinds/group").text, client.get("/search", params={"near": HOSTILE}).text,
                 client.get("/connectors", params={"near": HOSTILE}).text]  # fmt: skip
    for shown in htmls:
        assert "<script>alert" not in shown
        assert "<img" not in shown
    assert page.one("h1").text == f"Singers {HOSTILE}"
    assert not [
        link
        for link in page.links
        if not link.startswith(("/", "#", "https://", "http://", "tel:", "mailto:"))
    ]
    assert "49" not in page.one("h1").text


def test_contacts_become_safe_links(see: Any) -> None:
    _, page = see(
        contacts=[
            {"kind": "phone", "value": "01632 960123 ext 4"},
            {"kind": "email", "value": "tea@example.org"},
            {"kind": "web", "value": "https://www.example.org/tea/"},
            {"kind": "post", "value": "The Hall, Soham"},
        ]
    )
    assert {"tel:01632960123", "mailto:tea@example.org", "https://www.example.org/tea/"} <= set(page.links)
    assert "example.org/tea" in page.text


def test_a_place_on_longitude_nought_has_a_map(see: Any) -> None:
    _, page = see(at=(0.0, 52.3))
    view = json.loads(page.with_class("map")[0].attributes["data-view"])
    assert view["point"] == [0.0, 52.3, "exact", "group"]
    assert "The map shows the spot itself." in page.text


def test_a_private_home_is_said_to_be_private(see: Any) -> None:
    _, page = see(privacy="area")
    assert "The exact place is kept private, so it is not on the map." in page.text
    assert "Village Hall" not in page.text


def test_an_old_address_leads_to_the_new_one(scratch: Directory) -> None:
    with scratch.write() as session:
        saved = add(session, name="Soham Singers", slug="soham-singers")
    with scratch.write() as session:
        change(session, saved, name="Soham Choir", slug="soham-choir")
    with scratch.client() as client:
        reply = client.get("/entries/soham-singers")
        assert reply.status_code == 308
        landed = client.get("/entries/soham-singers", follow_redirects=True)
        assert landed.url.path == "/entries/soham-choir"
        assert read_html(landed.text).one("h1").text == "Soham Choir"
