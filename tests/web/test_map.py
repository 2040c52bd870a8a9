"""The map's markup: nothing from another host, a nonce on all that runs, and no way out of it for text."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from api.settings import Settings
from web.assets import STATIC_FOLDER
from web.map import MapKind, MapMarkup, MapView, draw_map, find_street_tiles
from web.map_legend import KindChoice

NONCE = "n0nce-of-this-reply"
NOWHERE = Settings(street_tiles_url=None)
STREETS = Settings(
    street_tiles_url="https://tiles.example.org/{z}/{x}/{y}.png",
    street_tiles_attribution="Streets by <script>alert(1)</script>",
)
HOSTILE = "</script><script>alert(1)</script>'\"><img src=x onerror=alert(1)>{{ 7 * 7 }}${1}\u2028"
KINDS: tuple[MapKind, ...] = ("search", "entry", "area")


class Tags(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in names]


def whole(markup: MapMarkup) -> str:
    return f"{markup.head}{markup.body}{markup.script}"


def view_of(kind: MapKind = "search", **changes: Any) -> MapView:
    given: dict[str, Any] = {"data_url": "/api/v1/map?q=tea", "place": (0.0, 52.33, "Soham", 5000.0)}
    return MapView(kind=kind, label="Map of what is in the list", **(given | changes))


@pytest.mark.parametrize("kind", KINDS)
def test_names_no_other_host_and_is_small(kind: MapKind) -> None:
    html = whole(draw_map(view_of(kind), nonce=NONCE, settings=NOWHERE))
    assert not re.search(r"(https?:)?//\w", html)
    assert len(html.encode()) < 12_000


@pytest.mark.parametrize("kind", KINDS)
def test_every_script_and_style_carries_the_nonce(kind: MapKind) -> None:
    tags = Tags(whole(draw_map(view_of(kind), nonce=NONCE, settings=STREETS)))
    carriers = tags.named("script", "style", "link")
    assert carriers
    assert all(attributes.get("nonce") == NONCE for attributes in carriers)
    assert not any("style" in attributes or "onclick" in attributes for _, attributes in tags.found)
    assert not tags.named("meta")


def test_nonce_of_one_reply_is_not_kept_for_the_next() -> None:
    draw_map(view_of(), nonce="first", settings=NOWHERE)
    assert "first" not in whole(draw_map(view_of(), nonce="second", settings=NOWHERE))


def test_same_view_has_the_same_bytes() -> None:
    one, two = (whole(draw_map(view_of(), nonce=NONCE, settings=NOWHERE)) for _ in range(2))
    assert one == two


def test_text_of_a_visitor_stays_text() -> None:
    view = MapView(
        kind="search",
        label=HOSTILE,
        data_url=f"/api/v1/map?q={HOSTILE}",
        place=(0.0, 52.33, HOSTILE, 5000.0),
    )
    plain = draw_map(view_of(), nonce=NONCE, settings=NOWHERE)
    hostile = draw_map(view, nonce=NONCE, settings=NOWHERE)
    assert hostile.script == plain.script
    assert hostile.head == plain.head
    tags = Tags(str(hostile.body))
    assert not tags.named("script", "img")
    section = tags.named("section")[0]
    assert section["aria-label"] == HOSTILE
    assert json.loads(section["data-view"] or "")["place"][2] == HOSTILE


def test_text_of_a_visitor_is_never_read_as_a_template() -> None:
    markup = draw_map(
        view_of(place=(0.0, 52.33, "{{ 7 * 7 }}{% raw %}", None)), nonce=NONCE, settings=NOWHERE
    )
    assert "{{ 7 * 7 }}{% raw %}" in markup.body


@pytest.mark.parametrize("field", ["data_url", "shape_url"])
@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere", "javascript:0"]
)
def test_takes_data_from_this_app_only(field: str, url: str) -> None:
    with pytest.raises(ValueError, match="from this app only"):
        draw_map(view_of(**{field: url}), nonce=NONCE, settings=NOWHERE)


def test_longitude_zero_is_a_place() -> None:
    body = draw_map(
        view_of("entry", point=(0.0, 52.4, "exact", "transport")), nonce=NONCE, settings=NOWHERE
    ).body
    seen = json.loads(Tags(str(body)).named("section")[0]["data-view"] or "")
    assert seen["point"] == [0.0, 52.4, "exact", "transport"]


def test_street_tiles_are_offered_only_where_they_are_set_up_and_are_off_at_first() -> None:
    without = draw_map(view_of(), nonce=NONCE, settings=NOWHERE).script
    assert "tileLayer" not in without
    assert find_street_tiles(NOWHERE) is None
    offered = draw_map(view_of(), nonce=NONCE, settings=STREETS).script
    assert "https://tiles.example.org/{z}/{x}/{y}.png" in offered
    assert "L.control.layers" in offered
    assert "tile_layer_street.addTo" not in offered


def test_credit_of_the_street_tiles_is_text() -> None:
    script = str(draw_map(view_of(), nonce=NONCE, settings=STREETS).script)
    assert script.count("</script>") == 1
    assert "<script>alert" not in script
    assert json.loads('"\\u0026lt;script\\u0026gt;alert"') == "&lt;script&gt;alert"
    assert "\\u0026lt;script\\u0026gt;alert" in script


def test_without_javascript_there_is_a_plain_sentence_and_a_way_past() -> None:
    body = str(draw_map(view_of(), nonce=NONCE, settings=NOWHERE).body)
    assert "Everything on it is in the list too." in body
    tags = Tags(body)
    skip = tags.named("a")[0]["href"] or ""
    assert any(attributes.get("id") == skip.removeprefix("#") for _, attributes in tags.found)


def test_every_part_is_called_by_a_function_that_the_browser_has() -> None:
    offered = (STATIC_FOLDER / "map" / "index.js").read_text("utf-8")
    for kind in KINDS:
        script = str(draw_map(view_of(kind), nonce=NONCE, settings=STREETS).script)
        called = set(re.findall(r"hereabouts\.(\w+)\(", script))
        assert {"prepareMap", "drawBackdrop", "drawLegend"} < called
        assert {name for name in called if not re.search(rf"\b{name}\b", offered)} == set()


def test_what_chooses_comes_after_what_is_chosen() -> None:
    script = str(draw_map(view_of(), nonce=NONCE, settings=NOWHERE).script)
    order = re.findall(r"hereabouts\.(\w+)\(", script)
    assert order[0] == "prepareMap"
    assert order.index("drawCoverage") < order.index("drawEntries") < order.index("tieToList")


def test_layers_to_switch_off_are_foliums_own() -> None:
    script = str(draw_map(view_of(), nonce=NONCE, settings=STREETS).script)
    for name in ("Names of towns and villages", "Lines of wards and parishes", "Street map, from"):
        assert re.search(rf'"{name}[^"]*" : \w+', script), name


def test_legend_has_the_kinds_as_links_and_marks_in_words() -> None:
    choices = (
        KindChoice(kind="drop_in", count=1234, chosen=False, url="/search?q=%22&kind=drop_in"),
        KindChoice(kind="food", count=0, chosen=True, url="/search?q=a&day=mon"),
        KindChoice(kind="group", count=0, chosen=False, url="/search?kind=group"),
    )
    body = str(draw_map(view_of(kinds=choices), nonce=NONCE, settings=NOWHERE).body)
    links = [tag for tag in Tags(body).named("a") if tag.get("class") == "map-kind"]
    assert [link["href"] for link in links] == ["/search?q=%22&kind=drop_in", "/search?q=a&day=mon"]
    assert [link.get("aria-current") for link in links] == [None, "true"]
    assert "1,234" in body
    assert "Your place, and how far you look from it" in body
    assert "it serves other places" in body


def test_legend_of_a_map_without_a_place_speaks_of_none() -> None:
    body = str(draw_map(view_of(place=None), nonce=NONCE, settings=NOWHERE).body)
    assert "Your place" not in body
    assert "map-legend" in body
    entry = view_of("entry", data_url="", point=(0.0, 52.4, "exact", "transport"))
    assert "map-legend" not in str(draw_map(entry, nonce=NONCE, settings=NOWHERE).body)
