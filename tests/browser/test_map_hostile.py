"""Names that try to be more than text stay text: in the list, on the map, in its window, on paper."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.site import serve
from tests.conftest import Directory
from tests.factories import SOHAM, add, square

Visit = Callable[..., Page]

NAMES = (
    "</script><script>document.title = 'broken'</script>",
    "${document.title = 'broken'} {{ 7 * 7 }} {% raw %}",
    "\"quoted\" 'single' `tick` &amp; &lt;b&gt; <img src=x onerror=\"document.title='broken'\">",
    "مقهى الجيران \u202eevil\u202c שכנים",
    "🫖 Tea 👩🏽‍🦽 & 🏳️‍🌈 friends",
    ("Friends of the very long name " * 17)[:500].strip(),
)
MARKS = "img, script, b"
# One by one, so that each has a pin of its own when the map is near; each with an area that it serves.
SPOTS = [(SOHAM[0] + 0.02 * at, SOHAM[1]) for at in range(len(NAMES))]


@pytest.fixture
def hostile(scratch: Directory) -> Iterator[str]:
    with scratch.write() as session:
        for name, spot in zip(NAMES, SPOTS, strict=True):
            add(session, name=name, at=spot, coverage=[{"how": "shape", "shape": square(*spot)}])
    with serve(scratch.settings(street_tiles_url=None)) as address:
        yield address


def test_hostile_names_are_text_in_list_map_window_page_and_print(visit: Visit, hostile: str) -> None:
    """The page's own watch fails this test for any script that ran or was refused, and for any error."""
    page = visit("/search?sort=name", base=hostile, hosts=())
    shown = page.locator("#results .card-name").all_text_contents()
    assert sorted(name.strip() for name in shown) == sorted(NAMES)
    assert page.locator(f".card-name :is({MARKS})").count() == 0
    labels = page.locator(".map-pin").evaluate_all("pins => pins.map(pin => pin.ariaLabel)")
    for name in NAMES:
        assert any(label.startswith(f"{name}, Group") for label in labels)
        page.get_by_role("button", name=f"{name}, Group", exact=True).click()
        window = page.get_by_role("dialog")
        assert window.get_by_role("link").first.text_content() == name
        assert window.locator(MARKS).count() == 0
        page.keyboard.press("Escape")
        window.wait_for(state="detached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.emulate_media(media="print")
    page.locator(".map-number").first.wait_for()
    assert page.locator(".map-number").count() == len(NAMES)
    assert sorted(name.strip() for name in page.locator(".card-name").all_inner_texts()) == sorted(NAMES)
    assert "broken" not in page.title()


def test_hostile_names_are_text_on_their_own_pages(visit: Visit, hostile: str) -> None:
    page = visit("/search?sort=name", base=hostile)
    for path in page.locator("#results .card-name a").evaluate_all("links => links.map(a => a.pathname)"):
        page.goto(hostile + path)
        page.locator(".map-pin-still").wait_for()
        page.locator("path.map-shape").first.wait_for(state="attached")
        name = page.locator("h1").text_content() or ""
        assert name.strip() in NAMES
        label = page.locator("section.map").get_attribute("aria-label") or ""
        assert name.strip() in label
        assert page.locator(f"h1 :is({MARKS})").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        assert page.title().startswith(name.strip()[:20])
