"""Makes many entries out of fewer: the public face of each again and again, moved a little.

A copy has an id and a slug of its own. It is quicker than working each out anew, and only `face` learns of
it, which is all that is read. A copy keeps the JSON of the first, point and all; its columns have their own.
"""

from typing import Final

import psycopg

from api.face.near import entry_keys
from geo import sql
from tests.bench.generate import drop_indexes

# Copies are scattered this far either way from the first.
SCATTER_M: Final = 2500
_COPIED: Final = (
    "kind name name_key precision everywhere has_coverage serves coverage_km2 areas needs audiences access "
    "languages delivery cost facets state words checked_on due_on body sessions is_example version changed_at"
).split()
_NEAR: Final = entry_keys(
    everywhere="e.everywhere",
    point="moved.point",
    coverage="moved.coverage",
    has_coverage="e.has_coverage",
    serves="e.serves",
    areas="e.areas",
)
_ENTRIES: Final = f"""
INSERT INTO face.entries (id, slug, card, detail, lon, lat, point, coverage, near, {", ".join(_COPIED)})
SELECT new.id, new.slug, replace(replace(card, e.id::text, new.id::text), e.slug, new.slug),
  replace(replace(detail, e.id::text, new.id::text), e.slug, new.slug),
  round({sql.lon("spot.wgs84")}::numeric, 6)::float8, round({sql.lat("spot.wgs84")}::numeric, 6)::float8,
  moved.point, moved.coverage, {_NEAR}, {", ".join(f"e.{name}" for name in _COPIED)}
FROM face.entries e
CROSS JOIN LATERAL (
  SELECT md5(e.id || '{{copy}}')::uuid AS id, e.slug || '-copy{{copy}}' AS slug,
    hashtext(e.id || 'east{{copy}}') % {SCATTER_M} AS east,
    hashtext(e.id || 'north{{copy}}') % {SCATTER_M} AS north
) new
CROSS JOIN LATERAL (SELECT ST_Translate(e.point, new.east, new.north) AS point,
                           ST_Translate(e.coverage, new.east, new.north) AS coverage) moved
CROSS JOIN LATERAL (SELECT {sql.to_wgs84("moved.point")} AS wgs84) spot
WHERE e.slug !~ '-copy[0-9]+$'
"""
_SESSIONS: Final = """
INSERT INTO face.sessions (entry_id, position, purpose, repeats, weekday, nth, every, starts_on, until,
  from_minute, to_minute, not_on, also_on)
SELECT md5(s.entry_id || '{copy}')::uuid, s.position, s.purpose, s.repeats, s.weekday, s.nth, s.every,
  s.starts_on, s.until, s.from_minute, s.to_minute, s.not_on, s.also_on
FROM face.sessions s JOIN face.entries e ON e.id = s.entry_id WHERE e.slug !~ '-copy[0-9]+$'
"""


def multiply(url: str, times: int) -> None:
    """Have `times` as many entries; the database must have no copies yet."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        definitions = drop_indexes(connection)
        for copy in range(1, times):
            for statement in (_ENTRIES, _SESSIONS):
                connection.execute(statement.replace("{copy}", str(copy)).encode())
        connection.execute(f"UPDATE face.words SET entries = entries * {times}".encode())
        for definition in definitions:
            connection.execute(definition.encode())
        connection.execute("VACUUM ANALYZE face.entries, face.sessions, face.words")
