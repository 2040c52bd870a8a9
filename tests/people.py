"""People of tests: made with a role, and signed in without a password."""

from datetime import datetime
from uuid import uuid4

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.accounts.dependencies import SESSION_COOKIE, csrf_token
from api.models import Person
from api.permissions import Actor, Role
from api.settings import Settings
from tests.conftest import Directory
from tests.factories import LONDON


def make_person(session: Session, role: Role | None = None, *, area: str | None = None) -> Person:
    """Someone of that role there (None: everywhere), with an address of their own."""
    person = accounts.add_person(session, email=f"{role or 'nobody'}-{uuid4().hex[:8]}@example.org")
    if role:
        accounts.give_role(session, person, role, area=area)
    return person


def make_actor(session: Session, role: Role | None = None, *, area: str | None = None) -> Actor:
    return accounts.as_actor(make_person(session, role, area=area))


def session_cookie(directory: Directory, role: Role | None, *, area: str | None = None) -> str:
    """The cookie of a new person of that role who has just signed in."""
    with directory.write() as session:
        person = make_person(session, role, area=area)
        return accounts.open_sign_in(
            session, person, how="password", browser="a test", now=datetime.now(LONDON)
        )


def sign_in(client: TestClient, directory: Directory, role: Role | None, *, area: str | None = None) -> str:
    """Signs the client in as a new person of that role; returns the proof its forms need (`csrf`)."""
    cookie = session_cookie(directory, role, area=area)
    client.cookies.set(SESSION_COOKIE, cookie)
    return form_proof(directory.settings(), cookie)


def form_proof(settings: Settings, cookie: str) -> str:
    return csrf_token(settings, cookie)
