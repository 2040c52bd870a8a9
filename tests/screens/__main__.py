"""Takes the pictures of docs/screens from the real app on the example data: `make screens`; with
`ARGS=pages` or `ARGS=imports` only those."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.screens.importing import picture_an_import
from tests.screens.saving import FOLDER, ROOT, save_picture
from web.cli.doctor import CHROMIUM_NAMES

WIDTHS: Final = {"1440": (1440, 1000), "768": (768, 1024), "360": (360, 740)}
# What the margins of A4 leave of it, at 96 pixels an inch.
PRINTED: Final = (680, 1003)
FLAGS: Final = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]
START_S: Final = 120


@dataclass(frozen=True)
class Picture:
    """One page in every width and on paper; with `press`, what is pressed first, and only in `widths`."""

    path: str
    press: tuple[str, ...] = ()
    widths: tuple[str, ...] = tuple(WIDTHS)
    on_paper: bool = True
    # Scrolled to first, where the page has one column.
    top: str | None = None
    scheme: str = "light"


PICTURES: Final = {
    "home": Picture("/"),
    "search": Picture("/search?q=lonely&near=CB7+5AA"),
    "map": Picture(
        "/search?near=Ely&radius_km=10",
        press=("#entry-nellie-the-tuk-tuk .card-to-map",),
        on_paper=False,
        top="#map",
    ),
    "map-dark": Picture("/search", widths=("1440", "360"), on_paper=False, top="#map", scheme="dark"),
    "area": Picture("/areas/soham-and-villages"),
    "entry": Picture("/entries/soham-wednesday-drop-in"),
    "connectors": Picture("/connectors?near=Soham"),
}


def main(wanted: tuple[str, ...] = ("pages", "imports")) -> int:
    program = _find_chromium()
    if program is None:
        print("No Chromium here: install the package chromium, then try again.")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _running_app() as (address, home), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        if "pages" in wanted:
            for name, picture in PICTURES.items():
                _forget(f"{name}-*.png")
                _take(browser, name, address, picture)
        if "imports" in wanted:
            _forget("import-*.png")
            picture_an_import(browser, address, home)
        browser.close()
    size = sum(file.stat().st_size for file in FOLDER.glob("*.png"))
    print(f"Pictures are in {FOLDER.relative_to(ROOT)}: {size / 1_000_000:.1f} MB.")
    return 0


def _forget(pattern: str) -> None:
    for old in FOLDER.glob(pattern):
        old.unlink()


def _find_chromium() -> str | None:
    from shutil import which

    return next((found for name in CHROMIUM_NAMES if (found := which(name))), None)


def _take(browser: Browser, name: str, address: str, picture: Picture) -> None:
    for width in picture.widths:
        with _open(browser, address, picture, WIDTHS[width]) as page:
            save_picture(page.screenshot(), f"{name}-{width}")
    if picture.on_paper:
        with _open(browser, address, picture, PRINTED, media="print") as page:
            save_picture(page.screenshot(), f"{name}-print", paper=True)


@contextmanager
def _open(
    browser: Browser, address: str, picture: Picture, size: tuple[int, int], **media: Any
) -> Iterator[Page]:
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_page(viewport=viewport, color_scheme=picture.scheme, reduced_motion="reduce")
    page.goto(address + picture.path, wait_until="networkidle")
    if media:
        page.emulate_media(**media)
    if picture.top and size[0] < 1024:
        page.locator(picture.top).evaluate("part => part.scrollIntoView()")
    for query in picture.press:
        page.locator(query).first.click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    yield page
    page.close()


@contextmanager
def _running_app() -> Iterator[tuple[str, Path]]:
    """`hereabouts run` in a folder of its own, on a port nobody uses, stopped and swept away afterwards: its
    address and its data folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="hereabouts-screens-", dir="/tmp") as home:
        Path(home).chmod(0o755)
        environment = {"HEREABOUTS_HOME": f"{home}/var", "PORT": str(port), "PATH": "/usr/bin:/bin"}
        running = subprocess.Popen([sys.executable, "-m", "web.cli", "run"], cwd=ROOT, env=environment)
        try:
            _wait(f"http://127.0.0.1:{port}/readyz")
            yield f"http://127.0.0.1:{port}", Path(home, "var")
        finally:
            running.terminate()
            running.wait(30)


def _wait(url: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"nothing answered at {url}")


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or ("pages", "imports")))
