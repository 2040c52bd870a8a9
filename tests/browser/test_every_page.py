"""Every page, wide and narrow: no error, nothing from another host, nothing axe finds, no sideways scroll."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

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
# Other faces of pages above: one look is enough.
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
# Each width in one scheme: both schemes are seen on every page for the price of two visits.
WIDTHS = {"wide": (1280, "light"), "narrow": (360, "dark")}
LOOKS = [(path, look) for path in PAGES for look in WIDTHS] + [(path, "narrow") for path in ALSO]

Visit = Callable[..., Page]
FindFaults = Callable[[Page], list[str]]


@pytest.mark.parametrize(("path", "look"), LOOKS)
def test_page_is_quiet_and_open_to_all(visit: Visit, find_faults: FindFaults, path: str, look: str) -> None:
    width, scheme = WIDTHS[look]
    page = visit(path, width=width, color_scheme=scheme)
    assert page.locator("h1").count() == 1
    assert find_faults(page) == []


@pytest.mark.parametrize("path", REFUSED)
def test_page_of_an_error_is_as_good_as_any(visit: Visit, find_faults: FindFaults, path: str) -> None:
    width, scheme = WIDTHS["narrow"]
    refusal = f"the server responded with a status of {REFUSED[path]}"
    page = visit(path, width=width, color_scheme=scheme, expected=(refusal,))
    assert page.locator("h1").count() == 1
    assert find_faults(page) == []


def test_no_page_scrolls_sideways_on_the_smallest_screen(visit: Visit, site: str) -> None:
    page = visit("/", width=320)
    too_wide = []
    for path in (*PAGES, *ALSO):
        page.goto(site + path)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            too_wide.append((path, width))
    assert too_wide == []
