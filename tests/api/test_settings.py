"""What a deployment sets wrongly is named, with how to write it, and is never a trace."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from api.errors import BadSettings
from api.settings import Settings, get_settings
from web.cli import app


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SAVE_PATIENCE_S", "soon", "Write a number."),
        ("EXAMPLES", "maybe", "Write true or false."),
        ("ENVIRONMENT", "live", "Choose from 'development', 'production' or 'test'."),
        ("SECRET_KEY", "tooshort", "It has to have 32 letters or more."),
        ("DATABASE_URL", "tooshort", "Write it like postgresql://"),
        ("DATABASE_URL", "mysql://tooshort/db", "Write it like postgresql://"),
        ("DATABASE_URL", "postgresql://host:tooshort/db", "Write it like postgresql://"),
        ("READ_DATABASE_URL", "sqlite:///tooshort", "Write it like postgresql://"),
        ("MEILI_URL", "tooshort:7700", "Write it like https://"),
        ("PUBLIC_URL", "tooshort.example.org", "Write it like https://"),
        ("OIDC_ISSUER", "https://", "Write it like https://"),
        ("SMTP_URL", "tooshort:587", "Write it like smtp://"),
    ],
)
def test_a_setting_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"HEREABOUTS_{name}", value)
    with pytest.raises(BadSettings, match=f"HEREABOUTS_{name}: {said}") as refused:
        get_settings()
    assert "tooshort" not in str(refused.value)


def test_every_command_says_so_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEREABOUTS_SAVE_PATIENCE_S", "soon")
    for words in (["doctor"], ["migrate"], ["reindex"], ["worker"], ["ingest", "runs"], ["remind"]):
        get_settings.cache_clear()
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 1, words
        assert result.output == (
            "What is set cannot be used.\nHEREABOUTS_SAVE_PATIENCE_S: Write a number.\n"
        ), words


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@db.example.org:5432/directory?sslmode=require",
        "postgres://db.example.org/directory",
        "postgresql+psycopg://me@/directory?host=/run/postgresql",
    ],
)
def test_every_way_to_write_a_database_is_taken(url: str) -> None:
    assert Settings(database_url=url).database_url == url
