"""A resident on a phone suggests, a curator takes two of three, and every page says so; what is typed for
something new stays in the browser until it is sent."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.accounts.dependencies import SESSION_COOKIE
from tests.browser.site import serve, settle
from tests.conftest import Directory
from tests.factories import SOHAM, add, add_areas, square
from tests.people import session_cookie
from web.pages.suggestions_forms import LEAST_OPEN, why_not_now

Visit = Callable[..., Page]
FindFaults = Callable[[Page], list[str]]
ENTRY = "/entries/soham-wednesday-drop-in"
PHONE = {"width": 360, "height": 740}


@pytest.fixture(autouse=True)
def nobody_is_too_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bots are told by their haste, which is tested elsewhere; nobody waits for it here."""
    assert why_not_now.__kwdefaults__["least"] == LEAST_OPEN
    monkeypatch.setitem(why_not_now.__kwdefaults__, "least", timedelta(0))


@pytest.fixture
def own_site(scratch: Directory, tmp_path: Path) -> Iterator[tuple[str, Directory]]:
    """The app on a directory that the test may change, with one drop-in."""
    with scratch.write() as session:
        add_areas(session, tmp_path, {"W1": square(*SOHAM)})
        add(
            session, kind="drop_in", name="Soham Wednesday Drop-in", summary="A warm table.", cost="free",
            cost_note="Tea and coffee free.", contacts=[{"kind": "phone", "value": "01632 960201"}],
            sessions=[{"rrule": "FREQ=WEEKLY;BYDAY=WE", "starts_on": "2024-01-03", "starts_at": "10:00"}],
        )  # fmt: skip
    with serve(scratch.settings(street_tiles_url=None)) as address:
        yield address, scratch


def looks_right(page: Page, find_faults: FindFaults) -> None:
    settle(page)
    assert find_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_resident_suggests_and_a_curator_takes_two_of_three(
    visit: Visit, find_faults: FindFaults, own_site: tuple[str, Directory]
) -> None:
    base, directory = own_site
    page = visit(ENTRY, base=base, **PHONE)
    page.get_by_role("link", name="Suggest a change").click()
    looks_right(page, find_faults)
    page.get_by_label("Name", exact=True).fill("Soham Wednesday Welcome")
    page.get_by_label("In one sentence").fill("A table nobody else would describe so.")
    page.get_by_label("More about the cost").fill("Tea is 50p.")
    page.get_by_role("button", name="Send what I changed").click()
    page.wait_for_url("**/suggestions/**")
    looks_right(page, find_faults)
    status = page.url.partition("?")[0].removeprefix(base)

    desk = visit("/curate/suggestions", base=base, before=lambda one: sign_in_page(one, base, directory))
    looks_right(desk, find_faults)
    desk.get_by_role("link", name="Soham Wednesday Drop-in").click()
    looks_right(desk, find_faults)
    desk.get_by_role("checkbox", name="In one sentence").uncheck()
    desk.get_by_role("button", name="Take what is ticked").click()
    expect(desk.get_by_role("status")).to_have_text("Part of it is taken. The entry says so now.")
    looks_right(desk, find_faults)
    desk.goto(base + ENTRY)
    desk.get_by_role("link", name="Edit", exact=False).first.click()
    desk.get_by_role("link", name="History").click()
    settle(desk)
    expect(desk.locator("main")).to_contain_text("Soham Wednesday Welcome")
    desk.context.clear_cookies()

    page.goto(base + ENTRY)
    assert page.locator("h1").inner_text() == "Soham Wednesday Welcome"
    assert "Tea is 50p." in page.locator("main").inner_text()
    assert "nobody else" not in page.locator("main").inner_text()
    page.goto(base + "/search?q=wednesday+welcome&near=Soham")
    settle(page)
    assert page.locator("article.card h3, article.card h2").first.inner_text() == "Soham Wednesday Welcome"
    shown = page.request.get(f"{base}/api/v1/map?q=wednesday+welcome&zoom=16").json()["points"]
    assert [point["name"] for point in shown] == ["Soham Wednesday Welcome"]
    page.goto(base + status)
    assert "We took Name and More about the cost." in page.locator("main").inner_text()


def sign_in_page(page: Page, base: str, directory: Directory) -> None:
    cookie = session_cookie(directory, "curator", area=None)
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": base}])


def test_adding_is_kept_until_it_is_sent(
    visit: Visit, find_faults: FindFaults, own_site: tuple[str, Directory]
) -> None:
    base, _ = own_site
    page = visit("/add", base=base, **PHONE)
    looks_right(page, find_faults)
    page.get_by_label("What is it called?").fill("The Soham Wednesday Drop-in")
    page.get_by_text("Drop-in", exact=True).click()
    page.get_by_role("button", name="Next").click()
    settle(page)
    page.locator("#town").fill("Soham")
    likely = page.locator("#likely")
    expect(likely.get_by_role("link", name="Soham Wednesday Drop-in")).to_be_visible()
    page.locator(".map-canvas").click()
    expect(page.get_by_role("button", name="Take the spot away")).to_be_visible()
    looks_right(page, find_faults)

    page.goto(base + "/add")
    expect(page.get_by_text("What you typed before is still here.")).to_be_visible()
    assert page.get_by_label("What is it called?").input_value() == "The Soham Wednesday Drop-in"
    page.get_by_role("button", name="Next").click()
    settle(page)
    assert page.locator("#town").input_value() == "Soham"
    assert page.locator("[name=lon]").input_value()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Their phone number").fill("01632 960888")
    looks_right(page, find_faults)
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", name="It may be here already")).to_be_visible()
    looks_right(page, find_faults)
    page.get_by_role("button", name="Send it").click()
    page.wait_for_url("**/suggestions/**")
    page.goto(base + "/add")
    assert page.get_by_label("What is it called?").input_value() == ""
