"""Squares of the National Grid as keys: a coarse net that leaves out what is far away, with no measuring.

A key is a letter for the size and the square's column and row, such as `p214:103`. PostGIS writes the keys of
what is stored (`square_keys` is SQL), Python those of the place that is asked about; both count whole squares
from the grid's origin.
"""

from math import floor
from typing import Final

from geo.crs import to_osgb

# PostGIS and pyproj may shift a datum differently by this much.
MARGIN_M: Final = 10


def squares_round(lon: float, lat: float, radius_m: float, *, letter: str, side_m: int) -> list[str]:
    """Keys of the squares that a box round a WGS84 point touches. Raises ValueError far from Britain."""
    easting, northing = to_osgb(lon, lat)
    reach = radius_m + MARGIN_M
    columns = range(floor((easting - reach) / side_m), floor((easting + reach) / side_m) + 1)
    rows = range(floor((northing - reach) / side_m), floor((northing + reach) / side_m) + 1)
    return [f"{letter}{column}:{row}" for column in columns for row in rows]
