"""oEmbed: our addresses as frames for page builders, and nobody else's."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.web.pages.html_reader import read_html

HOME = "http://testserver"


def ask(client: TestClient, url: str, **more: Any) -> Any:
    return client.get("/oembed", params={"url": url} | more)


@pytest.mark.parametrize(
    ("path", "title", "query"),
    [
        ("/search?q=lonely&near=Soham", "23 things for “lonely” that serve Soham, East Cambridgeshire",
         {"q": "lonely", "near": "Soham"}),
        ("/entries/soham-wednesday-drop-in", "Soham Wednesday Drop-in", {"entry": "soham-wednesday-drop-in"}),
        ("/areas/ely", "What there is in Ely and near villages",
         {"area": "ely", "title": "What there is in Ely and near villages"}),
        ("/embed/view?near=Ely&title=Mine&show=map", "Mine", {"near": "Ely", "title": "Mine", "show": "map"}),
    ],
)  # fmt: skip
def test_pages_of_ours_become_frames(
    client: TestClient, path: str, title: str, query: dict[str, str]
) -> None:
    reply = ask(client, HOME + path)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["access-control-allow-origin"] == "*"
    made = reply.json()
    assert (made["version"], made["type"], made["title"]) == ("1.0", "rich", title)
    assert (made["provider_name"], made["provider_url"]) == ("Hereabouts", f"{HOME}/")
    iframe = read_html(made["html"]).one("iframe").attributes
    assert (iframe["width"], iframe["height"]) == (str(made["width"]), str(made["height"]))
    assert iframe["src"].startswith(f"{HOME}/embed/view?")
    assert dict(parse_qsl(urlsplit(iframe["src"]).query)) == query
    framed = client.get(iframe["src"].removeprefix(HOME))
    assert framed.status_code == 200


def test_limits_are_kept(client: TestClient) -> None:
    free = ask(client, f"{HOME}/areas/ely").json()
    tight = ask(client, f"{HOME}/areas/ely", maxwidth=300, maxheight=150).json()
    assert (tight["width"], tight["height"]) == (300, 150)
    wide = ask(client, f"{HOME}/areas/ely", maxwidth=5000, maxheight=5000).json()
    assert (wide["width"], wide["height"]) == (free["width"], free["height"])
    assert ask(client, f"{HOME}/areas/ely", maxwidth="wide").status_code == 422


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/search",
        "http://testserver.elsewhere.example/search",
        "http://testserver@elsewhere.example/search",
        "http://someone@testserver/search",
        "http://testserver:81/search",
        "//testserver/search",
        "javascript:alert(1)",
        "http://[::1/search",
        f"{HOME}/about",
        f"{HOME}/entries/nobody",
        f"{HOME}/entries/soham-wednesday-drop-in/suggest",
        f"{HOME}/areas/atlantis",
        f"{HOME}/search?near=Paris",
        f"{HOME}/embed/view?show=sideways",
    ],
)
def test_all_else_is_not_found(client: TestClient, url: str) -> None:
    reply = ask(client, url)
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"


def test_without_an_address_it_is_said_what_is_missing(client: TestClient) -> None:
    reply = client.get("/oembed")
    assert reply.status_code == 422
    assert [one["field"] for one in reply.json()["errors"]] == ["url"]


def test_only_json_is_spoken(client: TestClient) -> None:
    assert ask(client, f"{HOME}/areas/ely", format="xml").status_code == 501
    assert ask(client, f"{HOME}/areas/ely", format="json").status_code == 200


@pytest.mark.parametrize(
    "path", ["/search?q=lonely&near=Soham", "/entries/soham-wednesday-drop-in", "/areas/ely"]
)
def test_pages_say_where_to_ask(client: TestClient, path: str) -> None:
    page = read_html(client.get(path).text)
    link = page.one("link", type="application/json+oembed").attributes
    assert link["href"].startswith(f"{HOME}/oembed?")
    made = client.get(link["href"].removeprefix(HOME)).json()
    assert made["title"] == page.one("meta", property="og:title").attributes["content"]


def test_the_host_asked_for_is_not_believed_blindly(example_database: Directory, client: TestClient) -> None:
    forged = {"Host": 'elsewhere.example"><script>'}
    page = read_html(client.get("/entries/soham-wednesday-drop-in", headers=forged).text)
    told = page.one("meta", property="og:url").attributes["content"]
    assert "elsewhere" not in told
    with example_database.client(public_url="https://help.example.org") as other:
        elsewhere = {"Host": "elsewhere.example"}
        page = read_html(other.get("/areas/ely", headers=elsewhere).text)
        told = page.one("meta", property="og:url").attributes["content"]
        assert told == "https://help.example.org/areas/ely-and-near-villages"
        ours = other.get("/oembed?url=https://help.example.org/areas/ely", headers=elsewhere)
        assert "https://help.example.org/embed/view" in ours.json()["html"]
        theirs = other.get("/oembed?url=https://elsewhere.example/areas/ely", headers=elsewhere)
        assert theirs.status_code == 404
