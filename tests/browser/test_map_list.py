"""The list and the map are one: each shows the other, and either narrows both."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.site import settle, wait_until

Visit = Callable[..., Page]

SHOPPING = "/search?q=shopping&near=Ely"
LONELY = "/search?q=lonely&near=CB7+5AA"


def listed(page: Page) -> list[str]:
    found: list[str] = page.locator("#results > .cards [data-slug]").evaluate_all(
        "cards => cards.map(card => card.dataset.slug)"
    )
    return found


def ask(page: Page, query: str) -> dict[str, Any]:
    parts = urlsplit(page.url)
    answer: dict[str, Any] = page.context.request.get(
        f"{parts.scheme}://{parts.netloc}/api/v1/entries?{query}"
    ).json()
    return answer


def wait_for_heading(page: Page, before: str) -> None:
    wait_until(lambda: page.locator("#results h1").inner_text() != before)
    settle(page)


def test_card_and_pin_light_each_other(visit: Visit) -> None:
    page = visit(SHOPPING)
    card, pin = page.locator("#entry-nellie-the-tuk-tuk"), page.locator(".map-pin[data-slugs*=nellie]")
    card.locator("a").first.focus()
    assert "map-pin-lit" in (pin.get_attribute("class") or "")
    # Nothing is open: what it serves is drawn for the one that has the focus, and goes with it.
    page.locator("path.map-coverage").first.wait_for(state="attached")
    page.locator("#q").focus()
    page.locator("path.map-coverage").first.wait_for(state="detached")
    assert "map-pin-lit" not in (pin.get_attribute("class") or "")
    pin.focus()
    assert "is-shown" in (card.get_attribute("class") or "")


def test_a_chosen_pin_marks_its_card_and_draws_what_it_serves(visit: Visit) -> None:
    page = visit(SHOPPING)
    card = page.locator("#entry-nellie-the-tuk-tuk")
    page.locator(".map-pin[data-slugs*=nellie]").click()
    window = page.get_by_role("dialog")
    window.get_by_text("The shaded part is the area it serves.").wait_for()
    assert page.locator("path.map-coverage").count()
    assert "Serves Ely" in window.inner_text()
    assert "is-open" in (card.get_attribute("class") or "")
    window.get_by_role("link", name="See it in the list").click()
    assert page.evaluate("document.activeElement.closest('.card').dataset.slug") == "nellie-the-tuk-tuk"
    page.mouse.move(0, 0)
    page.locator(".map-pin[data-slugs*=nellie]").focus()
    page.keyboard.press("Escape")
    page.locator("path.map-coverage").first.wait_for(state="detached")
    assert "is-open" not in (card.get_attribute("class") or "")


def test_what_is_near_but_serves_others_looks_and_reads_different(visit: Visit) -> None:
    # Near enough for a pin of its own.
    page = visit(f"{LONELY}#map=17/52.3334/0.3343")
    card = page.locator(".not-serving .card[data-point]").first
    card.get_by_role("button", name="Show on the map").click()
    window = page.get_by_role("dialog")
    window.wait_for()
    assert "it serves other places" in window.inner_text()
    pin = page.locator(f".map-pin-other[data-slugs='{card.get_attribute('data-slug')}']")
    assert "serves other places" in (pin.get_attribute("aria-label") or "")
    assert "dashed" in pin.evaluate("pin => getComputedStyle(pin).borderStyle")
    assert "it serves other places" in (page.locator(".map-marks").text_content() or "")


def test_entry_kept_private_to_its_area_has_no_pin_and_nothing_that_shows_one(visit: Visit) -> None:
    page = visit("/search?per_page=100")
    items = ask(page, "per_page=100")["items"]
    pinless = [item["slug"] for item in items if item["point"] is None]
    assert pinless
    named = page.locator(".map-pin[data-slugs]").evaluate_all("pins => pins.map(pin => pin.dataset.slugs)")
    assert not set(" ".join(named).split()) & set(pinless)
    for slug in pinless:
        card = page.locator(f"#entry-{slug}")
        assert card.get_attribute("data-point") is None
        assert card.get_by_role("button").count() == 0


def test_search_in_this_part_narrows_the_list_and_goes_back(visit: Visit) -> None:
    page = visit("/search?kind=group")
    part = page.get_by_role("link", name="Search in this part of the map")
    heading = page.locator("#results h1").inner_text()
    everything = listed(page)
    assert part.count() == 0, "offered once the visitor has moved the map"
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_url(re.compile("#map="))
    page.wait_for_load_state("networkidle")
    settle(page)
    pins = page.locator(".map-pin").count()
    part.click()
    wait_for_heading(page, heading)
    page.wait_for_load_state("networkidle")
    settle(page)
    query = parse_qs(urlsplit(page.url).query)
    assert query["kind"] == ["group"]
    assert listed(page) == [item["slug"] for item in ask(page, urlsplit(page.url).query)["items"]]
    assert "The list now says:" in page.locator(".map-status").inner_text()
    assert page.locator("path.map-part").count() == 1
    assert page.locator(".map-pin").count() == pins, "the map still shows what lies outside"
    assert page.locator("[data-kept] input[name=bbox]").input_value() == query["bbox"][0]
    narrowed = page.locator("#results h1").inner_text()
    page.go_back()
    wait_for_heading(page, narrowed)
    assert listed(page) == everything
    page.go_forward()
    wait_for_heading(page, heading)
    page.reload()
    settle(page)
    assert page.locator("#results h1").inner_text() == narrowed


def test_legend_is_the_filter_in_place(visit: Visit) -> None:
    page = visit("/search")
    heading = page.locator("#results h1").inner_text()
    page.locator(".map-kind[data-kind=drop_in]").click()
    wait_for_heading(page, heading)
    assert "kind=drop_in" in page.url
    chosen = page.locator(".map-kind[aria-current]")
    assert chosen.get_attribute("data-kind") == "drop_in"
    assert chosen.evaluate("link => link === document.activeElement"), "the focus stays where it was"
    total = ask(page, "kind=drop_in")["total"]
    assert page.locator("#results h1").inner_text().startswith(str(total))
    kinds = page.locator("#results > .cards .card-kind").all_inner_texts()
    assert all(kind.startswith("Drop-in") for kind in kinds)
    labels = page.locator(".map-pin-entry").evaluate_all("pins => pins.map(pin => pin.ariaLabel)")
    assert labels
    assert all(", Drop-in" in label for label in labels)
    chosen.click()
    wait_for_heading(page, f"{total} things that fit")
    assert page.locator("#results h1").inner_text() == heading


@pytest.mark.parametrize("path", ["/search", "/areas/ely"])
def test_legend_is_plain_links_without_javascript(visit: Visit, path: str) -> None:
    page = visit(path, java_script_enabled=False)
    link = page.locator(".map-kind").first
    kind = link.get_attribute("data-kind")
    link.click()
    page.wait_for_url(f"**kind={kind}*")
    assert page.locator(f"#results .card.kind-{kind}").count() == page.locator("#results .card").count() > 0


def test_search_from_the_middle_of_the_map(visit: Visit) -> None:
    page = visit("/search?q=lonely&near=Soham")
    link = page.get_by_role("link", name="Search from the middle of this map")

    def middle() -> float:
        return float(parse_qs(urlsplit(link.get_attribute("href") or "").query)["near"][0].split(",")[0])

    soham = middle()
    page.locator(".map-canvas").press("Shift+ArrowUp")
    wait_until(lambda: middle() > soham + 0.01)
    north = middle()
    link.click()
    page.wait_for_url(re.compile(f"near={north}"))
    settle(page)
    assert page.locator(".map-place").is_visible()


def test_view_and_open_entry_stand_in_the_address(visit: Visit) -> None:
    page = visit(SHOPPING, reduced_motion="reduce")
    assert "#" not in page.url
    page.get_by_role("button", name="Zoom out").click()
    page.locator(".map-pin[data-slugs*=nellie]").click()
    page.wait_for_url(re.compile("#map=.*/nellie-the-tuk-tuk$"))
    scale = page.locator(".leaflet-control-scale-line").first.inner_text()
    address = page.url
    page.locator(".map-popup a").first.click()
    page.wait_for_url("**/entries/*")
    page.go_back()
    settle(page)
    page.get_by_role("dialog").wait_for()
    assert page.url == address
    assert page.locator(".leaflet-control-scale-line").first.inner_text() == scale
