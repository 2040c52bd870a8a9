"""The map: the same entries as the list, by mouse, by keyboard, and when something fails."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser.site import serve, settle, wait_until
from tests.conftest import Directory

Visit = Callable[..., Page]

LONELY = "/search?q=lonely&near=CB7+5AA"
PINS = ".map-pin"
TILE_HOST = "tiles.example.org"
CLEAR_TILE = b'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>'
HOSTILE = '</script><img src=x onerror=alert(1)>${x}{{7*7}} \u202eevil & "quoted"'


def ask(page: Page, path: str) -> dict[str, Any]:
    answer: dict[str, Any] = page.context.request.get(
        page.url.split("/", 3)[0] + "//" + host(page) + path
    ).json()
    return answer


def host(page: Page) -> str:
    return page.url.split("/", 3)[2]


def slugs_on_map(page: Page) -> list[str]:
    named = page.locator(f"{PINS}[data-slugs]").evaluate_all("pins => pins.map(pin => pin.dataset.slugs)")
    return sorted(slug for slugs in named for slug in slugs.split())


def status(page: Page) -> str:
    return page.locator(".map-status").inner_text()


def answer_map(reply: dict[str, Any]) -> Callable[[Page], None]:
    """What the map is told instead of what there is: entries of these names have no coverage either."""

    def answer(page: Page) -> None:
        page.route("**/api/v1/map?*", lambda route: route.fulfill(json=reply))
        page.route("**/coverage.json", lambda route: route.fulfill(status=204))

    return answer


def point(slug: str, lon: float, lat: float, **more: Any) -> dict[str, Any]:
    given = {"id": slug, "slug": slug, "kind": "drop_in", "name": slug, "count": 1, "precision": "exact"}
    return given | {"lon": lon, "lat": lat} | more


def test_shows_the_entries_of_the_list(visit: Visit) -> None:
    page = visit(LONELY)
    listed = ask(page, f"/api/v1/entries?{LONELY.split('?')[1]}&per_page=100")
    pinned = sorted(item["slug"] for item in listed["items"] if item["point"] is not None)
    assert pinned
    beside = page.locator(".not-serving .card[data-point]")
    others = beside.evaluate_all("cards => cards.map(card => card.dataset.slug)")
    assert slugs_on_map(page) == sorted(pinned + others)
    unpinned = listed["total"] - len(pinned)
    assert f"{unpinned} have no pin" in status(page)


def test_every_page_of_the_list_is_on_the_map(visit: Visit) -> None:
    page = visit("/search?per_page=5")
    total = ask(page, "/api/v1/map?zoom=8")["total"]
    clusters = page.locator(".map-pin-cluster").all_inner_texts()
    assert len(slugs_on_map(page)) + sum(int(text) for text in clusters) == total > 5


def test_entry_on_the_meridian_is_on_the_map(visit: Visit) -> None:
    page = visit("/search?kind=transport")
    assert "meridian-lifts" in slugs_on_map(page)
    visit("/entries/meridian-lifts").locator(".map-pin-still").wait_for(state="visible")


def test_pins_have_names_and_open_by_keyboard(visit: Visit) -> None:
    page = visit("/search?q=lonely&near=Soham", before=answer_map({
        "clusters": [],
        "points": [point("soham-drop-in", 0.337, 52.334, name="Soham Wednesday drop-in")],
        "total": 1,
    }))  # fmt: skip
    page.locator(".map-skip").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("map-canvas")
    page.keyboard.press("Tab")
    pin = page.get_by_role("button", name="Soham Wednesday drop-in, Drop-in")
    assert pin.evaluate("pin => pin === document.activeElement")
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog")
    window.wait_for()
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/entries/soham-drop-in"
    page.keyboard.press("Escape")
    window.wait_for(state="detached")
    assert pin.evaluate("pin => pin === document.activeElement")


def test_map_can_be_skipped(visit: Visit) -> None:
    page = visit(LONELY)
    page.locator(".map-skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "map-status"


def test_one_spot_is_one_marker_that_lists_all(visit: Visit) -> None:
    both = [{"slug": "a", "kind": "food", "name": "Soup"}, {"slug": "b", "kind": "group", "name": "Chess"}]
    reply = {"clusters": [], "points": [point("a", 0.3, 52.3, count=2, entries=both)], "total": 2}
    page = visit("/search", before=answer_map(reply))
    pin = page.get_by_role("button", name="2 places at one spot: Soup, Chess")
    assert pin.inner_text() == "2"
    pin.click()
    links = page.get_by_role("dialog").get_by_role("link")
    assert [link.get_attribute("href") for link in links.all()] == ["/entries/a", "/entries/b"]


def test_cluster_says_its_count_and_zooms_in(visit: Visit) -> None:
    cluster = {"lat": 52.3, "lon": 0.1, "count": 1234, "bbox": [0.05, 52.25, 0.15, 52.35]}
    reply = {"clusters": [cluster], "points": [point("far", -0.4, 52.6)], "total": 1235}
    page = visit("/search", before=answer_map(reply))
    assert status(page).startswith("1,235 places in view.")
    with page.expect_request(re.compile(r"/api/v1/map\?.*zoom=1[0-9]")):
        page.get_by_role("button", name="1234 places close together. Zoom in").click()


def test_a_place_not_well_known_is_drawn_hollow_and_said(visit: Visit) -> None:
    vague = point("vague", 0.3, 52.3, precision="sector", name="Good turns")
    page = visit("/search", before=answer_map({"clusters": [], "points": [vague], "total": 1}))
    pin = page.get_by_role("button", name="Good turns, Drop-in, about here")
    assert "map-pin-about" in (pin.get_attribute("class") or "")
    pin.click()
    assert "we know only part of the postcode" in page.get_by_role("dialog").inner_text()


def test_names_are_only_ever_text(visit: Visit) -> None:
    hostile = point("hostile", 0.3, 52.3, name=HOSTILE)
    page = visit("/search", before=answer_map({"clusters": [], "points": [hostile], "total": 1}))
    page.locator(PINS).click()
    window = page.get_by_role("dialog")
    assert window.get_by_role("link").text_content() == HOSTILE
    assert window.locator("img").count() == 0


def test_place_without_pins_is_shown_with_a_word(visit: Visit) -> None:
    empty = {"clusters": [], "points": [], "total": 0, "without_pin": 3}
    page = visit("/search?near=Soham", before=answer_map(empty))
    assert "None of these has a pin" in page.locator(".map-note").inner_text()
    assert page.locator(".map-place").is_visible()


def test_failure_is_said_and_can_be_tried_again(visit: Visit) -> None:
    answers = iter([503])

    def fail_once(route: Route) -> None:
        if next(answers, None):
            route.fulfill(status=503, json={"detail": "The directory is resting."})
        else:
            route.fallback()

    page = visit(
        LONELY,
        before=lambda page: page.route("**/api/v1/map?*", fail_once),
        expected=("status of 503",),
    )
    assert "The directory is resting." in page.locator(".map-note").inner_text()
    page.get_by_role("button", name="Try again").click()
    page.locator(PINS).first.wait_for()
    assert page.locator(".map-note").count() == 0


def test_page_scrolls_past_the_map_and_a_held_map_zooms(visit: Visit) -> None:
    page = visit("/search", height=600)
    canvas = page.locator(".map-canvas")
    canvas.scroll_into_view_if_needed()
    scale = page.locator(".leaflet-control-scale-line").first
    before, top = scale.inner_text(), page.evaluate("scrollY")
    canvas.hover()
    page.mouse.wheel(0, 120)
    wait_until(lambda: page.evaluate("scrollY") > top)
    assert scale.inner_text() == before
    canvas.focus()
    page.mouse.wheel(0, -400)
    wait_until(lambda: scale.inner_text() != before)


def test_one_finger_scrolls_the_page_and_two_move_the_map(visit: Visit) -> None:
    page = visit("/areas/ely", width=360, height=700, has_touch=True, is_mobile=True)
    canvas = page.locator(".map-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + 150, box["y"] + 200
    top = page.evaluate("scrollY")
    drag(page, [(x, y)], [(0, -12)])
    wait_until(lambda: page.evaluate("scrollY") > top)
    pane = page.locator(".leaflet-map-pane")
    assert pane.evaluate("pane => pane.style.transform") == "translate3d(0px, 0px, 0px)"
    # A page that is still gliding would take the next fingers for its own.
    page.wait_for_timeout(600)
    page.evaluate("top => scrollTo(0, top)", top)
    page.wait_for_timeout(300)
    scale = page.locator(".leaflet-control-scale-line").first
    before = scale.inner_text()
    drag(page, [(x, y), (x + 40, y)], [(-4, 0), (8, 0)])
    wait_until(lambda: scale.inner_text() != before)


def drag(page: Page, fingers: list[tuple[float, float]], steps: list[tuple[float, float]]) -> None:
    """Fingers on the glass, each moved ten of its steps, then lifted."""
    glass = page.context.new_cdp_session(page)
    for moved in range(11):
        points = [
            {"x": x + across * moved, "y": y + down * moved, "id": finger}
            for finger, ((x, y), (across, down)) in enumerate(zip(fingers, steps, strict=True))
        ]
        kind = "touchMove" if moved else "touchStart"
        glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    glass.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_area_page_shows_its_outline(visit: Visit) -> None:
    visit("/areas/ely").locator("path.map-shape").first.wait_for(state="attached")


@pytest.fixture
def streets(example_database: Directory) -> Iterator[str]:
    url = f"https://{TILE_HOST}/{{z}}/{{x}}/{{y}}.png"
    with serve(example_database.settings(street_tiles_url=url)) as address:
        yield address


def test_street_tiles_are_asked_for_only_when_switched_on(visit: Visit, streets: str) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=CLEAR_TILE, content_type="image/svg+xml")

    def watch_tiles(page: Page) -> None:
        page.route(f"https://{TILE_HOST}/**", answer)

    page = visit("/search", base=streets, hosts=(TILE_HOST,), before=watch_tiles)
    page.locator(".map-legend summary").click()
    switch = page.get_by_label(f"Street map, from {TILE_HOST}")
    assert not switch.is_checked()
    assert asked == []
    with page.expect_response(f"https://{TILE_HOST}/**"):
        switch.check()
    settle(page)
    assert asked
