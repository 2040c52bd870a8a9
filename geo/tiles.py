"""The web map's squares: which of them a box holds, their numbers, and the SQL that draws a tile.

At level n the world is 2**n by 2**n squares of the web map's projection, counted from the north-west, just as
tiles are. A square's number weaves the bits of its column and row together, so that all that lies in a square
of any level is one unbroken run of the numbers of the deepest level.
"""

from dataclasses import dataclass
from math import asinh, atan, ceil, degrees, floor, pi, radians, sinh, tan
from typing import Final

DEEPEST: Final = 24
TILE_UNITS: Final = 4096
MOST_LAT: Final = 85.05112877980659
Box = tuple[float, float, float, float]
# Far less than the six digits of our coordinates: a square counts as inside when it is so by this much, so
# that the last bit of a sine never decides.
_SURE: Final = 1e-8


@dataclass(frozen=True)
class Block:
    """A rectangle of squares of one level; the outer columns and rows are part of it."""

    level: int
    west: int
    north: int
    east: int
    south: int

    @property
    def size(self) -> int:
        return (self.east - self.west + 1) * (self.south - self.north + 1)

    def above(self) -> "Block":
        """The squares of the level above that this block lies in."""
        return Block(self.level - 1, self.west >> 1, self.north >> 1, self.east >> 1, self.south >> 1)

    def at(self, level: int) -> "Block":
        """The same piece of the world in squares of a deeper level."""
        by = level - self.level
        return Block(
            level, self.west << by, self.north << by, (self.east + 1 << by) - 1, (self.south + 1 << by) - 1
        )


def touched(box: Box, level: int) -> Block:
    """The squares that hold anything of a box of degrees, its edges among it."""
    west, south, east, north = box
    last = (1 << level) - 1
    columns = (floor(_column(lon, level)) for lon in (west - _SURE, east + _SURE))
    rows = (floor(_row(lat, level)) for lat in (north + _SURE, south - _SURE))
    first_column, last_column = (max(0, min(last, column)) for column in columns)
    first_row, last_row = (max(0, min(last, row)) for row in rows)
    return Block(level, first_column, first_row, last_column, last_row)


def inside(box: Box, level: int) -> Block | None:
    """The squares that lie wholly in a box of degrees; None when none does."""
    west, south, east, north = box
    columns = ceil(_column(west + _SURE, level)), floor(_column(east - _SURE, level)) - 1
    rows = ceil(_row(north - _SURE, level)), floor(_row(south + _SURE, level)) - 1
    if columns[0] > columns[1] or rows[0] > rows[1]:
        return None
    return Block(level, columns[0], rows[0], columns[1], rows[1])


def frame(outer: Block, hole: Block) -> list[Block]:
    """A block without a block in it, as at most four blocks."""
    level = outer.level
    sides = (
        Block(level, outer.west, outer.north, hole.west - 1, outer.south),
        Block(level, hole.east + 1, outer.north, outer.east, outer.south),
        Block(level, hole.west, outer.north, hole.east, hole.north - 1),
        Block(level, hole.west, hole.south + 1, hole.east, outer.south),
    )
    return [side for side in sides if side.west <= side.east and side.north <= side.south]


def deepest_touched(box: Box, *, most: int, level: int = DEEPEST) -> Block:
    """The squares a box touches at the deepest level, up to `level`, where they are not more than `most`."""
    block = touched(box, level)
    west, north, east, south = block.west, block.north, block.east, block.south
    by = 0
    while by < level and ((east >> by) - (west >> by) + 1) * ((south >> by) - (north >> by) + 1) > most:
        by += 1
    return Block(level - by, west >> by, north >> by, east >> by, south >> by)


def runs(block: Block, *, but: Block | None = None) -> tuple[list[int], list[int]]:
    """The unbroken runs of numbers of the deepest level that fill a block: their first and last numbers.
    `but` is a block of the same level to leave out."""
    columns = {x: _spread(x) << 1 for x in range(block.west, block.east + 1)}
    rows = {y: _spread(y) for y in range(block.north, block.south + 1)}
    if but is None:
        numbers = [column | row for column in columns.values() for row in rows.values()]
    else:
        kept = [row for y, row in rows.items() if not but.north <= y <= but.south]
        numbers = [
            column | row
            for x, column in columns.items()
            for row in (kept if but.west <= x <= but.east else rows.values())
        ]
    return _join(sorted(numbers), 2 * (DEEPEST - block.level))


def _join(numbers: list[int], shift: int) -> tuple[list[int], list[int]]:
    firsts: list[int] = []
    lasts: list[int] = []
    before = -2
    for number in numbers:
        if number == before + 1:
            lasts[-1] = (number + 1 << shift) - 1
        else:
            firsts.append(number << shift)
            lasts.append((number + 1 << shift) - 1)
        before = number
    return firsts, lasts


def _spread(number: int) -> int:
    """The bits of a number with a nought before each."""
    number = (number | number << 16) & 0x0000FFFF0000FFFF
    number = (number | number << 8) & 0x00FF00FF00FF00FF
    number = (number | number << 4) & 0x0F0F0F0F0F0F0F0F
    number = (number | number << 2) & 0x3333333333333333
    return (number | number << 1) & 0x5555555555555555


def run_of_tile(zoom: int, x: int, y: int) -> tuple[int, int]:
    """First and last number of what lies in a tile."""
    firsts, lasts = runs(Block(zoom, x, y, x, y))
    return firsts[0], lasts[0]


def block_box(block: Block) -> Box:
    """(west, south, east, north) of a block of squares in degrees."""
    side = 1 << block.level
    west, east = (column / side * 360 - 180 for column in (block.west, block.east + 1))
    return west, _lat((block.south + 1) / side), east, _lat(block.north / side)


def _lat(down: float) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * down))))


def _column(lon: float, level: int) -> float:
    return float((lon + 180) / 360 * (1 << level))


def _row(lat: float, level: int) -> float:
    lat = max(-MOST_LAT, min(MOST_LAT, lat))
    return float((0.5 - asinh(tan(radians(lat))) / (2 * pi)) * (1 << level))


def across(lon: str) -> str:
    """How far a longitude is across the web map from its west, 0 to 1."""
    return f"(({lon} + 180) / 360)"


def down(lat: str) -> str:
    """How far a latitude is down the web map from its north, 0 to 1."""
    return f"(0.5 - ln(tan(radians({lat})) + 1 / cos(radians({lat}))) / (2 * pi()))"


def in_tile(lon: str, lat: str, *, zoom: str, x: str, y: str) -> str:
    """A point as a tile draws it: whole units from the tile's north-west corner. Rounded down, it never
    leaves the one tile it belongs to."""
    right = f"floor(({across(lon)} * 2 ^ {zoom} - {x}) * {TILE_UNITS})"
    below = f"floor(({down(lat)} * 2 ^ {zoom} - {y}) * {TILE_UNITS})"
    return f"ST_MakePoint({right}, {below})"


def as_tile(row: str, *, layer: str, geometry: str) -> str:
    """An aggregate: the vector tile of all rows, as bytes."""
    return f"ST_AsMVT({row}, '{layer}', {TILE_UNITS}, '{geometry}')"
