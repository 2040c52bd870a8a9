"""Links that letters bring: they work once, for one person, and tell nobody who has an account."""

import re
from datetime import datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from api.accounts import service as accounts
from api.accounts import settling, signing_in
from api.accounts.dependencies import SESSION_COOKIE
from api.accounts.letters import Site
from api.errors import NotFound
from api.models import Person
from tests.conftest import Directory
from tests.factories import LONDON
from tests.people import make_person
from tests.web.accounts.helpers import (
    EMAIL,
    PASSWORD,
    is_signed_in,
    letters,
    link_in,
    path_in,
    sign_in,
    with_password,
)

SITE = Site("Hereabouts", "https://here.example")
NEW = "kettle gate moth eleven"
ASKING = ("/sign-in/link", "/sign-in/forgotten")


def test_a_link_shows_a_button_signs_in_once_and_is_spent(scratch: Directory) -> None:
    with_password(scratch)
    with scratch.client() as client:
        assert client.post("/sign-in/link", data={"email": " Curator@Example.org"}).status_code == 303
        path = path_in(letters(scratch)[0])
        for _ in range(3):  # as programs that check mail do
            page = client.get(path)
            assert page.status_code == 200
            assert page.headers["Cache-Control"] == "no-store"
            assert not is_signed_in(client)
        reply = client.post(path)
        assert (reply.status_code, reply.headers["Location"]) == (303, "/curate")
        assert is_signed_in(client)
        assert client.get(path).status_code == client.post(path).status_code == 404


@pytest.mark.parametrize("path", ASKING)
def test_asking_tells_nobody_who_has_an_account(scratch: Directory, path: str) -> None:
    with_password(scratch)
    closed = with_password(scratch, "closed@example.org")
    with scratch.write() as session:
        accounts.close_account(session, session.get_one(Person, closed), now=datetime.now(LONDON))
    with scratch.client() as client:
        replies = [
            client.post(path, data={"email": email})
            for email in (EMAIL, "nobody@example.org", "closed@example.org", "not an address")
        ]
        said = {(reply.status_code, reply.headers["Location"], reply.text) for reply in replies}
        assert len(said) == 1
        assert [letter.to_address for letter in letters(scratch)] == [EMAIL]
        # Nor does asking often.
        again = [
            [client.post(path, data={"email": email}) for _ in range(4)]
            for email in (EMAIL, "nobody@example.org")
        ]
        assert [one.status_code for one in again[0]] == [one.status_code for one in again[1]]
        assert again[0][-1].status_code == 429
        masked = {
            re.sub(r'nonce="[^"]*"', "", one[-1].text).replace(EMAIL, "nobody@example.org") for one in again
        }
        assert len(masked) == 1


def test_a_newer_link_ends_the_older_and_time_ends_both(scratch: Directory) -> None:
    with_password(scratch)
    with scratch.client() as client:
        for _ in range(2):
            client.post("/sign-in/link", data={"email": EMAIL})
        older, newer = map(path_in, letters(scratch))
        assert client.post(older).status_code == 404
        with scratch.write() as session:
            session.execute(text("UPDATE directory.ticket SET expires_at = now() - interval '1 second'"))
        assert client.post(newer).status_code == 404
        assert not is_signed_in(client)


def test_a_link_for_one_thing_does_no_other(scratch: Directory) -> None:
    with_password(scratch)
    with scratch.client() as client:
        client.post("/sign-in/link", data={"email": EMAIL})
        token = path_in(letters(scratch)[0]).rsplit("/", 1)[1]
        for room in ("reset", "invitation"):
            assert client.post(f"/sign-in/{room}/{token}", data={"password": NEW}).status_code == 404
        assert client.post(f"/sign-in/link/{token}").status_code == 303


