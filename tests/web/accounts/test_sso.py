"""Signing in through an organisation: only people who have an account, and only what the provider proves."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import OctKey, RSAKey

from api.accounts import second_step
from api.accounts import service as accounts
from api.models import Person
from tests.conftest import Directory
from tests.web.accounts.helpers import EMAIL, is_signed_in, sign_in, with_password
from tests.web.accounts.provider import CLIENT, SECRET, Provider, running_provider


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    """Honest, and nobody has asked it anything yet."""
    running.begin_again()
    return running


@contextmanager
def browser(directory: Directory, provider: Provider) -> Iterator[TestClient]:
    with directory.client(
        oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_name="The council"
    ) as client:
        yield client


def go_there(client: TestClient, next: str = "") -> str:
    """Through the provider; the path one comes back to."""
    out = client.get("/sign-in/oidc", params={"next": next})
    assert out.status_code == 303
    back = httpx.get(out.headers["Location"], follow_redirects=False)
    address = urlsplit(back.headers["Location"])
    return f"{address.path}?{address.query}"


def test_who_has_an_account_gets_in_first_by_address_then_by_number(
    scratch: Directory, provider: Provider
) -> None:
    person_id = with_password(scratch)
    with browser(scratch, provider) as client:
        assert "Sign in with The council" in client.get("/sign-in").text
        reply = client.get(go_there(client, next="/account/keys"))
        assert (reply.status_code, reply.headers["Location"]) == (303, "/account/keys")
        assert is_signed_in(client)
    provider.person |= {"email": "somebody@else.example"}
    with browser(scratch, provider) as client:
        client.get(go_there(client))
        assert is_signed_in(client)
        assert EMAIL in client.get("/account").text
    with scratch.write() as session:
        assert session.get_one(Person, person_id).oidc_subject == f"{provider.issuer} 42"


def test_an_address_is_asked_for_where_the_token_has_none(scratch: Directory, provider: Provider) -> None:
    with_password(scratch)
    provider.tells_when_asked = True
    with browser(scratch, provider) as client:
        client.get(go_there(client))
        assert is_signed_in(client)


def test_who_has_none_or_an_address_nobody_checked_stays_out(scratch: Directory, provider: Provider) -> None:
    with_password(scratch)
    with browser(scratch, provider) as client:
        for person in (
            {"sub": "42", "email": "nobody@example.org", "email_verified": True},
            {"sub": "42", "email": EMAIL, "email_verified": False},
            {"sub": "42", "email": EMAIL},
            {"sub": "42"},
        ):
            provider.person = person
            reply = client.get(go_there(client))
            assert reply.status_code == 403
            assert "no account here" in reply.text
        assert not is_signed_in(client)


def test_another_with_the_same_address_does_not_take_the_account_over(
    scratch: Directory, provider: Provider
) -> None:
    with_password(scratch)
    with browser(scratch, provider) as client:
        client.get(go_there(client))
    provider.person = {"sub": "43", "email": EMAIL, "email_verified": True}
    with browser(scratch, provider) as client:
        assert client.get(go_there(client)).status_code == 403


LIES: list[dict[str, object]] = [
    {"iss": "https://evil.example"},
    {"aud": "somebody-else"},
    {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
    {"nonce": "another"},
    {"nonce": None},
    {"exp": 1_000_000_000},
    {"sub": None},
    {"at_hash": "nonsense"},
]


def test_a_token_that_says_something_wrong_opens_nothing(scratch: Directory, provider: Provider) -> None:
    with_password(scratch)
    with browser(scratch, provider) as client:
        for lies in LIES:
            provider.lies = lies
            reply = client.get(go_there(client))
            assert (lies, reply.status_code) == (lies, 502)
            assert "link by e-mail" in reply.text
        assert not is_signed_in(client)
        provider.lies = {}
        assert client.get(go_there(client)).status_code == 303


def test_a_token_signed_by_another_opens_nothing(scratch: Directory, provider: Provider) -> None:
    with_password(scratch)
    secret = OctKey.import_key(SECRET.ljust(32, "."))
    with browser(scratch, provider) as client:
        for algorithm, key in (("RS256", RSAKey.generate_key(2048)), ("HS256", secret), ("none", secret)):
            provider.algorithm, provider.sign_with = algorithm, key
            reply = client.get(go_there(client))
            assert (algorithm, reply.status_code) == (algorithm, 502)
        assert not is_signed_in(client)


def test_only_the_browser_that_began_may_come_back_and_once(scratch: Directory, provider: Provider) -> None:
    with_password(scratch)
    with browser(scratch, provider) as client, browser(scratch, provider) as victim:
        back = go_there(client)
        assert victim.get(back).status_code == 422
        go_there(victim)
        assert victim.get(back).status_code == 422
        assert not is_signed_in(victim)
        assert client.get(back).status_code == 303
        assert client.get(back).status_code == 422
        assert client.get("/sign-in/oidc/callback?error=access_denied").status_code == 422


def test_the_second_step_is_asked_for_here_too(scratch: Directory, provider: Provider) -> None:
    with_password(scratch)
    with scratch.write() as session:
        person = accounts.get_person_by_email(session, EMAIL)
        second_step.start(person)
        person.totp_on_at = person.made_at
    with browser(scratch, provider) as client:
        assert client.get(go_there(client)).headers["Location"] == "/sign-in/second-step"
        assert not is_signed_in(client)


def test_an_example_person_stays_out_where_it_is_real(scratch: Directory, provider: Provider) -> None:
    with_password(scratch)
    with scratch.write() as session:
        accounts.get_person_by_email(session, EMAIL).is_example = True
    with scratch.client(environment="production") as client:
        assert sign_in(client).status_code == 422
    with scratch.client() as client:
        assert sign_in(client).status_code == 303


def test_nothing_is_asked_of_anyone_unless_it_is_set_up(scratch: Directory, provider: Provider) -> None:
    with scratch.client() as client:
        assert "Sign in with" not in client.get("/sign-in").text
        assert client.get("/sign-in/oidc").status_code == 404
        assert client.get("/sign-in/oidc/callback?code=1&state=2").status_code == 404
    assert provider.asked == 0


def test_a_provider_that_is_away_or_not_safe_is_said_plainly(scratch: Directory) -> None:
    for issuer in ("http://idp.example", "http://127.0.0.1:9"):
        with scratch.client(oidc_issuer=issuer, oidc_client_id=CLIENT) as client:
            reply = client.get("/sign-in/oidc")
        assert reply.status_code == 502
        assert "does not work now" in reply.text
