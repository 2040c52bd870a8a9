"""Frames for other pages: what they show, what their visitors may change, and what is refused in words."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.factories import add, change
from tests.web.pages.html_reader import PageReader, read_html

HOSTILE = "</title></script><img src=x onerror=alert(1)>${x}{{7*7}} \"'><b>\u202eevil &amp; 😀"
LONG = "Very long name " * 20


def frame(client: TestClient, query: str) -> PageReader:
    reply = client.get(f"/embed/view?{query}")
    assert reply.status_code == 200, reply.text
    return read_html(reply.text)


def names(page: PageReader) -> list[str]:
    return [one.text for one in page.all("h2")]


def kinds(page: PageReader) -> set[str]:
    return {one.text.split(" · ")[0] for one in page.with_class("frame-kind")}


def code(client: TestClient, query: str) -> dict[str, Any]:
    made: dict[str, Any] = client.get(f"/embed/code.json?{query}").json()
    return made


def test_only_the_frame_may_be_framed(client: TestClient) -> None:
    headers = client.get("/embed/view?near=Soham").headers
    assert "x-frame-options" not in headers
    assert "frame-ancestors *;" in headers["content-security-policy"]
    assert "set-cookie" not in headers
    for path in ("/", "/search", "/embed", "/embed/view/", "/embed/code.json", "/offline", "/oembed"):
        headers = client.get(path).headers
        assert headers["x-frame-options"] == "DENY", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path


def test_a_frame_shows_what_the_search_page_shows(client: TestClient) -> None:
    listed = read_html(client.get("/search?near=Soham&kind=drop_in&kind=transport").text)
    page = frame(client, "near=Soham&kind=drop_in&kind=transport")
    links = [link.removeprefix("/entries/") for link in page.links if link.startswith("/entries/")]
    assert links == listed.cards[:10]
    assert "5 things that serve Soham" in page.text


def test_links_out_of_a_frame_open_in_a_tab_and_those_within_stay(client: TestClient) -> None:
    page = frame(client, "title=Here&show=list")
    out = [one for one in page.all("a") if not one.attributes["href"].startswith("/embed/view")]
    assert len(out) > 10
    for one in out:
        assert one.attributes["target"] == "_blank", one
        assert "noopener" in one.attributes["rel"], one
    within = [one for one in page.all("a") if one.attributes["href"].startswith("/embed/view")]
    assert within
    assert all("target" not in one.attributes for one in within)
    assert "title=Here" in within[0].attributes["href"], "the next page keeps the maker's wishes"


def test_a_frame_says_whose_it_is_and_when_it_changed(client: TestClient) -> None:
    text = frame(client, "near=Soham").text
    assert "From Hereabouts, Cambridgeshire and Peterborough. Last changed" in text
    assert "Thanks to: Example data of the Hereabouts project." in text
    assert "These are examples" in text


@pytest.mark.parametrize(
    ("show", "list_shown", "map_shown"), [("both", True, True), ("list", True, False), ("map", False, True)]
)
def test_a_list_a_map_or_both(client: TestClient, show: str, list_shown: bool, map_shown: bool) -> None:
    page = frame(client, f"near=Soham&show={show}")
    assert bool(page.with_class("map-canvas")) is map_shown
    assert bool(page.with_class("frame-side")) is list_shown
    assert len(names(page)) == 10, "a map alone has its list for those without scripts"
    assert bool(page.all("noscript")) is (show == "map")


def test_visitors_choose_among_the_kinds_of_the_frame(client: TestClient) -> None:
    own = "kind=drop_in&kind=transport&near=Soham"
    assert kinds(frame(client, own)) == {"Drop-in", "Transport scheme"}
    assert kinds(frame(client, f"{own}&just=transport")) == {"Transport scheme"}
    assert kinds(frame(client, f"{own}&just=food")) == {"Drop-in", "Transport scheme"}
    options = [one.attributes["value"] for one in frame(client, own).all("option")]
    assert options == ["", "drop_in", "transport"]


@pytest.mark.parametrize(("lock", "field"), [("q", "q"), ("near", "near"), ("kind", "just")])
def test_what_is_locked_has_no_field(client: TestClient, lock: str, field: str) -> None:
    own = "q=tea&near=Soham&kind=drop_in&kind=group"
    page = frame(client, own)
    assert {"q", "near", "just"} <= set(page.ids)
    assert not page.all("input", type="hidden", name="q")
    page = frame(client, f"{own}&lock={lock}")
    assert {"q", "near", "just"} & set(page.ids) == {"q", "near", "just"} - {field}
    hidden = {one.attributes["name"]: one.attributes["value"] for one in page.all("input", type="hidden")}
    assert hidden["lock"] == lock
    assert hidden.get(lock) == {"q": "tea", "near": "Soham", "kind": "group"}[lock]
    assert not frame(client, "lock=q&lock=near&lock=kind").all("form")


def test_a_frame_of_one_entry(client: TestClient) -> None:
    page = frame(client, "entry=soham-wednesday-drop-in")
    assert page.one("h1").text == "Soham Wednesday Drop-in"
    assert "Soham Library, Soham" in page.text
    assert "/entries/soham-wednesday-drop-in" in page.links
    assert page.with_class("map-canvas")


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("near=Paris", 422, "We do not know a place called “Paris”"),
        ("kind=castle", 422, "We could not use “kind”."),
        ("show=sideways", 422, "Choose from both, list, map."),
        ("accent=greenish", 422, "Write a colour as #"),
        ("area=atlantis", 422, "We hold no area with the code"),
        ("title=" + "x" * 101, 422, "at most 100 characters"),
        ("per_page=0", 422, "Write a number from 1 to 100."),
        ("entry=nobody", 404, "We hold no entry at this address."),
        ("bbox=1,2,3", 422, "Write four numbers"),
        ("q=%00&near=%00&title=%00", 200, "things to"),
    ],
)
def test_what_cannot_be_used_is_a_small_plain_page(
    client: TestClient, query: str, status: int, words: str
) -> None:
    reply = client.get(f"/embed/view?{query}")
    assert reply.status_code == status
    page = read_html(reply.text)
    assert status == 200 or words in page.text
    assert len(page.all("h1")) == 1
    assert not page.with_class("masthead"), "not our whole page inside a frame"
    assert "frame-ancestors *;" in reply.headers["content-security-policy"]
    assert len(reply.content) < 20_000


def test_a_place_with_two_meanings_offers_both_inside_the_frame(client: TestClient) -> None:
    page = read_html(client.get("/embed/view?near=Sutton&title=Here").text)
    offered = [link for link in page.links if link.startswith("/embed/view?") and "near=Sutton" in link]
    assert len(offered) >= 2
    assert frame(client, urlsplit(offered[0]).query).one("h1").text == "Here"


def test_builder_gives_the_code_of_the_frame_it_shows(client: TestClient) -> None:
    page = read_html(client.get("/embed?near=Soham&title=Near+%22us%22&width=400&height=500").text)
    copied = read_html(page.one("textarea").text).one("iframe").attributes
    preview = page.one("iframe").attributes
    assert copied["title"] == 'Near "us"'
    assert (copied["width"], copied["height"]) == (preview["width"], preview["height"]) == ("400", "500")
    assert copied["src"] == f"http://testserver{preview['src']}"
    assert dict(parse_qsl(urlsplit(copied["src"]).query)) == {"near": "Soham", "title": 'Near "us"'}
    told = code(client, "near=Soham&title=Near+%22us%22&width=400&height=500")
    assert told["code"] == page.one("textarea").text


def test_builder_keeps_the_rest_of_a_search(client: TestClient) -> None:
    page = read_html(client.get("/embed?audience=carers&day=wed&near=Soham").text)
    assert "Also kept from the search you came from: audience and day." in page.text
    assert "audience=carers" in page.one("iframe").attributes["src"]
    assert "day=wed" in page.one("iframe").attributes["src"]


def test_builder_says_what_is_wrong_beside_its_field(client: TestClient) -> None:
    reply = client.get("/embed?accent=greenish&height=9&title=Mine")
    assert reply.status_code == 422
    page = read_html(reply.text)
    for name in ("accent", "height"):
        assert page.one("input", id=name).attributes["aria-invalid"] == "true"
        assert f"{name}-error" in page.one("input", id=name).attributes["aria-describedby"]
    assert page.one("input", id="title").attributes["value"] == "Mine"
    assert not page.all("iframe")
    refused = client.get("/embed/code.json?near=Paris")
    assert refused.status_code == 422
    assert "Paris" in refused.json()["detail"]


def test_a_pale_colour_is_darkened_with_a_word(client: TestClient) -> None:
    assert code(client, "accent=%231d5fa8")["notes"] == []
    assert "#ffd98a is too pale to read on our paper" in code(client, "accent=%23ffd98a")["notes"][0]


def test_a_person_with_a_public_address_is_given_it(example_database: Directory) -> None:
    with example_database.client(public_url="https://help.example.org/") as client:
        made = client.get("/embed/code.json", headers={"Host": "elsewhere.example"}).json()
    assert made["src"] == "https://help.example.org/embed/view"


@pytest.fixture(scope="module")
def hostile(cluster: Any, base_database: Directory) -> Iterator[TestClient]:
    directory = Directory(
        "hostile",
        cluster.create_database("hostile_frames", template=base_database.name),
        cluster.url_of("hostile_frames", role="hereabouts_face"),
    )
    with directory.write() as session:
        add(session, name=HOSTILE, slug="hostile", summary=HOSTILE)
        add(session, name=LONG.strip(), slug="long")
        moved = add(session, name="Moved", slug="before")
        change(session, moved, name="Moved", slug="after")
    with directory.client() as opened:
        yield opened
    cluster.drop_database(directory.name)


@pytest.mark.parametrize("query", ["", "show=list", "show=map", "entry=hostile", "entry=long"])
def test_hostile_names_are_text_in_a_frame(hostile: TestClient, query: str) -> None:
    page = frame(hostile, query)
    assert not page.all("img")
    assert not page.all("b")
    wanted = LONG.strip() if "long" in query else HOSTILE
    assert wanted in [one.text for one in page.elements if one.tag in ("h1", "a")]
    assert not page.unclosed


def test_hostile_wishes_are_text_in_a_frame(hostile: TestClient) -> None:
    title = '</script><img src=x>{{7*7}}"'
    reply = hostile.get("/embed/view", params={"title": title, "q": title})
    page = read_html(reply.text)
    assert page.one("h1").text == title
    assert not page.all("img")
    reply = hostile.get("/embed", params={"title": title, "q": title})
    page = read_html(reply.text)
    assert not page.all("img")
    assert read_html(page.one("textarea").text).one("iframe").attributes["title"] == title


def test_hostile_names_are_text_where_a_link_is_shared(hostile: TestClient) -> None:
    def told(slug: str) -> str:
        page = read_html(hostile.get(f"/entries/{slug}").text)
        return page.one("meta", property="og:title").attributes["content"]

    assert told("hostile") == HOSTILE.replace("\u202e", "")
    assert 100 < len(told("long")) <= 201
    made = hostile.get("/oembed?url=http://testserver/entries/hostile").json()
    framed = read_html(made["html"])
    assert [one.tag for one in framed.elements] == ["iframe"]
    assert framed.one("iframe").attributes["title"] == HOSTILE.replace("\u202e", "")


def test_an_entry_that_moved_moves_in_frames_too(hostile: TestClient) -> None:
    reply = hostile.get("/embed/view?entry=before&title=Mine")
    assert reply.status_code == 308
    assert dict(parse_qsl(urlsplit(reply.headers["location"]).query)) == {"entry": "after", "title": "Mine"}
    made = hostile.get("/oembed?url=http://testserver/entries/before").json()
    assert "entry=after" in made["html"]
