"""What tests of accounts do again and again: somebody with a password, and the link in the newest letter."""

import re
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from fastapi.testclient import TestClient
from httpx2 import Response

from api.accounts import service as accounts
from api.accounts.dependencies import SESSION_COOKIE
from api.accounts.passwords import hash_password
from api.models import Mail
from api.permissions import Role
from tests.conftest import Directory
from tests.people import form_proof

PASSWORD = "lamp river seventeen"
EMAIL = "curator@example.org"


@lru_cache
def hashed() -> str:
    """Slow on purpose, so once is enough."""
    return hash_password(PASSWORD)


def with_password(
    directory: Directory, email: str = EMAIL, role: Role = "curator", *, area: str | None = None
) -> UUID:
    with directory.write() as session:
        person = accounts.add_person(session, email=email)
        accounts.give_role(session, person, role, area=area)
        person.password_hash = hashed()
        return person.id


def sign_in(client: TestClient, email: str = EMAIL, password: str = PASSWORD, next: str = "") -> Response:
    return client.post("/sign-in", data={"email": email, "password": password, "next": next})


def proof(client: TestClient, directory: Directory) -> dict[str, str]:
    """The field every form of this browser brings back."""
    return {"csrf": form_proof(directory.settings(), client.cookies.get(SESSION_COOKIE) or "")}


def is_signed_in(client: TestClient) -> bool:
    return client.get("/account").status_code == 200


def letters(directory: Directory) -> list[Mail]:
    with directory.write() as session:
        return session.query(Mail).order_by(Mail.made_at).all()


def link_in(letter: Mail) -> str:
    found = re.search(r"https?://\S+", letter.text)
    assert found is not None
    return found[0]


def path_in(letter: Mail) -> str:
    return urlsplit(link_in(letter)).path
