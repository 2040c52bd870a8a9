"""One vector tile: its entries while they are few, and counts of squares where they are many."""

from typing import Any, Final

from psycopg.types.numeric import Int4, Int8

from api.db import ReadConnection
from api.map.queries.counting import DEEPEST_COUNTED, KINDS, PINNED, stored_level
from api.map.queries.matched import matched
from api.map.queries.reply import read_reply
from api.map.schemas import Tile
from api.search.service import Settled
from geo.tiles import DEEPEST, as_tile, in_tile

# More than so many entries in a tile are drawn as counts.
_MOST_ENTRIES: Final = 500
_NAMES_FROM_ZOOM: Final = 12
# A counted square is a sixteenth of the tile's side, or an eighth where that level is not kept.
_DEEPER_THAN_TILE: Final = 4
_LAYER: Final = "entries"

_DRAW: Final = f"""
WITH {{before}} counted AS MATERIALIZED ({{counted}})
SELECT (SELECT version FROM face.data_version),
  CASE WHEN counted.entries = 0 THEN NULL
  WHEN counted.entries <= {_MOST_ENTRIES} THEN (
    SELECT {as_tile("drawn", layer=_LAYER, geometry="geom")} FROM (
      SELECT {in_tile("e.lon", "e.lat", zoom="%(zoom)s", x="%(x)s", y="%(y)s")} AS geom,
             e.id::text AS id, e.slug, e.kind{{name}}
      FROM {{held}}) drawn)
  ELSE (
    SELECT {as_tile("drawn", layer=_LAYER, geometry="geom")} FROM (
      SELECT {in_tile("s.lon", "s.lat", zoom="%(zoom)s", x="%(x)s", y="%(y)s")} AS geom, s.count
      FROM (SELECT (sum(lon_sum) / (sum(entries) * 1e6))::float8 AS lon,
                   (sum(lat_sum) / (sum(entries) * 1e6))::float8 AS lat, sum(entries)::int AS count
            FROM ({{squares}}) part GROUP BY x, y) s) drawn) END
FROM counted
"""
_IN_RUN: Final = "e.square BETWEEN %(first)s AND %(last)s"
_ENTRIES: Final = f"face.entries e WHERE {_IN_RUN} AND {PINNED} {{kinds}}"
_KEPT: Final = """FROM face.squares s WHERE s.level = %({level})s
  AND s.x BETWEEN %({level}_west)s AND %({level}_east)s
  AND s.y BETWEEN %({level}_north)s AND %({level}_south)s
  {{kinds}}"""
_COUNT_KEPT: Final = f"SELECT coalesce(sum(entries), 0) AS entries {_KEPT.format(level='level')}"
_SQUARES_KEPT: Final = f"SELECT x, y, entries, lon_sum, lat_sum {_KEPT.format(level='deeper')}"
_SQUARES_OF: Final = """
SELECT e.square >> %(shift)s AS x, 0 AS y, 1 AS entries, round(e.lon * 1e6) AS lon_sum,
       round(e.lat * 1e6) AS lat_sum
FROM """


async def draw_tile(
    read: ReadConnection, tile: Tile, *, kinds: tuple[str, ...], search: Settled | None
) -> tuple[int, bytes | None]:
    """(version of the data, the tile); None when nothing is there."""
    first, last = tile.run
    # Of one type each, however large: a statement is prepared for the types of its values.
    values: dict[str, Any] = {
        "zoom": tile.zoom,
        "x": Int4(tile.x),
        "y": Int4(tile.y),
        "first": Int8(first),
        "last": Int8(last),
        "shift": 2 * (DEEPEST - min(DEEPEST, tile.zoom + _DEEPER_THAN_TILE)),
    }
    if search is not None:
        cte, found = matched(search, box=None, also=_IN_RUN)
        parts = _of_matched(cte)
        values |= found
    else:
        parts = _of_all(tile, kinds, values)
    name = ", e.name" if tile.zoom >= _NAMES_FROM_ZOOM else ""
    return await read_reply(read, _DRAW.format(name=name, **parts), values, plan_once=search is None)


def _of_all(tile: Tile, kinds: tuple[str, ...], values: dict[str, Any]) -> dict[str, str]:
    values["kinds"] = list(kinds)
    squares_kinds = KINDS.format(table="s") if kinds else ""
    held = _ENTRIES.format(kinds=KINDS.format(table="e") if kinds else "")
    parts = {"before": "", "held": held}
    level = stored_level(tile.zoom)
    if level <= DEEPEST_COUNTED:
        _add_squares(values, tile, "level", level)
        parts["counted"] = _COUNT_KEPT.format(kinds=squares_kinds)
    else:
        parts["counted"] = f"SELECT count(*) AS entries FROM {held}"
    deeper = tile.zoom + _DEEPER_THAN_TILE - tile.zoom % 2
    if deeper <= DEEPEST_COUNTED:
        _add_squares(values, tile, "deeper", deeper)
        parts["squares"] = _SQUARES_KEPT.format(kinds=squares_kinds)
    else:
        parts["squares"] = f"{_SQUARES_OF}{held}"
    return parts


def _add_squares(values: dict[str, Any], tile: Tile, name: str, level: int) -> None:
    by = level - tile.zoom
    values[name] = level
    values[f"{name}_west"], values[f"{name}_east"] = Int4(tile.x << by), Int4((tile.x + 1 << by) - 1)
    values[f"{name}_north"], values[f"{name}_south"] = Int4(tile.y << by), Int4((tile.y + 1 << by) - 1)


def _of_matched(cte: str) -> dict[str, str]:
    return {
        "before": f"{cte},",
        "counted": "SELECT count(*) AS entries FROM matched",
        "held": "matched m JOIN face.entries e ON e.id = m.id",
        "squares": f"{_SQUARES_OF} matched e",
    }
