"""Ways to sign in, and how often each may be tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts import letters, service, settling
from api.accounts.letters import Site
from api.accounts.passwords import check_password
from api.models import Person
from api.settings import Settings
from api.tickets.service import end_tickets, look_at_ticket, make_ticket, use_ticket

WITHIN: Final = timedelta(minutes=15)
MOST_AN_ACCOUNT: Final = 8
MOST_AN_ADDRESS: Final = 40
MOST_LETTERS: Final = 4
LINK_LASTS: Final = timedelta(minutes=15)
WRONG: Final = "That e-mail address and password do not go together. Check both and try again."
TOO_OFTEN: Final = "That was tried too often. Wait a quarter of an hour, or ask for a link by e-mail."
TOO_MANY_LETTERS: Final = (
    "That was asked for too often. Look in your mail, or try again in a quarter of an hour."
)

Wanted = Literal["sign_in", "reset"]


@dataclass(frozen=True)
class Tried:
    """`person` None: `problem` says why, and `status` is the reply's."""

    person: Person | None = None
    problem: str = ""
    status: int = 200


def try_password(
    session: Session, settings: Settings, *, email: str, password: str, address: str, now: datetime
) -> Tried:
    """Nothing tells whether there is such an account: not the words, not the time, not the counting."""
    key = service.email_key(email)
    if tried_too_often(session, settings, "sign in", account=key, address=address, now=now):
        return Tried(problem=TOO_OFTEN, status=429)
    person = service.find_person(session, email)
    stored = person.password_hash if person and may_come_in(person, settings) else None
    if not check_password(password, stored):
        return Tried(problem=WRONG, status=422)
    return Tried(person)


def may_come_in(person: Person, settings: Settings) -> bool:
    """Not when the account is closed. Passwords of example people are printed for all to see, so where the
    directory is real they open nothing."""
    return person.closed_at is None and not (person.is_example and settings.environment == "production")


def tried_too_often(
    session: Session,
    settings: Settings,
    what: str,
    *,
    account: str,
    address: str,
    now: datetime,
    most: int = MOST_AN_ACCOUNT,
) -> bool:
    """Counts this try against the account and against the network address it comes from."""
    by_account = service.too_many(session, settings, what, account, most=most, within=WITHIN, now=now)
    by_address = service.too_many(
        session, settings, what, address, most=MOST_AN_ADDRESS, within=WITHIN, now=now
    )
    return by_account or by_address


def ask_letter(
    session: Session,
    settings: Settings,
    site: Site,
    wanted: Wanted,
    *,
    email: str,
    address: str,
    now: datetime,
) -> str | None:
    """Write a letter with a way in, where there is such an account. Returns what is wrong, or None: the same
    whoever asks for whom."""
    key = service.email_key(email)
    if tried_too_often(
        session, settings, f"letter {wanted}", account=key, address=address, now=now, most=MOST_LETTERS
    ):
        return TOO_MANY_LETTERS
    person = service.find_person(session, email)
    if person is None or not may_come_in(person, settings):
        return None
    if wanted == "sign_in":
        _send_link(session, person, site, now=now)
    else:
        settling.send_reset(session, person, site, now=now)
    return None


def _send_link(session: Session, person: Person, site: Site, *, now: datetime) -> None:
    end_tickets(session, "sign_in", now=now, person_id=person.id)
    token = make_ticket(session, "sign_in", lasts=LINK_LASTS, now=now, person_id=person.id)
    letters.send_sign_in_link(session, person, site, token)


def look_at_link(session: Session, token: str, *, now: datetime) -> None:
    """Raises NotFound when it opens nothing."""
    look_at_ticket(session, token, "sign_in", now=now)


def use_link(session: Session, settings: Settings, token: str, *, now: datetime) -> Person:
    """Who it lets in. Raises NotFound."""
    ticket = use_ticket(session, token, "sign_in", now=now)
    return get_who_may_come_in(session, settings, ticket.person_id)


def get_who_may_come_in(session: Session, settings: Settings, person_id: UUID | None) -> Person:
    """Raises NotFound when the account was closed since."""
    person = service.get_open_person(session, person_id)
    if not may_come_in(person, settings):
        raise service.no_account()
    return person
