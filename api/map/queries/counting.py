"""How many entries are where: from the counts kept in squares, and from the entries at a box's edges."""

from dataclasses import dataclass
from typing import Any, Final

from api.db import plain_array
from geo.tiles import Block, Box, deepest_touched, frame, inside, runs, touched

# What is kept in `face.squares`: every second level down to this one.
DEEPEST_COUNTED: Final = 14
STEP: Final = 2
# A box is looked up in about so many runs of numbers: fewer read too much round it, more cost more look-ups.
_MOST_LOOK_UPS: Final = 128

# With a cast on the outside it is an array still, and no sub-select of many rows (`reply._prepare`).
KINDS: Final = "AND {table}.kind = ANY ((%(kinds)s)::text[])"
# What the index `entries_square` holds; said in its own words, so that it is used.
PINNED: Final = "e.square IS NOT NULL AND e.state <> 'closed'"
IN_BOX: Final = "e.lon BETWEEN %(west)s AND %(east)s AND e.lat BETWEEN %(south)s AND %(north)s"

# OFFSET 0 keeps each look-up what it is: the planner, not knowing how few there are, would read it all.
_IN_SQUARES: Final = """
SELECT s.x >> (s.level - %(level)s) AS x, s.y >> (s.level - %(level)s) AS y, s.entries,
       s.lon_sum::float8 AS lon_sum, s.lat_sum::float8 AS lat_sum, s.first, s.west, s.south, s.east, s.north
FROM unnest(%(levels)s::int[], %(wests)s::int[], %(norths)s::int[], %(easts)s::int[], %(souths)s::int[])
  AS b (level, west, north, east, south)
CROSS JOIN LATERAL generate_series(b.west, b.east) AS across (x)
CROSS JOIN LATERAL (
  SELECT * FROM face.squares s WHERE s.level = b.level AND s.x = across.x AND s.y BETWEEN b.north AND b.south
  {kinds} OFFSET 0) s
"""
_IN_ALL_SQUARES: Final = """
SELECT s.x >> (s.level - %(level)s) AS x, s.y >> (s.level - %(level)s) AS y, s.entries,
       s.lon_sum::float8 AS lon_sum, s.lat_sum::float8 AS lat_sum, s.first, s.west, s.south, s.east, s.north
FROM face.squares s WHERE s.level = %(stored)s {kinds}
"""
OF_ENTRIES: Final = """
SELECT face.column_at(e.lon, %(level)s) AS x, face.row_at(e.lat, %(level)s) AS y, 1 AS entries,
       round(e.lon * 1e6) AS lon_sum, round(e.lat * 1e6) AS lat_sum, e.square AS first,
       e.lon AS west, e.lat AS south, e.lon AS east, e.lat AS north
"""
_AT_EDGES: Final = f"""
{OF_ENTRIES}
FROM unnest(%(edge_firsts)s::bigint[], %(edge_lasts)s::bigint[]) AS run (first, last)
CROSS JOIN LATERAL (
  SELECT e.lon, e.lat, e.square FROM face.entries e
  WHERE e.square BETWEEN run.first AND run.last AND {PINNED} AND {IN_BOX} {{kinds}} OFFSET 0) e
"""


@dataclass(frozen=True)
class Counting:
    """SQL whose rows add up to all entries in a box: (x, y) of a square of `level`, how many, and where.
    Sums of millionths of a degree are whole numbers that a float8 holds exactly, and adds up the fastest."""

    sql: str
    values: dict[str, Any]


def stored_level(level: int) -> int:
    """The level that is kept, or the next deeper one."""
    return level + level % STEP


def count_box(box: Box | None, *, level: int, kinds: tuple[str, ...]) -> Counting:
    """By squares of `level`; `box` None means everywhere."""
    squares_kinds = KINDS.format(table="s") if kinds else ""
    stored = stored_level(level)
    values: dict[str, Any] = {"level": level, "kinds": list(kinds)}
    if box is None:
        return Counting(
            _IN_ALL_SQUARES.format(kinds=squares_kinds), values | {"stored": min(stored, DEEPEST_COUNTED)}
        )
    whole, edges = _divide(box, stored, fine=min(DEEPEST_COUNTED, stored + STEP))
    values |= box_values(box) | {"edge_firsts": plain_array(edges[0]), "edge_lasts": plain_array(edges[1])}
    at_edges = _AT_EDGES.format(kinds=KINDS.format(table="e") if kinds else "")
    if not whole:
        return Counting(at_edges, values)
    for name in ("level", "west", "north", "east", "south"):
        values[f"{name}s"] = plain_array(getattr(block, name) for block in whole)
    return Counting(f"{_IN_SQUARES.format(kinds=squares_kinds)} UNION ALL {at_edges}", values)


def _divide(box: Box, stored: int, *, fine: int) -> tuple[list[Block], tuple[list[int], list[int]]]:
    """The squares that lie wholly in a box, large ones with a frame of fine ones, and the runs of numbers at
    its edges, where the entries themselves must say whether they are in."""
    core = inside(box, fine) if stored <= fine else None
    if core is None:
        return [], look_up(box)
    large = inside(box, stored)
    whole = [core] if large is None else [large, *frame(core, large.at(fine))]
    return whole, runs(touched(box, fine), but=core)


def look_up(box: Box) -> tuple[list[int], list[int]]:
    """Runs of numbers that hold all of a box and little more."""
    return runs(deepest_touched(box, most=_MOST_LOOK_UPS))


def box_values(box: Box) -> dict[str, float]:
    return dict(zip(("west", "south", "east", "north"), box, strict=True))
