"""SQL of the editor: what stands beside a draft, the history of an entry, and entries one may edit."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.editing.schemas import Listed, PlaceRow, Wanted
from api.models import EditDraft, Person, Revision, Term
from geo import sql

_PLACE = f"""
SELECT {sql.lon("p.point")}, {sql.lat("p.point")}, p.precision, p.located_by, p.locate_failure,
  (SELECT count(*) FROM directory.entry o WHERE o.place_id = p.id AND o.id <> e.id)
FROM directory.entry e JOIN directory.place p ON p.id = e.place_id WHERE e.id = :id
"""
_MINE = """
  (CAST(:everywhere AS boolean) OR e.id IN (
    SELECT a.entry_id FROM directory.entry_area a WHERE a.area_code = ANY (:areas)))
"""
_WANTED = f"""
FROM directory.entry e LEFT JOIN directory.place p ON p.id = e.place_id
WHERE {_MINE}
  AND (:words = '' OR e.name ILIKE :like OR p.town ILIKE :like OR e.slug = :words
       OR word_similarity(:words, e.name) >= 0.45)
  AND (:kind = '' OR e.kind = :kind)
  AND (:state = '' OR e.state = :state)
  AND (:stage = '' OR e.stage = :stage)
  AND (:area = '' OR e.id IN (SELECT a.entry_id FROM directory.entry_area a WHERE a.area_code = :area))
"""
_COUNT = f"SELECT count(*) {_WANTED}"
_LIST = f"""
SELECT e.id, e.slug, e.name, e.kind, e.state, e.stage, p.town, e.updated_at,
  (SELECT max(c.checked_on) FROM directory.entry_check c WHERE c.entry_id = e.id),
  EXISTS (SELECT FROM directory.edit_draft d WHERE d.entry_id = e.id AND d.person_id = :person)
{_WANTED}
ORDER BY CASE WHEN :words = '' THEN 0 ELSE word_similarity(:words, e.name) END DESC, e.name, e.id
LIMIT :limit OFFSET :offset
"""
_NAMES = """
SELECT slug, name FROM directory.entry WHERE slug = ANY (:slugs)
UNION SELECT o.slug, e.name FROM directory.old_slug o JOIN directory.entry e ON e.id = o.entry_id
WHERE o.slug = ANY (:slugs)
"""


def read_place(session: Session, entry_id: UUID) -> PlaceRow | None:
    row = session.execute(text(_PLACE), {"id": entry_id}).one_or_none()
    return PlaceRow(*row) if row else None


def list_revisions(session: Session, entry_id: UUID) -> list[tuple[Revision, str | None]]:
    """Newest first, each with the name of who made it."""
    rows = session.execute(
        select(Revision, Person.name)
        .outerjoin(Person, Person.id == Revision.person_id)
        .where(Revision.entry_id == entry_id)
        .order_by(Revision.version.desc())
    )
    return [(row[0], row[1]) for row in rows]


def list_entries(
    session: Session,
    wanted: Wanted,
    *,
    areas: Collection[str] | None,
    person: UUID,
    limit: int,
    offset: int,
) -> tuple[int, list[Listed]]:
    """(how many in all, those of one page). `areas` None is everywhere."""
    like = f"%{_escaped(wanted.words)}%"
    values = {
        "everywhere": areas is None,
        "areas": list(areas or ()),
        "words": wanted.words,
        "like": like,
        "kind": wanted.kind,
        "state": wanted.state,
        "stage": wanted.stage,
        "area": wanted.area,
    }
    total = session.execute(text(_COUNT), values).scalar_one()
    rows = session.execute(text(_LIST), values | {"person": person, "limit": limit, "offset": offset})
    return total, [Listed(*row) for row in rows]


def names_of(session: Session, slugs: Collection[str]) -> dict[str, str]:
    """Names of entries by the slug they have or once had."""
    rows = session.execute(text(_NAMES), {"slugs": list(slugs)})
    return {row.slug: row.name for row in rows}


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def list_terms(session: Session) -> list[tuple[str, str, str]]:
    """(scheme, code, label) in the order of the taxonomy."""
    rows = session.execute(
        select(Term.scheme, Term.code, Term.label)
        .where(Term.scheme.in_(("need", "audience")))
        .order_by(Term.scheme, Term.position)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def find_draft(session: Session, person: UUID, entry_id: UUID | None) -> EditDraft | None:
    return session.scalar(
        select(EditDraft).where(
            EditDraft.person_id == person, EditDraft.entry_id.is_not_distinct_from(entry_id)
        )
    )


def put_draft(
    session: Session,
    person: UUID,
    entry_id: UUID | None,
    *,
    document: dict[str, Any],
    base_version: int,
    saved_at: datetime,
) -> None:
    values = {"document": document, "base_version": base_version, "saved_at": saved_at}
    new = insert(EditDraft).values(person_id=person, entry_id=entry_id, **values)
    session.execute(new.on_conflict_do_update(index_elements=["person_id", "entry_id"], set_=values))


def drop_draft(session: Session, person: UUID, entry_id: UUID | None) -> None:
    session.execute(
        delete(EditDraft).where(
            EditDraft.person_id == person, EditDraft.entry_id.is_not_distinct_from(entry_id)
        )
    )
