"""What one view of the map shows: clusters whose counts add up, and points once they fit."""

from dataclasses import dataclass
from typing import Any, Final

from api.db import ReadConnection, plain_array
from api.map.queries.counting import (
    IN_BOX,
    KINDS,
    OF_ENTRIES,
    PINNED,
    box_values,
    count_box,
    look_up,
)
from api.map.queries.matched import matched
from api.map.queries.reply import read_reply
from api.search.service import Settled
from geo.tiles import DEEPEST, Box, deepest_touched

# A square on the screen is 64 pixels wide: at zoom n the world is 256 << n pixels.
_DEEPER_THAN_ZOOM: Final = 2
# Squares of a screen full of whole tiles; a wider one gets larger squares.
_MOST_SQUARES: Final = 1024
# What a view shows at most, so that it stays small however much there is: clusters and points, entries that
# are shown one by one though they would fit no screen further out, and entries named in all.
_MOST_SHOWN: Final = 400
_MOST_PINS: Final = 150
_MOST_PINS_NEAR: Final = 400
_NEAR_FROM_ZOOM: Final = 15
_MOST_NAMED: Final = 500
_MOST_AT_ONE_POINT: Final = 30

_VIEW: Final = """
WITH {before}
  cells AS MATERIALIZED (
    SELECT x, y, sum(entries)::int AS entries, sum(lon_sum) AS lon_sum, sum(lat_sum) AS lat_sum,
           min(first) AS first, min(west) AS west, min(south) AS south, max(east) AS east, max(north) AS north
    FROM ({parts}) part GROUP BY x, y),
  sums AS MATERIALIZED (
    SELECT coalesce(sum(entries), 0) AS entries, (count(*) > %(most_shown)s)::int AS coarser FROM cells),
  shown AS MATERIALIZED (
    SELECT sum(c.entries) AS entries, sum(c.lon_sum) AS lon_sum, sum(c.lat_sum) AS lat_sum,
           min(c.first) AS first, min(c.west) AS west, min(c.south) AS south, max(c.east) AS east,
           max(c.north) AS north, min(c.west) = max(c.east) AND min(c.south) = max(c.north) AS one_point
    FROM cells c, sums WHERE sums.entries > %(most_pins)s
    GROUP BY c.x >> sums.coarser, c.y >> sums.coarser),
  held AS ({held}),
  placed AS (
    SELECT *, row_number() OVER (PARTITION BY lon, lat ORDER BY name_key, id) AS place,
           count(*) OVER (PARTITION BY lon, lat) AS together FROM held),
  turned AS (SELECT *, row_number() OVER (ORDER BY place, lon, lat) AS turn FROM placed),
  named AS (
    SELECT *, '{{"id":"' || id || '","slug":"' || slug || '","kind":"' || kind || '","name":'
              || to_json(name) AS opening
    FROM turned WHERE place = 1 OR place <= %(most_at_one_point)s AND turn <= %(most_named)s),
  points AS (
    SELECT min(opening) FILTER (WHERE place = 1) || ',"lat":' || lat || ',"lon":' || lon
      || ',"count":' || min(together) || ',"precision":"' || min(precision) FILTER (WHERE place = 1)
      || '","serves":' || coalesce((bool_or(serves) FILTER (WHERE place = 1))::text, 'null') || ',"entries":'
      || CASE WHEN min(together) = 1 THEN 'null' ELSE
           '[' || string_agg(opening || '}}', ',' ORDER BY place) || ']' END || '}}' AS json, lat, lon
    FROM named GROUP BY lat, lon)
SELECT (SELECT version FROM face.data_version), convert_to(
  '{{"clusters":[' || coalesce((
    SELECT string_agg('{{"lat":' || round((lat_sum / entries / 1e6)::numeric, 5) || ',"lon":'
        || round((lon_sum / entries / 1e6)::numeric, 5) || ',"count":' || entries || ',"bbox":['
        || west || ',' || south || ',' || east || ',' || north || ']}}', ',' ORDER BY entries DESC, first)
    FROM shown WHERE NOT one_point), '')
  || '],"points":[' || coalesce((SELECT string_agg(json, ',' ORDER BY lat DESC, lon) FROM points), '')
  || '],"total":' || (SELECT entries FROM sums) || ',"without_pin":' || ({without_pin}) || '}}', 'UTF8')
"""
_HELD: Final = f"""
SELECT e.*, NULL::boolean AS serves FROM (
    SELECT run.first, run.last
    FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS run (first, last), sums
    WHERE sums.entries BETWEEN 1 AND %(most_pins)s
    UNION ALL SELECT first, first FROM shown WHERE one_point) AS spot
CROSS JOIN LATERAL (
  SELECT e.id, e.slug, e.kind, e.name, e.name_key, e.precision, e.lon, e.lat FROM face.entries e
  WHERE e.square BETWEEN spot.first AND spot.last AND {PINNED} {{box}} {{kinds}} OFFSET 0) e
"""
_HELD_OF_MATCHED: Final = """
SELECT e.id, e.slug, e.kind, e.name, e.name_key, e.precision, e.lon, e.lat, m.serves
FROM matched m JOIN face.entries e ON e.id = m.id
WHERE m.square IS NOT NULL AND (
  (SELECT entries FROM sums) <= %(most_pins)s OR m.square IN (SELECT first FROM shown WHERE one_point))
"""
_PARTS_OF_MATCHED: Final = f"{OF_ENTRIES} FROM matched e WHERE e.square IS NOT NULL"
_WITHOUT_PIN: Final = "SELECT coalesce(sum(entries), 0) FROM face.without_pin w WHERE true {kinds}"
_WITHOUT_PIN_OF_MATCHED: Final = "SELECT count(*) FROM matched WHERE square IS NULL"


