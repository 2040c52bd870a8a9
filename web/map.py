"""The map of a page: folium composes it from typed parts, and nothing of it comes from another host.

Folium parses what its parts print as a template a second time, so no text of a visitor or of an entry
may pass through it. Whatever belongs to one page travels in the `data-view` attribute; what folium
prints is the same for every page of a kind and is made once.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Final, Literal, NamedTuple, TypeVar
from urllib.parse import urlsplit

import folium
from branca.element import CssLink, Figure, JavascriptLink, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template
from markupsafe import Markup, escape

from api.entries.vocabulary import KINDS
from api.settings import Settings, get_settings
from web.assets import module_urls, static_url
from web.map_legend import KindChoice, draw_legend

MapKind = Literal["search", "entry", "area", "embed", "pick", "edit"]
PartOfFolium = TypeVar("PartOfFolium", bound=MacroElement)

_BACKDROP_URL: Final = "/map/backdrop.json"
_NEAREST_ZOOM: Final = 18
_FARTHEST_ZOOM: Final = 6
# A browser reads "//" and "/\\" as the start of another host's address.
_OWN_PATH: Final = re.compile(r"/(?![/\\])")
# Where a map looks before its own data has said where to look: the middle of the built-in example.
_FIRST_LOOK: Final = (52.4, 0.0)
_PLAIN_WORDS: Final[dict[MapKind, str]] = {
    "search": "The map needs JavaScript. Everything on it is in the list too.",
    "entry": "The map needs JavaScript. Where this is, is also written in words on this page.",
    "area": "The map needs JavaScript. What is in this area is also listed on this page.",
    "embed": "The map needs JavaScript. Everything on it is in the list too.",
    "pick": "The map needs JavaScript. You can say in words where it is.",
    "edit": "The map needs JavaScript. Everything on it can be typed too.",
}


@dataclass(frozen=True, kw_only=True)
class MapView:
    """What one page wants to see. Points are (lon, lat); bounds are (west, south, east, north).

    `data_url` answers like `/api/v1/map` and lacks only `bbox` and `zoom`; empty means no entries are drawn.
    `place` is where the visitor looks from: lon, lat, its name, and the radius in metres or None.
    `point` is one entry: lon, lat, precision, kind. `shape_url` gives the GeoJSON of a coverage or an area.
    `search_url` is the search the page shows: with it the map offers to search where it looks. `part` is the
    box the list was narrowed to, drawn as one. `kinds` are the choices of the legend.
    """

    kind: MapKind
    label: str
    data_url: str = ""
    place: tuple[float, float, str, float | None] | None = None
    point: tuple[float, float, str, str] | None = None
    shape_url: str | None = None
    bounds: tuple[float, float, float, float] | None = None
    search_url: str = ""
    part: tuple[float, float, float, float] | None = None
    kinds: tuple[KindChoice, ...] = ()


@dataclass(frozen=True)
class MapMarkup:
    """`head` goes into <head>, `body` where the map sits, `script` at the end of the body."""

    head: Markup
    body: Markup
    script: Markup


class StreetTiles(NamedTuple):
    url: str
    attribution: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


class _Shell(NamedTuple):
    """What folium printed for one kind of map, before a page's nonce and view are added."""

    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    canvas: Markup
    module: Markup


class PageMap(folium.Map):
    """A folium map that loads Leaflet from us and leaves the page's own <head> and sizes alone."""

    default_js = [("leaflet", "vendor/leaflet/leaflet.js")]  # noqa: RUF012
    default_css = [  # noqa: RUF012
        ("leaflet_css", "vendor/leaflet/leaflet.css"),
        ("map_css", "map/map.css"),
        ("around_css", "map/around.css"),
    ]
    _template = Template(
        """
        {% macro html(this, kwargs) -%}
        <div class="map-canvas" id={{ this.get_name()|tojson }}></div>
        {%- endmacro %}
        {% macro script(this, kwargs) %}{{ this.folium_script(kwargs) }}{% endmacro %}
        """
    )

    def __init__(self, kind: MapKind) -> None:
        super().__init__(
            location=_FIRST_LOOK,
            zoom_start=9,
            tiles=None,
            zoom_snap=0.5,
            control_scale=kind != "entry",
            scroll_wheel_zoom=False,
        )
        # The id is part of the page: a random one would give every view of it another ETag.
        self._id = kind
        # Folium's own arguments of these names go to the tile layer that it was told not to make.
        self.options |= {"minZoom": _FARTHEST_ZOOM, "maxZoom": _NEAREST_ZOOM}

    def folium_script(self, kwargs: dict[str, Any]) -> str:
        return str(folium.Map._template.module.script(self, kwargs))


