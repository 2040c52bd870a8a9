"""What the public reads of an entry."""

from datetime import date
from typing import Any, TypeAlias

from api.db import ReadConnection
from geo import sql

Detail: TypeAlias = tuple[str, str, str, date | None]

_DETAIL = "SELECT id::text, detail, sessions, due_on FROM face.entries WHERE {column} = %(value)s"
_SEVERAL_DETAILS = "SELECT id::text, detail FROM face.entries WHERE id = ANY (%(ids)s::uuid[])"
_OLD_SLUG = """
SELECT e.slug FROM face.old_slugs o JOIN face.entries e ON e.id = o.entry_id WHERE o.slug = %(value)s
"""
# Partners who each name the other have one tie, not two.
_LINKS = """
SELECT l.type, e.slug, e.name, e.kind, l.note, l.direction FROM (
  SELECT type, to_id AS other, note, 'to' AS direction FROM face.links WHERE from_id = %(id)s
  UNION ALL SELECT b.type, b.from_id, b.note, 'from' FROM face.links b WHERE b.to_id = %(id)s
    AND NOT (b.type = 'partner_of' AND EXISTS (SELECT FROM face.links f WHERE f.from_id = %(id)s
                                               AND f.to_id = b.from_id AND f.type = b.type))) l
JOIN face.entries e ON e.id = l.other ORDER BY l.direction DESC, l.type, e.name
"""
# Ten metres in degrees, about: finer than a screen can draw a county.
_COVERAGE = f"""
SELECT {
    sql.as_geojson(
        sql.simplify(
            "("
            + f"SELECT {sql.union_polygons('piece')} FROM (SELECT {sql.to_wgs84('e.coverage')} AS piece "
            + "UNION ALL SELECT a.shape FROM face.areas a WHERE a.code = ANY (e.serves)) pieces"
            + ")",
            "0.0001",
        )
    )
} FROM face.entries e WHERE e.slug = %(slug)s AND e.has_coverage
"""
_AREA_NAMES = (
    "SELECT code, name, slug FROM face.areas WHERE code = ANY (%(codes)s) ORDER BY size_km2 NULLS LAST"
)


async def read_detail(read: ReadConnection, *, column: str, value: str) -> Detail | None:
    """(id, detail JSON, sessions JSON, the day a check is due or None when it never had one) of one public
    entry; `column` is `id` or `slug`."""
    if column not in ("id", "slug"):
        raise ValueError(column)
    cursor = await read.execute(_DETAIL.format(column=column).encode(), {"value": value})
    row = await cursor.fetchone()
    return (row[0], row[1], row[2], row[3]) if row else None


async def read_details(read: ReadConnection, ids: list[str]) -> dict[str, str]:
    """The detail JSON of each of these public entries, by its id."""
    cursor = await read.execute(_SEVERAL_DETAILS.encode(), {"ids": ids})
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def slug_now(read: ReadConnection, old: str) -> str | None:
    cursor = await read.execute(_OLD_SLUG.encode(), {"value": old})
    row = await cursor.fetchone()
    return row[0] if row else None


async def read_links(read: ReadConnection, entry_id: str) -> list[dict[str, Any]]:
    cursor = await read.execute(_LINKS.encode(), {"id": entry_id})
    names = ("type", "slug", "name", "kind", "note", "direction")
    return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


async def read_coverage(read: ReadConnection, slug: str) -> str | None:
    """GeoJSON text of all that an entry serves, or None when it has no coverage with a shape."""
    cursor = await read.execute(_COVERAGE.encode(), {"slug": slug})
    row = await cursor.fetchone()
    return row[0] if row else None


async def read_area_names(read: ReadConnection, codes: list[str]) -> list[dict[str, str]]:
    cursor = await read.execute(_AREA_NAMES.encode(), {"codes": codes})
    return [{"code": row[0], "name": row[1], "slug": row[2]} for row in await cursor.fetchall()]
