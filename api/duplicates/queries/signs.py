"""SQL that reads the signs of entries: all that is compared, also what the public may not see."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from geo import sql

_SIGNS = f"""
SELECT e.id, e.slug, e.version, e.name, e.kind, e.privacy <> 'exact' AS at_home, e.is_example,
  p.town, p.name AS venue, p.precision, o.name AS organisation, o.charity_number,
  {sql.lon("spot.point")} AS east, {sql.lat("spot.point")} AS north,
  (SELECT jsonb_agg(jsonb_build_array(c.kind, c.value, c.public)) FROM directory.contact c
   WHERE c.entry_id = e.id AND c.kind IN ('phone', 'email', 'web', 'social')) AS contacts,
  (SELECT jsonb_agg(jsonb_build_array(s.rrule, s.starts_on, to_char(s.starts_at, 'HH24:MI')))
   FROM directory.session s WHERE s.entry_id = e.id) AS sessions,
  (SELECT array_agg(v.area_code) FROM directory.coverage v
   WHERE v.entry_id = e.id AND v.area_code IS NOT NULL) AS areas
FROM directory.entry e
LEFT JOIN directory.place p ON p.id = e.place_id
LEFT JOIN directory.organisation o ON o.id = e.organisation_id
CROSS JOIN LATERAL (SELECT {sql.to_osgb("p.point")} AS point) spot
WHERE e.stage = 'published'
"""
_PLACE_NAMES = "SELECT DISTINCT unnest(name_keys) FROM gazetteer.settlement"


def read_signs(session: Session, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Those of the entries that are published, in no order."""
    statement = text(_SIGNS + " AND e.id = ANY (:ids)")
    return session.execute(statement, {"ids": list(ids)}).fetchall()


def stream_signs(session: Session, *, size: int) -> Iterator[Sequence[Row[Any]]]:
    """Every published entry, neighbours together, in pieces of `size`."""
    statement = text(_SIGNS + " ORDER BY p.point, e.id")
    yield from session.execute(statement, execution_options={"yield_per": size}).partitions(size)


def place_names(session: Session) -> frozenset[str]:
    """The names of villages and towns, folded."""
    return frozenset(session.scalars(text(_PLACE_NAMES)))
