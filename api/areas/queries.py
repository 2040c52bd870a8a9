"""SQL of areas: storing boundaries, and reading them through `face`."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.db import ReadConnection
from geo import sql

_UPSERT = f"""
INSERT INTO directory.area (code, slug, name, aliases, type, shape, size_km2, source_code, dated_on, repaired,
                            is_example)
SELECT :code, :slug, :name, :aliases, :type, shape, {sql.area_km2(sql.to_osgb("shape"))}, :source, :dated_on,
       :repaired, :is_example
FROM (SELECT {sql.from_geojson(":geojson")} AS shape) given
ON CONFLICT (code) DO UPDATE SET name = excluded.name, aliases = excluded.aliases, type = excluded.type,
  shape = excluded.shape, size_km2 = excluded.size_km2, source_code = excluded.source_code,
  dated_on = excluded.dated_on, repaired = excluded.repaired, is_example = excluded.is_example
"""
# Without a shape an area lies in itself alone.
_FORGET_WITHIN = """
DELETE FROM directory.area_within WHERE area_code = ANY (:codes) OR within_code = ANY (:codes)
"""
_KEEP_WITHIN = f"""
INSERT INTO directory.area_within (area_code, within_code)
SELECT a.code, b.code FROM directory.area a JOIN directory.area b
  ON a.code = b.code OR a.size_km2 <= b.size_km2 * 1.05 AND {sql.lies_in("a.shape", "b.shape")}
WHERE a.code = ANY (:codes) OR b.code = ANY (:codes)
"""
_SLUGS = "SELECT slug FROM directory.area WHERE slug = :slug AND code <> :code"


def slug_is_taken(session: Session, *, slug: str, code: str) -> bool:
    return session.execute(text(_SLUGS), {"slug": slug, "code": code}).first() is not None


def upsert_area(session: Session, values: dict[str, Any]) -> None:
    """Store one area: its columns, with the outline as `geojson` text and the source's code as `source`."""
    session.execute(text(_UPSERT), values)


def keep_within(session: Session, codes: Sequence[str]) -> None:
    """Work out again what lies in these areas, and what they lie in."""
    for statement in (_FORGET_WITHIN, _KEEP_WITHIN):
        session.execute(text(statement), {"codes": list(codes)})


_STORED = """
SELECT a.code, a.slug, a.name, a.type, a.dated_on, a.is_example, a.repaired, s.name AS source, s.attribution,
       (SELECT count(*) FROM face.entries e WHERE e.areas @> ARRAY[a.code] AND e.state <> 'closed') AS entries
FROM directory.area a LEFT JOIN directory.source s ON s.code = a.source_code
WHERE a.shape IS NOT NULL AND (CAST(:within AS text[]) IS NULL OR EXISTS (
  SELECT FROM directory.area_within w
  WHERE w.area_code = a.code AND w.within_code = ANY (CAST(:within AS text[]))))
ORDER BY a.type, a.name, a.code
"""
_JOIN = f"""
INSERT INTO directory.area (code, slug, name, type, shape, size_km2, source_code)
SELECT :code, :slug, :name, 'patch', shape, {sql.area_km2(sql.to_osgb("shape"))}, :source
FROM (SELECT {sql.as_one_shape("a.shape")} AS shape FROM directory.area a WHERE a.code = ANY (:codes)) joined
WHERE shape IS NOT NULL RETURNING code
"""
_UNMAKE = """
DELETE FROM directory.area a WHERE a.code = :code AND a.type = 'patch'
  AND NOT EXISTS (SELECT FROM directory.notice n WHERE a.code = ANY (n.area_codes))
RETURNING code
"""
_SOURCES_OF = """
SELECT DISTINCT source_code FROM directory.area WHERE code = ANY (:codes) AND source_code IS NOT NULL
"""
_ENTRIES_IN = "SELECT DISTINCT entry_id FROM directory.entry_area WHERE area_code = ANY (:codes)"


def list_stored(session: Session, *, within: Sequence[str] | None) -> list[dict[str, Any]]:
    """Areas with an outline that lie in one of these (None: all), with where the outline is from."""
    values = {"within": None if within is None else list(within)}
    return [dict(row) for row in session.execute(text(_STORED), values).mappings()]


def join_areas(session: Session, *, code: str, slug: str, name: str, codes: Sequence[str]) -> bool:
    """A patch made of these areas, owed to who made them when that is one. False when none has an outline."""
    sources = list(session.scalars(text(_SOURCES_OF), {"codes": list(codes)}))
    values = {
        "code": code, "slug": slug, "name": name, "codes": list(codes),
        "source": sources[0] if len(sources) == 1 else None,
    }  # fmt: skip
    return session.execute(text(_JOIN), values).first() is not None


def delete_patch(session: Session, code: str) -> bool:
    """False when a notice stands for it; other uses raise IntegrityError."""
    return session.execute(text(_UNMAKE), {"code": code}).first() is not None


def has_code(session: Session, code: str) -> bool:
    statement = text("SELECT EXISTS (SELECT FROM directory.area WHERE code = :code)")
    return bool(session.scalar(statement, {"code": code}))


