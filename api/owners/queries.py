"""SQL of owners: who runs which entry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.models import Entry, Owner, Person

_PUBLIC = "SELECT id, name, is_example FROM face.entries WHERE slug = :slug"
_IS_PUBLIC = "SELECT EXISTS (SELECT FROM face.entries WHERE id = :id)"
_LISTED = """
SELECT o.id, o.entry_id, e.slug, e.name, p.email, o.trusted, o.made_at
FROM directory.owner o
JOIN directory.entry e ON e.id = o.entry_id JOIN directory.person p ON p.id = o.person_id
WHERE o.ended_at IS NULL AND (CAST(:mine AS text[]) IS NULL OR o.entry_id IN (
  SELECT a.entry_id FROM directory.entry_area a WHERE a.area_code = ANY (CAST(:mine AS text[]))))
ORDER BY e.name, p.email LIMIT :most
"""


@dataclass(frozen=True)
class ListedOwner:
    owner_id: UUID
    entry_id: UUID
    slug: str
    name: str
    email: str
    trusted: bool
    made_at: datetime


def find_public(session: Session, slug: str) -> tuple[UUID, str, bool] | None:
    """(id, name, whether it is an example) of an entry that the public sees."""
    row = session.execute(text(_PUBLIC), {"slug": slug}).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def is_public(session: Session, entry_id: UUID) -> bool:
    return bool(session.scalar(text(_IS_PUBLIC), {"id": entry_id}))


def owners_of(session: Session, entry_id: UUID) -> list[Owner]:
    """Those who run it now."""
    return list(session.scalars(select(Owner).where(Owner.entry_id == entry_id, Owner.ended_at.is_(None))))


def ended_before(session: Session, entry_id: UUID, person_id: UUID) -> bool:
    """Whether somebody has taken this entry away from them."""
    ended = select(Owner.id).where(
        Owner.entry_id == entry_id, Owner.person_id == person_id, Owner.ended_at.is_not(None)
    )
    return session.scalar(ended.limit(1)) is not None


def entries_of(session: Session, person_id: UUID) -> Sequence[Any]:
    """(id, name) of the entries they run."""
    wanted = select(Entry.id, Entry.name).join(Owner, Owner.entry_id == Entry.id)
    mine = wanted.where(Owner.person_id == person_id, Owner.ended_at.is_(None), Entry.stage == "published")
    return session.execute(mine.order_by(Entry.name)).all()


def find_owner(session: Session, owner_id: UUID) -> Owner | None:
    wanted = select(Owner).where(Owner.id == owner_id, Owner.ended_at.is_(None))
    return session.scalars(wanted.with_for_update()).one_or_none()


def list_owners(session: Session, *, mine: Collection[str] | None, most: int) -> list[ListedOwner]:
    """`mine` None is everywhere."""
    values = {"mine": None if mine is None else list(mine), "most": most}
    return [ListedOwner(*row) for row in session.execute(text(_LISTED), values)]


def hold_person(session: Session, person_id: UUID) -> None:
    """Two links of one person that are opened at once make one owner."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
