"""The worker and the manifest as a browser is given them; what they do is tested in a browser."""

import json
import re
from typing import Any

from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.web.pages.html_reader import read_html


def here(client: TestClient) -> dict[str, Any]:
    """What the worker is told of our files."""
    found = re.match(r"const HERE = (.+);\n", client.get("/service-worker.js").text)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_worker_is_asked_for_anew_each_time_and_may_serve_every_page(client: TestClient) -> None:
    headers = client.get("/service-worker.js").headers
    assert headers["content-type"].startswith("text/javascript")
    assert headers["cache-control"] == "no-cache"
    policy = client.get("/").headers["content-security-policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy


def test_the_shell_is_all_that_a_page_loads(client: TestClient) -> None:
    shell = set(here(client)["shell"])
    assert all(client.get(address).status_code == 200 for address in shell)
    for path in ("/", "/search?near=Soham", "/entries/soham-wednesday-drop-in", "/offline"):
        page = read_html(client.get(path).text)
        loaded = {one.attributes["src"] for one in page.all("script") if "src" in one.attributes}
        loaded |= {one.attributes["href"] for one in page.all("link", rel="stylesheet")}
        assert loaded <= shell, path


def test_another_name_is_another_version(client: TestClient, example_database: Directory) -> None:
    with example_database.client(title="Round Our Way") as other:
        assert here(other)["version"] != here(client)["version"]
        assert here(client)["version"] == here(client)["version"]


def test_manifest_names_the_site_and_icons_of_ours(client: TestClient) -> None:
    page = read_html(client.get("/").text)
    reply = client.get(page.one("link", rel="manifest").attributes["href"])
    assert reply.headers["content-type"] == "application/manifest+json"
    manifest = reply.json()
    assert (manifest["short_name"], manifest["start_url"], manifest["scope"]) == ("Hereabouts", "/", "/")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).headers["content-type"] == icon["type"] == "image/svg+xml"


def test_privacy_page_says_what_is_kept_and_leads_to_deleting_it(client: TestClient) -> None:
    page = read_html(client.get("/privacy").text)
    assert "Your browser keeps the last 30 pages you saw here" in page.text
    assert "/offline" in page.links
