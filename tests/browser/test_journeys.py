"""From a need and a place, over list and map, to one entry: by keyboard alone, and without scripts."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.site import settle, wait_until

Visit = Callable[..., Page]

MOST_TABS = 120


def tab_to(page: Page, what: Callable[[Page], bool]) -> None:
    """Presses Tab, as a person would, until the focus is there; each stop can be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
              const at = document.activeElement, box = at.getBoundingClientRect();
              return at !== document.body && box.width > 0 && box.height > 0;
            }"""
        ), "the focus went somewhere that cannot be seen"
        if what(page):
            return
    raise AssertionError(f"not reached in {MOST_TABS} steps")


def has_id(name: str) -> Callable[[Page], bool]:
    return lambda page: page.evaluate("document.activeElement.id") == name


def says(text: str) -> Callable[[Page], bool]:
    return lambda page: text in (page.evaluate("document.activeElement.textContent") or "")


def is_pin(page: Page) -> bool:
    return bool(page.evaluate("document.activeElement.matches('.map-pin')"))


def test_by_keyboard_alone(visit: Visit) -> None:
    page = visit("/")
    tab_to(page, has_id("q"))
    page.keyboard.type("lonely")
    tab_to(page, has_id("near"))
    page.keyboard.type("CB7 5AA")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    settle(page)

    # The list comes first in the document, then the map, which can be passed over.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, lambda page: bool(page.evaluate("document.activeElement.closest('.card')")))
    tab_to(page, lambda page: bool(page.evaluate("document.activeElement.matches('.map-skip')")))

    # Onto the map: the nearest pin, its window, back to the pin, then by number.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.map-canvas')")
    tab_to(page, is_pin)
    pin = page.evaluate("document.activeElement.dataset.slugs")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.dataset.slugs") == pin
    page.keyboard.press("1")
    window = page.get_by_role("dialog")
    window.wait_for()
    name = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/entries/*")
    settle(page)
    assert page.locator("h1").inner_text() == name


def test_filter_and_part_of_the_map_by_keyboard(visit: Visit) -> None:
    page = visit("/search")
    heading = page.locator("h1").inner_text()
    page.locator(".map-skip").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("+")
    part = page.locator(".map-search-part")
    part.wait_for(state="visible")
    tab_to(page, says("Search in this part of the map"))
    page.keyboard.press("Enter")
    wait_until(lambda: page.locator("h1").inner_text() != heading)
    settle(page)
    assert "bbox=" in page.url
    focused = page.evaluate("document.activeElement.className")
    assert focused == "map-status", "the focus is not lost with the link that goes"
    narrowed = page.locator("h1").inner_text()
    tab_to(page, lambda page: bool(page.evaluate("document.activeElement.matches('.map-kind')")))
    page.keyboard.press("Enter")
    wait_until(lambda: page.locator("h1").inner_text() != narrowed)
    assert "kind=" in page.url


def test_without_javascript(visit: Visit) -> None:
    page = visit("/", java_script_enabled=False)
    page.locator("#q").fill("lonely")
    page.locator("#near").fill("CB7 5AA")
    page.locator("#near").press("Enter")
    page.wait_for_url("**/search?*")
    assert "22 things" in page.locator("h1").inner_text()
    assert "Everything on it is in the list too" in page.locator(".map-plain").inner_text()
    assert not page.locator(".map-canvas").is_visible()
    page.locator(".map-kind[data-kind=drop_in]").click()
    page.wait_for_url("**kind=drop_in*")
    cards = page.locator("#results > .cards .card")
    assert cards.count() == 2
    page.locator(".chip").click()
    page.wait_for_url(lambda url: "kind=" not in url)
    page.get_by_role("link", name="nearest").click()
    page.wait_for_url("**sort=distance*")
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**page=2*")
    assert cards.count() == 2
    name = cards.first.locator("h2").inner_text()
    cards.first.get_by_role("link").first.click()
    page.wait_for_url("**/entries/*")
    assert page.locator("h1").inner_text() == name
    # Where it is and whom it serves are said in words, for there is no map to look at.
    assert page.locator("#where").is_visible()
    assert page.locator("#ask").is_visible()
