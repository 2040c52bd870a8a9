"""Without a network: what was seen opens again and says when it was saved; what was deleted is gone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.browser.site import Watch, settle, wait_until

SEARCH = "/search?q=lonely&near=Soham"
ENTRY = "/entries/soham-wednesday-drop-in"
SAVED = re.compile(r"You are offline\. This was saved on \d{1,2} [A-Z][a-z]+ at \d\d:\d\d\.")
# A browser that cannot reach the network says so, whatever the page does.
NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load resource")


@contextmanager
def at_home(browser: Browser, site: str) -> Iterator[Page]:
    """A browser that has been to one page, and may keep what it sees."""
    context = browser.new_context(service_workers="allow")
    watch = Watch(site, expected=NO_NETWORK)
    page = context.new_page()
    watch.follow(page)
    page.goto(site + "/about")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    # The worker keeps the first page by itself; what is done before that would be out of its order.
    wait_until(lambda: saved(page) == [f"{site}/about"])
    yield page
    context.close()
    assert watch.problems == []


@pytest.fixture
def device(browser: Browser, site: str) -> Iterator[Page]:
    with at_home(browser, site) as page:
        yield page


def see(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    wait_until(lambda: address in saved(page))


def saved(page: Page) -> list[str]:
    """Addresses of the pages kept, the oldest first."""
    listed: list[str] = page.evaluate(
        "caches.open('hereabouts-pages').then(c => c.keys()).then(k => k.map(r => r.url))"
    )
    return listed


def note(page: Page) -> str:
    return page.locator(".saved-note").inner_text()


def test_what_was_seen_opens_again_and_says_from_when(device: Page, site: str) -> None:
    see(device, site + SEARCH)
    see(device, site + ENTRY)
    device.context.set_offline(True)
    device.goto(site + SEARCH)
    assert SAVED.fullmatch(note(device))
    assert device.locator(".card").count() > 5
    device.locator(".map-pin, .map-pin-cluster").first.wait_for()
    device.goto(site + ENTRY)
    assert SAVED.fullmatch(note(device))
    assert device.locator("h1").inner_text() == "Soham Wednesday Drop-in"
    device.context.set_offline(False)
    device.goto(site + ENTRY)
    assert device.locator(".saved-note").count() == 0


def test_first_page_of_all_is_kept_too(device: Page, site: str) -> None:
    device.context.set_offline(True)
    device.goto(site + "/about")
    assert SAVED.fullmatch(note(device))


def test_what_was_not_seen_says_so_and_offers_what_is_saved(device: Page, site: str) -> None:
    see(device, site + ENTRY)
    device.context.set_offline(True)
    for path in ("/entries/meridian-lifts", "/embed"):
        device.goto(site + path)
        assert note(device) == "You are offline, and the page you asked for is not saved on this device."
    device.get_by_role("link", name="Soham Wednesday Drop-in").click()
    device.wait_for_url(site + ENTRY)
    assert SAVED.fullmatch(note(device))


def test_after_deleting_nothing_is_left(device: Page, site: str) -> None:
    see(device, site + SEARCH)
    device.goto(site + "/offline")
    device.locator("[data-saved-list]").get_by_role("link", name="that serve Soham").wait_for()
    device.get_by_role("button", name="Delete what is saved").click()
    device.get_by_text("Nothing from here is saved on this device now").wait_for()
    assert device.evaluate("caches.keys()") == []
    assert device.locator("[data-saved-list] li").count() == 0
    device.context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        device.goto(site + SEARCH)


def test_who_wants_nothing_saved_has_nothing_saved(device: Page, site: str) -> None:
    device.goto(site + "/offline")
    device.get_by_role("button", name="Delete it, and save nothing more").click()
    device.get_by_role("button", name="Save pages again").wait_for()
    device.goto(site + ENTRY)
    settle(device)
    assert device.evaluate("navigator.serviceWorker.getRegistration().then(Boolean)") is False
    assert device.evaluate("caches.keys()") == []
    device.goto(site + "/offline")
    device.get_by_role("button", name="Save pages again").click()
    device.get_by_text("Pages you open from now on are saved").wait_for()
    see(device, site + ENTRY)


def test_only_pages_that_are_the_same_for_everyone_are_kept(device: Page, site: str) -> None:
    for path in ("/embed", "/api/docs", "/offline", "/embed/view", "/search?near=Paris", "/nowhere"):
        device.goto(site + path)
    see(device, site + ENTRY)
    assert saved(device) == [site + "/about", site + ENTRY]


def test_no_more_than_thirty_pages_are_kept(device: Page, site: str) -> None:
    device.evaluate(
        """async () => {
          const cache = await caches.open("hereabouts-pages");
          const long_ago = new Date(Date.now() - 40 * 24 * 3600 * 1000).toISOString();
          for (let number = 0; number < 40; number += 1) {
            const at = number === 39 ? long_ago : new Date().toISOString();
            await cache.put(`/entries/old-${number}`, new Response("", { headers: { "X-Saved-At": at } }));
          }
        }"""
    )
    see(device, site + ENTRY)
    wait_until(lambda: len(saved(device)) == 29)
    kept = saved(device)
    assert kept[0].endswith("/entries/old-11")
    assert not any(address.endswith("/old-39") for address in kept), "it was saved forty days ago"
    assert kept[-1] == site + ENTRY


def test_a_new_version_takes_the_place_of_the_old(browser: Browser, site: str) -> None:
    context = browser.new_context(service_workers="allow")
    page = context.new_page()
    page.goto(site + "/offline")
    page.evaluate("caches.open('hereabouts-shell-of-last-year')")
    page.goto(site + "/about")
    wait_until(lambda: shells(page) not in ([], ["hereabouts-shell-of-last-year"]))
    wait_until(lambda: len(shells(page)) == 1)
    assert shells(page) != ["hereabouts-shell-of-last-year"]
    context.close()


def shells(page: Page) -> list[str]:
    names: list[str] = page.evaluate("caches.keys()")
    return [name for name in names if name.startswith("hereabouts-shell-")]
