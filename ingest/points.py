"""Where a row of a list says that something is: degrees, metres of the National Grid, a grid reference, or an
outline drawn in WKT or GeoJSON."""

import re
from math import isfinite
from typing import Any, Final, NamedTuple, Protocol

import orjson

from api.entries.vocabulary import Precision
from geo.crs import GRID_EAST_M, GRID_NORTH_M, to_wgs84
from geo.grid_references import read_grid_reference
from ingest.meanings import Meaning
from ingest.readers.shapes import (
    AREAS,
    LOOK,
    NOT_READ,
    cells_of_geometry,
    cells_of_wkt,
    middle_of,
    size_km2,
)
from ingest.table import Row

_WKT: Final = re.compile(r"(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*([-\d.]+)\s+([-\d.]+)", re.IGNORECASE)
_DRAWN: Final = re.compile(
    r"\{|(?:SRID\s*=\s*\d+\s*;\s*)?(?:MULTI|POLYGON|LINESTRING|GEOMETRYCOLLECTION)", re.IGNORECASE
)
# Up to this size the middle of an outline is a place: 200 m each way, a school or a hall with its grounds.
LARGEST_SITE_KM2: Final = 0.04
# From this size on an outline is an area that is served.
SMALLEST_AREA_KM2: Final = 1.0
_PAIR: Final = re.compile(r"\(?\s*([-\d.]+)\s*[,; ]\s*([-\d.]+)\s*\)?")


class Cells(Protocol):
    """How a mapping finds the cells of a row: the heading that means something, and its words."""

    def column(self, meaning: Meaning) -> str | None: ...

    def one(self, row: Row, meaning: Meaning) -> str | None: ...


class Spot(NamedTuple):
    """Where it is, in degrees. `precision` None is that of any point a list gives. `ground` is the area
    it serves, as GeoJSON, where the list draws one."""

    lon: float | None = None
    lat: float | None = None
    precision: Precision | None = None
    ground: dict[str, Any] | None = None


NOWHERE: Final = Spot()


def read_spot(make: Cells, row: Row, postcode: str | None) -> Spot:
    """As the list gives it. A square of a kilometre says less than a postcode does."""
    text = make.one(row, "point") or ""
    square = read_grid_reference(text)
    if square is None:
        # A list of shapes has columns of numbers besides: they are the place.
        point = _numbers(make, row)
        spot = NOWHERE
        if _DRAWN.match(text):
            spot = _drawn(make, row, text)
        elif point is None:
            point = _words(make, row)
        return spot._replace(lon=point[0], lat=point[1]) if point else spot
    if square.precision == "sector" and postcode:
        row.note(
            make.column("point"),
            f"{square.name} is a square of 1 km, so we took the postcode instead.",
            "Give six figures or more if the place is not where its postcode is.",
            value=text,
        )
        return NOWHERE
    return Spot(*square.lon_lat(), square.precision)


def _drawn(make: Cells, row: Row, text: str) -> Spot:
    """What an outline says: a small one is a place, a large one an area that is served."""
    column = make.column("point")
    try:
        cells = cells_of_geometry(orjson.loads(text)) if text.startswith("{") else cells_of_wkt(text)
    except ValueError:
        row.note(column, NOT_READ, LOOK, value=text[:200])
        return NOWHERE
    if "lon" in cells:
        x, y = float(cells["lon"]), float(cells["lat"])
        point = _read_point(row, column or "", x, y, text, grid_meant=None)
        return Spot(*point) if point else NOWHERE
    area = orjson.loads(cells.get("geometry", "{}"))
    if area.get("type") not in AREAS:
        row.note(column, "This is drawn, but it is no point and no outline.", LOOK, value=text[:200])
        return NOWHERE
    return _of_size(row, column, area, text)


def _of_size(row: Row, column: str | None, area: dict[str, Any], text: str) -> Spot:
    size = size_km2(area)
    if size <= LARGEST_SITE_KM2:
        return Spot(*middle_of(area))
    if size >= SMALLEST_AREA_KM2:
        row.note(
            column,
            f"We took this outline ({size:,.0f} km²) as the area it serves.",
            "Leave the column out if it is something else.",
            value=text[:60],
        )
        return Spot(ground=area)
    row.note(
        column,
        "This outline is too large for a place and too small for an area that is served. We left it out.",
        LOOK,
        value=text[:60],
    )
    return NOWHERE


def _numbers(make: Cells, row: Row) -> tuple[float, float] | None:
    """(lon, lat) of two columns: degrees either way round, or metres of the National Grid."""
    pairs: tuple[tuple[Meaning, Meaning], ...] = (("lon", "lat"), ("easting", "northing"))
    for across, up in pairs:
        column, x, y = make.column(across), make.one(row, across), make.one(row, up)
        if column and (x or y):
            shown = f"{x or ''}, {y or ''}"
            grid_meant = across == "easting"
            return _read_point(row, column, read_number(x), read_number(y), shown, grid_meant=grid_meant)
    return None


def _words(make: Cells, row: Row) -> tuple[float, float] | None:
    """(lon, lat) of one column, as WKT or as two numbers."""
    column, text = make.column("point"), make.one(row, "point")
    if column is None or text is None:
        return None
    wkt, pair = _WKT.match(text), _PAIR.fullmatch(text)
    # Without WKT people write the latitude first.
    first, second = (wkt[1], wkt[2]) if wkt else (pair[2], pair[1]) if pair else (None, None)
    return _read_point(row, column, read_number(first), read_number(second), text, grid_meant=None)


def _read_point(
    row: Row, column: str, x: float | None, y: float | None, shown: str, *, grid_meant: bool | None
) -> tuple[float, float] | None:
    if x is None or y is None:
        row.note(column, "We cannot read this as a point.", "Give two numbers.", value=shown)
        return None
    if (x, y) == (0, 0):
        row.note(
            column,
            "The point is 0, 0, which is nowhere here. We left it out.",
            "Give the right point, or none: the postcode is looked up.",
            value=shown,
        )
        return None
    if abs(x) <= 180 and abs(y) <= 90:
        return x, y
    if not (0 <= x <= GRID_EAST_M and 0 <= y <= GRID_NORTH_M):
        row.note(column, "No point in Britain has these numbers.", "Check them.", value=shown)
        return None
    if grid_meant is False:
        row.note(
            column,
            "These are metres of the British National Grid, not degrees. We turned them into degrees.",
            "Call the columns easting and northing in the mapping.",
            value=shown,
        )
    lon, lat = to_wgs84(x, y)
    return round(lon, 6), round(lat, 6)


def read_number(text: str | None) -> float | None:
    """None for what is no number, or an endless one."""
    try:
        number = float((text or "").replace(",", ""))
    except ValueError:
        return None
    return number if isfinite(number) else None
