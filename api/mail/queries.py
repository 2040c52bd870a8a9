"""SQL of mail that waits, was sent, or will not be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.models import Mail


def add_mail(session: Session, values: dict[str, Any]) -> bool:
    """False when a mail of the same key is there already."""
    written = insert(Mail).values(values).on_conflict_do_nothing(index_elements=["key"]).returning(Mail.id)
    return session.scalars(written).one_or_none() is not None


def delete_unsent(session: Session, key: str) -> None:
    session.execute(delete(Mail).where(Mail.key == key, Mail.sent_at.is_(None)))


def forget_reader(session: Session, keys: Sequence[str], *, why: str) -> None:
    """`why` takes the place of the address, and holds those that were not sent."""
    unsent = case((Mail.sent_at.is_(None), func.coalesce(Mail.held, why)), else_=Mail.held)
    session.execute(update(Mail).where(Mail.key.in_(keys)).values(to_address=why, held=unsent))


def take_waiting(session: Session, *, now: datetime, most: int) -> Sequence[Mail]:
    """The oldest due, locked: two workers never hold the same one."""
    wanted = (
        select(Mail)
        .where(Mail.sent_at.is_(None), Mail.held.is_(None), Mail.bounced_at.is_(None), Mail.next_at <= now)
        .order_by(Mail.next_at, Mail.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(wanted).all()


def list_newest(session: Session, most: int) -> Sequence[Mail]:
    return session.scalars(select(Mail).order_by(Mail.made_at.desc(), Mail.id).limit(most)).all()


def find_mail(session: Session, mail_id: UUID) -> Mail | None:
    return session.get(Mail, mail_id)


def forget_letters(session: Session, purposes: Sequence[str], *, before: datetime) -> None:
    session.execute(delete(Mail).where(Mail.purpose.in_(purposes), Mail.made_at < before))
