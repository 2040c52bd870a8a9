"""Clusters and points of a search, whose counts add up."""

from typing import Any

from api.db import ReadConnection
from api.search.queries.match import SERVING, Match, base_of
from api.search.schemas import SearchParams

_MAP = """
WITH {base},
  pins AS (
    SELECT b.lon, b.lat, count(*) AS entries, min(b.id::text) AS first_id,
           (array_agg(b.id ORDER BY b.name_key))[1:30] AS ids
    FROM matched b WHERE {serving} AND b.lon IS NOT NULL GROUP BY b.lon, b.lat),
  cells AS (
    SELECT floor(lon / {step_lon}) AS x, floor(lat / {step_lat}) AS y, count(*) AS pins,
           sum(entries) AS entries, sum(lon * entries) / sum(entries) AS lon,
           sum(lat * entries) / sum(entries) AS lat,
           min(lon) AS west, min(lat) AS south, max(lon) AS east, max(lat) AS north
    FROM pins GROUP BY x, y),
  alone AS (
    SELECT p.* FROM pins p WHERE {as_pins}
      OR EXISTS (SELECT FROM cells c WHERE c.pins = 1 AND c.x = floor(p.lon / {step_lon})
                 AND c.y = floor(p.lat / {step_lat})))
SELECT
  (SELECT json_agg(json_build_object('lat', round(lat::numeric, 5), 'lon', round(lon::numeric, 5),
     'count', entries, 'bbox', json_build_array(west, south, east, north)))
   FROM cells WHERE pins > 1 AND NOT ({as_pins})),
  (SELECT json_agg(json_build_object('id', e.id, 'slug', e.slug, 'kind', e.kind, 'name', e.name,
     'lat', a.lat, 'lon', a.lon, 'count', a.entries, 'precision', e.precision,
     'serves', {serves_of},
     'entries', CASE WHEN a.entries > 1 THEN (
        SELECT json_agg(json_build_object('id', o.id, 'slug', o.slug, 'kind', o.kind, 'name', o.name)
                        ORDER BY o.name_key)
        FROM face.entries o WHERE o.id = ANY (a.ids)) END))
   FROM alone a JOIN face.entries e ON e.id = a.ids[1]),
  (SELECT coalesce(sum(entries), 0) FROM pins),
  (SELECT count(*) FROM matched b WHERE {serving} AND b.lon IS NULL)
"""
# A cell is about 60 screen pixels wide: 360 degrees make 256 pixels at zoom 0.
CELL_DEGREES_AT_ZERO = 360 / 256 * 60
PINS_FROM_ZOOM = 15


async def find_on_map(
    read: ReadConnection, params: SearchParams, match: Match, *, zoom: int
) -> tuple[list[Any], list[Any], int, int]:
    """(clusters, points, entries with a pin, entries without one). Counts add up: each entry with a public
    point in the box is in exactly one cluster or point."""
    serving = SERVING[params.serves or "only"]
    step = CELL_DEGREES_AT_ZERO / 2**zoom
    base = base_of(match, params)
    statement = _MAP.format(
        base=base,
        serving=serving,
        step_lon=repr(step),
        step_lat=repr(step * 0.61),
        as_pins="true" if zoom >= PINS_FROM_ZOOM else "(SELECT count(*) FROM pins) <= 150",
        serves_of="(SELECT b.serves FROM matched b WHERE b.id = e.id)",
    )
    cursor = await read.execute(statement.encode(), match.values)
    row = await cursor.fetchone()
    assert row is not None  # an aggregate always answers with one row
    return row[0] or [], row[1] or [], int(row[2]), int(row[3])
