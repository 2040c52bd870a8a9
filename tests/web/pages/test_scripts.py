"""Our own scripts stay small, and put words into a page as words."""

import re

from fastapi.testclient import TestClient

from tests.web.pages.html_reader import read_html
from web.assets import STATIC_FOLDER

SCRIPTS = sorted((STATIC_FOLDER / "js").glob("*.js"))
MOST_BYTES = 20_000


def test_scripts_of_every_page_are_under_20_kb() -> None:
    assert {script.name for script in SCRIPTS} >= {"hereabouts.js", "combobox.js", "suggestions.js"}
    assert sum(script.stat().st_size for script in SCRIPTS) < MOST_BYTES


def test_scripts_write_no_markup() -> None:
    for script in SCRIPTS:
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|DOMParser",
            script.read_text("utf-8"),
        )
        assert not found, f"{script.name}: {found}"


def test_every_module_that_is_imported_is_served(client: TestClient) -> None:
    page = read_html(client.get("/").text)
    address = next(
        one.attributes["src"] for one in page.all("script") if "hereabouts.js" in one.attributes["src"]
    )
    imported = re.findall(r'from "\./(.+?)"', client.get(address).text)
    assert imported
    for name in imported:
        assert client.get(f"/static/js/{name}").headers["content-type"].startswith("text/javascript")


def test_boxes_work_as_plain_ones(client: TestClient) -> None:
    for path in ("/", "/search"):
        page = read_html(client.get(path).text)
        assert not page.all("datalist")
        for name in ("q", "near"):
            assert "role" not in page.one("input", id=name).attributes, (
                "a combobox only where its script runs"
            )
