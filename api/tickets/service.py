"""Making a ticket, looking at it, and using it up."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import NotFound
from api.models import Ticket
from api.secrets import new_token, token_hash
from api.tickets import queries

Purpose = Literal["sign_in", "invite", "reset", "still_right", "claim", "outcome"]
SPENT: Final = "This link has been used, has run out, or is not whole. Ask for a new one."


def make_ticket(
    session: Session,
    purpose: Purpose,
    *,
    lasts: timedelta,
    now: datetime,
    person_id: UUID | None = None,
    entry_id: UUID | None = None,
    **data: Any,
) -> str:
    """A new ticket, bound to a person, an entry, or both; returns the secret for its address. `data` is kept
    with it and must be JSON."""
    token = new_token()
    session.add(
        Ticket(
            token_hash=token_hash(token), purpose=purpose, person_id=person_id, entry_id=entry_id, data=data,
            made_at=now, expires_at=now + lasts,
        )
    )  # fmt: skip
    session.flush()
    return token


def look_at_ticket(session: Session, token: str, purpose: Purpose, *, now: datetime) -> Ticket:
    """What it is for, without using it: a mail scanner that opens every link must not spend it. Raises
    NotFound."""
    ticket = queries.find_ticket(session, token_hash(token), purpose, now=now)
    if ticket is None:
        raise NotFound(SPENT)
    return ticket


def use_ticket(session: Session, token: str, purpose: Purpose, *, now: datetime) -> Ticket:
    """Use it up. Raises NotFound, also for the second of two that come at once."""
    ticket = queries.use_ticket(session, token_hash(token), purpose, now=now)
    if ticket is None:
        raise NotFound(SPENT)
    return ticket


def end_tickets(
    session: Session,
    purpose: Purpose,
    *,
    now: datetime,
    person_id: UUID | None = None,
    entry_id: UUID | None = None,
) -> None:
    """End those still open: a new one was sent, or there is nothing to open any more. Give one of the two."""
    if (person_id is None) == (entry_id is None):
        raise ValueError("give a person or an entry")
    queries.end_tickets(session, purpose, person_id=person_id, entry_id=entry_id, now=now)


def forget_tickets(session: Session, *, before: datetime) -> None:
    """Those that ran out before then, used or not."""
    queries.forget_tickets(session, before=before)
