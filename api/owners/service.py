"""Claiming an entry by a link to its own address, and looking after who runs what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.areas.service import areas_of_entry
from api.entries.schemas import EntryDraft
from api.entries.service import get_draft
from api.errors import NotAllowed, NotFound, TooMany
from api.mail.letters import Button, Letter
from api.mail.service import queue_mail
from api.models import Owner, Person
from api.owners import queries
from api.permissions import Actor, may_coordinate, may_own, require
from api.settings import Settings
from api.tickets.service import end_tickets, look_at_ticket, make_ticket, use_ticket

LINK_LASTS: Final = timedelta(days=3)
MOST_AN_ENTRY: Final = 3
MOST_AN_ADDRESS: Final = 10
WITHIN: Final = timedelta(days=1)
MOST_LISTED: Final = 500
_ADDRESS: Final = re.compile(r'[^@\s<>(),;:"]+@[^@\s<>(),;:"]+\.[^@\s<>(),;:"]+')


@dataclass(frozen=True)
class Claimed:
    """`cookie` signs the browser in; None: they have an account of another kind and sign in the usual way."""

    entry_id: UUID
    cookie: str | None


def ask_for_link(
    session: Session, settings: Settings, slug: str, *, network_address: str, now: datetime
) -> None:
    """Send a link to the entry's own address, never to one that was typed. Nothing tells whether it has one.
    Raises NotFound, TooMany."""
    entry_id, name, is_example = _get_public(session, slug)
    if accounts.too_many(
        session, settings, "claim from", network_address, most=MOST_AN_ADDRESS, within=WITHIN, now=now
    ):
        raise TooMany("You asked for many links today. Try again tomorrow.")
    addresses = own_addresses(get_draft(session, entry_id).draft)
    if not addresses or settings.public_url is None:
        return
    if accounts.too_many(
        session, settings, "claim", str(entry_id), most=MOST_AN_ENTRY, within=WITHIN, now=now
    ):
        return
    token = make_ticket(session, "claim", lasts=LINK_LASTS, now=now, entry_id=entry_id, email=addresses[0])
    url = settings.public_link(f"/claim/link/{token}") or ""
    letter = _letter(settings, addresses[0], " ".join(name.split()), url)
    held = "a test system writes to nobody" if settings.environment == "test" else None
    held = held or ("an example: nobody is behind its address" if is_example else None)
    queue_mail(session, letter, entry_id=entry_id, held=held)


def _letter(settings: Settings, to: str, name: str, url: str) -> Letter:
    parts: list[str | Button] = [
        "Hello,",
        f"Somebody asked to look after what {settings.title} says about {name}. If that was you, open this:",
        Button("Look after this entry", url),
        "The link works once, for three days. If it was not you, do nothing: nothing changes.",
        f"{settings.title}, {settings.place_name}",
    ]
    return Letter(to, "claim", f"Look after {name}", parts)


def get_claim_name(session: Session, slug: str) -> str:
    """What the entry is called. Raises NotFound."""
    return _get_public(session, slug)[1]


def _get_public(session: Session, slug: str) -> tuple[UUID, str, bool]:
    found = queries.find_public(session, slug.replace("\x00", ""))
    if found is None:
        raise NotFound("We hold no entry at this address. It may have been renamed or removed.")
    return found


def own_addresses(draft: EntryDraft) -> list[str]:
    """The e-mail addresses an entry gave, one given for us before one for the public."""
    mails = [contact for contact in draft.contacts if contact.kind == "email"]
    given = sorted(mails, key=lambda contact: contact.public)
    return [contact.value for contact in given if _ADDRESS.fullmatch(contact.value)]


def look_at_claim(session: Session, token: str, *, now: datetime) -> tuple[UUID, str]:
    """(entry, its name) that a link is for, without using it. Raises NotFound, also when the address it went
    to is no longer the entry's own."""
    ticket = look_at_ticket(session, token, "claim", now=now)
    if ticket.entry_id is None or not queries.is_public(session, ticket.entry_id):
        raise NotFound("This entry is not shown at present.")
    draft = get_draft(session, ticket.entry_id).draft
    if ticket.data.get("email") not in own_addresses(draft):
        raise NotFound("This link went to an address that is no longer this entry's own. Ask for a new one.")
    return ticket.entry_id, draft.name


