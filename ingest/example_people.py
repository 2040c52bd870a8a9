"""People to try the directory with, one of each role, while it is tried out and not relied on.

Their passwords are made at random once and kept in the data folder for its owner alone.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.accounts.passwords import hash_password
from api.areas.service import areas_around
from api.models import DirectoryFact
from api.permissions import Role
from api.settings import Settings

FILE: Final = "example-people.json"
# (address, name, role, area; None is everywhere)
PEOPLE: Final[tuple[tuple[str, str, Role, str | None], ...]] = (
    ("navigator@example.org", "Example navigator", "navigator", "soham-and-villages"),
    ("curator@example.org", "Example curator", "curator", "east-cambridgeshire"),
    ("fenland@example.org", "Example curator of Fenland", "curator", "fenland"),
    ("coordinator@example.org", "Example coordinator", "coordinator", "cambridgeshire-peterborough"),
    ("admin@example.org", "Example administrator", "admin", None),
)


@dataclass(frozen=True)
class ExamplePerson:
    email: str
    name: str
    password: str


def keep_example_people(session: Session, settings: Settings) -> list[ExamplePerson]:
    """Those who can sign in with the password here, made where they are missing. Nobody but in development,
    and nobody where the examples are not."""
    if settings.environment != "development" or session.get(DirectoryFact, "examples") is None:
        return []
    path = settings.home_folder / FILE
    kept = _read(path)
    passwords = kept or {email: _new_password() for email, *_rest in PEOPLE}
    if not kept:
        _write(path, passwords)
    return [
        ExamplePerson(email, name, passwords[email])
        for email, name, role, area in PEOPLE
        if _keep(session, email, name, role, area, passwords[email], is_new=not kept)
    ]


def _keep(
    session: Session, email: str, name: str, role: Role, area: str | None, password: str, *, is_new: bool
) -> bool:
    """Whether there is such a person. One who was closed, or whose address is somebody's own, is let be."""
    person = accounts.find_person(session, email)
    if person is None:
        if area and not areas_around(session, [area]):
            return False
        person = accounts.add_person(session, email=email, name=name, is_example=True)
        accounts.give_role(session, person, role, area=area)
    if not person.is_example or person.closed_at is not None:
        return False
    if is_new or person.password_hash is None:
        person.password_hash = hash_password(password)
    return True


def _new_password() -> str:
    """Four pieces that can be said and typed; more than any guesser gets through."""
    return "-".join(
        "".join(secrets.choice("bdfghklmnprstvz") + secrets.choice("aeiou") for _ in range(2))
        for _ in range(4)
    )


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    is_whole = isinstance(kept, dict) and all(isinstance(kept.get(email), str) for email, *_rest in PEOPLE)
    return kept if is_whole else {}


def _write(path: Path, passwords: dict[str, str]) -> None:
    """Never to be read by others, not even for the moment before its mode is set."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=2)
