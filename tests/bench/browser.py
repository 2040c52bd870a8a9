"""The map in a real Chromium: what a first view, a move and a zoom transfer, and what the server takes."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
from playwright.sync_api import Page, Request, sync_playwright

from tests.bench.search import serving
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.browser.site import settle
from tests.conftest import Directory

MOST_BYTES: Final = 60_000
MOST_PAN_MS: Final = 150.0
MAP: Final = "/api/v1/map"
PAGE: Final = "first page, all of it"
VIEWS: Final = ("first view", "zoom", "pan")
SCREEN: Final = {"width": 1280, "height": 900}
FIRST_ZOOM: Final = 8
ZOOMS_IN: Final = 8
# Half a screen each way, so that each move shows what was not there.
PANS: Final = ((0.5, 0.0), (0.0, 0.5), (0.5, 0.0), (0.0, -0.5))
PLACES: Final = 2
WAIT_MS: Final = 60_000
# What a person's hand takes; the map asks a moment after the last move.
_STILL_MS: Final = 400


class NoPage(Exception):
    """The page the map is on did not come, which is not the map's doing."""


@dataclass
class Step:
    """What one kind of step cost: for each time it was done, the bytes that came over the network, and for
    each reply of the map the milliseconds until its first byte."""

    transferred: list[int] = field(default_factory=list)
    served_ms: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "times": len(self.transferred),
            "most_bytes": max(self.transferred),
            "median_bytes": round(median(self.transferred)),
            "replies": len(self.served_ms),
            "median_ms": round(median(self.served_ms), 1) if self.served_ms else None,
            "most_ms": round(max(self.served_ms), 1) if self.served_ms else None,
        }


def run(directory: Directory, *, home: Path) -> dict[str, dict[str, Any]] | None:
    """Kind of step → what it cost; None where there is no Chromium."""
    program = next(filter(None, map(shutil.which, ("/usr/bin/chromium", "chromium", "google-chrome"))), None)
    if program is None:
        return None
    steps = {name: Step() for name in (PAGE, *VIEWS)}
    with serving(directory, None, home=home) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        for lon, lat in _places(directory):
            # A context of its own: nobody has been here before.
            context = browser.new_context(viewport=SCREEN, service_workers="block")
            context.set_default_timeout(WAIT_MS)
            _visit(context.new_page(), base, (lon, lat), steps)
            context.close()
        browser.close()
    return {name: step.as_json() for name, step in steps.items()}


def _places(directory: Directory) -> list[tuple[float, float]]:
    """Where most is: the middles of the fullest squares."""
    with psycopg.connect(directory.url) as connection:
        return connection.execute(
            "SELECT sum(lon_sum) / sum(entries) / 1e6, sum(lat_sum) / sum(entries) / 1e6 FROM face.squares "
            "WHERE level = 10 GROUP BY x, y ORDER BY sum(entries) DESC LIMIT %s",
            [PLACES],
        ).fetchall()


def _visit(page: Page, base: str, place: tuple[float, float], steps: dict[str, Step]) -> None:
    with _measured(page, steps[PAGE], lambda _request: True), _measured(page, steps["first view"], _is_map):
        reply = page.goto(f"{base}/search")
        if reply is None or not reply.ok:
            raise NoPage(f"the search page answered {reply.status if reply else 'nothing'}")
        _wait(page)
    lon, lat = place
    page.goto("about:blank")
    with _measured(page, steps["first view"], _is_map):
        page.goto(f"{base}/search#map={FIRST_ZOOM}/{lat:.4f}/{lon:.4f}")
        _wait(page)
    for number in range(ZOOMS_IN):
        with _measured(page, steps["zoom"], _is_map):
            page.get_by_role("button", name="Zoom in", exact=True).click()
            _wait(page)
        for across, down in PANS if number % 2 else ():
            with _measured(page, steps["pan"], _is_map):
                _drag(page, across, down)


@contextmanager
def _measured(page: Page, step: Step, counts: Callable[[Request], bool]) -> Iterator[None]:
    done: list[Request] = []

    def note(request: Request) -> None:
        done.append(request)

    page.on("requestfinished", note)
    yield
    page.remove_listener("requestfinished", note)
    counted = [request for request in done if counts(request)]
    step.transferred.append(sum(_size(request) for request in counted))
    for request in counted:
        if counts is _is_map:
            step.served_ms.append(request.timing["responseStart"] - request.timing["requestStart"])


def _is_map(request: Request) -> bool:
    return urlsplit(request.url).path == MAP


def _size(request: Request) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def _drag(page: Page, across: float, down: float) -> None:
    box = page.locator(".map-canvas").bounding_box()
    assert box is not None  # the page has a map
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate("document.querySelector('.leaflet-marker-pane').style.pointerEvents = 'none'")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - across * box["width"], y - down * box["height"], steps=8)
    # Held still before it is let go, so that the map does not glide on.
    time.sleep(0.2)
    page.mouse.up()
    _wait(page)


def _wait(page: Page) -> None:
    page.wait_for_timeout(_STILL_MS)
    settle(page)


def verdict(report: dict[str, Any]) -> list[str]:
    """The figures against the aims; `report` is by the number of entries."""
    lines = []
    for size, steps in report.items():
        most = max(step["most_bytes"] for name, step in steps.items() if name in VIEWS)
        met = "met" if most < MOST_BYTES else "MISSED"
        lines.append(f"{int(size):,}: at most {most / 1000:.1f} kB a view; under {MOST_BYTES // 1000}: {met}")
        if int(size) >= 1_000_000:
            pan = steps["pan"]["median_ms"]
            met = "met" if pan < MOST_PAN_MS else "MISSED"
            lines.append(
                f"{int(size):,}: a move takes the server {pan:.0f} ms; under {MOST_PAN_MS:.0f}: {met}"
            )
    return lines
