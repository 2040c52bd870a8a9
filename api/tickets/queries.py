"""SQL of tickets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.models import Ticket


def _good(token_hash: bytes, purpose: str, now: datetime) -> tuple[object, ...]:
    return (
        Ticket.token_hash == token_hash,
        Ticket.purpose == purpose,
        Ticket.used_at.is_(None),
        Ticket.expires_at > now,
    )


def find_ticket(session: Session, token_hash: bytes, purpose: str, *, now: datetime) -> Ticket | None:
    return session.scalars(select(Ticket).where(*_good(token_hash, purpose, now))).one_or_none()  # type: ignore[arg-type]


def use_ticket(session: Session, token_hash: bytes, purpose: str, *, now: datetime) -> Ticket | None:
    """Marked as used in the same step: of two that come at once, one gets it."""
    used = update(Ticket).where(*_good(token_hash, purpose, now)).values(used_at=now).returning(Ticket)  # type: ignore[arg-type]
    return session.scalars(used).one_or_none()


def end_tickets(
    session: Session, purpose: str, *, person_id: UUID | None, entry_id: UUID | None, now: datetime
) -> None:
    """Those still open of this purpose, of a person or of an entry."""
    of = Ticket.person_id == person_id if person_id else Ticket.entry_id == entry_id
    session.execute(
        update(Ticket).where(Ticket.purpose == purpose, of, Ticket.used_at.is_(None)).values(used_at=now)
    )


def forget_tickets(session: Session, *, before: datetime) -> None:
    session.execute(delete(Ticket).where(Ticket.expires_at < before))
