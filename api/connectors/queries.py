"""SQL of connectors."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.models import AreaWithin, Connector, Patch

# `local_km2` is the smallest patch of theirs that holds the place: the smaller, the more local.
_LIST = """
SELECT c.slug, c.role, c.organisation, c.about, c.phone, c.email, c.web, c.is_example,
       (SELECT coalesce(json_agg(json_build_object('code', t.code, 'label', t.label) ORDER BY t.position),
                        '[]')
        FROM face.terms t WHERE t.scheme = 'need' AND t.code = ANY (c.helps_with)) AS helps_with,
       (SELECT json_agg(json_build_object('code', a.code, 'name', a.name, 'slug', a.slug) ORDER BY a.size_km2)
        FROM face.areas a WHERE a.code = ANY (c.areas)) AS areas,
       (SELECT min(a.size_km2) FROM face.areas a
        WHERE a.code = ANY (c.areas) AND (%(codes)s::text[] IS NULL OR a.code = ANY (%(codes)s))) AS local_km2
FROM face.connectors c
WHERE %(codes)s::text[] IS NULL OR c.areas && %(codes)s
ORDER BY local_km2 NULLS LAST, c.role, c.slug
"""


def save_connector(session: Session, values: dict[str, Any], areas: list[str]) -> None:
    """Store one connector by its slug; its patches become exactly these areas."""
    row = session.scalar(select(Connector).where(Connector.slug == values["slug"]))
    if row is None:
        row = Connector(slug=values["slug"])
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    held = {patch.area_code: patch for patch in row.patches}
    row.patches = [held.get(code) or Patch(area_code=code) for code in dict.fromkeys(areas)]
    session.flush()


def find_connector(session: Session, slug: str) -> Connector | None:
    return session.scalar(select(Connector).where(Connector.slug == slug))


def connectors_within(session: Session, codes: Sequence[str] | None) -> list[Connector]:
    """Those with a patch that lies in one of these areas, or all; by role."""
    rows = select(Connector).order_by(Connector.role, Connector.slug)
    if codes is not None:
        patch = select(Patch.connector_id).join(AreaWithin, AreaWithin.area_code == Patch.area_code)
        rows = rows.where(Connector.id.in_(patch.where(AreaWithin.within_code == func.any(list(codes)))))
    return list(session.scalars(rows))


def delete_connector(session: Session, row: Connector) -> None:
    session.delete(row)
    session.flush()


async def list_connectors(read: ReadConnection, *, codes: list[str] | None) -> list[dict[str, Any]]:
    """All connectors, or those with one of these areas in their patch; the most local first."""
    cursor = await read.execute(_LIST, {"codes": codes})
    names = ("slug role organisation about phone email web is_example helps_with areas local_km2").split()
    return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]
