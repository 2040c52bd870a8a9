"""On a cheap phone: no words under a button, room for a fingertip, the first button searches; and the list on
paper, for a neighbour."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page

Visit = Callable[..., Page]
NARROW_PX = 360
FINGERTIP_PX = 44

# Where the words of a label end, and where the button beside them begins.
_OVERLAP = """() => [...document.querySelectorAll(".has-here")].filter((field) => {
  const words = document.createRange();
  words.selectNodeContents(field.querySelector("label"));
  const button = field.querySelector(".here").getBoundingClientRect();
  return [...words.getClientRects()].some((line) => line.right > button.left && line.bottom > button.top
    && line.top < button.bottom);
}).length"""
_TOO_SMALL = """([most]) => [...document.querySelectorAll(
  "main button, main summary, main input:not([type=checkbox], [type=hidden]), main select, .main-nav a, "
  + ".chips a, .sorts a, .card-ask a, .contact a, .term, .tick, .glance dd a, .area-list a")]
  .filter((one) => one.checkVisibility() && !one.closest(".map") && one.getBoundingClientRect().height < most)
  .map((one) => `${one.className || one.localName}: ${one.textContent.trim()}`)"""

# What is pressed on and round the map. Its pins keep their size, or they would hide the map; the link to who
# made its program stands in a line of words; a box is pressed by its label.
_SMALL_ON_MAP = """([most]) => [...document.querySelectorAll(
  ".map button:not(.map-pin), .map a:not(.map-skip), .map summary, .map label")]
  .filter((one) => one.checkVisibility() && !one.closest(".leaflet-control-attribution"))
  .filter((one) => one.getBoundingClientRect().height < most || one.getBoundingClientRect().width < most)
  .map((one) => `${one.className || one.localName}: ${one.title || one.textContent.trim()}`)"""


@pytest.mark.parametrize("path", ["/getting-there", "/kinds/transport", "/search", "/connectors"])
def test_use_where_i_am_stands_beside_its_label(visit: Visit, path: str) -> None:
    page = visit(path, width=NARROW_PX, again=True)
    assert page.locator(".here").count()
    assert page.evaluate(_OVERLAP) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=lonely&near=Soham&kind=group",
        "/entries/soham-wednesday-drop-in",
        "/areas",
        "/connectors",
    ],
)
def test_what_is_pressed_is_as_tall_as_a_fingertip(visit: Visit, path: str) -> None:
    page = visit(path, width=NARROW_PX, again=True)
    assert page.evaluate(_TOO_SMALL, [FINGERTIP_PX]) == []


@pytest.mark.parametrize(
    ("width", "touch"), [(NARROW_PX, False), (1100, True)], ids=["a phone", "a tablet"]
)  # fmt: skip
def test_what_is_pressed_on_the_map_is_as_large_as_a_fingertip(visit: Visit, width: int, touch: bool) -> None:
    page = visit("/search?near=Soham", width=width, has_touch=touch, again=True)
    page.locator("button.map-pin-pile").first.focus()
    page.keyboard.press("Enter")
    page.locator(".map-popup").wait_for()
    page.locator(".map-legend").evaluate("(legend) => { legend.open = true; }")
    for shown in (
        ".map-popup-close",
        ".map-popup li a",
        ".leaflet-control-zoom-in",
        ".map-kind",
        ".map-ways a",
    ):
        assert page.locator(shown).first.is_visible(), shown
    assert page.get_by_label("Names of towns and villages").is_visible()
    assert page.evaluate(_SMALL_ON_MAP, [FINGERTIP_PX]) == []
    page.keyboard.press("Escape")
    page.locator(".map-popup").wait_for(state="detached")
    page.locator(".map-canvas").focus()
    page.keyboard.press("ArrowUp")
    page.locator(".map-search-part").wait_for()
    assert page.get_by_role("button", name="Show where I am").is_visible()
    assert page.evaluate(_SMALL_ON_MAP, [FINGERTIP_PX]) == []


def test_the_button_follows_the_boxes_and_a_choice_goes_with_the_place(visit: Visit) -> None:
    page = visit("/", width=NARROW_PX, java_script_enabled=False)
    box, button = page.locator("#near"), page.get_by_role("button", name="Find what is near")
    gap = (button.bounding_box() or {})["y"] - (box.bounding_box() or {})["y"]
    assert 0 < gap < 150
    box.fill("Soham")
    page.get_by_role("button", name="Loneliness").click()
    page.wait_for_url("**/search?*")
    asked = dict(parse_qsl(urlsplit(page.url).query))
    assert asked == {"near": "Soham", "need": "loneliness"}
    assert page.locator(".chip").inner_text().strip().endswith("Loneliness")


def test_a_printed_list_says_whom_to_ring_where_to_go_and_when_it_was_printed(visit: Visit) -> None:
    page = visit("/search?q=lonely&near=Soham")
    page.emulate_media(media="print")
    card = page.locator("#entry-soham-wednesday-drop-in")
    href = card.locator(".card-ask a").get_attribute("href") or ""
    assert href.startswith("tel:")
    assert card.locator(".card-address").is_visible()
    foot = page.locator(".printed")
    assert foot.is_visible()
    assert page.url in foot.inner_text()
