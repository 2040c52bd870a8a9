"""The letters about accounts: ways in that work once, and word of what was changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from api.mail.letters import Button, Letter
from api.mail.service import queue_mail
from api.models import Person

NOBODY_READS: Final = "the person is an example: nobody reads this address"
NOT_YOU: Final = "If you did not ask for this, you need do nothing: nobody gets in without the link."


@dataclass(frozen=True)
class Site:
    """What letters call this directory, and the address their links begin with (no slash at its end)."""

    title: str
    address: str

    def link(self, path: str) -> str:
        return f"{self.address}{path}"


def send_sign_in_link(session: Session, person: Person, site: Site, token: str) -> None:
    parts = (
        "Hello,",
        f"here is the link to sign in to {site.title}. It works once, within a quarter of an hour.",
        Button("Sign in", site.link(sign_in_path(token))),
        NOT_YOU,
    )
    _send(session, person, "sign_in", f"Your link to sign in to {site.title}", parts)


def send_invitation(session: Session, person: Person, site: Site, token: str) -> None:
    parts = (
        "Hello,",
        f"you have been asked to help look after {site.title}, the list of help and groups near you. "
        "Choose a password to begin. The link works once, within two weeks.",
        Button("Choose a password", site.link(invitation_path(token))),
        "If you did not expect this, you need do nothing.",
    )
    _send(session, person, "invite", f"Help look after {site.title}", parts)


def send_reset(session: Session, person: Person, site: Site, token: str) -> None:
    parts = (
        "Hello,",
        f"here is the link to choose a new password for {site.title}. It works once, within an hour. "
        "Until then the old password stays as it is.",
        Button("Choose a new password", site.link(reset_path(token))),
        NOT_YOU,
    )
    _send(session, person, "reset", f"A new password for {site.title}", parts)


def send_word(session: Session, person: Person, site: Site, what: str) -> None:
    """Tells the owner of a change that somebody else may have made: `what` is a whole sentence."""
    parts = (
        "Hello,",
        what,
        "If that was you, all is well. If not, choose a new password at once, and tell your coordinator.",
        Button("Choose a new password", site.link("/sign-in/forgotten")),
    )
    _send(session, person, "account", f"Your account at {site.title} was changed", parts)


def send_new_role(session: Session, person: Person, site: Site, role: str, where: str) -> None:
    parts = (
        "Hello,",
        f"you are now a {role} for {where} in {site.title}.",
        Button("Open your desk", site.link("/curate")),
    )
    _send(session, person, "account", f"A new role for you in {site.title}", parts)


def sign_in_path(token: str) -> str:
    return f"/sign-in/link/{token}"


def invitation_path(token: str) -> str:
    return f"/sign-in/invitation/{token}"


def reset_path(token: str) -> str:
    return f"/sign-in/reset/{token}"


def _send(
    session: Session, person: Person, purpose: str, subject: str, parts: Sequence[str | Button]
) -> None:
    held = NOBODY_READS if person.is_example else None
    queue_mail(session, Letter(person.email, purpose, subject, parts), held=held)
