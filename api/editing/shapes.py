"""Drawn shapes before they are kept: mended where they cross, without corners nobody can see."""

from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry import mapping
from shapely.geometry import shape as read_shape
from shapely.geometry.base import BaseGeometry

# About ten metres: finer than a screen can draw a county.
TOLERANCE_DEGREES: Final = 0.0001
# A shape with fewer corners is kept as it was drawn.
FEW_CORNERS: Final = 200
DIGITS: Final = 6
MOST_CORNERS: Final = 50_000


class ShapeError(ValueError):
    """The message says what would do."""


@dataclass(frozen=True)
class Tidied:
    """`mended` says in words what was changed, None when nothing was."""

    geojson: dict[str, Any]
    mended: str | None


def tidy_shape(drawn: Any) -> Tidied:
    """A polygon or multipolygon of what was drawn or pasted, with its features as one. Raises ShapeError."""
    geometry = shapely.force_2d(_union(list(_geometries(drawn))))
    _check_range(geometry)
    corners = shapely.get_num_coordinates(geometry)
    if corners > MOST_CORNERS:
        raise ShapeError(f"The shape has {corners} corners. Make it simpler: at most {MOST_CORNERS}.")
    words = []
    if not geometry.is_valid:
        geometry = _surface(shapely.make_valid(geometry))
        words.append("its lines crossed, and were mended")
    if corners > FEW_CORNERS:
        geometry = _surface(shapely.simplify(geometry, TOLERANCE_DEGREES))
        left = shapely.get_num_coordinates(geometry)
        if left < corners:
            words.append(f"it has {left} corners instead of {corners}")
    if geometry.is_empty:
        raise ShapeError("The shape has no surface. Draw it again with at least three corners.")
    rounded = shapely.transform(geometry, lambda xy: xy.round(DIGITS))
    kept = rounded if rounded.is_valid else geometry
    return Tidied(_as_geojson(kept), f"The drawn shape: {' and '.join(words)}." if words else None)


def _geometries(drawn: Any) -> Any:
    if not isinstance(drawn, dict):
        raise ShapeError("This is not GeoJSON. Draw the shape again, or paste all of it.")
    if drawn.get("type") == "FeatureCollection" and isinstance(drawn.get("features"), list):
        for feature in drawn["features"]:
            yield from _geometries(feature)
    elif drawn.get("type") == "Feature":
        yield from _geometries(drawn.get("geometry"))
    else:
        yield _read(drawn)


def _read(drawn: dict[str, Any]) -> BaseGeometry:
    if drawn.get("type") not in ("Polygon", "MultiPolygon"):
        raise ShapeError("A shape has to be a Polygon or a MultiPolygon.")
    try:
        return read_shape(drawn)
    except Exception as error:  # shapely raises many kinds for malformed coordinates
        raise ShapeError("The corners of the shape could not be read. Draw it again.") from error


def _union(found: list[BaseGeometry]) -> BaseGeometry:
    if not found:
        raise ShapeError("There is no shape in it.")
    return found[0] if len(found) == 1 else shapely.union_all([shapely.make_valid(one) for one in found])


def _check_range(geometry: BaseGeometry) -> None:
    if geometry.is_empty:
        raise ShapeError("The shape is empty. Draw it again.")
    west, south, east, north = geometry.bounds
    if not all(isfinite(edge) for edge in (west, south, east, north)):
        raise ShapeError("The shape holds a corner that is not a number.")
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise ShapeError("The shape is not in longitude and latitude. Save it again as WGS84 (EPSG:4326).")


def _surface(geometry: BaseGeometry) -> BaseGeometry:
    """Mending can leave lines and points behind: only what has a surface counts."""
    found = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon | MultiPolygon)]
    pieces = [one for part in found for one in shapely.get_parts(part) if not one.is_empty]
    return pieces[0] if len(pieces) == 1 else MultiPolygon(pieces)


def _as_geojson(geometry: BaseGeometry) -> dict[str, Any]:
    shape = mapping(geometry)
    return {"type": shape["type"], "coordinates": _lists(shape["coordinates"])}


def _lists(coordinates: Any) -> Any:
    return [_lists(one) for one in coordinates] if isinstance(coordinates, tuple | list) else coordinates
