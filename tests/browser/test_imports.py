"""A list on its way in, in a real browser: handed in, tried, brought in, and taken back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from api.accounts.dependencies import SESSION_COOKIE
from tests.browser.site import serve
from tests.conftest import Directory
from tests.ingest.conftest import LIBRARIES
from tests.people import session_cookie

NARROW_PX = 360
FINGERTIP_PX = 44
FindFaults = Callable[[Page], list[str]]


@pytest.fixture
def place(scratch: Directory, tmp_path: Path) -> Iterator[tuple[Directory, str]]:
    with serve(scratch.settings(home=tmp_path)) as address:
        yield scratch, address


def test_a_list_is_brought_in_and_taken_back(
    place: tuple[Directory, str],
    contexts: Callable[..., BrowserContext],
    visit: Callable[..., Page],
    find_faults: FindFaults,
) -> None:
    directory, address = place
    cookie = {"name": SESSION_COOKIE, "value": session_cookie(directory, "admin"), "url": address}
    contexts().add_cookies([cookie])
    page = visit("/curate/imports", base=address, width=NARROW_PX)
    assert find_faults(page) == []
    page.get_by_label("The file").set_input_files(LIBRARIES)
    page.get_by_label("What list is it?").select_option("cambridgeshire-libraries")
    page.get_by_role("button", name="Look at it").click()
    # The page of the work becomes that of the result by itself.
    page.get_by_text("Nothing has been changed yet.").wait_for()
    assert page.get_by_role("link", name="5 new").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW_PX
    assert find_faults(page) == []
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_role("link", name="See this import").click()
    page.get_by_role("heading", name="libraries").wait_for()
    assert find_faults(page) == []
    page.goto(f"{address}/entries/marsh-ely-library")
    assert page.get_by_role("heading", name="Marsh Ely Library").is_visible()
    page.go_back()
    page.get_by_text("Undo this import").click()
    page.get_by_role("button", name="Yes, undo it").click()
    page.get_by_text("The import is undone.").wait_for()
    for path in ("/curate/areas", "/curate/connectors", "/curate/connectors/new"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW_PX
        tops = page.locator(".rooms a, .rooms button, .on-page a").all()
        assert min((one.bounding_box() or {})["height"] for one in tops) >= FINGERTIP_PX, path
        assert find_faults(page) == [], path
