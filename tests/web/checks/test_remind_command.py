"""`hereabouts remind`: what it would do, what it did, and why it did nothing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from api.models import Mail
from api.settings import get_settings
from tests.conftest import Directory
from tests.factories import add
from web.cli import app

OLD = [{"group": "name", "how": "phoned", "by": "Curator", "on": "2021-05-05"}]
MAIL = {"kind": "email", "value": "keeper@choir.example"}


@pytest.fixture
def remind(scratch: Directory, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    with scratch.write() as session:
        add(session, name="Choir", checks=OLD, contacts=[MAIL])
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", scratch.url)
    monkeypatch.setenv("HEREABOUTS_ENVIRONMENT", "test")
    monkeypatch.setenv("HEREABOUTS_SECRET_KEY", "a key for the tests of this command only")
    monkeypatch.setenv("HEREABOUTS_PUBLIC_URL", "https://here.example")
    get_settings.cache_clear()
    yield monkeypatch
    get_settings.cache_clear()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["remind", *words])


def mails(directory: Directory) -> list[str]:
    with directory.write() as session:
        return list(session.scalars(select(Mail.to_address)))


@pytest.mark.usefixtures("remind")
def test_it_says_who_and_writes_only_when_told(scratch: Directory) -> None:
    dry = run("--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "Choir: letter 1 of 3, due 5 May 2022" in dry.output
    assert mails(scratch) == []
    done = run()
    assert "1 letters asked" in done.output
    assert "0 letters asked" in run().output
    assert mails(scratch) == ["keeper@choir.example"]


def test_without_our_own_address_it_says_why(scratch: Directory, remind: pytest.MonkeyPatch) -> None:
    remind.delenv("HEREABOUTS_PUBLIC_URL")
    get_settings.cache_clear()
    refused = run()
    assert (refused.exit_code, "HEREABOUTS_PUBLIC_URL" in refused.output) == (1, True)
    assert mails(scratch) == []
