"""Features of a box as GeoJSON: counted, and in an order of their own that is spread over all of it."""

from functools import lru_cache
from typing import Any, Final

from psycopg.types.numeric import Int4

from api.db import ReadConnection, plain_array
from api.map.queries.counting import (
    DEEPEST_COUNTED,
    IN_BOX,
    KINDS,
    PINNED,
    STEP,
    count_box,
    look_up,
)
from api.map.queries.matched import matched
from api.map.queries.reply import read_reply
from api.search.service import Settled
from geo.tiles import Box, block_box, deepest_touched

# Squares to count a box by: few large ones inside, smaller ones round them.
_MOST_SQUARES: Final = 64

_FEATURES: Final = """
WITH {before}
  sums AS MATERIALIZED ({counted}),
  chosen AS MATERIALIZED ({chosen})
SELECT (SELECT version FROM face.data_version), convert_to(concat(
  '{{"type":"FeatureCollection","numberMatched":', sums.entries,
  ',"numberReturned":', (SELECT count(*) FROM chosen), ',"features":[',
  (SELECT string_agg({feature}, ',') FROM (SELECT * FROM chosen ORDER BY id) e), ']}}'), 'UTF8') FROM sums
"""
_FEATURE: Final = """
'{"type":"Feature","id":"' || e.id || '","geometry":{"type":"Point","coordinates":[' || e.lon || ',' || e.lat
  || ']},"properties":{"kind":"' || e.kind || '","name":' || to_json(e.name) || ',"precision":"'
  || e.precision || '","url":"/entries/' || e.slug || '"}}'"""
_FEATURE_OR_NONE: Final = f"""
coalesce({_FEATURE}, '{{"type":"Feature","id":"' || e.id || '","geometry":null,"properties":{{"kind":"'
  || e.kind || '","name":' || to_json(e.name) || ',"precision":null,"url":"/entries/' || e.slug || '"}}}}')"""
# All of it stands in the map's two indexes.
_TOLD: Final = "e.id, e.lon, e.lat, e.slug, e.kind, e.name, e.precision"
# Two ways to the first ids of a box. Among few entries: find them all by place, which counts them too, then
# sort. Among many: walk all ids in turn and keep what is in the box, which soon gives enough, and count by
# squares. About how many there are decides; only one of the two is run.
_ABOUT: Final = """
about AS MATERIALIZED (
  SELECT %(share)s * sum(s.entries) > sqrt(%(limit)s / 5 * (
      SELECT sum(s.entries) FROM face.squares s WHERE s.level = 0)) AS many
  FROM generate_series(%(about_west)s, %(about_east)s) AS across (x)
  CROSS JOIN LATERAL (
    SELECT s.entries FROM face.squares s WHERE s.level = %(about)s AND s.x = across.x
      AND s.y BETWEEN %(about_north)s AND %(about_south)s {squares} OFFSET 0) s),
found AS MATERIALIZED (
  SELECT e.* FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS run (first, last)
  CROSS JOIN LATERAL (
    SELECT {told} FROM face.entries e
    WHERE e.square BETWEEN run.first AND run.last AND {pinned} AND {in_box} {kinds} OFFSET 0) e
  WHERE (SELECT many FROM about) IS NOT TRUE),
"""
_COUNTED: Final = """
SELECT CASE WHEN many THEN (SELECT coalesce(sum(entries), 0) FROM ({parts}) part)
  ELSE (SELECT count(*) FROM found) END AS entries FROM about
"""
_CHOSEN: Final = f"""
(SELECT * FROM found ORDER BY id LIMIT %(limit)s) UNION ALL (
  SELECT {_TOLD} FROM face.entries e
  WHERE (SELECT many FROM about) AND {PINNED} AND {IN_BOX} {{kinds}} ORDER BY e.id LIMIT %(limit)s)
"""
_ALL: Final = (
    f"SELECT {_TOLD} FROM face.entries e WHERE e.state <> 'closed' {{kinds}} ORDER BY e.id LIMIT %(limit)s"
)
_COUNT_ALL: Final = """
SELECT (SELECT coalesce(sum(s.entries), 0) FROM face.squares s WHERE s.level = 0 {squares})
     + (SELECT coalesce(sum(w.entries), 0) FROM face.without_pin w WHERE true {without_pin}) AS entries
"""
_MATCHED: Final = f"""
SELECT {_TOLD} FROM (SELECT id FROM matched ORDER BY id LIMIT %(limit)s) m JOIN face.entries e ON e.id = m.id
"""


async def find_features(
    read: ReadConnection, *, box: Box | None, limit: int, kinds: tuple[str, ...], search: Settled | None
) -> tuple[int, bytes | None]:
    """(version of the data, the reply as GeoJSON). Without a box those without a point are among them."""
    if search is not None:
        before, values = matched(search, box=box)
        statement = _FEATURES.format(
            before=f"{before},",
            counted="SELECT count(*) AS entries FROM matched",
            chosen=_MATCHED,
            feature=_FEATURE_OR_NONE,
        )
    elif box is None:
        statement, values = _of_all(bool(kinds)), {"kinds": list(kinds)}
    else:
        counting = count_box(box, level=deepest_touched(box, most=_MOST_SQUARES).level, kinds=kinds)
        statement, values = _of_box(counting.sql, bool(kinds)), counting.values | _look_up(box)
    return await read_reply(read, statement, values | {"limit": limit}, plan_once=search is None)


@lru_cache
def _of_all(some_kinds: bool) -> str:
    of = {table: KINDS.format(table=table) if some_kinds else "" for table in "esw"}
    counted = _COUNT_ALL.format(squares=of["s"], without_pin=of["w"])
    chosen = _ALL.format(kinds=of["e"])
    return _FEATURES.format(before="", counted=counted, chosen=chosen, feature=_FEATURE_OR_NONE)


@lru_cache
def _of_box(parts: str, some_kinds: bool) -> str:
    of = {table: KINDS.format(table=table) if some_kinds else "" for table in "es"}
    return _FEATURES.format(
        before=_ABOUT.format(told=_TOLD, pinned=PINNED, in_box=IN_BOX, kinds=of["e"], squares=of["s"]),
        counted=_COUNTED.format(parts=parts),
        chosen=_CHOSEN.format(kinds=of["e"]),
        feature=_FEATURE,
    )


def _look_up(box: Box) -> dict[str, Any]:
    firsts, lasts = look_up(box)
    return {"firsts": plain_array(firsts), "lasts": plain_array(lasts)} | _about(box)


def _about(box: Box) -> dict[str, Any]:
    """The squares that are kept round a box, and what share of them it covers."""
    block = deepest_touched(box, most=_MOST_SQUARES, level=DEEPEST_COUNTED)
    if block.level % STEP:
        block = block.above()
    west, south, east, north = box
    covered = block_box(block)
    share = (east - west) * (north - south) / ((covered[2] - covered[0]) * (covered[3] - covered[1]))
    sides = {name: Int4(getattr(block, name)) for name in ("west", "north", "east", "south")}
    return {"about": block.level, "share": share} | {f"about_{name}": at for name, at in sides.items()}
