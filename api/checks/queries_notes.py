"""SQL of what came back from those who run an entry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.models import Entry, OwnerNote


@dataclass(frozen=True)
class ListedNote:
    note_id: UUID
    entry_id: UUID
    slug: str
    name: str
    entry_kind: str
    kind: str
    words: str | None
    made_at: datetime


def list_waiting(session: Session, *, areas: Collection[str] | None, most: int) -> list[ListedNote]:
    """`areas` None is everywhere."""
    wanted = (
        select(
            OwnerNote.id, Entry.id, Entry.slug, Entry.name, Entry.kind, OwnerNote.kind, OwnerNote.words,
            OwnerNote.made_at,
        )
        .join(Entry, Entry.id == OwnerNote.entry_id)
        .where(OwnerNote.state == "waiting")
    )  # fmt: skip
    if areas is not None:
        wanted = wanted.where(OwnerNote.area_codes.bool_op("&&")(list(areas)))
    rows = session.execute(wanted.order_by(OwnerNote.made_at, OwnerNote.id).limit(most))
    return [ListedNote(*row) for row in rows]


def waiting_of(session: Session, entry_id: UUID) -> Sequence[OwnerNote]:
    wanted = select(OwnerNote).where(OwnerNote.entry_id == entry_id, OwnerNote.state == "waiting")
    return session.scalars(wanted.order_by(OwnerNote.made_at)).all()


def find_waiting(session: Session, note_id: UUID) -> OwnerNote | None:
    wanted = select(OwnerNote).where(OwnerNote.id == note_id, OwnerNote.state == "waiting")
    return session.scalars(wanted.with_for_update()).one_or_none()


def settle(session: Session, entry_id: UUID, kinds: Collection[str], *, by: str, now: datetime) -> None:
    session.execute(
        update(OwnerNote)
        .where(OwnerNote.entry_id == entry_id, OwnerNote.kind.in_(kinds), OwnerNote.state == "waiting")
        .values(state="done", decided_at=now, decided_by=by)
    )
