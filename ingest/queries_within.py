"""SQL of imports held to some areas: what lies in them, and whose lists reach beyond."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import sql

# As `directory.entry_area` has it: the areas round the point, and those they lie in.
_AT: Final = f"""
SELECT asked.number
FROM unnest(CAST(:numbers AS int[]), CAST(:lons AS float8[]), CAST(:lats AS float8[]))
  asked (number, lon, lat)
GROUP BY asked.number HAVING bool_and(EXISTS (
  SELECT FROM directory.area a JOIN directory.area_within w ON w.area_code = a.code
  WHERE w.within_code = ANY (:mine) AND {sql.covers("a.shape", sql.make_point("asked.lon", "asked.lat"))}))
"""
_REACHES_BEYOND: Final = """
SELECT EXISTS (SELECT FROM directory.feed f WHERE f.source_code = :code)
  OR EXISTS (SELECT FROM directory.area a WHERE a.source_code = :code)
  OR EXISTS (
    SELECT FROM (
      SELECT r.entry_id FROM directory.source_row r WHERE r.source_code = :code
      UNION SELECT e.id FROM directory.entry e WHERE e.source_code = :code) held
    WHERE NOT EXISTS (
      SELECT FROM directory.entry_area i WHERE i.entry_id = held.entry_id AND i.area_code = ANY (:mine)))
"""


def spots_inside(
    session: Session, spots: Mapping[int, Sequence[tuple[float, float]]], mine: Collection[str]
) -> set[int]:
    """The numbers of those whose points (lon, lat) all lie in these areas."""
    asked = [(number, *point) for number, points in spots.items() for point in points]
    values = {
        "numbers": [number for number, _, _ in asked],
        "lons": [lon for _, lon, _ in asked],
        "lats": [lat for _, _, lat in asked],
        "mine": sorted(mine),
    }
    return set(session.scalars(text(_AT), values))


def reaches_beyond(session: Session, source_code: str, mine: Collection[str]) -> bool:
    """Whether any entry of this source lies outside these areas, or it is a feed, which may bring any, or
    where boundaries are from. What is said of a source stands beside all that is from it."""
    return bool(session.scalar(text(_REACHES_BEYOND), {"code": source_code, "mine": sorted(mine)}))
