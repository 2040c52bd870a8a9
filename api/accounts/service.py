"""People and what they may do: adding them, giving roles, and knowing who is asking."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts import queries
from api.errors import BadInput, FieldProblem, NotFound
from api.models import AccountEvent, Person, PersonRole, SignIn
from api.permissions import Actor, Grant, Role, Scope
from api.secrets import keyed_hash, new_token, token_hash
from api.settings import Settings
from api.tickets.service import end_tickets

# A working day at a desk, then again; a week of not coming back ends it in any case.
SIGNED_IN_FOR: Final = timedelta(days=7)
BROWSER_WORDS: Final = 200
LONGEST_NAME: Final = 80
# Whether it is one is for the letter to find out; this keeps out what would break a letter's head.
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+@[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+")


def email_key(email: str) -> str:
    """How addresses are compared."""
    return email.strip().casefold()


def add_person(
    session: Session, *, email: str, name: str = "", by: UUID | None = None, is_example: bool = False
) -> Person:
    """A new account, or a closed one opened again, with no way to sign in yet. Raises BadInput when the
    address is none or has an open one."""
    email = email.strip()
    if not _ADDRESS.fullmatch(email) or len(email) > 254:
        raise _bad_email(f"“{email}” is not an e-mail address. It looks like name@example.org.")
    known = queries.find_person_by_email(session, email_key(email))
    if known is not None and known.closed_at is not None:
        return _open_again(session, known, email=email, name=name, by=by)
    if known is not None:
        raise _bad_email(f"{email} has an account already.")
    person = Person(
        email=email, email_key=email_key(email), name=name or email.split("@")[0], is_example=is_example
    )
    session.add(person)
    session.flush()
    note_event(session, person.id, "account made", by=by)
    return person


def _open_again(session: Session, person: Person, *, email: str, name: str, by: UUID | None) -> Person:
    person.closed_at, person.email, person.name = None, email, name or person.name
    session.flush()
    note_event(session, person.id, "account opened again", by=by)
    return person


def _bad_email(message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field="email", message=message)])


def give_role(
    session: Session, person: Person, role: Role, *, area: str | None, by: UUID | None = None
) -> None:
    """Once more changes nothing. Whether the giver may is the caller's question (`may_give_role`)."""
    if any((grant.role, grant.area_code) == (role, area) for grant in person.grants):
        return
    person.grants.append(PersonRole(role=role, area_code=area))
    session.flush()
    note_event(session, person.id, "role given", by=by, role=role, area=area)


def take_role(
    session: Session, person: Person, role: Role, *, area: str | None, by: UUID | None = None
) -> None:
    """Raises NotFound when they do not have it."""
    for grant in person.grants:
        if (grant.role, grant.area_code) == (role, area):
            person.grants.remove(grant)
            session.flush()
            note_event(session, person.id, "role taken away", by=by, role=role, area=area)
            return
    raise NotFound("They do not have that role there.")


def find_person(session: Session, email: str) -> Person | None:
    return queries.find_person_by_email(session, email_key(email))


def get_open_person(session: Session, person_id: UUID | None) -> Person:
    """Raises NotFound, also when the account was closed."""
    person = queries.find_person(session, person_id) if person_id else None
    if person is None or person.closed_at is not None:
        raise no_account()
    return person


def no_account() -> NotFound:
    return NotFound("There is no such account any more. Ask your coordinator.")


def get_person_by_email(session: Session, email: str) -> Person:
    """Raises NotFound."""
    person = find_person(session, email)
    if person is None or person.closed_at is not None:
        raise NotFound(f"Nobody with the address {email} has an account.")
    return person