@dataclass(frozen=True)
class _Ground:
    """The parts of the statement that differ: what is counted, which entries are held one by one, how many
    have no pin, and what goes before."""

    parts: str
    held: str
    without_pin: str
    values: dict[str, Any]
    before: str = ""


async def find_view(
    read: ReadConnection,
    *,
    box: Box | None,
    zoom: int,
    around: Box,
    kinds: tuple[str, ...],
    search: Settled | None,
) -> tuple[int, bytes | None]:
    """(version of the data, the reply as JSON). `search` None: all entries of `kinds`. Without a box all are
    shown, and `around` says how large a piece of the world that is."""
    level = _level(box or around, zoom)
    ground = _matched(search, box, level) if search else _kept(box, level, kinds)
    near = zoom >= _NEAR_FROM_ZOOM
    values = ground.values | {
        "most_shown": _MOST_SHOWN,
        "most_pins": _MOST_PINS_NEAR if near else _MOST_PINS,
        "most_named": _MOST_NAMED,
        "most_at_one_point": _MOST_AT_ONE_POINT,
    }
    statement = _VIEW.format(
        before=ground.before, parts=ground.parts, held=ground.held, without_pin=ground.without_pin
    )
    return await read_reply(read, statement, values, plan_once=search is None)


def _level(box: Box, zoom: int) -> int:
    deepest = min(DEEPEST, zoom + _DEEPER_THAN_ZOOM)
    return deepest_touched(box, most=_MOST_SQUARES, level=deepest).level


def _kept(box: Box | None, level: int, kinds: tuple[str, ...]) -> _Ground:
    """Everything there is, or all of some kinds: from the counts kept in squares."""
    counting = count_box(box, level=level, kinds=kinds)
    firsts, lasts = look_up(box) if box else ([0], [1 << 2 * DEEPEST])
    held = _HELD.format(box=f"AND {IN_BOX}" if box else "", kinds=KINDS.format(table="e") if kinds else "")
    without_pin = "0" if box else _WITHOUT_PIN.format(kinds=KINDS.format(table="w") if kinds else "")
    values = (
        counting.values
        | {"firsts": plain_array(firsts), "lasts": plain_array(lasts)}
        | (box_values(box) if box else {})
    )
    return _Ground(counting.sql, held, without_pin, values)


def _matched(search: Settled, box: Box | None, level: int) -> _Ground:
    """What a search with filters finds, counted as it is asked for."""
    cte, values = matched(search, box=box)
    without_pin = "0" if box else _WITHOUT_PIN_OF_MATCHED
    return _Ground(
        _PARTS_OF_MATCHED, _HELD_OF_MATCHED, without_pin, values | {"level": level}, before=f"{cte},"
    )
