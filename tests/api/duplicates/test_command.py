"""`hereabouts duplicates`: what it prints, writes and remembers."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.settings import get_settings
from tests.conftest import Directory
from tests.factories import add
from web.cli import app

DECIDED = ("--by", "Curator", "--why", "Seen by a test")
PRIVATE = [{"kind": "phone", "value": "07700 900123", "public": False}]


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["duplicates", *(str(word) for word in words)])


@pytest.fixture
def filled(scratch: Directory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Directory]:
    with scratch.write() as session:
        for name in ("Soham Timebank", "Time Bank Soham"):
            add(session, name=name, kind="timebank", contacts=PRIVATE)
        for name in ("=HYPERLINK(1) Harriers", "=HYPERLINK(1) Hariers"):
            add(session, name=name)
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", scratch.url)
    get_settings.cache_clear()
    yield scratch
    get_settings.cache_clear()


def test_search_merge_undo_and_tell_apart(filled: Directory, tmp_path: Path) -> None:
    found = run()
    assert found.exit_code == 0, found.output
    assert "4 entries compared. Pairs that may be one thing: 2." in found.output
    assert "same private phone number" in found.output
    assert "900123" not in re.sub(r"\D", "", found.output)

    listed = run("list", "--csv", tmp_path / "pairs.csv")
    assert "pairs.csv: 2." in listed.output.replace("\n", "")
    with (tmp_path / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    cells = [cell for row in rows for cell in row.values()]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not [cell for cell in cells if cell[:1] in "=+-@\t" and cell]

    done = run("merge", "soham-timebank", "time-bank-soham", *DECIDED, "--choose", "name=merge")
    assert done.exit_code == 0, done.output
    assert "Merged into soham-timebank, version 2." in done.output
    assert "Time Bank Soham → Time Bank Soham" in run("merges").output
    assert "imebank" not in run("list").output
    (merge_id,) = set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", done.output))
    undone = run("undo-merge", merge_id, *DECIDED)
    assert "soham-timebank and time-bank-soham are two entries again." in undone.output

    assert run("not-a-duplicate", "soham-timebank", "time-bank-soham", *DECIDED).exit_code == 0
    again = run("--min-score", "0.5")
    assert "may be one thing: 1." in again.output
    assert "left alone: 1." in again.output


def test_what_cannot_be_done_is_one_sentence(filled: Directory) -> None:
    for words, said in (
        (("merge", "soham-timebank", "soham-timebank"), "into itself"),
        (("merge", "soham-timebank", "nowhere"), "We hold no entry “nowhere”."),
        (("merge", "soham-timebank", "time-bank-soham", "--choose", "name"), "is not a choice"),
        (("merge", "soham-timebank", "time-bank-soham", "--choose", "hue=keep"), "not a field"),
        (("undo-merge", "nonsense"), "is not the id of a merge"),
    ):
        result = run(*words, *DECIDED)
        assert result.exit_code == 1, words
        assert said in result.output
        assert "Traceback" not in result.output
