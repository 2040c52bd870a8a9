"""When something is wrong a page says so in the same words as the API, and shows a way on."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.main import AWAY, BROKEN
from api.settings import Settings
from tests.conftest import Directory
from tests.web.pages.html_reader import read_html
from web.main import create_app


@pytest.mark.parametrize(
    ("page", "twin"),
    [
        ("/entries/no-such-entry", "/api/v1/entries/no-such-entry"),
        ("/areas/no-such-area", "/api/v1/areas/no-such-area"),
        ("/no-such-page", "/api/v1/no-such-page"),
    ],
)
def test_not_found_helps_in_the_same_words(client: TestClient, page: str, twin: str) -> None:
    shown, said = client.get(page), client.get(twin)
    assert shown.status_code == said.status_code == 404
    assert said.headers["content-type"] == "application/problem+json"
    read = read_html(shown.text)
    assert said.json()["detail"] in read.text
    assert read.one("input", id="q")
    assert "/connectors" in read.links


def test_a_kind_that_is_not_ours_is_not_found(client: TestClient) -> None:
    assert client.get("/kinds/castle").status_code == 404


def test_a_wrong_method_is_answered_as_a_page(client: TestClient) -> None:
    reply = client.post("/about")
    assert reply.status_code == 405
    assert read_html(reply.text).one("h1").text


@pytest.mark.parametrize("path", ["/kinds/food?page=x", "/areas/soham-town?page=0"])
def test_a_page_number_we_cannot_use(client: TestClient, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 422
    assert "Write a page number from 1." in read_html(reply.text).text


def test_a_fault_of_ours_shows_no_trace_and_keeps_the_headers(example_database: Directory) -> None:
    with example_database.client() as client:
        app = client.app
        assert isinstance(app, FastAPI)

        async def break_down() -> None:
            raise ValueError("secret detail")

        app.add_api_route("/broken", break_down)
        app.add_api_route("/api/v1/broken", break_down)
        page, twin = client.get("/broken"), client.get("/api/v1/broken")
    assert page.status_code == twin.status_code == 500
    assert twin.json()["detail"] == BROKEN
    assert BROKEN in read_html(page.text).text
    assert "secret" not in page.text + twin.text
    for reply in (page, twin):
        assert "content-security-policy" in reply.headers


def test_while_the_database_is_away_pages_say_so(tmp_path) -> None:
    nowhere = f"postgresql://nobody@/nothing?host={tmp_path}"
    app = create_app(Settings(database_url=nowhere, read_database_url=nowhere, environment="test"))
    # Every reply waits this long for a connection that does not come.
    app.state.directory.read_pool.timeout = 0.5
    with TestClient(app, raise_server_exceptions=False) as client:
        page, twin = client.get("/search?q=tea"), client.get("/api/v1/entries?q=tea")
        assert client.get("/healthz").status_code == 200
        assert client.get("/static/css/base.css").status_code == 200
    assert page.status_code == twin.status_code == 503
    assert AWAY in read_html(page.text).text
    assert twin.json()["detail"] == AWAY
    assert page.headers["retry-after"] == twin.headers["retry-after"]


def test_a_letter_that_cannot_be_kept_is_no_fault_of_ours(client: TestClient) -> None:
    reply = client.post("/sign-in", data={"email": "cur\x00ator@example.org", "password": "x"})
    assert reply.status_code == 422
    assert "holds a letter that cannot be kept" in read_html(reply.text).text


def test_what_another_site_sends_is_refused_as_everything_is(client: TestClient) -> None:
    elsewhere = {"Origin": "https://other.example"}
    page = client.post("/entries/soham-car-scheme/suggest", headers=elsewhere)
    assert page.status_code == 403
    assert "This was sent from another site. Nothing was changed." in page.text
    assert "text/html" in page.headers["content-type"]
    reply = client.post("/api/v1/suggestions", headers=elsewhere, json={})
    assert (reply.status_code, reply.headers["content-type"]) == (403, "application/problem+json")
    assert reply.json()["detail"] == "This was sent from another site. Nothing was changed."