def entries_in(session: Session, codes: Sequence[str]) -> set[UUID]:
    """Entries in these areas, or that serve them."""
    return set(session.scalars(text(_ENTRIES_IN), {"codes": list(codes)}))


_OF_ENTRY = "SELECT area_code FROM directory.entry_area WHERE entry_id = :id"
_AROUND = "SELECT within_code FROM directory.area_within WHERE area_code = ANY (:codes)"


def areas_of_entry(session: Session, entry_id: UUID) -> frozenset[str]:
    return frozenset(session.scalars(text(_OF_ENTRY), {"id": entry_id}))


def areas_around(session: Session, codes: Sequence[str]) -> frozenset[str]:
    return frozenset(session.scalars(text(_AROUND), {"codes": list(codes)}))


_INSIDE = "SELECT area_code FROM directory.area_within WHERE within_code = ANY (:codes)"
_NAMES = """
SELECT code, name, type FROM directory.area WHERE CAST(:codes AS text[]) IS NULL OR code = ANY (:codes)
ORDER BY array_position(ARRAY['county', 'district'], type), type, name, code
"""
_CODE = """
SELECT code FROM directory.area WHERE code = :key OR slug = lower(:key) ORDER BY code = :key DESC LIMIT 1
"""


def areas_inside(session: Session, codes: Collection[str]) -> frozenset[str]:
    return frozenset(session.scalars(text(_INSIDE), {"codes": list(codes)}))


def area_names(session: Session, codes: Collection[str] | None) -> list[tuple[str, str, str]]:
    """(code, name, type); None is all."""
    rows = session.execute(text(_NAMES), {"codes": None if codes is None else list(codes)})
    return [(code, name, type_) for code, name, type_ in rows]


def find_area_code(session: Session, key: str) -> str | None:
    return session.scalars(text(_CODE), {"key": key}).one_or_none()


_ENTRIES = """
coalesce((SELECT entries FROM face.tallies WHERE value = 'area:' || a.code AND beside = ''), 0)
""".strip()
_LIST = f"""
SELECT a.code, a.slug, a.name, a.type, a.is_example,
       {_ENTRIES}
FROM face.areas a WHERE a.shape IS NOT NULL ORDER BY a.type, a.name
"""
# A tolerance of 0.0005 degrees is about 40 metres: an outline for a page, a tenth of the bytes.
_GET = f"""
SELECT a.code, a.slug, a.name, a.type, a.aliases, a.source, a.licence, a.attribution, a.dated_on,
       a.is_example,
       {sql.as_geojson(sql.simplify("a.shape", "0.0005"), 4)},
       (SELECT {sql.extent_array("b.shape")} FROM face.areas b WHERE b.code = a.code),
       {_ENTRIES}
FROM face.areas a WHERE a.code = %(key)s OR a.slug = %(key)s ORDER BY a.code = %(key)s DESC LIMIT 1
"""
_BACKDROP_AREAS = f"""
SELECT code, name, type, {sql.as_geojson(sql.simplify("shape", "0.001"), 4)} FROM face.areas
WHERE shape IS NOT NULL AND (type IN ('county', 'district') OR size_km2 >= 35 AND NOT EXISTS (
  SELECT FROM face.areas WHERE type = 'district' AND shape IS NOT NULL))
ORDER BY size_km2 DESC LIMIT 60
"""
_BACKDROP_SOURCES = "SELECT DISTINCT attribution FROM face.areas WHERE attribution IS NOT NULL ORDER BY 1"
_BACKDROP_SETTLEMENTS = "SELECT name, kind, rank, lon, lat FROM face.settlements ORDER BY rank, name"


async def has_area(read: ReadConnection, code: str) -> bool:
    cursor = await read.execute(
        "SELECT EXISTS (SELECT FROM face.areas WHERE code = %(code)s)", {"code": code}
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def list_areas(read: ReadConnection) -> list[dict[str, Any]]:
    cursor = await read.execute(_LIST.encode())
    names = ("code", "slug", "name", "type", "is_example", "entries")
    return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


async def find_area(read: ReadConnection, key: str) -> dict[str, Any] | None:
    """One area by code or slug; `geojson` is text, `bbox` is (west, south, east, north)."""
    cursor = await read.execute(_GET.encode(), {"key": key})
    row = await cursor.fetchone()
    names = (
        "code slug name type aliases source licence attribution dated_on is_example geojson bbox entries"
    ).split()
    return dict(zip(names, row, strict=True)) if row else None


async def backdrop_areas(read: ReadConnection) -> list[tuple[str, str, str, str]]:
    """(code, name, type, GeoJSON text) of the outlines a map is drawn on."""
    cursor = await read.execute(_BACKDROP_AREAS.encode())
    return [(row[0], row[1], row[2], row[3]) for row in await cursor.fetchall()]


async def backdrop_settlements(read: ReadConnection) -> list[tuple[str, str, int, float, float]]:
    cursor = await read.execute(_BACKDROP_SETTLEMENTS)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in await cursor.fetchall()]


async def backdrop_attributions(read: ReadConnection) -> list[str]:
    """Whom the outlines are owed to."""
    cursor = await read.execute(_BACKDROP_SOURCES)
    return [row[0] for row in await cursor.fetchall()]
