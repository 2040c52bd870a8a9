"""The boxes of a search as comboboxes: by keys alone, by mouse, by touch, and with late or odd answers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

Visit = Callable[..., Page]

TOUCH_PX = 44
HOSTILE = '<img src=x onerror=alert(1)>${x}{{7*7}} & "quoted"'
ITEMS = [
    {"what": "need", "label": "Loneliness", "detail": None, "value": "loneliness"},
    {"what": "entry", "label": "Soham Singers", "detail": "Soham", "value": "soham-wednesday-drop-in"},
    {"what": "connector", "label": "Village agent", "detail": "Soham", "value": "village-agent-soham-town"},
    {"what": "place", "label": "Soham, East Cambridgeshire", "detail": "town", "value": "Soham, East Cambs"},
]


def answer(items: list[dict[str, Any]]) -> Callable[[Page], None]:
    return lambda page: page.route("**/api/v1/suggest?*", lambda route: route.fulfill(json={"items": items}))


def type_words(page: Page, words: str, *, box: str = "q") -> Locator:
    """The open list of suggestions for words typed into a box."""
    page.locator(f"#{box}").press_sequentially(words)
    listed = page.locator(f"#{box}-suggestions")
    listed.wait_for()
    return listed


def marked(page: Page, box: str = "q") -> str | None:
    """What of the list a screen reader would read out, by the box's own word for it."""
    name = page.locator(f"#{box}").get_attribute("aria-activedescendant")
    if name is None:
        assert page.locator("[role=option][aria-selected=true]").count() == 0
        return None
    option = page.locator(f"#{name}[role=option][aria-selected=true]")
    return option.locator(".suggestion-label").inner_text()


def test_arrows_go_round_the_list_and_back_to_the_text(visit: Visit) -> None:
    page = visit("/", before=answer(ITEMS))
    box = page.get_by_role("combobox", name="What do you need?")
    expect(box).to_have_attribute("aria-expanded", "false")
    listed = type_words(page, "so")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert box.get_attribute("aria-controls") == listed.get_attribute("id")
    assert marked(page) is None, "nothing is chosen until an arrow is pressed"
    groups = listed.get_by_role("group")
    assert [one.get_attribute("aria-label") for one in groups.all()] == [
        "Needs", "Places", "Entries", "Connectors",
    ]  # fmt: skip
    seen = []
    for _ in range(5):
        page.keyboard.press("ArrowDown")
        seen.append(marked(page))
    assert seen == [
        "Loneliness", "Soham, East Cambridgeshire", "Soham Singers", "Village agent", "Loneliness",
    ]  # fmt: skip
    page.keyboard.press("ArrowUp")
    assert marked(page) == "Village agent"
    page.keyboard.press("Home")
    assert marked(page) is None
    page.keyboard.type("al")
    assert box.input_value() == "also", "Home led back to the start of the text"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    assert marked(page) is None
    page.keyboard.type("!")
    assert box.input_value() == "also!"


def test_escape_closes_then_empties_and_arrows_open_again(visit: Visit) -> None:
    page = visit("/", before=answer(ITEMS))
    listed = type_words(page, "so")
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    assert page.locator("#q").input_value() == "so"
    page.keyboard.press("ArrowUp")
    expect(listed).to_be_visible()
    assert marked(page) == "Village agent", "up opens the list at its end"
    page.keyboard.press("Alt+ArrowUp")
    expect(listed).to_be_hidden()
    page.keyboard.press("Alt+ArrowDown")
    expect(listed).to_be_visible()
    assert marked(page) is None
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator("#q").input_value() == ""


def test_tab_goes_on_and_chooses_nothing(visit: Visit) -> None:
    page = visit("/search?near=Soham", before=answer(ITEMS))
    listed = type_words(page, "so")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(listed).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "near"
    assert page.locator("#q").input_value() == "so"
    assert page.url.endswith("/search?near=Soham")


def test_enter_without_a_choice_sends_the_words_as_they_are(visit: Visit) -> None:
    page = visit("/", before=answer(ITEMS))
    type_words(page, "so")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=so")


@pytest.mark.parametrize(
    ("downs", "address"),
    [
        (1, r"/search\?need=loneliness&near=Ely$"),
        (3, r"/entries/soham-wednesday-drop-in$"),
        (4, r"/connectors#village-agent-soham-town$"),
    ],
)
def test_what_is_chosen_leads_where_it_is_answered(visit: Visit, downs: int, address: str) -> None:
    page = visit("/search?near=Ely", before=answer(ITEMS))
    type_words(page, "so")
    for _ in range(downs):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(address))


def test_a_place_among_the_words_goes_into_where(visit: Visit) -> None:
    page = visit("/", before=answer(ITEMS))
    type_words(page, "so")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#near").input_value() == "Soham, East Cambs"
    assert page.locator("#q").input_value() == ""
    assert page.evaluate("document.activeElement.id") == "q"
    assert page.get_by_role("status").filter(has_text="Where? is now Soham, East Cambs.").count() == 1


