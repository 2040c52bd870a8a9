"""What is forgotten about people, and when: nothing is kept longer than it is of use to them."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from api.accounts import queries
from api.mail.service import forget_letters
from api.tickets.service import forget_tickets

# A try counts for a quarter of an hour; a day leaves room for other counts.
ATTEMPTS: Final = timedelta(days=1)
TICKETS: Final = timedelta(days=7)
LETTERS: Final = timedelta(days=30)
EVENTS: Final = timedelta(days=730)


def forget_old(session: Session, *, now: datetime) -> None:
    """Tries, links and sign-ins that ran out, letters about accounts, and what happened two years ago."""
    queries.forget_attempts(session, before=now - ATTEMPTS)
    forget_tickets(session, before=now - TICKETS)
    queries.forget_sign_ins(session, now=now)
    forget_letters(session, before=now - LETTERS)
    queries.forget_events(session, before=now - EVENTS)