class Part(JSCSSMixin):
    """One part of the map, made in the browser by the function `maker` of web/static/map/index.js."""

    maker: ClassVar[str]
    _template = Template(
        """
        {% macro script(this, kwargs) %}
            hereabouts.{{ this.maker }}({{ this._parent.get_name() }}, {{ this.options|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, **options: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = type(self).__name__
        self._id = self.maker
        self.options = options


class Manners(Part):
    """Comes first. Words for the kinds, names for screen readers, and one finger that scrolls the page."""

    maker = "prepareMap"

    def __init__(self) -> None:
        kinds = [
            {"code": kind.code, "label": kind.label, "icon": static_url(f"icons/{kind.code}.svg")}
            for kind in KINDS
        ]
        super().__init__(kinds=kinds)


class Backdrop(Part):
    """Outlines of areas and names of settlements, from our own data: the map needs no tile server.
    What a visitor may switch off lies in folium's feature groups, one a name in the layer control."""

    maker = "drawBackdrop"
    _template = Template(
        """
        {% macro script(this, kwargs) %}
            hereabouts.drawBackdrop({{ this._parent.get_name() }}, {{ this.options|tojavascript }}, {
                {% for name, group in this.groups.items() %}{{ name }}: {{ group.get_name() }},{% endfor %}
            });
        {% endmacro %}
        """
    )

    def __init__(self, groups: dict[str, folium.FeatureGroup]) -> None:
        super().__init__(url=_BACKDROP_URL)
        self.groups = groups


class ShapeLayer(Part):
    """The outline of an area, or the coverage of an entry."""

    maker = "drawShape"


class PlaceMarker(Part):
    """Where the visitor looks from, with the radius that was asked for."""

    maker = "drawPlace"


class EntryPoint(Part):
    """The one pin of an entry's own page."""

    maker = "drawPoint"


class CoverageLayer(Part):
    """The area served by the entry that is chosen or focused. Comes before what chooses."""

    maker = "drawCoverage"


class EntriesLayer(Part):
    """Clusters and pins of every entry the page's query finds, fetched for the part in view."""

    maker = "drawEntries"


class PlaceAndShapes(Part):
    """The true spot with what everyone sees of it, and shapes to draw: for those who edit an entry. Its
    module comes by itself, so that no other page loads it."""

    maker = "editPlace"
    default_js = [("geoman", "vendor/geoman/leaflet-geoman.min.js")]  # noqa: RUF012
    default_css = [("geoman_css", "vendor/geoman/leaflet-geoman.css")]  # noqa: RUF012
    _template = Template(
        """
        {% macro script(this, kwargs) %}
            import("/static/curate/where.js").then((part) => part.editPlace({{ this._parent.get_name() }}));
        {% endmacro %}
        """
    )


class NumberKeys(Part):
    """1 to 9 open the nearest, while the map has the focus and only then."""

    maker = "offerNumberKeys"


class ListTie(Part):
    """A card of the list and its pin show each other; what is near but serves other places is drawn too."""

    maker = "tieToList"


class SearchHere(Part):
    """Search in the part in view, or from the middle of the map."""

    maker = "offerSearchHere"


class Locate(Part):
    """Where the visitor's device is, asked only on a click and told to nobody."""

    maker = "offerLocate"


class PickSpot(Part):
    """A click says where something is, in the form round the map."""

    maker = "offerPick"


class FullScreen(Part):
    """The map alone on the screen."""

    maker = "offerFullScreen"


class ViewInAddress(Part):
    """Where the map looks and what is open on it stand in the page's address, once the visitor moved it."""

    maker = "keepViewInAddress"


class PrintedMap(Part):
    """On paper the pins have the numbers of the list."""

    maker = "prepareForPrint"


class Legend(Part):
    """The kinds as a filter in place, and the layer control among what the marks mean."""

    maker = "drawLegend"
    _template = Template(
        """
        {% macro script(this, kwargs) %}
            hereabouts.drawLegend({{ this._parent.get_name() }}, {{ this.control.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, control: folium.LayerControl) -> None:
        super().__init__()
        self.control = control


# In drawing order: what comes later lies above. The manners come before them, the legend after.
_PARTS: Final[dict[MapKind, tuple[type[Part], ...]]] = {
    "search": (
        ShapeLayer,
        PlaceMarker,
        CoverageLayer,
        EntriesLayer,
        NumberKeys,
        ListTie,
        SearchHere,
        Locate,
        FullScreen,
        ViewInAddress,
        PrintedMap,
    ),
    "entry": (ShapeLayer, EntryPoint, Locate),
    "area": (ShapeLayer, CoverageLayer, EntriesLayer, NumberKeys, ListTie, Locate, FullScreen, PrintedMap),
    "pick": (PickSpot,),
    # In a frame the page round it decides about the whole screen and the device's whereabouts.
    "embed": (ShapeLayer, PlaceMarker, CoverageLayer, EntriesLayer, NumberKeys),
    "edit": (PlaceAndShapes, FullScreen),
}


def draw_map(view: MapView, *, nonce: str, settings: Settings | None = None) -> MapMarkup:
    """`settings` are the running app's; without them the environment's. Raises ValueError for a URL of
    another host: the only part that may ever come from elsewhere is the street layer."""
    for url in (view.data_url, view.shape_url or ""):
        if url and not _OWN_PATH.match(url):
            raise ValueError(f"A map takes its data from this app only, not from {url!r}")
    shell = _compose(view.kind, find_street_tiles(settings or get_settings()))
    return MapMarkup(_head(shell, nonce), _body(view, shell), _script(shell, nonce))


def find_street_tiles(settings: Settings) -> StreetTiles | None:
    """The street layer this deployment offers; the CSP of the pages must allow images of its `host`."""
    if not settings.street_tiles_url:
        return None
    return StreetTiles(settings.street_tiles_url, settings.street_tiles_attribution)


@lru_cache(maxsize=16)
def _compose(kind: MapKind, street: StreetTiles | None) -> _Shell:
    page_map = PageMap(kind)
    for part in _parts(kind, street):
        page_map.add_child(part)
    figure = page_map.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("A folium map draws itself into a Figure")
    figure.render()
    styles, scripts = _links(figure)
    return _Shell(
        styles, scripts, Markup(figure.html.render().strip()), Markup(_tidy(figure.script.render()))
    )


def _parts(kind: MapKind, street: StreetTiles | None) -> list[MacroElement]:
    groups = {
        "names": _named("names", folium.FeatureGroup("Names of towns and villages")),
        "outlines": _named("outlines", folium.FeatureGroup("Lines of wards and parishes, when close")),
    }
    control = _named("layers", folium.LayerControl(collapsed=False))
    tiles = [_named("street", _street_layer(street))] if street else []
    own = [part() for part in _PARTS[kind]]
    return [Manners(), *groups.values(), *tiles, Backdrop(groups), *own, control, Legend(control)]


def _named(name: str, element: PartOfFolium) -> PartOfFolium:
    """A part of folium's own, whose name in the page is the same each time."""
    element._id = name
    return element


def _street_layer(street: StreetTiles) -> folium.TileLayer:
    """Offered in the layer control, switched off: not one picture is asked for until the visitor says so.
    Leaflet reads both texts as HTML, so they are escaped here."""
    name = f"Street map, from {street.host}" if street.host else "Street map"
    return folium.TileLayer(
        tiles=street.url,
        attr=str(escape(street.attribution)),
        name=str(escape(name)),
        overlay=True,
        show=False,
        max_zoom=_NEAREST_ZOOM,
    )


def _links(figure: Figure) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The style sheets and scripts the parts asked for. A part that wants more of <head> is refused."""
    styles: list[str] = []
    scripts: list[str] = []
    for name, element in figure.header._children.items():
        if isinstance(element, CssLink):
            styles.append(element.url)
        elif isinstance(element, JavascriptLink):
            scripts.append(element.url)
        elif name != "meta_http":
            raise TypeError(f"The map part {name} wants to write into <head>")
    return tuple(styles), tuple(scripts)


def _tidy(script: str) -> str:
    return "\n".join(line.strip() for line in script.splitlines() if line.strip())


def _head(shell: _Shell, nonce: str) -> Markup:
    """The page's import map (`web.assets`) stands before it."""
    style = Markup('<link rel="stylesheet" href="{}" nonce="{}">')
    script = Markup('<script defer src="{}" nonce="{}"></script>')
    preload = Markup('<link rel="modulepreload" href="{}" nonce="{}">')
    tags = [style.format(static_url(path), nonce) for path in shell.styles]
    tags += [script.format(static_url(path), nonce) for path in shell.scripts]
    tags += [preload.format(url, nonce) for url in module_urls("map").values()]
    return Markup("\n").join(tags)


def _body(view: MapView, shell: _Shell) -> Markup:
    parts = {
        "dataUrl": view.data_url,
        "shapeUrl": view.shape_url,
        "searchUrl": view.search_url,
        "place": view.place,
        "point": view.point,
        "part": view.part,
        "bounds": view.bounds,
    }
    seen = {key: value for key, value in parts.items() if value}
    legend = draw_legend(view.kinds, has_place=view.place is not None) if view.data_url else Markup()
    return Markup(
        '<section class="map map-{kind}" aria-label="{label}" data-view="{view}">\n'
        '<a class="map-skip" href="#map-status-{kind}">Skip the map</a>\n'
        '<div class="map-frame">{canvas}<p class="map-plain">{plain}</p></div>\n'
        '<div class="map-bar">'
        '<p class="map-status" id="map-status-{kind}" role="status" tabindex="-1"></p></div>\n'
        "{legend}</section>"
    ).format(
        kind=view.kind,
        label=view.label,
        view=_json(seen),
        canvas=shell.canvas,
        plain=_PLAIN_WORDS[view.kind],
        legend=legend,
    )


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _script(shell: _Shell, nonce: str) -> Markup:
    return Markup(
        '<script type="module" nonce="{nonce}">\nimport * as hereabouts from "{url}";\n{module}\n</script>'
    ).format(nonce=nonce, url="/static/map/index.js", module=shell.module)
