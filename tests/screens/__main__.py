"""Takes the pictures of docs/screens from the real app on the example data: `make screens`."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from web.cli.doctor import CHROMIUM_NAMES

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "docs" / "screens"
WIDTHS: Final = {"1440": (1440, 1000), "768": (768, 1000), "360": (360, 740)}
FLAGS: Final = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]
PAGES: Final = {
    "home": "/",
    "search": "/search?q=lonely&near=CB7+5AA",
    "entry": "/entries/soham-wednesday-drop-in",
    "connectors": "/connectors?near=Soham",
}
START_S: Final = 120


def main() -> int:
    program = _find_chromium()
    if program is None:
        print("No Chromium here: install the package chromium, then try again.")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for name, path in PAGES.items():
            _take(browser, name, address + path)
        browser.close()
    print(f"Pictures are in {FOLDER.relative_to(ROOT)}.")
    return 0


def _find_chromium() -> str | None:
    from shutil import which

    return next((found for name in CHROMIUM_NAMES if (found := which(name))), None)


def _take(browser: Browser, name: str, url: str) -> None:
    for width, (wide, high) in WIDTHS.items():
        page = browser.new_page(viewport={"width": wide, "height": high})
        page.goto(url, wait_until="networkidle")
        page.screenshot(path=FOLDER / f"{name}-{width}.png")
        page.close()
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    page.emulate_media(media="print")
    page.goto(url, wait_until="networkidle")
    page.screenshot(path=FOLDER / f"{name}-print.png")
    page.close()


@contextmanager
def _running_app() -> Iterator[str]:
    """`hereabouts run` in a folder of its own, on a port nobody uses, stopped and swept away afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="hereabouts-screens-", dir="/tmp") as home:
        Path(home).chmod(0o755)
        environment = {"HEREABOUTS_HOME": f"{home}/var", "PORT": str(port), "PATH": "/usr/bin:/bin"}
        running = subprocess.Popen([sys.executable, "-m", "web.cli", "run"], cwd=ROOT, env=environment)
        try:
            _wait(f"http://127.0.0.1:{port}/readyz")
            yield f"http://127.0.0.1:{port}"
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
    sys.exit(main())
