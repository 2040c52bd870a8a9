"""Every page of those who look after the directory: open to all, and whole on a phone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from api.accounts.dependencies import SESSION_COOKIE
from tests.browser.site import Watch, serve, settle
from tests.conftest import Directory
from tests.people import session_cookie
from tests.web.permissions.sample import Sample, make_sample
from tests.yaml_files import read_yaml

NARROW = {"width": 360, "height": 780}
TABLE = Path(__file__).parents[1] / "web/permissions/table.yaml"
# Not a page, or one that leads on at once; and those the sample has nothing for.
NOT_PAGES = ("report.csv", "{run_id}", "{upload_id}", "/curate/connectors/{slug}", "/account/second-step")
FindFaults = Callable[[Page], list[str]]


def list_pages() -> list[str]:
    """From the permission table, so that a new page is looked at without a word here."""
    table = read_yaml(TABLE)
    behind = (
        name.removeprefix("GET ")
        for name, row in table.items()
        if name.startswith("GET ") and row["for"] != "public"
    )
    return [path for path in behind if not path.endswith(NOT_PAGES) and not path.startswith("/owner")]


@dataclass
class Desk:
    site: str
    sample: Sample
    window: BrowserContext
    page: Page

    @contextmanager
    def open(self, path: str) -> Iterator[Page]:
        """On the one page there is: a new one for each would take as long as what is looked at."""
        page, watch = self.page, Watch(self.site)
        watch.follow(page)
        try:
            page.goto(self.site + path.format(**self.sample.parts(path)))
            settle(page)
            yield page
        finally:
            watch.leave(page)
        assert watch.problems == []


@pytest.fixture(scope="module")
def desk(
    browser: Browser, shared_scratch: Directory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    with shared_scratch.write() as session:
        sample = make_sample(session, tmp_path_factory.mktemp("areas"), shared_scratch.settings())
    cookie = session_cookie(shared_scratch, "admin")
    with serve(shared_scratch.settings(street_tiles_url=None)) as site:
        window = browser.new_context(viewport=NARROW, color_scheme="dark", service_workers="block")  # type: ignore[arg-type]
        window.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": site}])
        yield Desk(site, sample, window, window.new_page())
        window.close()


@pytest.mark.parametrize("path", list_pages())
def test_a_page_is_open_to_all_and_whole_on_a_phone(desk: Desk, find_faults: FindFaults, path: str) -> None:
    with desk.open(path) as page:
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], "it scrolls sideways"
        assert find_faults(page) == []


def test_the_desk_is_worked_by_keys_alone(desk: Desk) -> None:
    """j walks, x ticks, Enter opens; nothing is pressed with a mouse."""
    with desk.open("/curate") as page:
        page.keyboard.press("j")
        page.keyboard.press("j")
        second = page.locator("[data-item]").nth(1)
        expect(second.locator("a")).to_be_focused()
        page.keyboard.press("x")
        expect(second.locator("input")).to_be_checked()
        name = second.locator("a").inner_text()
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: address.rstrip("/") != f"{desk.site}/curate")
        assert name.split()[0] in page.locator("main").inner_text()
