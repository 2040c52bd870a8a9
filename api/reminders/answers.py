"""The answers to a reminder: one tap by whoever has the letter, for its one entry, once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy.orm import Session

from api.checks.facts import Facts
from api.checks.notes import add_note, note_change
from api.checks.service import ALL_GROUPS, OWNERS_LABEL, confirm_facts, list_public_facts
from api.errors import BadInput, NotFound
from api.tickets.service import end_tickets, look_at_ticket, use_ticket

Answer = Literal["still_right", "changed", "stopped"]
ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)


@dataclass(frozen=True)
class Asked:
    """What a letter asks about: all that the public sees of the entry, and the same by group."""

    entry_id: UUID
    detail: dict[str, Any]
    facts: list[Facts]


def look(session: Session, token: str, *, now: datetime) -> Asked:
    """What the link is for, without using it. Raises NotFound, also when the entry is no longer shown."""
    ticket = look_at_ticket(session, token, "still_right", now=now)
    if ticket.entry_id is None:
        raise NotFound("This link leads to no entry.")
    detail, facts = list_public_facts(session, ticket.entry_id)
    return Asked(ticket.entry_id, detail, facts)


def answer(session: Session, token: str, given: str, *, words: str = "", now: datetime) -> Asked:
    """Use the link up; every other letter about this entry is answered by it too. What has changed or stopped
    goes to a curator: nothing goes live by it. Raises NotFound, BadInput (the link stays good)."""
    asked = look(session, token, now=now)
    entry_id = asked.entry_id
    if given == "still_right":
        confirm_facts(
            session, entry_id, ALL_GROUPS, how="owner_confirmed", by=OWNERS_LABEL, on=now.date(), now=now
        )
    elif given == "changed":
        note_change(session, entry_id, words, now=now)
    elif given == "stopped":
        add_note(session, entry_id, "stopped", now=now)
    else:
        raise BadInput("Choose one of the three answers.")
    use_ticket(session, token, "still_right", now=now)
    end_tickets(session, "still_right", now=now, entry_id=entry_id)
    return asked
