"""Grid references with letters, as walkers, parishes and farms write them: "TL 593 731"."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from geo.crs import GRID_EAST_M, GRID_NORTH_M, to_wgs84

# The alphabet of the grid's squares, five a row from the north-west: there is no I.
_LETTERS: Final = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_SQUARE_M: Final = 100_000
# At least four figures: two letters with two are also the first half of a postcode, "PE14".
_WRITTEN: Final = re.compile(
    r"([HNOST][A-HJ-Z])[ :]?(?:(\d{2,5})[ ,]{1,2}(\d{2,5})|(\d{4,10}))", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class GridSquare:
    """The square a reference names: its middle in metres of the National Grid, and the length of its side in
    metres. `name` is the reference as the Ordnance Survey writes it."""

    name: str
    easting: float
    northing: float
    size_m: int

    @property
    def precision(self) -> Literal["exact", "postcode", "sector"]:
        """How well the point is known: a hundred metres are what a postcode tells, a kilometre its sector."""
        return "exact" if self.size_m < 100 else "postcode" if self.size_m < 1000 else "sector"

    def lon_lat(self) -> tuple[float, float]:
        """(lon, lat) of its middle in degrees, to about a metre. Raises ValueError where there is none."""
        lon, lat = to_wgs84(self.easting, self.northing)
        return round(lon, 5), round(lat, 5)


def read_grid_reference(text: str) -> GridSquare | None:
    """The square that "TL 593 731", "tl593731" or "TL 59300 73100" names, from 4 figures (1 km) to 10 (1 m).
    None when the text is no such reference, or one of no square in Britain."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    letters, figures = found[1].upper(), found[4] or found[2] + found[3]
    each = len(figures) // 2
    if len(figures) % 2 or (found[2] and len(found[2]) != each):
        return None
    size = 10 ** (5 - each)
    east, north = _corner(letters)
    east += int(figures[:each]) * size
    north += int(figures[each:]) * size
    if not (0 <= east < GRID_EAST_M and 0 <= north < GRID_NORTH_M):
        return None
    name = f"{letters} {figures[:each]} {figures[each:]}"
    return GridSquare(name, east + size / 2, north + size / 2, size)


def _corner(letters: str) -> tuple[int, int]:
    """(easting, northing) of the south-west corner of a square of 100 km. The first letter is one of 500 km,
    counted from S, which holds the origin: https://www.ordnancesurvey.co.uk/documents/resources/guide-to-nationalgrid.pdf
    """
    (row, column), (inner_row, inner_column) = (divmod(_LETTERS.index(letter), 5) for letter in letters)
    return ((column - 2) * 5 + inner_column) * _SQUARE_M, ((3 - row) * 5 + 4 - inner_row) * _SQUARE_M
