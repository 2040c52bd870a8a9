"""Reading and writing an entry's rows."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.models import Area, Entry, Link, OldSlug, Organisation, OutboxRow, Place, Revision
from geo import sql


def find_entry(session: Session, *, entry_id: UUID) -> Entry | None:
    """The entry, held until the transaction ends: a second editor waits, then sees what the first saved."""
    return session.get(Entry, entry_id, with_for_update=True)


def find_by_slug(session: Session, slug: str) -> Entry | None:
    return session.scalar(select(Entry).where(Entry.slug == slug))


def ids_by_slug(session: Session, slugs: set[str]) -> dict[str, UUID]:
    """Entries by the slugs they have, or else once had: a source may still know one by its old address."""
    once = session.execute(select(OldSlug.slug, OldSlug.entry_id).where(OldSlug.slug.in_(slugs)))
    now = session.execute(select(Entry.slug, Entry.id).where(Entry.slug.in_(slugs)))
    return {row[0]: row[1] for row in [*once, *now]}


def taken_slugs(session: Session, base: str) -> set[str]:
    """Slugs that are `base` or `base` with a number, also those that only redirect now."""
    pattern = f"^{base}(-[0-9]+)?$"
    now = session.scalars(select(Entry.slug).where(Entry.slug.regexp_match(pattern)))
    once = session.scalars(select(OldSlug.slug).where(OldSlug.slug.regexp_match(pattern)))
    return {*now, *once}


def find_organisation(session: Session, name_key: str) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.name_key == name_key))


def find_place(session: Session, place_key: str) -> Place | None:
    return session.scalar(select(Place).where(Place.place_key == place_key))


def others_use_place(session: Session, place_id: UUID, *, entry_id: UUID) -> bool:
    others = select(Entry.id).where(Entry.place_id == place_id, Entry.id != entry_id)
    return session.scalar(others.limit(1)) is not None


def ids_showing(session: Session, shared: set[UUID]) -> list[UUID]:
    """Entries at one of these places or run by one of these organisations."""
    shown = or_(Entry.place_id.in_(shared), Entry.organisation_id.in_(shared))
    return list(session.scalars(select(Entry.id).where(shown)))


def known_areas(session: Session, codes: set[str]) -> set[str]:
    return set(session.scalars(select(Area.code).where(Area.code.in_(codes))))


def latest_document(session: Session, entry_id: UUID) -> dict[str, Any] | None:
    return session.scalar(
        select(Revision.document)
        .where(Revision.entry_id == entry_id)
        .order_by(Revision.version.desc())
        .limit(1)
    )


def next_version(session: Session, entry_id: UUID) -> int:
    newest = session.scalar(select(func.max(Revision.version)).where(Revision.entry_id == entry_id))
    return (newest or 0) + 1


def links_from(session: Session, entry_id: UUID) -> list[Link]:
    return list(session.scalars(select(Link).where(Link.from_id == entry_id)))


def forget_old_slug(session: Session, slug: str) -> None:
    row = session.get(OldSlug, slug)
    if row is not None:
        session.delete(row)


def add_outbox_row(session: Session, entry_id: UUID) -> None:
    session.add(OutboxRow(entry_id=entry_id))


_DETAIL = "SELECT id::text, detail, sessions FROM face.entries WHERE {column} = %(value)s"
_OLD_SLUG = """
SELECT e.slug FROM face.old_slugs o JOIN face.entries e ON e.id = o.entry_id WHERE o.slug = %(value)s
"""
_LINKS = """
SELECT l.type, e.slug, e.name, e.kind, l.note, l.direction FROM (
  SELECT type, to_id AS other, note, 'to' AS direction FROM face.links WHERE from_id = %(id)s
  UNION ALL SELECT type, from_id, note, 'from' FROM face.links WHERE to_id = %(id)s) l
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


async def read_detail(read: ReadConnection, *, column: str, value: str) -> tuple[str, str, str] | None:
    """(id, detail JSON, sessions JSON) of one public entry; `column` is `id` or `slug`."""
    if column not in ("id", "slug"):
        raise ValueError(column)
    cursor = await read.execute(_DETAIL.format(column=column).encode(), {"value": value})
    row = await cursor.fetchone()
    return (row[0], row[1], row[2]) if row else None


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
