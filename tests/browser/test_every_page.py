"""Every page, wide and narrow: no error, nothing from another host, nothing axe finds, no sideways scroll."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.site import settle

PAGES = (
    "/",
    "/search",
    "/search?q=lonely&near=CB7+5AA",
    "/search?q=zzyzx",
    "/entries/soham-wednesday-drop-in",
    "/kinds",
    "/kinds/transport",
    "/areas",
    "/areas/ely",
    "/connectors?near=Soham",
    "/getting-there?near=Soham",
    "/about",
    "/accessibility",
    "/privacy",
    "/embed?kind=drop_in&near=Soham&accent=ffd98a",
    "/offline",
    "/embed/view?near=Soham",
    "/api/docs",
)
# Other faces of pages above: one width is enough.
ALSO = (
    "/search?q=shopping&near=Ely&kind=mutual_aid&sort=distance",
    "/entries/meridian-lifts",
    "/entries/county-time-credits-network",
    "/entries/haddenham-good-turn",
    "/entries/sawston-second-pair",
    "/connectors",
    "/getting-there",
    "/embed/view?area=ely&show=map&title=Ely",
    "/embed/view?entry=soham-wednesday-drop-in",
)
REFUSED = {
    "/search?near=Paris": 422,
    "/search?near=Sutton": 422,
    "/embed?near=Sutton&height=9": 422,
    "/embed/view?near=Sutton": 422,
    "/nowhere-at-all": 404,
    "/entries/nobody": 404,
}
NARROWEST_PX, NARROW_PX, WIDE_PX, HEIGHT_PX = 320, 360, 1280, 900

Visit = Callable[..., Page]
FindFaults = Callable[[Page], list[str]]


def see_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark")


@pytest.mark.parametrize("path", PAGES + ALSO)
def test_page_is_quiet_and_open_to_all(visit: Visit, find_faults: FindFaults, path: str) -> None:
    """Opened once on the smallest screen; each width in one scheme, so that both schemes are seen."""
    page = visit(path, width=NARROWEST_PX, before=see_dark, again=True)
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST_PX, "it scrolls sideways"
    page.set_viewport_size({"width": NARROW_PX, "height": HEIGHT_PX})
    assert find_faults(page) == []
    if path in PAGES:
        page.set_viewport_size({"width": WIDE_PX, "height": HEIGHT_PX})
        page.emulate_media(color_scheme="light")
        settle(page)
        assert find_faults(page) == []


@pytest.mark.parametrize("path", REFUSED)
def test_page_of_an_error_is_as_good_as_any(visit: Visit, find_faults: FindFaults, path: str) -> None:
    refusal = f"the server responded with a status of {REFUSED[path]}"
    page = visit(path, width=NARROW_PX, before=see_dark, again=True, expected=(refusal,))
    assert page.locator("h1").count() == 1
    assert find_faults(page) == []
