"""`hereabouts reindex`: anew in the Meilisearch that runs beside the app, without being told where it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.settings import get_settings
from tests.conftest import Directory
from tests.factories import add
from tests.meilisearch import running_meilisearch
from web.cli import app
from web.cli.doctor import examine
from web.meilisearch import find_running, search_server


@pytest.fixture
def home(scratch: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HEREABOUTS_HOME", str(tmp_path))
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", scratch.url)
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


def test_the_one_beside_the_app_is_found_while_it_runs(scratch: Directory, home: Path) -> None:
    with scratch.write() as session:
        add(session, name="Soham Singers")
    with running_meilisearch() as server:
        given = search_server(home)
        assert given
        assert (home / "meilisearch" / "address").read_text() == given.url
        (home / "meilisearch" / "address").write_text(server.url)
        # Another program's key: not ours to change.
        assert find_running(home) is None
        (home / "meilisearch" / "key").write_text(server.key)
        done = CliRunner().invoke(app, ["reindex"])
        assert (done.exit_code, "1 entries indexed" in done.output) == (0, True), done.output
        assert server.index.exists()
    gone = CliRunner().invoke(app, ["reindex"])
    assert (gone.exit_code, "No Meilisearch runs" in gone.output) == (0, True)


@pytest.mark.parametrize("key", ["not the key it was started with", None])
def test_a_key_that_meilisearch_refuses_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    with running_meilisearch() as server:
        monkeypatch.setenv("HEREABOUTS_MEILI_URL", server.url)
        if key:
            monkeypatch.setenv("HEREABOUTS_MEILI_KEY", key)
        get_settings.cache_clear()
        done = CliRunner().invoke(app, ["reindex"])
        assert (done.exit_code, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
        assert "HEREABOUTS_MEILI_KEY" in done.stderr
        assert key is None or key not in done.stderr
        told = [finding for finding in examine(get_settings()) if "your Meilisearch" in finding.words]
        assert [(one.good, "HEREABOUTS_MEILI_KEY" in one.mend) for one in told] == [(False, True)]
        monkeypatch.setenv("HEREABOUTS_MEILI_KEY", server.key)
        get_settings.cache_clear()
        assert CliRunner().invoke(app, ["reindex"]).exit_code == 0
        assert all(one.good for one in examine(get_settings()) if "your Meilisearch" in one.words)
