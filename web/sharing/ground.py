"""The map of a picture: our own outlines and names, put on a flat sheet of so many pixels."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import orjson
import shapely
from PIL import ImageDraw
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

from web.sharing.letters import draw_text, set_text

# The colours of the map by day, from web/static/map/map.css.
WATER: Final = "#ebe4d4"
LAND: Final = "#fdfaf2"
LINE: Final = "#b39f7d"
SOFT_LINE: Final = "#e2d8c3"
NAME_INK: Final = "#655c4c"
BIG_NAME_INK: Final = "#3a342b"
# An outline bigger than this (in square degrees) is ground even where no districts were loaded.
_BROAD: Final = 0.05
_MOST_NAMES: Final = 40
_EARTH_KM: Final = 6371
# On a map wider than this only towns are named.
_WIDE_KM: Final = 60
# How far a name may stand from its spot when a pin covers it.
_REACH: Final = 32

Bounds = tuple[float, float, float, float]
Spot = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Settlement:
    name: str
    rank: int
    lon: float
    lat: float


@dataclass(frozen=True)
class Ground:
    """`broad` outlines are land, in (lon, lat); `owed` is whom the data is owed to."""

    broad: tuple[BaseGeometry, ...]
    settlements: tuple[Settlement, ...]
    owed: tuple[str, ...]

    @property
    def bounds(self) -> Bounds | None:
        if not self.broad:
            return None
        west, south, east, north = shapely.total_bounds(list(self.broad)).tolist()
        return west, south, east, north


@lru_cache(maxsize=2)
def read_ground(backdrop: bytes) -> Ground:
    """Of the GeoJSON that the maps of the pages are drawn on."""
    document = orjson.loads(backdrop)
    outlines: list[tuple[str, BaseGeometry]] = []
    settlements: list[Settlement] = []
    for feature in document["features"]:
        what = feature["properties"]
        if what["feature"] == "area":
            outlines.append((what["type"], shape(feature["geometry"])))
        else:
            lon, lat = feature["geometry"]["coordinates"]
            settlements.append(Settlement(what["name"], what["rank"], lon, lat))
    districts = [outline for type_, outline in outlines if type_ == "district"]
    broad = districts or [one for type_, one in outlines if type_ == "county" or one.envelope.area > _BROAD]
    return Ground(tuple(broad), tuple(settlements), tuple(document["attribution"]))


class Sheet:
    """A Mercator view of `bounds` that fills `box` (left, top, right, bottom in pixels)."""

    def __init__(self, bounds: Bounds, box: tuple[int, int, int, int], *, margin: float = 0.1) -> None:
        self.box = box
        left, top, right, bottom = box
        west, south, east, north = bounds
        x0, y0, x1, y1 = _across(west), _down(north), _across(east), _down(south)
        room_x, room_y = (right - left) * (1 - 2 * margin), (bottom - top) * (1 - 2 * margin)
        self.scale = min(room_x / max(x1 - x0, 1e-9), room_y / max(y1 - y0, 1e-9))
        self.left = (left + right) / 2 - (x0 + x1) / 2 * self.scale
        self.top = (top + bottom) / 2 - (y0 + y1) / 2 * self.scale

    def spot(self, lon: float, lat: float) -> Spot:
        return self.left + _across(lon) * self.scale, self.top + _down(lat) * self.scale

    @property
    def wide_km(self) -> float:
        """How far it is across, at the latitude of its middle."""
        left, top, right, bottom = self.box
        middle = math.atan(math.sinh((self.top - (top + bottom) / 2) / self.scale))
        return (right - left) / self.scale * _EARTH_KM * math.cos(middle)

    def shows(self, at: Spot, *, rim: float = 0) -> bool:
        left, top, right, bottom = self.box
        return left + rim <= at[0] <= right - rim and top + rim <= at[1] <= bottom - rim

    def rings(self, outline: BaseGeometry) -> Iterator[tuple[list[Spot], list[list[Spot]]]]:
        """(shell, holes) of what of an outline is on the sheet, in pixels."""
        placed = shapely.transform(outline, lambda rows: np.array([self.spot(lon, lat) for lon, lat in rows]))
        left, top, right, bottom = self.box
        seen = shapely.clip_by_rect(placed.simplify(0.8), left - 40, top - 40, right + 40, bottom + 40)
        for part in getattr(seen, "geoms", [seen]):
            if isinstance(part, Polygon) and not part.is_empty:
                holes = [list(hole.coords) for hole in part.interiors]
                yield list(part.exterior.coords), holes


def _across(lon: float) -> float:
    return math.radians(lon)


def _down(lat: float) -> float:
    return -math.asinh(math.tan(math.radians(max(-85.0, min(85.0, lat)))))


def widen(bounds: Bounds, *, at_least_km: float) -> Bounds:
    """Grown evenly until each side is so long: one pin alone is shown with the villages round it."""
    west, south, east, north = bounds
    tall = at_least_km / 111.2
    wide = tall / max(0.2, math.cos(math.radians((south + north) / 2)))
    more_x, more_y = max(0.0, wide - (east - west)) / 2, max(0.0, tall - (north - south)) / 2
    return west - more_x, south - more_y, east + more_x, north + more_y


def bounds_of(spots: Iterable[Spot]) -> Bounds | None:
    """The box round some (lon, lat); None when there are none."""
    listed = list(spots)
    if not listed:
        return None
    lons, lats = [lon for lon, _ in listed], [lat for _, lat in listed]
    return min(lons), min(lats), max(lons), max(lats)


def draw_ground(draw: ImageDraw.ImageDraw, sheet: Sheet, ground: Ground, *, zoom: int) -> None:
    """`zoom` is how many pixels of this drawing make one of the finished picture."""
    draw.rectangle(sheet.box, fill=WATER)
    parts = [rings for outline in ground.broad for rings in sheet.rings(outline)]
    for shell, _ in parts:
        draw.line(shell, fill=SOFT_LINE, width=8 * zoom, joint="curve")
    for shell, holes in parts:
        draw.polygon(shell, fill=LAND)
        for hole in holes:
            draw.polygon(hole, fill=WATER)
    for shell, _ in parts:
        draw.line(shell, fill=LINE, width=round(1.5 * zoom), joint="curve")


def draw_shade(sheet: Sheet, outline: BaseGeometry, mask: ImageDraw.ImageDraw) -> None:
    """Marks the inside of an outline on a mask of one colour."""
    for shell, holes in sheet.rings(outline):
        mask.polygon(shell, fill=255)
        for hole in holes:
            mask.polygon(hole, fill=0)


def draw_names(draw: ImageDraw.ImageDraw, sheet: Sheet, ground: Ground, taken: list[Box]) -> None:
    """Names of towns and villages where there is room, larger ones first. `taken` boxes stay clear."""
    kept = list(taken)
    smallest = 2 if sheet.wide_km > _WIDE_KM else 9
    written = 0
    for one in sorted(ground.settlements, key=lambda settlement: settlement.rank):
        at = sheet.spot(one.lon, one.lat)
        if written >= _MOST_NAMES or one.rank > smallest or not sheet.shows(at, rim=8):
            continue
        size = {1: 25, 2: 21}.get(one.rank, 17)
        words = set_text(one.name, width=400, sizes=(size,), most_lines=1, bold=one.rank <= 2)
        if not words.lines:
            continue
        if any(_touch((*at, *at), name) for name in kept[len(taken) :]):
            continue
        wide = words.font.getlength(words.lines[0])
        box = _find_room(sheet, at, wide, size, kept)
        if box is None:
            continue
        kept.append(box)
        written += 1
        ink = BIG_NAME_INK if one.rank <= 2 else NAME_INK
        if not any(_touch((*at, *at), other) for other in taken):
            draw.ellipse((at[0] - 3, at[1] - 3, at[0] + 3, at[1] + 3), fill=ink)
        draw_text(draw, (round(box[0]), round(box[1])), words, ink)


def _find_room(sheet: Sheet, at: Spot, wide: float, size: int, kept: list[Box]) -> Box | None:
    """Where a name can stand beside its spot: to the right, to the left, above or below it."""
    x, y = at
    high = size * 1.25
    middle, over = y - high / 2, x - wide / 2
    corners = (
        (x + 9, middle),
        (x - 9 - wide, middle),
        (over, y - high - 7),
        (over, y + 7),
        (x + _REACH, middle),
        (x - _REACH - wide, middle),
        (over, y + _REACH - 8),
    )
    for left, top in corners:
        box = (left, top, left + wide, top + high)
        inside = sheet.shows(box[:2], rim=6) and sheet.shows(box[2:], rim=6)
        if inside and not any(_touch(box, other) for other in kept):
            return box
    return None


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def feature_shape(geojson: dict[str, Any] | None) -> BaseGeometry | None:
    """The geometry of a GeoJSON object; None when there is none or it is empty."""
    if not geojson:
        return None
    found = shape(geojson.get("geometry") or geojson)
    return None if found.is_empty else found
