"""Signing in by password: the right one lets in, many wrong ones wait, and nobody is sent elsewhere."""

import pytest
from fastapi.testclient import TestClient

from api.accounts import service as accounts
from api.accounts.dependencies import SESSION_COOKIE
from api.accounts.passwords import hash_password
from tests.conftest import Directory
from tests.people import form_proof
from web.pages.accounts import safe_next

PASSWORD = "lamp river seventeen"


@pytest.fixture
def someone(scratch: Directory) -> str:
    with scratch.write() as session:
        person = accounts.add_person(session, email="curator@example.org")
        accounts.give_role(session, person, "curator", area=None)
        person.password_hash = hash_password(PASSWORD)
    return "curator@example.org"


def try_it(client: TestClient, email: str, password: str, next: str = "/curate") -> int:
    form = {"email": email, "password": password, "next": next}
    reply = client.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    return reply.status_code


def test_the_right_password_opens_the_desk_and_signing_out_closes_it(
    scratch: Directory, someone: str
) -> None:
    with scratch.client() as client:
        before = client.cookies.get(SESSION_COOKIE)
        assert try_it(client, someone, PASSWORD) == 303
        cookie = client.cookies.get(SESSION_COOKIE)
        assert cookie
        assert cookie != before
        assert client.post("/sign-out").status_code == 403
        proof = form_proof(scratch.settings(), cookie)
        assert client.post("/sign-out", data={"csrf": proof}).status_code == 303
        assert client.cookies.get(SESSION_COOKIE) is None


def test_a_wrong_password_and_no_account_sound_the_same(scratch: Directory, someone: str) -> None:
    with scratch.client() as client:
        wrong, nobody = (
            client.post("/sign-in", data={"email": email, "password": "not the right one"})
            for email in (someone, "nobody@example.org")
        )
    assert wrong.status_code == nobody.status_code == 422
    assert "do not go together" in wrong.text
    assert wrong.text.replace(someone, "") != ""
    assert PASSWORD not in wrong.text


def test_a_script_that_guesses_is_stopped_also_with_the_right_one(scratch: Directory, someone: str) -> None:
    with scratch.client() as client:
        tries = [try_it(client, someone, f"wrong guess number {number}") for number in range(9)]
        assert tries == [422] * 8 + [429]
        assert try_it(client, someone, PASSWORD) == 429


def test_a_form_of_another_site_is_refused(scratch: Directory, someone: str) -> None:
    with scratch.client() as client:
        form = {"email": someone, "password": PASSWORD}
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
            reply = client.post("/sign-in", data=form, headers=headers)
            assert reply.status_code == 403
            assert SESSION_COOKIE not in reply.cookies


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/ok\n//x"],
)
def test_signing_in_leads_to_no_other_site(address: str) -> None:
    assert safe_next(address) == "/curate"
    assert safe_next("/curate/entries?q=soham") == "/curate/entries?q=soham"