def claim_entry(session: Session, token: str, *, browser: str | None, now: datetime) -> Claimed:
    """Use the link: its reader runs this one entry from now on. Whoever has a role or a password signs in
    with that: a link to an entry's address opens no more than the entry. Raises NotFound, NotAllowed."""
    entry_id, _name = look_at_claim(session, token, now=now)
    ticket = use_ticket(session, token, "claim", now=now)
    email = str(ticket.data["email"])
    person = accounts.find_person(session, email) or accounts.add_person(session, email=email)
    queries.hold_person(session, person.id)
    if person.closed_at is not None or queries.ended_before(session, entry_id, person.id):
        raise NotAllowed("A coordinator has ended this. Talk to them first.")
    if person.id not in {owner.person_id for owner in queries.owners_of(session, entry_id)}:
        session.add(Owner(id=uuid4(), entry_id=entry_id, person_id=person.id, made_at=now))
        session.flush()
        accounts.note_event(session, person.id, "looks after an entry", entry=str(entry_id))
    end_tickets(session, "claim", now=now, entry_id=entry_id)
    if not _only_runs_entries(person):
        return Claimed(entry_id, None)
    return Claimed(entry_id, accounts.open_sign_in(session, person, how="claim", browser=browser, now=now))


def _only_runs_entries(person: Person) -> bool:
    """Nothing but owning entries is behind this account, so a link may sign it in."""
    others = (person.grants, person.password_hash, person.totp_secret, person.oidc_subject)
    return not any(others)


def get_owner(session: Session, actor: Actor, entry_id: UUID) -> Owner:
    """Their own standing for this entry. Raises NotFound when the public does not see it, NotAllowed when
    others run it."""
    if not queries.is_public(session, entry_id):
        raise NotFound("This entry is not shown at present.")
    owners = {owner.person_id: owner for owner in queries.owners_of(session, entry_id)}
    require(may_own(actor, owners))
    return owners[actor.id]


def list_own_entries(session: Session, actor: Actor) -> list[tuple[UUID, str]]:
    """(id, name) of the entries they run."""
    return [(row[0], row[1]) for row in queries.entries_of(session, actor.id)]


def list_owners(session: Session, actor: Actor) -> Sequence[queries.ListedOwner]:
    """Who runs what in the areas they coordinate."""
    return queries.list_owners(session, mine=actor.areas_as("coordinator"), most=MOST_LISTED)


def set_trust(session: Session, actor: Actor, owner_id: UUID, *, trusted: bool) -> None:
    """Whether what they change goes live at once. Raises NotFound, NotAllowed."""
    _get_in_my_areas(session, actor, owner_id).trusted = trusted
    session.flush()


def end_owner(session: Session, actor: Actor, owner_id: UUID, *, now: datetime) -> None:
    """They no longer run it here, and cannot claim it again by themselves. Raises NotFound, NotAllowed."""
    owner = _get_in_my_areas(session, actor, owner_id)
    owner.ended_at, owner.ended_by = now, actor.role_label
    session.flush()
    accounts.note_event(
        session, owner.person_id, "no longer looks after an entry", by=actor.id, entry=str(owner.entry_id)
    )


def _get_in_my_areas(session: Session, actor: Actor, owner_id: UUID) -> Owner:
    owner = queries.find_owner(session, owner_id)
    if owner is None:
        raise NotFound("Nobody looks after an entry by that number any more.")
    require(may_coordinate(actor, areas_of_entry(session, owner.entry_id)))
    return owner
