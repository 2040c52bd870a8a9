"""A real Chromium on the real app: a page that logs an error, breaks its policy or leaves this host fails."""

import asyncio
import shutil
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.site import Watch, serve, settle
from tests.conftest import Directory

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
# Of a list given twice Chromium hears the last, so Playwright's own is in it, as far as it concerns us.
OFF = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    # The address bar that nobody sees is two pages of its own in each new context: half a second's work.
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    # The pages of one context share a process: none starts anew and reads the same scripts again.
    "--process-per-site",
    f"--disable-features={','.join(OFF)}",
)
_WAIT_MS = 8000
# The console names a broken policy too, but not always before the test has ended.
_REPORT_POLICY_BREAKS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def site(example_database: Directory) -> Iterator[str]:
    """The address of the app on the example data."""
    with serve(example_database.settings(street_tiles_url=None)) as address:
        yield address


@pytest.fixture(scope="session")
def launched() -> Iterator[tuple[Browser, AbstractEventLoop]]:
    """One Chromium for all tests of this process, and the loop that talks to it, which is put by here: while
    it counts as running, no other test may run one of its own."""
    program = next(filter(None, map(shutil.which, ("/usr/bin/chromium", "chromium", "google-chrome"))), None)
    if program is None:
        pytest.skip("Chromium is not installed: the pages were not opened in a browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield chromium, loop
        asyncio._set_running_loop(loop)
        chromium.close()


@pytest.fixture(scope="module")
def browser(launched: tuple[Browser, AbstractEventLoop]) -> Iterator[Browser]:
    """The browser as if new: nothing of another file's visitors is left in it."""
    chromium, loop = launched
    asyncio._set_running_loop(loop)
    yield chromium
    for context in chromium.contexts:
        context.close()
    asyncio._set_running_loop(None)


@pytest.fixture(scope="module")
def contexts(browser: Browser, site: str) -> Callable[..., BrowserContext]:
    """One context for each kind of visitor: what one page has loaded, the next has already."""
    kept: dict[str, BrowserContext] = {}

    def get_context(**wishes: Any) -> BrowserContext:
        key = repr(sorted(wishes.items()))
        if key not in kept:
            # A worker would answer for pages and data that a test wants to answer itself.
            kept[key] = browser.new_context(**({"service_workers": "block"} | wishes))
            kept[key].set_default_timeout(_WAIT_MS)
            # While one page stays open, Chromium need not make a new window and a new process for the others.
            kept[key].new_page().goto(site + "/robots.txt")
        return kept[key]

    return get_context


@pytest.fixture(scope="module")
def used_again() -> dict[str, Page]:
    """Pages that the next test of the file opens something else on, by kind of visitor."""
    return {}


@pytest.fixture
def visit(contexts: Callable[..., BrowserContext], used_again: dict[str, Page], site: str) -> Iterator[Visit]:
    """`visit("/search", width=360)` opens a page; keywords are those of `Watch` and of a browser context.
    With `again`, on the page the last such test had: for those that only look at what they open."""
    opened: list[tuple[Page, Watch]] = []

    def get_page(again: bool, wishes: dict[str, Any]) -> Page:
        key = repr(sorted(wishes.items()))
        if again and key in used_again:
            return used_again[key]
        page = contexts(**wishes).new_page()
        page.add_init_script(_REPORT_POLICY_BREAKS)
        if again:
            used_again[key] = page
        return page

    def open_page(
        path: str,
        *,
        base: str = site,
        width: int = 1280,
        height: int = 900,
        expected: tuple[str, ...] = (),
        hosts: tuple[str, ...] = (),
        before: Callable[[Page], None] | None = None,
        again: bool = False,
        **wishes: Any,
    ) -> Page:
        watch = Watch(base, expected, hosts)
        page = get_page(again, wishes)
        page.set_viewport_size({"width": width, "height": height})
        watch.follow(page)
        opened.append((page, watch))
        if before is not None:
            before(page)
        page.goto(base + path)
        settle(page)
        return page

    yield open_page
    problems = []
    for page, watch in opened:
        if page in used_again.values():
            watch.leave(page)
        else:
            page.close()
        problems += [f"{page.url}: {problem}" for problem in watch.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def axe_script() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm): the pages were not checked for accessibility")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def find_faults(axe_script: str) -> Callable[[Page], list[str]]:
    """What axe has to say against a page, in one line a fault."""

    def run(page: Page) -> list[str]:
        if page.evaluate("!window.axe"):
            page.evaluate(axe_script)
        # What it found well is as long as a book, and would have to be carried here each time.
        asked = "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
        return [
            f"{fault['id']}: {fault['help']} at {[node['target'] for node in fault['nodes'][:3]]}"
            for fault in page.evaluate(asked)
        ]

    return run