def rename(session: Session, person: Person, name: str) -> None:
    """What the people they work with see. Raises BadInput."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        message = f"Write the name you are known by, in at most {LONGEST_NAME} letters."
        raise BadInput(message, errors=[FieldProblem(field="name", message=message)])
    if name != person.name:
        person.name = name
        note_event(session, person.id, "name changed")


def close_account(session: Session, person: Person, *, now: datetime, by: UUID | None = None) -> None:
    """Nothing opens it any more and its roles are gone. The row stays: what they saved is still theirs."""
    for grant in list(person.grants):
        person.grants.remove(grant)
    person.password_hash = person.totp_secret = person.totp_on_at = person.totp_last_step = None
    person.oidc_subject = None
    person.closed_at = now
    session.flush()
    queries.end_sign_ins(session, person.id)
    queries.end_keys(session, person.id, now=now)
    queries.keep_recovery_codes(session, person.id, [])
    for purpose in ("invite", "reset", "sign_in"):
        end_tickets(session, purpose, now=now, person_id=person.id)
    note_event(session, person.id, "account closed", by=by)


def open_sign_in(session: Session, person: Person, *, how: str, browser: str | None, now: datetime) -> str:
    """Sign a browser in; returns the secret for its cookie. Always a new one: a cookie somebody was given
    before they signed in is worth nothing."""
    token = new_token()
    session.add(
        SignIn(
            token_hash=token_hash(token),
            person_id=person.id,
            how=how,
            browser=browser[:BROWSER_WORDS] if browser else None,
            made_at=now,
            seen_at=now,
            expires_at=now + SIGNED_IN_FOR,
        )
    )
    session.flush()
    note_event(session, person.id, "signed in", how=how)
    return token


def end_sign_in(session: Session, token: str) -> None:
    queries.end_sign_in(session, token_hash(token))


def end_all_sign_ins(
    session: Session, person_id: UUID, *, but: str | None = None, by: UUID | None = None
) -> int:
    """Sign out everywhere, all `but` the browser with this cookie; how many that were."""
    ended = queries.end_sign_ins(session, person_id, but=token_hash(but) if but else None)
    note_event(session, person_id, "signed out everywhere", by=by)
    return ended


def find_actor(session: Session, token: str, *, now: datetime) -> Actor | None:
    """Who the cookie's secret belongs to; None when it has run out or was never ours."""
    person = queries.find_signed_in(session, token_hash(token), now=now)
    return as_actor(person) if person else None


def find_token_actor(session: Session, token: str, *, now: datetime) -> Actor | None:
    """Who a partner's key acts for, bound to its scopes."""
    found = queries.find_token_holder(session, token_hash(token), now=now)
    if found is None:
        return None
    person, scopes = found
    return as_actor(person, scopes=frozenset(cast("list[Scope]", scopes)))


def as_actor(person: Person, *, scopes: frozenset[Scope] | None = None) -> Actor:
    grants = tuple(Grant(cast("Role", one.role), one.area_code) for one in person.grants)
    return Actor(person.id, person.name, person.email, grants, scopes, person.is_example)


def list_browsers(session: Session, person_id: UUID, *, now: datetime) -> Sequence[SignIn]:
    """Those signed in, the last used first."""
    return queries.list_sign_ins(session, person_id, now=now)


def list_events(session: Session, person_id: UUID, *, most: int) -> Sequence[tuple[AccountEvent, str | None]]:
    """What happened to the account, the newest first, each with the name of who did it when that was
    somebody else."""
    return queries.list_events(session, person_id, most=most)


def act_as(session: Session, actor: Actor) -> None:
    """What is saved in this transaction was done by them: revisions keep it, for curators to see."""
    queries.act_as(session, actor.id)


def note_event(
    session: Session, person_id: UUID, what: str, *, by: UUID | None = None, **detail: Any
) -> None:
    """Write down what happened to an account, for its owner to read."""
    queries.add_event(session, person_id, what, detail, by)


def too_many(
    session: Session,
    settings: Settings,
    what: str,
    who: str,
    *,
    most: int,
    within: timedelta,
    now: datetime,
) -> bool:
    """Whether this was tried `most` times `within` this time already; if not, this try is counted. Of `who`,
    an account or a network address, only a keyed hash is kept. Tries that come at once are counted one after
    the other."""
    subject = keyed_hash(settings, "attempt", who)
    queries.take_turn(session, f"{what} {subject}")
    if queries.count_attempts(session, what, subject, since=now - within) >= most:
        return True
    queries.add_attempt(session, what, subject, at=now)
    return False
