"""Points and shapes in files: GeoJSON, WKT, easting and northing; in degrees or in metres."""

import re
from typing import Any, Final

import numpy
import shapely
from shapely.geometry import mapping, shape

from geo.crs import EARTH, lon_lat_by_range
from ingest.readers.flat import as_json
from ingest.table import Row

_EWKT: Final = re.compile(r"\s*SRID\s*=\s*\d+\s*;", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
AREAS: Final = frozenset({"Polygon", "MultiPolygon"})
_MOST_POINTS: Final = 200_000
# What shapely raises for input that is no geometry depends on how it is wrong.
_NO_SHAPE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError)
NOT_READ: Final = "We could not read where this is."
LOOK: Final = "Compare it with the map, and give a postcode or a point."


def point_of(x: str, y: str) -> tuple[float, float]:
    """(lon, lat) of two cells: longitude and latitude, or easting and northing. Raises ValueError."""
    numbers = [text.replace(",", "").replace(" ", "") for text in (x, y)]
    if not all(_NUMBER.fullmatch(text) for text in numbers):
        raise ValueError(f"“{x}”, “{y}” are not two numbers")
    lon, lat = (float(text) for text in numbers)
    return lon_lat_by_range(lon, lat)


def read_point(row: Row, x: str, y: str) -> tuple[float, float] | None:
    """(lon, lat) of two columns; None when they are empty, or cannot be read, which is noted on the row."""
    across, up = row.text(x), row.text(y)
    if across is None and up is None:
        return None
    try:
        return point_of(across or "", up or "")
    except ValueError:
        row.note(x, NOT_READ, LOOK)
        return None


def cells_of_geometry(geometry: Any) -> dict[str, str]:
    """`lon` and `lat` of a point, `geometry` (GeoJSON, degrees) of anything else; nothing when there is no
    geometry. Raises ValueError when it cannot be read."""
    if geometry is None:
        return {}
    try:
        return _cells(shape(geometry))
    except _NO_SHAPE as error:
        raise ValueError("no geometry") from error


def cells_of_wkt(text: str) -> dict[str, str]:
    """The same for a cell of WKT or EWKT, in degrees or in metres of the National Grid. Raises ValueError."""
    try:
        return _cells(shapely.from_wkt(_EWKT.sub("", text, count=1)))
    except _NO_SHAPE as error:
        raise ValueError("no WKT") from error


def size_km2(area: dict[str, Any]) -> float:
    """Of a GeoJSON Polygon or MultiPolygon in degrees."""
    size_m2, _ = EARTH.geometry_area_perimeter(shape(area))
    return abs(float(size_m2)) / 1_000_000


def middle_of(area: dict[str, Any]) -> tuple[float, float]:
    """(lon, lat) of a point inside it."""
    inside = shape(area).representative_point()
    return round(inside.x, 6), round(inside.y, 6)


def _cells(found: Any) -> dict[str, str]:
    if found is None or found.is_empty:
        return {}
    if shapely.get_num_coordinates(found) > _MOST_POINTS:
        raise ValueError(f"more than {_MOST_POINTS} points")
    flat = shapely.transform(shapely.force_2d(found), _to_degrees)
    if flat.geom_type == "Point" or (flat.geom_type == "MultiPoint" and len(flat.geoms) == 1):
        return {"lon": repr(float(flat.centroid.x)), "lat": repr(float(flat.centroid.y))}
    if flat.geom_type in AREAS and not flat.is_valid:
        flat = shapely.make_valid(flat)
    return {"geometry": as_json(mapping(flat))}


def _to_degrees(points: Any) -> Any:
    if not numpy.isfinite(points).all():
        raise ValueError("a number without end")
    return numpy.array([lon_lat_by_range(float(x), float(y)) for x, y in points]).reshape(len(points), 2)
