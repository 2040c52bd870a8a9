"""From a need and a place to one entry: without scripts, by keyboard, and after a wrong postcode."""

from collections.abc import Callable

from playwright.sync_api import Page

Visit = Callable[..., Page]


def test_journey_works_without_javascript(visit: Visit) -> None:
    page = visit("/", java_script_enabled=False)
    page.locator("[name=q]").first.fill("lonely")
    page.locator("[name=near]").first.fill("CB7 5AA")
    page.locator("[name=near]").first.press("Enter")
    page.wait_for_url("**/search?*")
    assert "CB7 5" in page.locator("h1").inner_text()
    assert page.locator(".map-plain").is_visible()
    page.locator("#results a[href^='/entries/']").first.click()
    page.wait_for_url("**/entries/*")
    assert page.locator("h1").inner_text()


def test_wrong_postcode_is_said_with_a_link_to_the_box(visit: Visit) -> None:
    page = visit("/search?q=lonely&near=Paris", expected=("status of 422",))
    box = page.get_by_role("alert").or_(page.locator(".problem-box")).first
    link = box.locator("a[href^='#']").first
    link.focus()
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.name")
    assert focused == "near"
    assert page.locator("[name=near]").first.input_value() == "Paris"


def test_skip_link_leads_past_the_menu(visit: Visit) -> None:
    page = visit("/search?q=lonely")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
