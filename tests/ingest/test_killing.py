"""An import killed at any moment: all of it or nothing, and it can be started again."""

import multiprocessing
import os
import random
import time
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.db import make_engine, make_session_factory
from api.models import Entry, IngestRowFate, IngestRun, SourceRow
from ingest import run
from ingest.saved import ColumnMap, Mapping
from tests.conftest import Directory

# A few each time; HEREABOUTS_KILLS=20 for as many as were promised.
KILLS = int(os.environ.get("HEREABOUTS_KILLS", "3"))
ROWS = 60
# The program is loaded once; each import is then a process of its own, at once.
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["ingest.run", "ingest.saved", __name__])


def bring_in(url: str, path: Path, ready: Event) -> None:
    run.CHUNK = 10
    columns = [ColumnMap(heading="Name", means="name"), ColumnMap(heading="Postcode", means="postcode")]
    source = Mapping(name="killed", columns=columns).to_source("killed")
    factory = make_session_factory(make_engine(url))
    ready.set()
    run.ingest_file(factory, path, source=source, apply=True)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    lines = [f"Hall {number},CB6 1A{'ABDE'[number % 4]}" for number in range(ROWS)]
    path.write_text("\n".join(["Name,Postcode", *lines]), encoding="utf-8")
    return path


def start(directory: Directory, path: Path) -> ForkServerProcess:
    """The import in a process of its own, ready to begin."""
    ready = SERVER.Event()
    process = SERVER.Process(target=bring_in, args=(directory.url, path, ready))
    process.start()
    assert ready.wait(60)
    return process


def held(directory: Directory) -> tuple[int, int, int]:
    """Entries, rows known again, and stored fates, all at one moment."""
    models = (Entry, SourceRow, IngestRowFate)
    counts = [select(func.count()).select_from(model).scalar_subquery() for model in models]
    with directory.write() as session:
        entries, rows, fates = session.execute(select(*counts)).one()
    return entries, rows, fates


def test_killed_at_any_moment(scratch: Directory, rows: Path) -> None:
    dice = random.Random(time.time_ns())
    longest = 0.8
    for _time in range(KILLS):
        process = start(scratch, rows)
        time.sleep(dice.uniform(0, longest))
        process.kill()
        process.join()
        entries, known, fates = held(scratch)
        assert (entries, known) in ((0, 0), (ROWS, ROWS))
        assert fates % ROWS == 0
        assert bool(fates) == bool(entries)
    process = start(scratch, rows)
    process.join()
    assert process.exitcode == 0
    assert held(scratch)[:2] == (ROWS, ROWS)
    with scratch.write() as session:
        states = set(session.scalars(select(IngestRun.state)))
    assert "running" not in states
    assert "done" in states
