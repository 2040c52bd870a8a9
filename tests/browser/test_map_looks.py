"""Pages with a map as they look to anyone: axe in light, dark and high contrast, grey, and on paper."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from api.entries.vocabulary import KINDS
from web.assets import STATIC_FOLDER

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "more-contrast": {"contrast": "more"},
    "forced-colours": {"forced_colors": "active"},
}
PLAIN = {"color_scheme": "light", "contrast": "no-preference", "forced_colors": "none"}

Visit = Callable[..., Page]
FindFaults = Callable[[Page], list[str]]


def test_axe_finds_nothing_on_a_map_in_use(visit: Visit, find_faults: FindFaults) -> None:
    page = visit("/search?q=lonely&near=CB7+5AA", reduced_motion="reduce")
    page.locator(".map-legend summary").click()
    page.get_by_role("button", name="Zoom out").click()
    page.locator(".map-pin").first.click()
    page.get_by_role("dialog").wait_for()
    for name, look in LOOKS.items():
        page.emulate_media(**(PLAIN | look))
        assert find_faults(page) == [], name


@pytest.mark.parametrize(
    ("path", "look"), [("/areas/ely", "forced-colours"), ("/entries/soham-car-scheme", "more-contrast")]
)
def test_axe_finds_nothing_on_small_maps(visit: Visit, find_faults: FindFaults, path: str, look: str) -> None:
    assert find_faults(visit(path, **LOOKS[look])) == []


def drawing(kind: str) -> str:
    return (STATIC_FOLDER / "icons" / f"{kind}.svg").read_text("utf-8")


def test_each_kind_has_a_shape_and_a_letter_of_its_own() -> None:
    """Told apart without colour: no two kinds share an outline or a letter."""
    shapes = [re.findall(r' d="(.+?)"', drawing(kind.code)) for kind in KINDS]
    assert all(len(paths) == 2 for paths in shapes)
    assert len({outline for outline, _ in shapes}) == len(KINDS)
    assert len({letter for _, letter in shapes}) == len(KINDS)


def test_each_kind_has_letters_to_be_read_on_its_colour() -> None:
    """White letters on every kind's colour, at 4.5 to 1 or better, so in grey too."""
    for kind in KINDS:
        colour = re.search(r'class="shape" fill="#(\w{6})"', drawing(kind.code))
        assert colour is not None
        assert contrast_with_white(colour[1]) >= 4.5, kind.code


def contrast_with_white(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def numbers(text: str) -> set[int]:
    """ "1–3, 5" is {1, 2, 3, 5}."""
    found: set[int] = set()
    for run in text.split(", "):
        first, _, last = run.partition("–")
        found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize("path", ["/search?q=lonely&near=CB7+5AA&per_page=100", "/areas/ely"])
def test_printed_map_has_the_numbers_of_the_list(visit: Visit, path: str) -> None:
    page = visit(path)
    look: Any = page.locator(".leaflet-control-scale-line").first.inner_text()
    page.emulate_media(media="print")
    page.locator(".map-number").first.wait_for()
    cards = page.locator(".cards:not(.not-serving .cards) .card")
    with_point = cards.evaluate_all(
        "cards => cards.map((card, at) => card.dataset.point && at + 1).filter(Boolean)"
    )
    printed = [numbers(text) for text in page.locator(".map-number").all_inner_texts()]
    assert sorted(number for some in printed for number in some) == with_point
    first = cards.first.locator(".card-mark")
    assert first.evaluate("mark => getComputedStyle(mark, '::after').content") == "counter(shown)"
    assert page.locator(".map-frame").is_visible()
    assert not page.locator(".map-kinds").is_visible()
    assert cards.count() > 5
    assert all(card.is_visible() for card in cards.all()), "the list is whole"
    page.emulate_media(media="screen")
    page.locator(".map-number").first.wait_for(state="detached")
    assert page.locator(".leaflet-control-scale-line").first.inner_text() == look


# Whether all of each number is on top, and whether the name of the place stands clear of all of them.
_TO_BE_READ = """() => {
  const marks = [...document.querySelectorAll(".map .leaflet-marker-icon")];
  for (const mark of marks) mark.style.pointerEvents = "auto";
  const numbers = marks.filter((mark) => mark.matches(".map-number")).map((mark) => mark.firstElementChild);
  const boxes = numbers.map((number) => number.getBoundingClientRect());
  const name = document.querySelector(".map-place-name").getBoundingClientRect();
  const place = document.querySelector(".map-place span").getBoundingClientRect();
  const middle = (box) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const [x, y] = middle(place);
  return {
    onTop: boxes.every((box, at) => [0.1, 0.5, 0.9].every((share) =>
      document.elementFromPoint(box.left + box.width * share, middle(box)[1]) === numbers[at])),
    atThePlace: boxes.some((box) => box.left < x && x < box.right && box.top < y && y < box.bottom),
    roundThem: boxes.every((box) => place.height > box.height + 8),
    nameIsClear: boxes.every((box) => box.bottom < name.top || box.top > name.bottom || box.right < name.left
      || box.left > name.right),
    nameIsOver: Math.abs(middle(name)[0] - x) < 2,
  };
}"""


def test_on_paper_the_mark_of_the_place_covers_no_number(visit: Visit) -> None:
    """All that is found is in one village: where it is, and where the visitor looks from, are one spot."""
    page = visit("/search?q=tea&near=Soham")
    page.locator(".map-place").wait_for()
    page.emulate_media(media="print")
    page.locator(".map-number").first.wait_for()
    look = page.evaluate(_TO_BE_READ)
    assert look == dict.fromkeys(("onTop", "atThePlace", "roundThem", "nameIsClear", "nameIsOver"), True)


def test_printed_without_javascript_there_is_no_empty_map(visit: Visit) -> None:
    page = visit("/search?q=lonely&near=CB7+5AA", java_script_enabled=False)
    page.emulate_media(media="print")
    assert not page.locator(".map").is_visible()
    assert page.locator(".card .fact-where").count() == page.locator(".card").count() > 5
    assert "These are 20 of 22: page 1 of the list." in page.locator("#results").inner_text()


def test_a_list_of_several_pages_can_be_had_on_one_to_print(visit: Visit) -> None:
    page = visit("/search?q=lonely&near=CB7+5AA", java_script_enabled=False)
    page.get_by_role("link", name="All 22 on one page, to print").click()
    page.wait_for_url("**per_page=100*")
    assert page.locator("#results > .cards .card").count() == 22
