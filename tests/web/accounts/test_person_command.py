"""`hereabouts person`: the first administrator, invitations to hand over, and everyone's roles."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.accounts import service as accounts
from api.accounts.passwords import check_password
from api.settings import get_settings
from tests.conftest import Directory
from tests.factories import SOHAM, add_areas, square
from tests.web.accounts.helpers import letters, link_in
from web.cli import app


@pytest.fixture
def directory(scratch: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Directory]:
    with scratch.write() as session:
        add_areas(session, tmp_path, {"E07000009": square(*SOHAM)}, type_="district")
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", scratch.url)
    monkeypatch.setenv("HEREABOUTS_HOME", str(tmp_path))
    get_settings.cache_clear()
    yield scratch
    get_settings.cache_clear()


def run(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["person", *words], input=typed)


def test_the_first_administrator_gets_a_link(directory: Directory) -> None:
    done = run("add", "first@example.org", "--role", "admin", "--name", "First One")
    assert done.exit_code == 0
    [letter] = letters(directory)
    assert link_in(letter) in done.output
    assert link_in(letter).startswith("http://127.0.0.1:8000/sign-in/invitation/")
    assert "HEREABOUTS_PUBLIC_URL" in done.output
    assert "first@example.org  First One: administrator, everywhere (no password yet)" in run("list").output


def test_with_a_mail_server_the_link_is_sent_and_not_printed(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEREABOUTS_SMTP_URL", "smtp://127.0.0.1:2525")
    monkeypatch.setenv("HEREABOUTS_PUBLIC_URL", "https://here.example/")
    get_settings.cache_clear()
    done = run("add", "a@example.org", "--role", "curator", "--area", "area-e07000009")
    assert done.exit_code == 0
    assert "/sign-in/" not in done.output
    assert link_in(letters(directory)[0]).startswith("https://here.example/sign-in/invitation/")


def test_roles_are_given_and_taken_by_code_or_name(directory: Directory) -> None:
    run("add", "a@example.org", "--role", "curator", "--area", "E07000009")
    assert "curator, Area E07000009" in run("list").output
    run("role", "A@example.org", "--add", "coordinator", "--area", "area-e07000009")
    done = run("role", "a@example.org", "--remove", "curator", "--area", "E07000009")
    assert done.output.strip() == "a@example.org: coordinator, Area E07000009"


def test_what_cannot_be_is_refused_in_one_sentence(directory: Directory) -> None:
    run("add", "first@example.org", "--role", "admin")
    refused = {
        ("add", "first@example.org", "--role", "admin"): "has an account already",
        ("add", "b@example.org", "--role", "king"): "not a role",
        ("add", "b@example.org", "--role", "curator", "--area", "NOWHERE"): "no area",
        ("add", "b@example.org", "--role", "admin", "--area", "E07000009"): "everywhere",
        ("add", "nobody", "--role", "curator"): "not an e-mail address",
        ("role", "nobody@example.org", "--add", "curator"): "Nobody with the address",
        ("role", "first@example.org", "--remove", "admin"): "last administrator",
        ("close", "first@example.org"): "last administrator",
    }
    for words, said in refused.items():
        done = run(*words)
        assert done.exit_code == 1
        assert said in done.output
        assert "Traceback" not in done.output


def test_a_password_is_asked_for_twice_and_not_shown(directory: Directory) -> None:
    run("add", "a@example.org", "--role", "curator")
    good = "kettle gate moth eleven"
    assert run("password", "a@example.org", typed="password1234\npassword1234\n").exit_code == 1
    done = run("password", "a@example.org", typed=f"{good}\n{good}\n")
    assert done.exit_code == 0
    assert good not in done.output
    with directory.write() as session:
        assert check_password(good, accounts.get_person_by_email(session, "a@example.org").password_hash)
    assert run("close", "a@example.org").exit_code == 0
    assert "a@example.org" not in run("list").output
