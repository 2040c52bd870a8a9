"""SQL of locating again: the places that a newer gazetteer could put elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from api.models import Entry, OutboxRow, Place
from geo import sql


@dataclass(frozen=True)
class Candidate:
    """A place with the point it has; `is_known` and `terminated` are what the gazetteer says of its postcode,
    `moved` that the postcode's own point or areas are others than the place has."""

    id: UUID
    name: str | None
    postcode: str | None
    town: str | None
    lon: float | None
    lat: float | None
    precision: str | None
    located_by: str | None
    area_codes: Sequence[str]
    is_known: bool
    terminated: bool
    moved: bool


# A millionth of a degree is a tenth of a metre.
_CANDIDATES = text(f"""
SELECT * FROM (
  SELECT p.id, coalesce(p.name, (SELECT min(e.name) FROM directory.entry e WHERE e.place_id = p.id)) AS name,
    p.postcode, p.town, {sql.lon("p.point")} AS lon, {sql.lat("p.point")} AS lat, p.precision, p.located_by,
    p.area_codes, g.code IS NOT NULL AS is_known, coalesce(g.terminated, false) AS terminated,
    coalesce(abs(g.lon - {sql.lon("p.point")}) > 0.000001 OR abs(g.lat - {sql.lat("p.point")}) > 0.000001
      OR NOT (p.area_codes @> array_remove(ARRAY[g.ward, g.district], NULL)), false) AS moved
  FROM directory.place p LEFT JOIN gazetteer.postcode g ON g.code = p.postcode
  WHERE p.located_by IS DISTINCT FROM 'given with the entry'
    AND EXISTS (SELECT FROM directory.entry e WHERE e.place_id = p.id)) found
WHERE precision IS NULL OR precision IN ('sector', 'outcode', 'place')
  OR precision = 'postcode' AND postcode IS NOT NULL AND (moved OR terminated OR NOT is_known)
ORDER BY name, id
""")


def candidates(session: Session) -> list[Candidate]:
    """Places whose point was not given and could be another now: never found, known only roughly, or found by
    a postcode that has moved, ended or gone."""
    return [Candidate(**row) for row in session.execute(_CANDIDATES).mappings()]


def get_places(session: Session, ids: Sequence[UUID]) -> dict[UUID, Place]:
    return {row.id: row for row in session.scalars(select(Place).where(Place.id == func.any(list(ids))))}


def entries_at(session: Session, places: Sequence[UUID]) -> list[UUID]:
    return list(session.scalars(select(Entry.id).where(Entry.place_id == func.any(list(places)))))


def add_outbox_rows(session: Session, ids: Sequence[UUID]) -> None:
    values: list[dict[str, Any]] = [{"entry_id": one} for one in ids]
    if values:
        session.execute(insert(OutboxRow), values)
