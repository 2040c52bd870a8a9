"""Keys of partners' systems (`Authorization: Bearer`): made by a person, acting for them within scopes."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts import queries, service
from api.errors import BadInput, FieldProblem, NotFound
from api.models import ApiToken
from api.models.accounts import SCOPES
from api.secrets import new_token, token_hash

LONGEST: Final = timedelta(days=366)
MOST_KEYS: Final = 20
# Known at sight, by people and by programs that look for secrets where none should be.
PREFIX: Final = "hereabouts_"
SCOPE_WORDS: Final = {
    "read": "Read what the person may read",
    "suggest": "Suggest new entries and changes",
    "edit": "Change what the person may change",
}


def make_key(
    session: Session,
    person_id: UUID,
    *,
    name: str,
    scopes: Collection[str],
    ends_on: date | None,
    now: datetime,
) -> str:
    """Returns the key, to be shown once: only its hash is kept. Raises BadInput."""
    problems = list(_problems(name.strip(), scopes, ends_on, now=now))
    if len(list_keys(session, person_id, now=now)) >= MOST_KEYS:
        problems.append(FieldProblem(field="name", message=f"{MOST_KEYS} keys are the most. End one first."))
    if problems or ends_on is None:
        raise BadInput("The key was not made.", errors=problems)
    key = PREFIX + new_token()
    session.add(
        ApiToken(
            token_hash=token_hash(key), person_id=person_id, name=name.strip(),
            scopes=[scope for scope in SCOPES if scope in scopes],
            expires_at=datetime.combine(ends_on, time.max, now.tzinfo),
        )
    )  # fmt: skip
    session.flush()
    service.note_event(session, person_id, "key made", name=name.strip())
    return key


def _problems(
    name: str, scopes: Collection[str], ends_on: date | None, *, now: datetime
) -> Sequence[FieldProblem]:
    found = []
    if not name or len(name) > 80:
        found.append(FieldProblem(field="name", message="Say what the key is for, in a few words."))
    if not scopes or not set(scopes) <= set(SCOPES):
        found.append(FieldProblem(field="scopes", message="Choose at least one thing the key may do."))
    if ends_on is None or not now.date() < ends_on <= now.date() + LONGEST:
        words = "Choose the day the key ends: tomorrow at the earliest, within a year."
        found.append(FieldProblem(field="ends_on", message=words))
    return found


def list_keys(session: Session, person_id: UUID, *, now: datetime) -> Sequence[ApiToken]:
    """Those that open something still, the newest first."""
    return queries.list_keys(session, person_id, now=now)


def end_key(session: Session, person_id: UUID, key_id: UUID, *, now: datetime) -> None:
    """Raises NotFound when the person has no such key."""
    ended = queries.end_key(session, person_id, key_id, now=now)
    if ended is None:
        raise NotFound("You have no such key, or it has ended.")
    service.note_event(session, person_id, "key ended", name=ended)
