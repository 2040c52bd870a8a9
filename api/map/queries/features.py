"""Features of a box as GeoJSON: counted, and in an order of their own that is spread over all of it."""

from typing import Any, Final

from api.db import ReadConnection
from api.map.queries.counting import IN_BOX, KINDS, PINNED, as_array, count_box, look_up
from api.map.queries.matched import matched
from api.map.queries.reply import read_reply
from api.search.service import Settled
from geo.tiles import Box, deepest_touched

# Squares to count a box by: few large ones inside, smaller ones round them.
_MOST_SQUARES: Final = 64

_FEATURES: Final = """
WITH {before}
  sums AS MATERIALIZED ({counted}),
  chosen AS MATERIALIZED ({chosen})
SELECT (SELECT version FROM face.data_version), convert_to(concat(
  '{{"type":"FeatureCollection","numberMatched":', sums.entries,
  ',"numberReturned":', (SELECT count(*) FROM chosen), ',"features":[',
  (SELECT string_agg({feature}, ',' ORDER BY e.id) FROM chosen e), ']}}'), 'UTF8') FROM sums
"""
# One concat copies each part once; a chain of || would copy what it has again at each step.
_FEATURE: Final = """
concat('{"type":"Feature","id":"', e.id, '","geometry":',
  CASE WHEN e.lon IS NULL THEN 'null'
    ELSE concat('{"type":"Point","coordinates":[', e.lon, ',', e.lat, ']}') END,
  ',"properties":{"slug":"', e.slug, '","kind":"', e.kind, '","name":', to_json(e.name),
  ',"precision":', coalesce(to_json(e.precision), 'null'), ',"url":"/entries/', e.slug, '"}}')"""
# All of it stands in the map's two indexes.
_TOLD: Final = "e.id, e.lon, e.lat, e.slug, e.kind, e.name, e.precision"
# Two ways to the first ids of a box. Among few entries: find them all by place, then sort. Among many: walk
# all ids in turn and keep what is in the box, which soon gives enough. Only the cheaper is run.
_BY_PLACE: Final = f"""
SELECT e.* FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS run (first, last)
CROSS JOIN LATERAL (
  SELECT {_TOLD} FROM face.entries e
  WHERE e.square BETWEEN run.first AND run.last AND {PINNED} AND {IN_BOX} {{kinds}} OFFSET 0) e
WHERE NOT (SELECT walk FROM sums) ORDER BY e.id LIMIT %(limit)s
"""
_BY_WALKING: Final = f"""
SELECT {_TOLD} FROM face.entries e
WHERE (SELECT walk FROM sums) AND {PINNED} AND {IN_BOX} {{kinds}} ORDER BY e.id LIMIT %(limit)s
"""
_COUNTED: Final = """
SELECT entries, entries * entries > %(limit)s / 2 * (
    SELECT coalesce(sum(s.entries), 0) FROM face.squares s WHERE s.level = 0) AS walk
FROM (SELECT coalesce(sum(entries), 0) AS entries FROM ({parts}) part) counted
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
        parts = {"before": f"{before},", "chosen": _MATCHED}
        parts["counted"] = "SELECT count(*) AS entries FROM matched"
    elif box is None:
        parts, values = _all(kinds), {"kinds": list(kinds)}
    else:
        parts, values = _boxed(box, kinds)
    statement = _FEATURES.format(feature=_FEATURE, **({"before": ""} | parts))
    return await read_reply(read, statement, values | {"limit": limit}, plan_once=search is None)


def _all(kinds: tuple[str, ...]) -> dict[str, str]:
    of = {table: KINDS.format(table=table) if kinds else "" for table in "esw"}
    return {
        "counted": _COUNT_ALL.format(squares=of["s"], without_pin=of["w"]),
        "chosen": _ALL.format(kinds=of["e"]),
    }


def _boxed(box: Box, kinds: tuple[str, ...]) -> tuple[dict[str, str], dict[str, Any]]:
    level = deepest_touched(box, most=_MOST_SQUARES).level
    counting = count_box(box, level=level, kinds=kinds)
    of_kinds = KINDS.format(table="e") if kinds else ""
    firsts, lasts = look_up(box)
    by_place, walking = _BY_PLACE.format(kinds=of_kinds), _BY_WALKING.format(kinds=of_kinds)
    parts = {
        "counted": _COUNTED.format(parts=counting.sql),
        "chosen": f"({by_place}) UNION ALL ({walking})",
    }
    return parts, counting.values | {"firsts": as_array(firsts), "lasts": as_array(lasts)}
