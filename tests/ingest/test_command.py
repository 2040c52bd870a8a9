"""`hereabouts ingest`: what it prints and how it ends."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from api.models import Entry
from api.settings import get_settings
from tests.conftest import Directory
from web.cli.ingest import ingest

SOURCE = "cambridgeshire-libraries"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(ingest, [str(word) for word in words])


def test_unknown_source_and_missing_file_say_so(libraries: Path, tmp_path: Path) -> None:
    unknown = run(libraries, "--source", "nope")
    assert (unknown.exit_code, SOURCE in unknown.output) == (1, True)
    missing = run(tmp_path / "none.csv", "--source", SOURCE)
    assert (missing.exit_code, "There is no file" in missing.output) == (1, True)


def test_fewer_than_one_import_cannot_be_listed() -> None:
    assert run("runs", "--limit", "-1").exit_code == 2


@pytest.mark.usefixtures("_settings_of_scratch")
def test_dry_run_then_apply_then_a_refused_row(scratch: Directory, libraries: Path, tmp_path: Path) -> None:
    dry = run(libraries, "--source", SOURCE)
    assert dry.exit_code == 0, dry.output
    assert "5 rows: 5 new" in dry.output
    assert "dry run" in dry.output
    assert "row 5, Postcode “CB6 OAA” (Long Drove Library)" in dry.output
    assert _entries(scratch) == 0

    applied = run(libraries, "--source", SOURCE, "--apply")
    assert (applied.exit_code, _entries(scratch)) == (0, 5)

    text = libraries.read_text(encoding="utf-8")
    worse = tmp_path / "worse.csv"
    worse.write_text(text.replace("Meridian Library", ""), encoding="utf-8")
    partly = run(worse, "--source", SOURCE, "--apply")
    assert partly.exit_code == 3
    assert "4 unchanged, 1 refused" in partly.output

    empty = tmp_path / "empty.csv"
    empty.write_text(text.splitlines()[0], encoding="utf-8")
    nothing = run(empty, "--source", SOURCE, "--apply")
    assert nothing.exit_code == 1
    assert "Nothing was done" in nothing.output


@pytest.mark.usefixtures("_settings_of_scratch")
def test_an_unknown_file_from_proposal_to_undo(scratch: Directory, tmp_path: Path) -> None:
    clubs = tmp_path / "clubs.csv"
    clubs.write_text(
        "Group Name,Post Code\nKnit and Natter,CB6 1AA\nWalk and Talk,CB6 1AB\n", encoding="utf-8"
    )
    proposal = run(clubs, "--source", "clubs", "--propose")
    assert proposal.exit_code == 0
    mapping = tmp_path / "clubs.yaml"
    mapping.write_text(proposal.output, encoding="utf-8")
    unknown = run(clubs, "--source", "clubs")
    assert (unknown.exit_code, "--propose" in unknown.output) == (1, True)

    applied = run(clubs, "--source", "clubs", "--map", mapping, "--apply")
    assert (applied.exit_code, _entries(scratch)) == (0, 2)
    assert "No licence is named" in applied.output
    again = run(clubs, "--source", "clubs", "--map", "clubs")
    assert "2 unchanged" in again.output
    assert "means: postcode" in run("maps", "clubs").output

    number = re.search(r"ingest undo (\S+)", applied.output)
    assert number is not None
    table = tmp_path / "report.csv"
    assert run("report", number[1], "--csv", table).exit_code == 0
    assert "Knit and Natter" in table.read_text(encoding="utf-8-sig")
    assert "clubs.csv  applied" in run("runs").output
    undone = run("undo", number[1])
    assert (undone.exit_code, _entries(scratch)) == (0, 0)
    assert "2 entries taken away" in undone.output
    assert run("undo", number[1]).exit_code == 1
    assert "Nothing waits" in run("conflicts").output


def _entries(directory: Directory) -> int:
    with directory.write() as session:
        return session.scalar(select(func.count()).select_from(Entry)) or 0


@pytest.fixture
def _settings_of_scratch(scratch: Directory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", scratch.url)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()
