"""SQL of notices: what the public reads now, and what its writers see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, cast, or_, select
from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.models import Notice

_STANDING = """
SELECT n.title, n.body, n.link, n.ends_at,
       ARRAY(SELECT a.name FROM face.areas a WHERE a.code = ANY (n.area_codes) ORDER BY 1)
FROM face.notices n
WHERE n.starts_at <= %(now)s AND n.ends_at > %(now)s
  AND (n.area_codes = '{}' OR %(areas)s::text[] IS NULL OR n.reaches && %(areas)s::text[]
       OR n.reaches && (SELECT e.areas FROM face.entries e WHERE e.slug = %(entry)s))
ORDER BY n.starts_at DESC, n.id LIMIT 5
"""


async def read_standing(
    read: ReadConnection, areas: Sequence[str] | None, *, entry: str | None, now: datetime
) -> list[dict[str, Any]]:
    """Notices for everyone, for any of these areas (None is all of them), and for those of an entry."""
    values = {"now": now, "areas": None if areas is None else list(areas), "entry": entry}
    cursor = await read.execute(_STANDING, values)
    names = ("title", "body", "link", "ends_at", "areas")
    return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


def list_notices(session: Session, *, areas: Sequence[str] | None, since: datetime) -> Sequence[Notice]:
    """Those not long over, the newest first; with `areas`, those for any of them and those for everyone."""
    wanted = select(Notice).where(Notice.ends_at > since).order_by(Notice.starts_at.desc(), Notice.id)
    if areas is not None:
        given = cast(list(areas), ARRAY(Text))
        wanted = wanted.where(or_(Notice.area_codes.op("&&")(given), Notice.area_codes == []))
    return session.scalars(wanted).all()


def find_notice(session: Session, notice_id: UUID) -> Notice | None:
    return session.get(Notice, notice_id)
