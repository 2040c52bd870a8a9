"""A map with clusters, as it moves: nothing in view is lost, nothing asked twice, what is late is dropped."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route

from api.cluster import PrivateCluster
from api.face.queries_squares import rebuild_squares
from api.face.queries_tallies import rebuild_tallies
from tests.bench.multiply import multiply
from tests.browser.site import serve, settle, wait_until
from tests.conftest import Directory
from tests.factories import SOHAM, add

Visit = Callable[..., Page]

COPIES = 400
# Names and spots of single pins, and the bounds of the map, as Leaflet has them now.
READ = """() => {
  const frame = document.querySelector(".map-canvas").getBoundingClientRect();
  const pins = [...document.querySelectorAll(".map-pin")].map((pin) => {
    const box = pin.getBoundingClientRect();
    const x = box.x + box.width / 2 - frame.x, y = box.y + box.height / 2 - frame.y;
    return {x, y, slugs: pin.dataset.slugs?.split(" ") ?? [], cluster: pin.matches(".map-pin-cluster")};
  });
  return {pins, width: frame.width, height: frame.height};
}"""


@pytest.fixture(scope="module")
def crowded(cluster: PrivateCluster, base_database: Directory) -> Iterator[str]:
    """One entry and its copies, scattered over five kilometres round Soham."""
    url = cluster.create_database("crowded_map", template=base_database.name)
    directory = Directory("crowded_map", url, cluster.url_of("crowded_map", role="hereabouts_face"))
    with directory.write() as session:
        add(session, name="Soham Singers", at=SOHAM)
    multiply(url, COPIES)
    with directory.write() as session:
        rebuild_squares(session)
        rebuild_tallies(session)
    with serve(directory.settings(street_tiles_url=None)) as address:
        yield address
    cluster.drop_database("crowded_map")


def spots(page: Page) -> dict[str, tuple[float, float]]:
    """Every entry drawn by name, and where."""
    seen = page.evaluate(READ)
    return {slug: (pin["x"], pin["y"]) for pin in seen["pins"] for slug in pin["slugs"]}


def drag(page: Page, across: float, down: float) -> None:
    box = page.locator(".map-canvas").bounding_box()
    assert box is not None
    # From a spot with nothing to press on it, and without a swing at the end.
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate("document.querySelector('.leaflet-marker-pane').style.pointerEvents = 'none'")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across / 2, y + down / 2, steps=4)
    page.mouse.move(x + across, y + down, steps=4)
    page.wait_for_timeout(120)
    page.mouse.up()
    page.wait_for_timeout(250)
    settle(page)


def test_half_a_screen_further_nothing_in_view_is_lost(visit: Visit, crowded: str) -> None:
    page = visit("/search", base=crowded, reduced_motion="reduce")
    assert page.locator(".map-pin-cluster").count(), "too many for a pin each"
    for _ in range(3):
        page.get_by_role("button", name="Zoom in", exact=True).click()
        settle(page)
    size = page.evaluate(READ)
    compared = 0
    for across, down in ((0.5, 0), (0, -0.5), (-0.5, 0.5)):
        before = spots(page)
        moved_x, moved_y = across * size["width"], down * size["height"]
        drag(page, moved_x, moved_y)
        after = spots(page)
        clusters = [pin for pin in page.evaluate(READ)["pins"] if pin["cluster"]]
        for slug, (x, y) in before.items():
            x, y = x + moved_x, y + moved_y
            if not (20 < x < size["width"] - 20 and 20 < y < size["height"] - 20):
                continue
            compared += 1
            near_cluster = any(abs(pin["x"] - x) < 90 and abs(pin["y"] - y) < 90 for pin in clusters)
            assert slug in after or near_cluster, f"{slug} was lost"
    assert compared > 10


def test_going_back_asks_nothing_again(visit: Visit, crowded: str) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/api/v1/map?" in request.url:
            asked.append(request.url)

    page = visit(
        "/search", base=crowded, reduced_motion="reduce", before=lambda page: page.on("request", note)
    )
    zoom_in, zoom_out = (
        page.get_by_role("button", name=name, exact=True) for name in ("Zoom in", "Zoom out")
    )
    for button in (zoom_in, zoom_in, zoom_out, zoom_out):
        button.click()
        settle(page)
    first = list(asked)
    assert first
    for button in (zoom_in, zoom_in, zoom_out, zoom_out):
        button.click()
        settle(page)
    assert asked == first
    assert len(set(asked)) == len(asked)


def test_what_is_no_longer_needed_is_given_up(visit: Visit, crowded: str) -> None:
    """An answer for a part that was left does not replace what is in view."""
    held: list[Route] = []
    gone: list[str] = []

    def hold_close_views(route: Route) -> None:
        zoom = int(re.search(r"zoom=(\d+)", route.request.url)[1])  # type: ignore[index]
        if zoom >= 15:
            held.append(route)
        else:
            route.fallback()

    def before(page: Page) -> None:
        page.route("**/api/v1/map?*", hold_close_views)
        page.on("requestfailed", lambda request: gone.append(request.url))

    page = visit("/search", base=crowded, reduced_motion="reduce", before=before)
    drawn: Any = sorted(spots(page))
    canvas = page.locator(".map-canvas")
    canvas.focus()
    for _ in range(4):
        page.keyboard.press("+")
        page.wait_for_timeout(200)
    wait_until(lambda: bool(held))
    for _ in range(4):
        page.keyboard.press("-")
        page.wait_for_timeout(200)
    wait_until(lambda: len(gone) == len(held))
    settle(page)
    assert sorted(spots(page)) == drawn
