"""What holds on every page: words, one heading, landmarks, the banner, the headers, and nothing inline."""

import re
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from api.search.schemas import SearchParams
from tests.web.pages.html_reader import read_html

PAGES = {
    "/": "What do you need?",
    "/search": "things to turn to",
    "/search?q=lonely&near=Soham": "that serve Soham",
    "/search?near=Paris": "We do not know a place called “Paris”",
    "/connectors": "All connectors",
    "/connectors?near=Soham": "For Soham",
    "/kinds": "Timebanks",
    "/kinds/transport": "How it works",
    "/kinds/venue": "Good to ask first",
    "/areas": "Soham and villages",
    "/areas/soham-and-villages": "Who to ask here",
    "/getting-there": "Where do you set out from?",
    "/getting-there?near=Soham": "Soham Car Scheme",
    "/about": "How a search decides",
    "/accessibility": "What we have not tested",
    "/privacy": "We set no cookies",
    "/embed": "Copy this into the HTML of your page",
    "/embed?show=sideways": "Choose from both, list, map.",
    "/offline": "Delete what is saved",
    "/entries/soham-wednesday-drop-in": "Who to ask locally",
    "/api/docs": "What a search can be asked",
    "/no-such-page": "Not found",
}
every_page = pytest.mark.parametrize("path", PAGES)


@every_page
def test_says_what_it_is_for(client: TestClient, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == {
        "/search?near=Paris": 422,
        "/embed?show=sideways": 422,
        "/no-such-page": 404,
    }.get(path, 200)
    assert PAGES[path] in read_html(reply.text).text


@every_page
def test_is_built_so_that_all_can_read_it(client: TestClient, path: str) -> None:
    page = read_html(client.get(path).text)
    assert page.one("html").attributes["lang"] == "en-GB"
    assert page.one("h1").text.strip()
    assert page.one("main").attributes["id"] == "main"
    assert page.links[0] == "#main"
    assert page.one("title").text.endswith("Hereabouts") or path == "/"
    assert not page.unclosed, "tags that close what was not open"
    assert len(page.ids) == len(set(page.ids)), "an id twice on one page"


@every_page
def test_headings_go_down_one_step_at_a_time(client: TestClient, path: str) -> None:
    page = read_html(client.get(path).text)
    levels = [int(one.tag[1]) for one in page.elements if re.fullmatch(r"h[1-6]", one.tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), levels


@every_page
def test_every_field_has_a_name(client: TestClient, path: str) -> None:
    page = read_html(client.get(path).text)
    labelled = {one.attributes["for"] for one in page.all("label") if "for" in one.attributes}
    fields = [one for one in page.elements if one.tag in ("input", "select", "textarea")]
    for one in fields:
        kind = one.attributes.get("type")
        assert kind in ("hidden", "checkbox") or one.attributes["id"] in labelled, one
    named = [one.attributes[f"aria-{what}by"] for one in page.elements for what in ("labelled", "described")
             if f"aria-{what}by" in one.attributes]  # fmt: skip
    assert {name for names in named for name in names.split()} <= set(page.ids)


@every_page
def test_nothing_inline_runs_without_the_nonce(client: TestClient, path: str) -> None:
    reply = client.get(path)
    policy = reply.headers["content-security-policy"]
    found = re.search(r"script-src 'self' 'nonce-([\w-]+)'", policy)
    assert found
    assert "unsafe-inline" not in policy
    page = read_html(reply.text)
    for one in page.elements:
        assert not [name for name in one.attributes if name == "style" or name.startswith("on")], one
        if one.tag == "style" or (one.tag == "script" and one.attributes.get("type") != "application/json"):
            assert one.attributes.get("nonce") == found[1], one
        # An address of the same page in another form is told, not loaded.
        loads = one.tag == "link" and one.attributes["rel"] != "alternate"
        source = one.attributes.get("src") or (loads and one.attributes["href"]) or ""
        assert not re.match(r"(https?:)?//", source), f"{one} comes from another host"


@every_page
def test_says_that_these_are_examples(client: TestClient, path: str) -> None:
    words = "These are examples, made up to show how Hereabouts works. Do not rely on them."
    assert words in read_html(client.get(path).text).text


@every_page
def test_answers_head_as_it_answers_get(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code


def test_each_request_has_its_own_nonce(client: TestClient) -> None:
    policies = {client.get("/about").headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


def test_headers_keep_the_page_to_itself(client: TestClient) -> None:
    headers = client.get("/").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "set-cookie" not in headers


def test_files_carry_only_the_headers_that_mean_something_to_them(client: TestClient) -> None:
    sheet = client.get("/static/css/base.css")
    assert sheet.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in sheet.headers
    assert "permissions-policy" not in sheet.headers
    # Opened by itself, a drawing runs and loads nothing.
    assert "default-src 'none'" in client.get("/static/icons/favicon.svg").headers["content-security-policy"]
    assert client.get("/static/none.html").headers["x-content-type-options"] == "nosniff"


def test_street_tiles_are_allowed_only_where_they_are_set(example_database, client) -> None:
    assert "img-src 'self' data:;" in client.get("/").headers["content-security-policy"]
    with example_database.client(street_tiles_url="https://tiles.example.org/{z}/{x}/{y}.png") as other:
        policy = other.get("/").headers["content-security-policy"]
        assert "img-src 'self' data: https://tiles.example.org;" in policy
        assert "https://tiles.example.org" in read_html(other.get("/privacy").text).text


def test_no_banner_without_examples(scratch) -> None:
    with scratch.client() as client:
        for path in ("/", "/search", "/areas", "/connectors", "/kinds/food", "/getting-there"):
            page = read_html(client.get(path).text)
            assert "These are examples" not in page.text, path
            assert page.one("h1").text


def test_small_files_that_browsers_ask_for(client: TestClient) -> None:
    assert client.get("/robots.txt").text.startswith("User-agent: *")
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_static_files_are_kept_only_under_their_version(client: TestClient) -> None:
    page = read_html(client.get("/").text)
    sheets = [one.attributes["href"] for one in page.all("link", rel="stylesheet")]
    assert sheets
    for address in sheets:
        assert "immutable" in client.get(address).headers["cache-control"]
        assert client.get(address.partition("?")[0]).headers["cache-control"] == "no-cache"


def test_pages_are_sent_small(client: TestClient) -> None:
    assert client.get("/search").headers["content-encoding"] == "gzip"


def test_the_docs_name_every_parameter_of_a_search(client: TestClient) -> None:
    page = read_html(client.get("/api/docs").text)
    assert {one.text for one in page.all("code")} >= set(SearchParams.model_fields)
    assert [one for one in page.all("code") if one.text == "GET /api/v1/entries/{id_or_slug}"]
