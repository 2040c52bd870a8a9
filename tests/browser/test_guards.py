"""The watch kept over the pages sees what it is there to see."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page

from tests.browser.site import Watch

Visit = Callable[..., Page]


def test_axe_sees_a_button_without_a_name(visit: Visit, find_faults: Callable[[Page], list[str]]) -> None:
    page = visit("/about")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(fault.startswith("button-name") for fault in find_faults(page))


def test_watch_sees_errors_broken_policy_and_other_hosts(browser: Browser, site: str) -> None:
    watch = Watch(site)
    page = browser.new_context().new_page()
    watch.follow(page)
    page.route("https://elsewhere.example/**", lambda route: route.fulfill(body="ok"))
    page.goto(site + "/about")
    assert watch.problems == []
    page.evaluate("setTimeout(() => { throw new Error('thrown on purpose') })")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("fetch('https://elsewhere.example/').catch(() => {})")
    page.evaluate(
        "document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/dot.png'}))"
    )
    page.evaluate("location = 'https://elsewhere.example/'")
    page.wait_for_url("https://elsewhere.example/")
    page.context.close()
    said = "\n".join(watch.problems)
    assert "thrown on purpose" in said
    assert "Content Security Policy" in said
    assert "request to another host" in said
