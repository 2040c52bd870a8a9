"""Settling a password: by an invitation, after forgetting it, and by changing it."""

from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts import letters, service
from api.accounts.letters import Site
from api.accounts.passwords import check_password, hash_password
from api.errors import BadInput, FieldProblem
from api.models import Person
from api.tickets.service import end_tickets, look_at_ticket, make_ticket, use_ticket

Occasion = Literal["invite", "reset"]
INVITATION_LASTS: Final = timedelta(days=14)
RESET_LASTS: Final = timedelta(hours=1)
WRONG_OLD: Final = "That is not the password you have now."


def invite(session: Session, person: Person, site: Site, *, now: datetime, by: UUID | None = None) -> str:
    """Write the letter that asks them in, and return its link. An earlier invitation opens nothing more."""
    end_tickets(session, "invite", now=now, person_id=person.id)
    token = make_ticket(session, "invite", lasts=INVITATION_LASTS, now=now, person_id=person.id)
    letters.send_invitation(session, person, site, token)
    service.note_event(session, person.id, "invited", by=by)
    return site.link(letters.invitation_path(token))


def send_reset(session: Session, person: Person, site: Site, *, now: datetime) -> None:
    end_tickets(session, "reset", now=now, person_id=person.id)
    token = make_ticket(session, "reset", lasts=RESET_LASTS, now=now, person_id=person.id)
    letters.send_reset(session, person, site, token)
    service.note_event(session, person.id, "new password asked for")


def look_who(session: Session, token: str, occasion: Occasion, *, now: datetime) -> Person:
    """Whose password the link would set; it stays good. Raises NotFound."""
    return service.get_open_person(session, look_at_ticket(session, token, occasion, now=now).person_id)


def settle_password(
    session: Session, token: str, occasion: Occasion, password: str, site: Site, *, now: datetime
) -> Person:
    """Set it, use the link up, and sign out every browser. Raises BadInput, which leaves the link good, and
    NotFound."""
    person = look_who(session, token, occasion, now=now)
    hashed = hash_password(password, about=f"{person.email} {person.name}")
    use_ticket(session, token, occasion, now=now)
    _keep(session, person, hashed, now=now)
    if occasion == "reset":
        letters.send_word(
            session, person, site, f"The password of your account at {site.title} is a new one."
        )
    return person


def change_password(
    session: Session, person: Person, site: Site, *, old: str, new: str, cookie: str, now: datetime
) -> None:
    """Only with the old one, where there is one; other browsers are signed out. Raises BadInput."""
    if person.password_hash and not check_password(old, person.password_hash):
        raise BadInput(WRONG_OLD, errors=[FieldProblem(field="old", message=WRONG_OLD)])
    _keep(session, person, hash_password(new, about=f"{person.email} {person.name}"), now=now, cookie=cookie)
    letters.send_word(session, person, site, f"The password of your account at {site.title} is a new one.")


def set_password(session: Session, person: Person, password: str, *, now: datetime) -> None:
    """From the command line, by who runs the directory. Raises BadInput."""
    _keep(session, person, hash_password(password, about=f"{person.email} {person.name}"), now=now)


def _keep(session: Session, person: Person, hashed: str, *, now: datetime, cookie: str | None = None) -> None:
    """Whatever else could open the account, opens it no more."""
    person.password_hash = hashed
    for purpose in ("invite", "reset", "sign_in"):
        end_tickets(session, purpose, now=now, person_id=person.id)
    service.note_event(session, person.id, "password set")
    service.end_all_sign_ins(session, person.id, but=cookie)
