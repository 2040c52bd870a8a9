"""Our own scripts stay small, and put words into a page as words."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.web.pages.html_reader import read_html
from tests.web.pages.static_files import check_files
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


PAGES = ("/", "/search", "/areas/soham-and-villages", "/entries/soham-wednesday-drop-in", "/embed",
         "/embed/view?show=both", "/offline", "/add")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_file_of_a_page_is_asked_for_by_its_version(client: TestClient, path: str) -> None:
    check_files(client, path)


def test_parts_that_only_a_script_imports_have_their_version(client: TestClient) -> None:
    assert {"/static/js/combobox.js", "/static/map/index.js", "/static/map/view.js"} <= check_files(
        client, "/search"
    )


def test_boxes_work_as_plain_ones(client: TestClient) -> None:
    for path in ("/", "/search"):
        page = read_html(client.get(path).text)
        assert not page.all("datalist")
        for name in ("q", "near"):
            assert "role" not in page.one("input", id=name).attributes, (
                "a combobox only where its script runs"
            )
