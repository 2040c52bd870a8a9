"""Ways to sign in, and how often each may be tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from api.accounts import service
from api.accounts.passwords import check_password
from api.models import Person
from api.secrets import keyed_hash
from api.settings import Settings

WITHIN: Final = timedelta(minutes=15)
MOST_AN_ACCOUNT: Final = 8
MOST_AN_ADDRESS: Final = 40
WRONG: Final = "That e-mail address and password do not go together. Check both and try again."
TOO_OFTEN: Final = "That was tried too often. Wait a quarter of an hour, or ask for a link by e-mail."


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
    if _tried_too_often(session, settings, email=email, address=address, now=now):
        return Tried(problem=TOO_OFTEN, status=429)
    person = service.find_person(session, email)
    stored = person.password_hash if person and person.closed_at is None else None
    if not check_password(password, stored):
        return Tried(problem=WRONG, status=422)
    return Tried(person)


def _tried_too_often(
    session: Session, settings: Settings, *, email: str, address: str, now: datetime
) -> bool:
    account = keyed_hash(settings, "attempt", service.email_key(email))
    place = keyed_hash(settings, "attempt", address)
    by_account = service.too_many(session, "sign in", account, most=MOST_AN_ACCOUNT, within=WITHIN, now=now)
    by_address = service.too_many(session, "sign in", place, most=MOST_AN_ADDRESS, within=WITHIN, now=now)
    return by_account or by_address
