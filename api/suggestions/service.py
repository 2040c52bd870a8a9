"""Sending a suggestion, and what its sender may see of it afterwards. Nothing here touches a live entry."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy.orm import Session

from api.areas.service import areas_around, areas_of_entry, no_area
from api.errors import BadInput, FieldProblem, NotFound
from api.models import Suggestion
from api.places.service import Locator
from api.settings import Settings
from api.suggestions import queries
from api.suggestions.fields import (
    CHANGE_FIELDS,
    FIELD_LABELS,
    NEW_FIELDS,
    Values,
    check_fields,
    may_be_changed,
    public_fields,
    tidy_text,
)
from api.suggestions.letters import OUTCOME_KEY, forget_sender, may_write_to, send_receipt
from api.suggestions.likely import as_name, list_likely
from api.suggestions.schemas import (
    LONGEST_EMAIL,
    LONGEST_NOTE,
    REASON_WORDS,
    Reason,
    Receipt,
    Sender,
    State,
    Status,
    What,
)

# No vowels: no reference spells a word. 20 to the power of 10 is too many to try.
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
REFERENCE_LENGTH: Final = 10
FORGET_AFTER: Final = timedelta(days=90)
_EMAIL: Final = re.compile(r"[^\s@<>\"',;:\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
NOTHING_CHANGED: Final = "Nothing here is different from what we have. Change what is wrong, then send it."


@dataclass(frozen=True)
class PublicEntry:
    """One entry as the public sees it; `fields` are those that anyone may suggest about."""

    id: UUID
    slug: str
    name: str
    version: int
    is_example: bool
    fields: Values
    detail: Mapping[str, Any]


def get_public(session: Session, slug_or_id: str) -> PublicEntry:
    """Raises NotFound."""
    found = queries.read_public(session, slug_or_id)
    if found is None:
        raise NotFound("We hold no entry at this address. It may have been renamed or removed.")
    entry_id, detail = found
    return PublicEntry(
        entry_id, detail["slug"], detail["name"], detail["version"], detail["is_example"],
        public_fields(detail), detail,
    )  # fmt: skip


def suggest_new(
    session: Session, fields: Mapping[str, Any], *, sender: Sender, settings: Settings, now: datetime
) -> Receipt:
    """A new entry. It needs a name; a curator fills in what is missing. Raises BadInput."""
    values = check_fields(fields, allowed=NEW_FIELDS)
    values = {field: value for field, value in values.items() if value is not None}
    if "name" not in values:
        raise _problem("name", "Say what it is called.")
    areas = {piece["area"] for piece in values.get("coverage", []) if piece.get("area")}
    if unknown := areas - areas_around(session, sorted(areas)):
        raise no_area(*sorted(unknown), field="coverage")
    suggestion = Suggestion(
        what="new",
        fields=values,
        area_codes=sorted(_areas_of_new(session, values)),
        duplicates=[one.id for one in list_likely(session, values)],
    )
    return _keep(session, suggestion, sender=sender, settings=settings, now=now)


def suggest_change(
    session: Session,
    slug_or_id: str,
    changes: Mapping[str, Any],
    *,
    sender: Sender,
    settings: Settings,
    now: datetime,
) -> Receipt:
    """Only what differs from what the public sees is kept; a note alone will do. Raises NotFound,
    BadInput."""
    entry = get_public(session, slug_or_id)
    hidden = sorted(set(changes) & (CHANGE_FIELDS - may_be_changed(entry.detail)))
    if hidden:
        label = FIELD_LABELS[hidden[0]].lower()
        raise _problem(
            hidden[0], f"The exact place is kept private, so the {label} cannot be suggested here."
        )
    values = check_fields(changes, allowed=CHANGE_FIELDS, kind=entry.detail["kind"])
    if "name" in values and values["name"] is None:
        raise _problem("name", "An entry needs a name.")
    values = {field: value for field, value in values.items() if value != entry.fields.get(field)}
    if not values and not tidy_text(sender.note, most=LONGEST_NOTE):
        raise BadInput(NOTHING_CHANGED, errors=[FieldProblem(field="fields", message=NOTHING_CHANGED)])
    was = {field: entry.fields.get(field) for field in values}
    suggestion = Suggestion(what="change", fields=values, was=was)
    return _keep_about(session, suggestion, entry, sender=sender, settings=settings, now=now)


def report(
    session: Session, slug_or_id: str, reason: Reason, *, sender: Sender, settings: Settings, now: datetime
) -> Receipt:
    """Something is wrong, in one word. Raises NotFound, BadInput."""
    if reason not in REASON_WORDS:
        raise _problem("reason", "Choose what is wrong.")
    entry = get_public(session, slug_or_id)
    state = entry.detail["state"]
    closes = reason == "closed" and state != "closed"
    suggestion = Suggestion(
        what="report",
        report_reason=reason,
        fields={"state": "closed"} if closes else {},
        was={"state": state} if closes else {},
    )
    return _keep_about(session, suggestion, entry, sender=sender, settings=settings, now=now)


def _keep_about(
    session: Session,
    suggestion: Suggestion,
    entry: PublicEntry,
    *,
    sender: Sender,
    settings: Settings,
    now: datetime,
) -> Receipt:
    suggestion.entry_id, suggestion.base_version = entry.id, entry.version
    suggestion.area_codes = sorted(areas_of_entry(session, entry.id))
    held = "an example" if entry.is_example else None
    return _keep(session, suggestion, sender=sender, settings=settings, now=now, held=held)


def _keep(
    session: Session,
    suggestion: Suggestion,
    *,
    sender: Sender,
    settings: Settings,
    now: datetime,
    held: str | None = None,
) -> Receipt:
    email = checked_email(sender.email)
    if email and not may_write_to(session, settings, email, now=now):
        email = None
    suggestion.reference = "".join(secrets.choice(LETTERS) for _ in range(REFERENCE_LENGTH))
    suggestion.note = tidy_text(sender.note, most=LONGEST_NOTE)
    suggestion.sender_email = email
    suggestion.made_at = now
    queries.add_suggestion(session, suggestion)
    send_receipt(session, settings, suggestion, held=held)
    return Receipt(suggestion.reference, mailed=email is not None)


def checked_email(email: str | None) -> str | None:
    """Raises BadInput when something is typed that is no address."""
    email = (email or "").strip()
    if not email:
        return None
    if len(email) > LONGEST_EMAIL or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise _problem("email", "This is not an e-mail address. It looks like name@example.org.")
    return email


def _problem(field: str, message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field=field, message=message)])


def _areas_of_new(session: Session, values: Values) -> frozenset[str]:
    """The areas of the place it names or of what it serves, with those they lie in; none found: empty."""
    point, codes = values.get("place.point"), []
    if point is None:
        postcode, town = values.get("place.postcode"), values.get("place.town")
        there = Locator(session, [(postcode, town)]).locate(postcode=postcode, town=town)
        codes += there.area_codes
        if there.lon is not None and there.lat is not None:
            point = {"lon": there.lon, "lat": there.lat}
    if point is not None:
        codes += queries.areas_at(session, lon=point["lon"], lat=point["lat"])
    codes += [piece["area"] for piece in values.get("coverage", []) if piece.get("area")]
    return areas_around(session, codes)


def read_reference(typed: str) -> str:
    """A reference as it was given out, however it is typed."""
    return "".join(letter for letter in typed.upper() if letter in LETTERS)[: REFERENCE_LENGTH + 1]


def get_status(session: Session, reference: str) -> Status:
    """Raises NotFound."""
    found = _get(session, reference)
    about = queries.standing_id(session, found.result_entry_id or found.entry_id)
    entry = queries.public_cards(session, [about]).get(about) if about else None
    asked = [FIELD_LABELS[field] for field in FIELD_LABELS if field in found.fields]
    return Status(
        reference=found.reference,
        what=cast(What, found.what),
        state=cast(State, found.state),
        made_at=found.made_at,
        decided_at=found.decided_at,
        entry=as_name(entry) if entry else None,
        reason=cast(Reason, found.report_reason),
        asked=[] if found.what == "report" else asked,
        taken=[FIELD_LABELS[field] for field in FIELD_LABELS if field in found.taken_fields],
        answer=found.decision_note,
    )


def withdraw(session: Session, reference: str, *, now: datetime) -> None:
    """Take it back while it waits; the sender's address is forgotten with it. Raises NotFound, BadInput."""
    found = _get(session, reference, hold=True)
    if found.state != "waiting":
        raise BadInput("This has been decided already, so it cannot be taken back.")
    found.state, found.decided_at, found.sender_email = "withdrawn", now, None
    session.flush()
    forget_sender(session, found.id, decisions=found.decisions)


def _get(session: Session, reference: str, *, hold: bool = False) -> Suggestion:
    found = queries.find_by_reference(session, read_reference(reference), hold=hold)
    if found is None:
        raise NotFound("We have nothing under this reference. Check it letter by letter: it has ten.")
    return found


def forget_addresses(session: Session, *, now: datetime) -> int:
    """Forget senders' addresses once the outcome was sent, and in any case after 90 days, in the letters too;
    how many."""
    forgotten = queries.forget_addresses(session, before=now - FORGET_AFTER, outcome_key=OUTCOME_KEY)
    for suggestion_id, decisions in forgotten:
        forget_sender(session, suggestion_id, decisions=decisions)
    return len(forgotten)
