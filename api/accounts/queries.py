"""SQL of people, of browsers that are signed in, and of how often something was tried."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session, selectinload

from api.models import AccountEvent, ApiToken, Attempt, Person, SignIn

_SEEN = """
UPDATE directory.sign_in SET seen_at = :now
WHERE token_hash = :hash AND seen_at < CAST(:now AS timestamptz) - interval '5 minutes'
"""


def find_person(session: Session, person_id: UUID) -> Person | None:
    return session.get(Person, person_id, options=[selectinload(Person.grants)])


def find_person_by_email(session: Session, email_key: str) -> Person | None:
    wanted = select(Person).where(Person.email_key == email_key).options(selectinload(Person.grants))
    return session.scalars(wanted).one_or_none()


def find_signed_in(session: Session, token_hash: bytes, *, now: datetime) -> Person | None:
    """The person behind a cookie, when it has not run out and the account is open."""
    wanted = (
        select(Person)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(SignIn.token_hash == token_hash, SignIn.expires_at > now, Person.closed_at.is_(None))
        .options(selectinload(Person.grants))
    )
    person = session.scalars(wanted).one_or_none()
    if person is not None:
        session.execute(text(_SEEN), {"hash": token_hash, "now": now})
    return person


def find_token_holder(
    session: Session, token_hash: bytes, *, now: datetime
) -> tuple[Person, list[str]] | None:
    """The person a partner's key acts for, and its scopes."""
    wanted = (
        select(Person, ApiToken)
        .join(ApiToken, ApiToken.person_id == Person.id)
        .where(
            ApiToken.token_hash == token_hash,
            ApiToken.expires_at > now,
            ApiToken.ended_at.is_(None),
            Person.closed_at.is_(None),
        )
        .options(selectinload(Person.grants))
    )
    row = session.execute(wanted).one_or_none()
    if row is None:
        return None
    person, token = row
    token.seen_at = now
    return person, list(token.scopes)


def end_sign_ins(session: Session, person_id: UUID, *, but: bytes | None = None) -> int:
    """End every browser of a person, all `but` one."""
    gone = delete(SignIn).where(SignIn.person_id == person_id)
    if but is not None:
        gone = gone.where(SignIn.token_hash != but)
    return len(session.scalars(gone.returning(SignIn.person_id)).all())


def end_sign_in(session: Session, token_hash: bytes) -> None:
    session.execute(delete(SignIn).where(SignIn.token_hash == token_hash))


def add_event(session: Session, person_id: UUID, what: str, detail: dict[str, Any], by: UUID | None) -> None:
    session.add(AccountEvent(person_id=person_id, what=what, detail=detail, made_by=by))


def act_as(session: Session, person_id: UUID) -> None:
    """For this transaction alone."""
    session.execute(text("SELECT set_config('hereabouts.person', :id, true)"), {"id": str(person_id)})


def count_attempts(session: Session, what: str, subject: str, *, since: datetime) -> int:
    wanted = select(func.count()).where(
        Attempt.what == what, Attempt.subject == subject, Attempt.made_at > since
    )
    return session.scalar(wanted) or 0


def add_attempt(session: Session, what: str, subject: str, *, at: datetime) -> None:
    session.add(Attempt(what=what, subject=subject, made_at=at))
    session.flush()


def forget_attempts(session: Session, *, before: datetime) -> None:
    session.execute(delete(Attempt).where(Attempt.made_at < before))