def test_of_two_who_use_a_link_at_once_one_gets_in(scratch: Directory) -> None:
    person_id = with_password(scratch)
    now = datetime.now(LONDON)
    with scratch.write() as session:
        person = session.get_one(Person, person_id)
        signing_in._send_link(session, person, SITE, now=now)
    token = path_in(letters(scratch)[0]).rsplit("/", 1)[1]
    at_once, got_in = Barrier(2), []

    def use() -> None:
        at_once.wait()
        try:
            with scratch.write() as session:
                got_in.append(signing_in.use_link(session, scratch.settings(), token, now=now).email)
        except NotFound:
            got_in.append("")

    tries = [Thread(target=use) for _ in range(2)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert sorted(got_in) == ["", EMAIL]


def test_links_never_begin_with_what_a_request_says_of_itself(scratch: Directory) -> None:
    with_password(scratch)
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    with scratch.client() as client:
        assert client.post("/sign-in/link", data={"email": EMAIL}, headers=forged).status_code == 303
    with scratch.client(public_url="https://here.example/") as client:
        client.post("/sign-in/link", data={"email": EMAIL}, headers=forged)
    first, second = letters(scratch)
    assert "evil" not in first.text + first.html + second.text + second.html
    assert link_in(second).startswith("https://here.example/sign-in/link/")


def test_where_it_is_real_and_has_no_address_it_says_so_to_all(scratch: Directory) -> None:
    with_password(scratch)
    with scratch.client(environment="production") as client:
        replies = [client.post("/sign-in/link", data={"email": email}) for email in (EMAIL, "no@example.org")]
    assert {reply.status_code for reply in replies} == {503}
    assert "HEREABOUTS_PUBLIC_URL" in replies[0].text
    assert letters(scratch) == []


def test_an_invitation_asks_for_a_good_password_and_lets_in(scratch: Directory) -> None:
    with scratch.write() as session:
        person = make_person(session, "navigator")
        settling.invite(session, person, SITE, now=datetime.now(LONDON))
    path = path_in(letters(scratch)[0])
    with scratch.client() as client:
        assert person.email in client.get(path).text
        refused = client.post(path, data={"password": "password1234"})
        assert refused.status_code == 422
        assert "guessed first" in refused.text
        reply = client.post(path, data={"password": NEW})
        assert (reply.status_code, reply.headers["Location"]) == (303, "/account")
        assert is_signed_in(client)
        assert client.post(path, data={"password": NEW}).status_code == 404
    with scratch.client() as elsewhere:
        assert sign_in(elsewhere, person.email, NEW).status_code == 303


def test_a_new_password_ends_all_other_ways_in_and_word_of_it_is_sent(scratch: Directory) -> None:
    with_password(scratch)
    with scratch.client() as client, scratch.client() as thief:
        sign_in(thief)
        assert is_signed_in(thief)
        client.post("/sign-in/link", data={"email": EMAIL})
        client.post("/sign-in/forgotten", data={"email": EMAIL})
        link, reset = map(path_in, letters(scratch))
        assert sign_in(client, password=PASSWORD).status_code == 303  # the old one until then
        assert client.post(reset, data={"password": NEW}).status_code == 303
        assert not is_signed_in(thief)
        assert thief.post(link).status_code == 404
        assert sign_in(thief).status_code == 422
        assert is_signed_in(client)
    assert "password of your account at Hereabouts is a new one" in letters(scratch)[-1].text


def test_a_cookie_somebody_was_given_is_worth_nothing(scratch: Directory) -> None:
    with_password(scratch)
    with scratch.client() as client, scratch.client() as attacker:
        for browser in (client, attacker):
            browser.cookies.set(SESSION_COOKIE, "chosen-by-somebody-else")
        sign_in(client)
        assert not is_signed_in(attacker)
        mine = [cookie.value for cookie in client.cookies.jar if cookie.name == SESSION_COOKIE]
        assert "chosen-by-somebody-else" not in mine[-1:]


def test_signing_in_again_ends_what_the_browser_held(scratch: Directory) -> None:
    with_password(scratch)
    with scratch.client() as client, scratch.client() as attacker:
        sign_in(client)
        attacker.cookies.set(SESSION_COOKIE, client.cookies[SESSION_COOKIE])
        assert is_signed_in(attacker)
        sign_in(client)
        assert is_signed_in(client)
        assert not is_signed_in(attacker)


@pytest.mark.parametrize(
    ("changes", "is_secure"),
    [({}, False), ({"environment": "production"}, True), ({"public_url": "https://h.example"}, True)],
)
def test_cookies_are_for_this_browser_and_this_site_alone(
    scratch: Directory, changes: dict[str, str], is_secure: bool
) -> None:
    with_password(scratch)
    with scratch.client(**changes) as client:
        reply = sign_in(client)
    kept = [one for one in reply.headers.get_list("Set-Cookie") if one.startswith(SESSION_COOKIE)]
    assert len(kept) == 1
    flags = {flag.strip().split("=")[0].lower() for flag in kept[0].split(";")[1:]}
    assert {"httponly", "samesite", "path"} <= flags
    assert "samesite=lax" in kept[0].lower()
    assert flags.isdisjoint({"domain", "max-age", "expires"})
    assert ("secure" in flags) == is_secure


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(scratch: Directory, address: str) -> None:
    with_password(scratch)
    with scratch.client() as client:
        assert sign_in(client, next=address).headers["Location"] == "/curate"
        assert sign_in(client, next="/account/keys").headers["Location"] == "/account/keys"


def test_many_guesses_at_once_get_no_more_tries_than_one_after_the_other(scratch: Directory) -> None:
    with_password(scratch)
    with scratch.client() as client:
        found: list[int] = []
        tries = [
            Thread(target=lambda: found.append(sign_in(client, password="not the right one").status_code))
            for _ in range(16)
        ]
        for one in tries:
            one.start()
        for one in tries:
            one.join()
    assert found.count(422) == 8
    assert found.count(429) == 8
