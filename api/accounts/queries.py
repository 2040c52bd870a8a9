"""SQL of people, of browsers that are signed in, and of how often something was tried."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased, selectinload

from api.models import AccountEvent, ApiToken, Attempt, Person, RecoveryCode, SignIn

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
    """At the time it is, not the transaction's: what was done together keeps its order."""
    at = func.clock_timestamp()
    session.add(AccountEvent(person_id=person_id, what=what, detail=detail, made_by=by, made_at=at))
    session.flush()


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


def take_turn(session: Session, what: str) -> None:
    """Until this transaction ends, others who ask for the same turn wait."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})


def list_sign_ins(session: Session, person_id: UUID, *, now: datetime) -> Sequence[SignIn]:
    wanted = select(SignIn).where(SignIn.person_id == person_id, SignIn.expires_at > now)
    return session.scalars(wanted.order_by(SignIn.seen_at.desc())).all()


def list_events(session: Session, person_id: UUID, *, most: int) -> Sequence[tuple[AccountEvent, str | None]]:
    other = aliased(Person)
    wanted = (
        select(AccountEvent, other.name)
        .outerjoin(other, (other.id == AccountEvent.made_by) & (other.id != person_id))
        .where(AccountEvent.person_id == person_id)
        .order_by(AccountEvent.made_at.desc(), AccountEvent.id)
        .limit(most)
    )
    return [(event, name) for event, name in session.execute(wanted)]


def keep_recovery_codes(session: Session, person_id: UUID, hashes: Sequence[str]) -> None:
    """These and no others."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.add_all(RecoveryCode(person_id=person_id, code_hash=one) for one in hashes)
    session.flush()


def count_recovery_codes(session: Session, person_id: UUID) -> int:
    wanted = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return session.scalar(wanted) or 0


def use_recovery_code(session: Session, person_id: UUID, code_hash: str, *, now: datetime) -> bool:
    """Marked as used in the same step: of two that come at once, one gets it."""
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.code_hash)
    )
    return session.scalars(used).one_or_none() is not None


def take_totp_step(session: Session, person_id: UUID, step: int) -> bool:
    """False when a code of this step or a later one was taken before."""
    newer = or_(Person.totp_last_step.is_(None), Person.totp_last_step < step)
    taken = (
        update(Person).where(Person.id == person_id, newer).values(totp_last_step=step).returning(Person.id)
    )
    return session.scalars(taken).one_or_none() is not None


def list_keys(session: Session, person_id: UUID, *, now: datetime) -> Sequence[ApiToken]:
    wanted = select(ApiToken).where(
        ApiToken.person_id == person_id, ApiToken.ended_at.is_(None), ApiToken.expires_at > now
    )
    return session.scalars(wanted.order_by(ApiToken.made_at.desc(), ApiToken.id)).all()


def end_key(session: Session, person_id: UUID, key_id: UUID, *, now: datetime) -> str | None:
    """The name of the key that was ended."""
    ended = (
        update(ApiToken)
        .where(ApiToken.id == key_id, ApiToken.person_id == person_id, ApiToken.ended_at.is_(None))
        .values(ended_at=now)
        .returning(ApiToken.name)
    )
    return session.scalars(ended).one_or_none()


def end_keys(session: Session, person_id: UUID, *, now: datetime) -> None:
    open_ones = update(ApiToken).where(ApiToken.person_id == person_id, ApiToken.ended_at.is_(None))
    session.execute(open_ones.values(ended_at=now))


def find_person_by_subject(session: Session, subject: str) -> Person | None:
    wanted = select(Person).where(Person.oidc_subject == subject).options(selectinload(Person.grants))
    return session.scalars(wanted).one_or_none()


_IN_AREAS = """
SELECT DISTINCT role.person_id FROM directory.person_role role
JOIN directory.area_within within ON within.area_code = role.area_code
WHERE within.within_code = ANY (:codes)
"""
_LAST_HERE = """
SELECT person_id, max(made_at) FROM directory.account_event
WHERE what = 'signed in' AND person_id = ANY (:ids) GROUP BY person_id
"""
# Locked, so that two who take the role from each other do not both succeed.
_ADMINS = """
SELECT person.id, person.is_example FROM directory.person
JOIN directory.person_role role ON role.person_id = person.id AND role.role = 'admin'
WHERE person.closed_at IS NULL ORDER BY person.id FOR UPDATE OF person
"""


def list_people(session: Session, codes: Sequence[str] | None) -> Sequence[Person]:
    """People with an open account and a role in these areas or in what lies in them; None is everybody."""
    wanted = select(Person).where(Person.closed_at.is_(None)).options(selectinload(Person.grants))
    if codes is not None:
        wanted = wanted.where(Person.id.in_(session.scalars(text(_IN_AREAS), {"codes": list(codes)}).all()))
    return session.scalars(wanted.order_by(func.lower(Person.name), Person.email_key)).all()


def last_here(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each last signed in, for those who did."""
    rows = session.execute(text(_LAST_HERE), {"ids": list(person_ids)})
    return {row.person_id: row.max for row in rows}


def list_admins(session: Session) -> list[tuple[UUID, bool]]:
    """Open accounts with the role admin, and whether each is an example."""
    return [(one, is_example) for one, is_example in session.execute(text(_ADMINS))]


_FORGET_SIGN_INS = "DELETE FROM directory.sign_in WHERE expires_at < :now"
_FORGET_EVENTS = "DELETE FROM directory.account_event WHERE made_at < :before"


def forget_sign_ins(session: Session, *, now: datetime) -> None:
    session.execute(text(_FORGET_SIGN_INS), {"now": now})


def forget_events(session: Session, *, before: datetime) -> None:
    session.execute(text(_FORGET_EVENTS), {"before": before})
