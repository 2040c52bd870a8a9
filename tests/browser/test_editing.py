"""A curator at the editor in a real browser: times in words, a shape drawn, saved, and seen in public."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from api.accounts.dependencies import SESSION_COOKIE
from tests.browser.site import Watch, serve, settle
from tests.conftest import Directory
from tests.factories import add
from tests.people import session_cookie

WIDE, NARROW = {"width": 1280, "height": 1000}, {"width": 360, "height": 740}


@pytest.fixture
def at(scratch: Directory) -> Iterator[tuple[str, str, Any]]:
    """The app on one entry: its address, a signed-in cookie, the entry."""
    with scratch.write() as session:
        entry = add(session, name="Soham Singers", summary="We sing")
    with serve(scratch.settings(street_tiles_url=None)) as address:
        yield address, session_cookie(scratch, "admin"), entry


@pytest.fixture
def signed_in(browser: Browser, at: tuple[str, str, Any]) -> Iterator[BrowserContext]:
    address, cookie, _ = at
    context = browser.new_context(viewport=WIDE, service_workers="block")
    context.set_default_timeout(8000)
    context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": address}])
    yield context
    context.close()


def open_page(context: BrowserContext, watch: Watch, path: str) -> Page:
    page = context.new_page()
    watch.follow(page)
    page.goto(watch.base + path)
    settle(page)
    return page


def draw_triangle(page: Page) -> None:
    """Three corners and the first again, on the editor's map."""
    page.get_by_role("button", name="Draw Polygons").click()
    canvas = page.locator(".edit-map .map-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    corners = [(-80, -60), (80, -60), (0, 70)]
    for east, south in (*corners, corners[0]):
        page.mouse.click(middle[0] + east, middle[1] + south)


def test_times_in_words_a_drawn_shape_and_the_public_page(
    at: tuple[str, str, Any], signed_in: BrowserContext, find_faults: Callable[[Page], list[str]]
) -> None:
    address, _, entry = at
    # Signed out on purpose below: the browser says so in its console.
    watch = Watch(address, expected=("401",))
    path = f"/curate/entries/{entry.entry_id}"
    page = open_page(signed_in, watch, path)

    page.get_by_role("button", name="Add a time").click()
    page.get_by_label("Days and times").fill("every Wednesday, 9.30am to 12 noon, term time only")
    expect(page.locator("[data-meaning]").first).to_have_text(
        "We read: Every Wednesday, 9:30am to 12 noon (Term time only)"
    )
    expect(page.locator("#preview-dates li")).to_have_count(10)

    draw_triangle(page)
    shape = page.get_by_label("The shape as GeoJSON")
    expect(shape).to_have_value(re.compile(r'^{"type":"Polygon"'))
    expect(page.locator("#autosave")).to_contain_text("not saved yet")
    assert find_faults(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(WIDE)

    # The session ends while someone types: the browser keeps it, and offers it after signing in again.
    cookies = signed_in.cookies()
    signed_in.clear_cookies()
    page.get_by_label("In one sentence").fill("We sing on Wednesdays")
    expect(page.locator("#autosave")).to_contain_text("signed out")
    signed_in.add_cookies(cookies)  # type: ignore[arg-type]
    page.goto(address + path)
    page.get_by_role("button", name="Go on with it").click()
    settle(page)
    expect(page.get_by_label("In one sentence")).to_have_value("We sing on Wednesdays")

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".said")).to_contain_text("Saved.")
    page.get_by_role("link", name="See the public page").click()
    settle(page)
    expect(page.get_by_text("We sing on Wednesdays").first).to_be_visible()
    expect(page.get_by_text("Every Wednesday, 9:30am to 12 noon")).to_be_visible()
    expect(page.locator(".map-shape")).to_have_count(1)
    page.close()
    assert watch.problems == []


def test_two_curators_edit_at_once_and_nothing_is_lost(
    at: tuple[str, str, Any], signed_in: BrowserContext, find_faults: Callable[[Page], list[str]]
) -> None:
    """Both have the entry open; the second to save sees both versions and keeps what each of them meant."""
    address, _, entry = at
    watch = Watch(address, expected=("412",))
    path = f"/curate/entries/{entry.entry_id}"
    first, second = (open_page(signed_in, watch, path) for _ in range(2))
    first.get_by_label("In one sentence").fill("We sing in four parts")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.locator(".said")).to_contain_text("Saved.")

    second.get_by_label("Name").first.fill("Soham Harmony Singers")
    second.get_by_label("In one sentence").fill("We sing by ear")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Someone else saved first")
    assert find_faults(second) == []
    both = second.get_by_role("group", name="Summary")
    assert "We sing in four parts" in both.inner_text()
    assert "We sing by ear" in both.inner_text()
    both.get_by_role("radio", name=re.compile("Saved meanwhile")).check()
    second.get_by_role("button", name="Save what is chosen").click()
    second.goto(f"{address}/entries/{entry.slug}")
    settle(second)
    expect(second.get_by_role("heading", level=1)).to_have_text("Soham Harmony Singers")
    expect(second.get_by_text("We sing in four parts").first).to_be_visible()
    for page in (first, second):
        page.close()
    assert watch.problems == []
