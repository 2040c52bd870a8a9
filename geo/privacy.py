"""How far a public point is moved from the true one, for each privacy level.

`exact` shows the point itself. `street` shows the centre of the 100 m square it lies in. `area` shows no
point at all: where a rough position is needed inside the house (to order a list by distance, say), it is the
centre of the 2 km square. `hidden` shows nothing.

Squares are of the British National Grid, so that a square is the same size everywhere. The centre of a
square is used, not a random shift: a random one, drawn anew at each save, gives the home away by its average.
`geo.sql` does the same sum in the database; `snap_to_grid` is here so that tests can compare the two.
"""

from math import floor
from typing import Final

STREET_GRID_M: Final = 100
AREA_GRID_M: Final = 2000


def snap_to_grid(easting: float, northing: float, grid_m: int) -> tuple[float, float]:
    """Centre of the square of `grid_m` metres that holds the point.

    A square holds its west and south edges. The same point always gives the same centre, every point of a
    square gives the same one, and no square has its centre at (0, 0). Raises ValueError for a grid under 1 m.
    """
    if grid_m < 1:
        raise ValueError(f"a grid must be at least 1 m: {grid_m}")
    return _centre(easting, grid_m), _centre(northing, grid_m)


def _centre(metres: float, grid_m: int) -> float:
    return floor(metres / grid_m) * grid_m + grid_m / 2
