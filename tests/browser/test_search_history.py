"""Every state of the search page is its address: back, forward and a fresh visit show the same."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.site import settle

Visit = Callable[..., Page]

# Runs as one function, so that a page without scripts of its own can be read too.
_READ = """() => {
  const all = (query) => [...document.querySelectorAll(query)];
  const form = document.querySelector("form.search-form");
  return {
    heading: document.querySelector("h1").textContent.trim(),
    ids: all("#results > .cards [data-slug]").map((card) => card.dataset.slug),
    apart: all(".not-serving [data-slug]").map((card) => card.dataset.slug),
    chips: all(".chip, .chip-read").map((chip) => chip.textContent.trim()),
    fields: [...form.elements]
      .filter((field) => field.name && (field.type !== "checkbox" || field.checked))
      // "Open now" has the time of the visit as its value until it is ticked.
      .map((field) => [field.name, field.value]),
    order: document.querySelector(".sorts strong")?.textContent,
    page: document.querySelector(".page-now")?.textContent,
  };
}"""


def read_state(page: Page) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate(_READ)
    return state


def read_fresh(page: Page) -> dict[str, Any]:
    """The state of the page's own address in a window that has seen nothing before."""
    other = page.context.new_page()
    other.goto(page.url)
    settle(other)
    state = read_state(other)
    other.close()
    return state


def arrive(page: Page, act: Callable[[], Any]) -> tuple[str, dict[str, Any]]:
    """Do something that leads to another state; its address and what it shows, the same as when fresh."""
    left = page.url
    act()
    page.wait_for_url(lambda url: url != left)
    settle(page)
    state = read_state(page)
    assert state == read_fresh(page)
    return page.url, state


def go(page: Page, step: Callable[[], Any], seen: tuple[str, dict[str, Any]]) -> None:
    step()
    page.wait_for_url(seen[0])
    settle(page)
    assert read_state(page) == seen[1]


def narrow(page: Page, group: str, value: str) -> None:
    page.locator("#filters > summary").click()
    page.locator(f"#filters input[name={group}][value={value}]").check()
    page.get_by_role("button", name="Show these").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_back_and_forward_show_what_was_there(visit: Visit, scripts: bool) -> None:
    page = visit("/", java_script_enabled=scripts)

    def search() -> None:
        page.locator("#q").fill("lonely")
        page.locator("#q").press("Enter")

    seen = [
        arrive(page, search),
        arrive(page, lambda: narrow(page, "kind", "drop_in")),
        arrive(page, lambda: page.get_by_role("link", name="name", exact=True).click()),
        arrive(page, lambda: page.get_by_role("link", name="Next page").click()),
        arrive(page, lambda: page.locator(".chip").click()),
    ]
    shown = [state for _, state in seen]
    assert all(state["ids"] for state in shown)
    assert shown[1]["chips"] == ["Remove Drop-in"]
    assert shown[2]["order"] == shown[3]["order"] == "name"
    assert shown[3]["page"].startswith("Page 2 of")
    assert shown[4]["chips"] == []
    assert ["q", "lonely"] in shown[4]["fields"]
    assert len({tuple(state["ids"]) for state in shown}) == len(shown), "each step changed the list"
    for before in reversed(seen[1:4]):
        go(page, page.go_back, before)
    go(page, page.go_forward, seen[2])
    go(page, page.go_forward, seen[3])


def test_what_was_read_from_the_words_comes_back_too(visit: Visit) -> None:
    page = visit("/search?q=tea+in+soham+on+wednesday")
    first = page.url, read_state(page)
    assert len(first[1]["chips"]) == 2
    second = arrive(page, lambda: page.locator(".chip-read").first.click())
    assert len(second[1]["chips"]) == 2, "one is still read, the other is now a choice"
    go(page, page.go_back, first)
    go(page, page.go_forward, second)


def test_going_back_the_form_says_what_the_list_answers(visit: Visit) -> None:
    page = visit("/search?q=lonely&near=Soham")
    first = page.url, read_state(page)
    page.locator("#q").fill("something else")
    page.locator("#near").fill("")
    page.locator("#filters > summary").click()
    page.locator("#filters input[name=kind]").first.check()
    page.locator("#results .card-name a").first.click()
    page.wait_for_url("**/entries/*")
    go(page, page.go_back, first)


def test_sending_the_form_again_changes_nothing(visit: Visit) -> None:
    asked = "q=tea&near=Soham&kind=drop_in&kind=group&day=wed&radius_km=10&serves=any&sort=name&per_page=5"
    page = visit(f"/search?{asked}")
    before = read_state(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Find").click()
    settle(page)
    assert read_state(page) == before
    # What is empty in the form is not in the address, and nothing is lost.
    assert page.url.endswith(f"/search?{asked}")