def test_where_is_filled_by_keyboard_and_the_search_sent(visit: Visit) -> None:
    page = visit("/")
    type_words(page, "soha", box="near")
    page.keyboard.press("ArrowDown")
    assert marked(page, "near") == "Soham, East Cambridgeshire"
    page.keyboard.press("Enter")
    assert page.locator("#near").input_value() == "Soham, East Cambridgeshire"
    assert page.url.endswith("/"), "choosing a place does not send the form"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?near=Soham%2C+East+Cambridgeshire")


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_suggestions_of_the_real_directory_are_chosen_by_hand(visit: Visit, touch: bool) -> None:
    page = visit("/", width=360 if touch else 1280, has_touch=touch, is_mobile=touch)
    listed = type_words(page, "lonel")
    option = listed.get_by_role("option", name="Loneliness")
    (option.tap if touch else option.click)()
    page.wait_for_url("**/search?need=loneliness")


def test_clicking_elsewhere_closes_the_list(visit: Visit) -> None:
    page = visit("/")
    listed = type_words(page, "soh")
    page.locator("h1").click()
    expect(listed).to_be_hidden()
    assert page.locator("#q").input_value() == "soh"


@pytest.mark.parametrize("width", [360, 1280])
def test_list_moves_nothing_and_its_rows_are_big_enough_to_touch(
    visit: Visit, find_faults: Callable[[Page], list[str]], width: int
) -> None:
    page = visit("/", width=width, before=answer(ITEMS))
    below = page.locator(".find .button-big")
    before = below.bounding_box(), page.evaluate("document.documentElement.scrollWidth")
    listed = type_words(page, "so")
    assert (below.bounding_box(), page.evaluate("document.documentElement.scrollWidth")) == before
    for row in listed.get_by_role("option").all():
        box = row.bounding_box()
        assert box is not None
        assert box["height"] >= TOUCH_PX
    page.keyboard.press("ArrowDown")
    assert find_faults(page) == []


def test_count_is_said_quietly(visit: Visit) -> None:
    page = visit("/", before=answer(ITEMS))
    type_words(page, "so")
    expect(page.get_by_role("status").filter(has_text="4 suggestions.")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("status").filter(has_text="suggestions")).to_have_count(0)


def test_no_suggestion_opens_no_list(visit: Visit) -> None:
    page = visit("/", before=answer([]))
    page.locator("#q").press_sequentially("zz")
    expect(page.get_by_role("status").filter(has_text="No suggestions.")).to_have_count(1)
    expect(page.locator("#q-suggestions")).to_be_hidden()
    expect(page.locator("#q")).to_have_attribute("aria-expanded", "false")


def test_a_late_answer_to_old_words_is_dropped(visit: Visit) -> None:
    late: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if route.request.url.endswith("q=so"):
            late.append(route)
        else:
            route.fulfill(json={"items": ITEMS[1:2]})

    page = visit("/", before=lambda page: page.route("**/api/v1/suggest?*", hold_the_first))
    with page.expect_event("requestfailed", lambda request: request.url.endswith("q=so")):
        with page.expect_request("**/api/v1/suggest?q=so"):
            page.locator("#q").press_sequentially("so")
        page.keyboard.type("ham")
    assert len(late) == 1
    options = page.locator("#q-suggestions [role=option]")
    expect(options).to_have_count(1)
    assert "Soham Singers" in options.inner_text()


def test_typing_fast_asks_once(visit: Visit) -> None:
    asked: list[str] = []
    page = visit(
        "/",
        before=lambda page: page.on(
            "request", lambda request: asked.append(request.url) if "/suggest?" in request.url else None
        ),
    )
    type_words(page, "soham")
    assert len(asked) == 1


def test_without_suggestions_the_search_still_works(visit: Visit) -> None:
    page = visit(
        "/",
        expected=("status of 500",),
        before=lambda page: page.route("**/api/v1/suggest?*", lambda route: route.fulfill(status=500)),
    )
    with page.expect_response("**/api/v1/suggest?*"):
        page.locator("#q").press_sequentially("tea")
    expect(page.locator("#q-suggestions")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=tea")


def test_names_in_the_list_are_only_ever_text(visit: Visit) -> None:
    page = visit(
        "/", before=answer([{"what": "entry", "label": HOSTILE, "detail": HOSTILE, "value": "../x"}])
    )
    listed = type_words(page, "so")
    assert listed.locator(".suggestion-label").text_content() == HOSTILE
    assert listed.locator("img").count() == 0


@pytest.mark.parametrize("path", ["/", "/search"])
def test_both_boxes_stand_level(visit: Visit, path: str) -> None:
    page = visit(path)
    for width in (700, 820, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        boxes = [page.locator(f"#{name}") for name in ("q", "near")]
        if path == "/search" and width >= 720:
            boxes.append(page.locator(".search-form .button").first)
        tops = [box.evaluate("box => box.getBoundingClientRect().top") for box in boxes]
        if path == "/" or width >= 720:
            assert max(tops) - min(tops) < 1, width
