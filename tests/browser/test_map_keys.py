"""The map for everyone: by number keys, by touch, calm, magnified, told in words, and where I am."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.site import settle, wait_until

Visit = Callable[..., Page]

LONELY = "/search?q=lonely&near=CB7+5AA"
ELY = {"latitude": 52.3981, "longitude": 0.2626}
LEAST_PX = 24


def pins_in_order(page: Page) -> list[str]:
    order: list[str] = page.locator(".map-pin[data-slugs]").evaluate_all(
        "pins => pins.map(pin => pin.dataset.slugs.split(' ')[0])"
    )
    return order


def test_numbers_open_the_nearest_while_the_map_has_the_focus(visit: Visit) -> None:
    page = visit(LONELY)
    page.locator("#q").focus()
    page.keyboard.press("2")
    assert page.get_by_role("dialog").count() == 0
    assert "2" in page.locator("#q").input_value(), "elsewhere a number is a number"
    page.locator(".map-skip").focus()
    page.keyboard.press("Tab")
    hint = page.locator(".map-keys")
    assert hint.is_visible()
    assert "Keys 1 to 3 open the nearest." in hint.inner_text()
    first, second = pins_in_order(page)[:2]
    assert f'aria-describedby="{hint.get_attribute("id")}"' in page.locator(".map-canvas").evaluate(
        "box => box.cloneNode().outerHTML"
    )
    page.keyboard.press("2")
    window = page.get_by_role("dialog")
    assert window.locator(f"a[href='/entries/{second}']").count() == 1
    page.keyboard.press("1")
    wait_until(lambda: window.count() == 1)
    assert window.locator(f"a[href='/entries/{first}']").count() == 1
    page.keyboard.press("Escape")
    window.wait_for(state="detached")
    pin = page.locator(f".map-pin[data-slugs^='{first}']")
    assert pin.evaluate("pin => pin === document.activeElement"), "the focus goes to the pin that was open"
    page.keyboard.press("Control+1")
    assert window.count() == 0, "the browser's own keys stay the browser's"


def test_tab_comes_to_the_nearest_first(visit: Visit) -> None:
    page = visit("/search?near=Soham&radius_km=20")
    api = page.context.request.get(page.url.replace("/search?", "/api/v1/entries?") + "&per_page=100").json()
    far = {item["slug"]: item["distance_m"] for item in api["items"] if item["distance_m"] is not None}
    order = [far[slug] for slug in pins_in_order(page) if slug in far]
    assert len(order) > 8
    # Entries close together share a marker, whose own spot may be a little nearer or farther.
    assert all(later > earlier - 2500 for earlier, later in pairwise(order))
    assert order[0] < 3000 < order[-1]


def test_what_is_in_view_is_said_politely_when_it_changes(visit: Visit) -> None:
    page = visit("/search")
    said = page.get_by_role("status").filter(has_text="places in view")
    before = said.inner_text()
    page.get_by_role("button", name="Zoom in", exact=True).click()
    wait_until(lambda: said.inner_text() != before)
    assert "more outside this view" in said.inner_text()


def test_everything_to_press_is_big_enough_to_touch(visit: Visit) -> None:
    page = visit(LONELY, width=360, height=740, has_touch=True, is_mobile=True)
    page.locator(".map-legend summary").click()
    page.locator(".map-pin").first.click()
    page.get_by_role("dialog").wait_for()
    small: list[Any] = page.locator(".map :is(a, button, summary, label)").evaluate_all(
        """(things, least) => things
          .filter((thing) => thing.checkVisibility() && !thing.closest(".leaflet-control-attribution")
            && !thing.matches(".map-skip, .map-popup a"))
          .map((thing) => [thing.outerHTML.slice(0, 80), thing.getBoundingClientRect()])
          .filter(([, box]) => box.width < least || box.height < least)""",
        LEAST_PX,
    )
    assert small == []


def test_reduced_motion_moves_nothing(visit: Visit) -> None:
    page = visit("/search", reduced_motion="reduce")
    assert page.evaluate("L.Map.prototype.options.zoomAnimation") is False
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_magnified_four_times_the_map_is_whole(visit: Visit) -> None:
    """1280 by 1024 at 400 %."""
    page = visit(LONELY, width=320, height=256)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    canvas = page.locator(".map-canvas")
    assert canvas.evaluate("box => box.offsetHeight") <= 256
    page.locator(".map-pin").first.click()
    window = page.locator(".map-popup .leaflet-popup-content-wrapper")
    window.wait_for()
    page.wait_for_timeout(400)
    fits = page.evaluate(
        """() => {
          const boxOf = (query) => document.querySelector(query).getBoundingClientRect();
          const inside = boxOf(".map-popup .leaflet-popup-content-wrapper");
          const frame = boxOf(".map-frame");
          return inside.left >= frame.left && inside.right <= frame.right
            && inside.top >= frame.top && inside.bottom <= frame.bottom;
        }"""
    )
    assert fits


def test_where_i_am_is_asked_on_a_click_and_searched_only_when_wanted(visit: Visit) -> None:
    asked: list[str] = []
    page = visit(
        "/search?kind=group",
        before=lambda page: page.on("request", lambda request: asked.append(request.url)),
        geolocation=ELY,
        permissions=["geolocation"],
    )
    page.get_by_role("button", name="Show where I am").click()
    page.locator(".map-here").wait_for()
    note = page.locator(".map-note[data-note=here]")
    assert "where your device says you are" in note.inner_text()
    settle(page)
    assert not any("52.398" in url for url in asked), "the place stays in the page"
    note.get_by_role("link", name="Search from here").click()
    page.wait_for_url("**/search?kind=group&near=52.398*")
    assert "52.398, 0.263" in page.locator("h1").inner_text()


@pytest.mark.parametrize("path", ["/search", "/entries/soham-wednesday-drop-in"])
def test_a_device_that_does_not_tell_is_answered_in_plain_words(visit: Visit, path: str) -> None:
    page = visit(path)
    page.get_by_role("button", name="Show where I am").click()
    note = page.locator(".map-note[data-note=here]")
    wait_until(lambda: "type a postcode" in note.inner_text().lower())
    assert page.locator(".map-here").count() == 0


def test_whole_screen_and_back(visit: Visit) -> None:
    page = visit("/search")
    page.get_by_role("button", name="Fill the screen").click()
    wait_until(lambda: page.evaluate("document.fullscreenElement?.className") == "map map-search")
    page.get_by_role("button", name="Leave the full screen").click()
    wait_until(lambda: page.evaluate("document.fullscreenElement") is None)
