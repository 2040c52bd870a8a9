"""One's own account: the second step, the password, browsers, keys; and that nobody else gets at it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pyotp
import pytest
from fastapi.testclient import TestClient
from starlette.routing import Route

from api.accounts import keys, second_step
from api.accounts import service as accounts
from api.accounts.dependencies import SESSION_COOKIE
from tests.conftest import Directory
from tests.factories import LONDON
from tests.people import make_person
from tests.people import sign_in as sign_in_as
from tests.web.accounts.helpers import (
    EMAIL,
    PASSWORD,
    is_signed_in,
    letters,
    path_in,
    proof,
    sign_in,
    with_password,
)
from web.pages import account, people
from web.pages import keys as key_pages
from web.pages import second_step as second_step_pages
from web.pages.browser import STEP_COOKIE
from web.pages.browsers import browser_words

NEW = "kettle gate moth eleven"


@pytest.fixture
def client(scratch: Directory) -> Iterator[TestClient]:
    with_password(scratch)
    with scratch.client() as opened:
        yield opened


def switch_on(directory: Directory) -> tuple[pyotp.TOTP, list[str]]:
    """As if it was done a minute ago."""
    ago = datetime.now(LONDON) - timedelta(minutes=1)
    with directory.write() as session:
        person = accounts.get_person_by_email(session, EMAIL)
        second_step.start(person)
        phone = pyotp.TOTP(person.totp_secret or "")
        return phone, second_step.switch_on(session, person, directory.settings(), phone.at(ago), now=ago)


def test_a_password_alone_is_not_enough_with_a_second_step(scratch: Directory, client: TestClient) -> None:
    phone, _codes = switch_on(scratch)
    reply = sign_in(client, next="/account/keys")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/sign-in/second-step")
    assert SESSION_COOKIE not in reply.cookies
    assert not is_signed_in(client)
    assert PASSWORD not in client.cookies[STEP_COOKIE]
    assert client.post("/sign-in/second-step", data={"code": "000000"}).status_code == 422
    code = phone.now()
    done = client.post("/sign-in/second-step", data={"code": code})
    assert (done.status_code, done.headers["Location"]) == (303, "/account/keys")
    assert is_signed_in(client)
    with scratch.client() as other:
        sign_in(other)
        assert other.post("/sign-in/second-step", data={"code": code}).status_code == 422


def test_a_link_by_mail_asks_for_the_second_step_too(scratch: Directory, client: TestClient) -> None:
    _phone, codes = switch_on(scratch)
    client.post("/sign-in/link", data={"email": EMAIL})
    assert client.post(path_in(letters(scratch)[-1])).headers["Location"] == "/sign-in/second-step"
    assert not is_signed_in(client)
    assert client.post("/sign-in/second-step", data={"code": codes[3]}).status_code == 303
    assert is_signed_in(client)


def test_codes_cannot_be_guessed(scratch: Directory, client: TestClient) -> None:
    phone, _codes = switch_on(scratch)
    sign_in(client)
    tries = [client.post("/sign-in/second-step", data={"code": f"00000{n}"}).status_code for n in range(9)]
    assert tries == [422] * 8 + [429]
    assert client.post("/sign-in/second-step", data={"code": phone.now()}).status_code == 429


def test_a_first_step_is_worth_nothing_by_another_hand_or_after_a_new_password(
    scratch: Directory, client: TestClient
) -> None:
    phone, _codes = switch_on(scratch)
    sign_in(client)
    with scratch.client() as other:
        assert other.post("/sign-in/second-step", data={"code": phone.now()}).status_code == 422
        other.cookies.set(STEP_COOKIE, client.cookies[STEP_COOKIE][:-2] + "xx")
        assert other.get("/sign-in/second-step").headers["Location"] == "/sign-in"
    with scratch.write() as session:
        accounts.get_person_by_email(session, EMAIL).password_hash = "another"
    assert client.post("/sign-in/second-step", data={"code": phone.now()}).status_code == 422
    assert not is_signed_in(client)


def test_switching_it_on_shows_a_square_then_codes_to_keep(scratch: Directory, client: TestClient) -> None:
    sign_in(client)
    form = proof(client, scratch)
    assert client.get("/account/second-step").headers["Location"] == "/account"
    client.post("/account/second-step/start", data=form)
    page = client.get("/account/second-step").text
    assert "<svg" in page
    assert 'src="data:' not in page
    with scratch.write() as session:
        secret = accounts.get_person_by_email(session, EMAIL).totp_secret or ""
    assert secret[:4] in page
    assert client.post("/account/second-step", data=form | {"code": "1"}).status_code == 422
    done = client.post("/account/second-step", data=form | {"code": pyotp.TOTP(secret).now()})
    assert done.text.count("<li><code>") == 10
    assert secret[:4] not in client.get("/account/second-step").text


def test_the_password_changes_with_the_old_one_and_ends_other_browsers(
    scratch: Directory, client: TestClient
) -> None:
    with scratch.client() as other:
        sign_in(client)
        sign_in(other)
        form = proof(client, scratch)
        wrong = client.post("/account/password", data=form | {"old": "not the right one", "password": NEW})
        assert wrong.status_code == 422
        assert "not the password you have now" in wrong.text
        weak = client.post("/account/password", data=form | {"old": PASSWORD, "password": "Summer2026!!!"})
        assert weak.status_code == 422
        assert is_signed_in(other)
        right = client.post("/account/password", data=form | {"old": PASSWORD, "password": NEW})
        assert right.headers["Location"] == "/account?done=password"
        assert is_signed_in(client)
        assert not is_signed_in(other)
        assert sign_in(other).status_code == 422
        assert sign_in(other, password=NEW).status_code == 303


def test_an_open_browser_is_no_place_to_guess_the_password(scratch: Directory, client: TestClient) -> None:
    sign_in(client)
    form = proof(client, scratch) | {"old": "not the right one", "password": NEW}
    tries = [client.post("/account/password", data=form).status_code for _ in range(9)]
    assert tries == [422] * 8 + [429]


def test_signing_out_everywhere_ends_every_browser(scratch: Directory, client: TestClient) -> None:
    with scratch.client() as other:
        sign_in(client)
        sign_in(other)
        client.post("/account/sign-out-elsewhere", data=proof(client, scratch))
        assert (is_signed_in(client), is_signed_in(other)) == (True, False)
        sign_in(other)
        client.post("/account/sign-out-everywhere", data=proof(client, scratch))
        assert (is_signed_in(client), is_signed_in(other)) == (False, False)


def test_what_happened_is_told_in_words(scratch: Directory, client: TestClient) -> None:
    sign_in(client)
    client.post("/account/name", data=proof(client, scratch) | {"name": "  Mo   <b>Here</b> "})
    page = client.get("/account?done=name").text
    assert "Your name was changed." in page
    assert "Mo &lt;b&gt;Here&lt;/b&gt;" in page
    for words in (
        "The name was changed",
        "Signed in with the password",
        "The role curator everywhere was given",
    ):
        assert words in page
    assert client.post("/account/name", data=proof(client, scratch) | {"name": " "}).status_code == 422


def forms() -> list[str]:
    """Every address that a form about accounts is sent to, with an id where it wants one."""
    anybody = "00000000-0000-4000-8000-000000000000"
    return [
        route.path.replace("{key_id}", anybody).replace("{person_id}", anybody)
        for module in (account, key_pages, people, second_step_pages)
        for route in module.router.routes
        if isinstance(route, Route) and "POST" in (route.methods or ())
    ]


def test_no_form_is_taken_without_its_proof_or_from_nobody(scratch: Directory) -> None:
    assert len(forms()) >= 13
    with scratch.client() as client:
        assert {client.post(path).status_code for path in forms()} == {401}
        sign_in_as(client, scratch, "admin")
        assert {client.post(path).status_code for path in forms()} == {403}
        assert {client.post(path, data={"csrf": "guessed"}).status_code for path in forms()} == {403}


def test_a_key_is_shown_once_works_within_its_scopes_and_can_be_ended(
    scratch: Directory, client: TestClient
) -> None:
    sign_in(client)
    ends_on = (datetime.now(LONDON) + timedelta(days=30)).date().isoformat()
    form = proof(client, scratch) | {"name": "The council's website", "scopes": "read", "ends_on": ends_on}
    for bad in ({"ends_on": "2020-01-01"}, {"ends_on": "soon"}, {"name": " "}, {"scopes": "everything"}):
        assert client.post("/account/keys", data=form | bad).status_code == 422
    page = client.post("/account/keys", data=form).text
    key = page.split("hereabouts_")[1].split("<")[0]
    assert len(key) > 40
    listed = client.get("/account/keys").text
    assert key not in listed
    assert "The council&#39;s website" in listed
    with scratch.write() as session:
        now = datetime.now(LONDON)
        actor = accounts.find_token_actor(session, f"hereabouts_{key}", now=now)
        assert actor is not None
        assert actor.scopes == {"read"}
        assert accounts.find_token_actor(session, f"hereabouts_{key}", now=now + timedelta(days=31)) is None
        [kept] = keys.list_keys(session, actor.id, now=now)
    client.post(f"/account/keys/{kept.id}/end", data=proof(client, scratch))
    with scratch.write() as session:
        assert accounts.find_token_actor(session, f"hereabouts_{key}", now=now) is None


def test_a_key_opens_no_page_about_people_and_nobody_ends_anothers(scratch: Directory) -> None:
    now = datetime.now(LONDON)
    with scratch.write() as session:
        other = make_person(session, "admin")
        ends_on = (now + timedelta(days=9)).date()
        key = keys.make_key(session, other.id, name="x", scopes=["read", "edit"], ends_on=ends_on, now=now)
        [kept] = keys.list_keys(session, other.id, now=now)
    with scratch.client() as client:
        bearer = {"Authorization": f"Bearer {key}"}
        pages = ("/account", "/account/keys", "/account/second-step", "/curate/people")
        assert {client.get(path, headers=bearer).status_code for path in pages} == {403}
        assert {client.post(path, headers=bearer).status_code for path in forms()} == {403}
        csrf = sign_in_as(client, scratch, "admin")
        assert client.post(f"/account/keys/{kept.id}/end", data={"csrf": csrf}).status_code == 404


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        (None, "A browser"),
    ],
)
def test_browsers_have_names_people_know(sent: str | None, words: str) -> None:
    assert browser_words(sent) == words
