"""The two coordinate systems in use, by name, and the way between them."""

from functools import lru_cache
from math import isfinite
from typing import Final

import pyproj
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]  # public, but not listed as such

WGS84: Final = 4326
OSGB: Final = 27700
EARTH: Final = pyproj.Geod(ellps="WGS84")
# Land of the National Grid: Scilly begins at 5 km north, St Kilda at 9 km east.
GRID_NEAR_M: Final = 5_000
GRID_EAST_M: Final = 700_000
GRID_NORTH_M: Final = 1_300_000

# Nothing may be fetched while serving: the built-in shift is within 3 m, which is enough here.
set_network_enabled(active=False)


@lru_cache(maxsize=4)
def _transformer(source: int, target: int) -> pyproj.Transformer:
    # always_xy: both systems declare their axes in an order of their own, and would swap silently.
    # allow_ballpark: without the datum shift every point is 115 m out, so better no answer.
    return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)


def _transform(source: int, target: int, x: float, y: float) -> tuple[float, float]:
    out_x, out_y = _transformer(source, target).transform(x, y)
    if not (isfinite(out_x) and isfinite(out_y)):
        raise ValueError(f"({x}, {y}) has no place in EPSG:{target}")
    return float(out_x), float(out_y)


def to_osgb(lon: float, lat: float) -> tuple[float, float]:
    """British National Grid (easting, northing) in metres. Raises ValueError where there is none."""
    return _transform(WGS84, OSGB, lon, lat)


def to_wgs84(easting: float, northing: float) -> tuple[float, float]:
    """(lon, lat) in degrees of a British National Grid point. Raises ValueError where there is none."""
    return _transform(OSGB, WGS84, easting, northing)


def lon_lat_by_range(x: float, y: float) -> tuple[float, float]:
    """(lon, lat) of two numbers that do not say their system: degrees where they can be, otherwise metres of
    the British National Grid, which spans 700 km by 1,300 km. Raises ValueError when they are neither."""
    if abs(x) <= 180 and abs(y) <= 90:
        return x, y
    if GRID_NEAR_M <= x <= GRID_EAST_M and GRID_NEAR_M <= y <= GRID_NORTH_M:
        return to_wgs84(x, y)
    raise ValueError(f"({x}, {y}) is neither degrees nor metres of the National Grid")
