"""The worker: what is saved is found within seconds, whatever was away in between."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx2 as httpx
import psycopg
import pytest
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text
from structlog.testing import capture_logs

from api.search.meili import INDEX
from tests.conftest import Directory
from tests.factories import add, change
from tests.meilisearch import Meilisearch, is_in_step, running_meilisearch, wait_until, working
from web.worker import Worker

PROJECT = Path(__file__).resolve().parents[2]
SOON_S = 30.0


@pytest.fixture(scope="module")
def server() -> Iterator[Meilisearch]:
    with running_meilisearch() as running:
        yield running


@pytest.fixture
def empty(server: Meilisearch) -> Meilisearch:
    """Without an index, as Meilisearch is on its first day."""
    httpx.delete(f"{server.url}/indexes/{INDEX}", headers=key_of(server))
    wait_until(lambda: not server.index.exists(), SOON_S)
    return server


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds here for the look that needs no news, nor two to try again."""
    monkeypatch.setattr("web.worker.LOOK_EVERY_S", 0.5)
    monkeypatch.setattr("web.worker.RETRY_AFTER_S", 0.2)


def key_of(server: Meilisearch) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.key}"}


def ids_in(server: Meilisearch) -> set[str]:
    return {entry_id for entry_id, _ in server.index.stamps()} if server.index.exists() else set()


def waiting(directory: Directory) -> int:
    with directory.write() as session:
        return int(session.execute(text("SELECT count(*) FROM directory.outbox")).scalar_one())


def test_a_save_is_indexed_and_a_change_follows(scratch: Directory, empty: Meilisearch) -> None:
    with working(scratch, empty):
        with scratch.write() as session:
            saved = add(session, name="Soham Choir")
        assert wait_until(lambda: ids_in(empty) == {str(saved.entry_id)}, SOON_S) < SOON_S
        wait_until(lambda: is_in_step(scratch, empty), SOON_S)
        with scratch.write() as session:
            change(session, saved, name="Soham Choir", stage="draft")
        wait_until(lambda: ids_in(empty) == set() and waiting(scratch) == 0, SOON_S)


def test_what_was_saved_before_it_started_is_indexed(scratch: Directory, empty: Meilisearch) -> None:
    with scratch.write() as session:
        ids = {str(add(session, name=f"Choir {number}").entry_id) for number in range(20)}
    with working(scratch, empty):
        wait_until(lambda: ids_in(empty) == ids and waiting(scratch) == 0, SOON_S)


def test_a_killed_meilisearch_is_waited_for(scratch: Directory, empty: Meilisearch) -> None:
    with working(scratch, empty):
        wait_until(empty.index.exists, SOON_S)
        empty.kill()
        try:
            with scratch.write() as session:
                for number in range(5):
                    add(session, name=f"Choir {number}")
            assert waiting(scratch) == 5
        finally:
            empty.start()
        wait_until(lambda: len(ids_in(empty)) == 5, SOON_S)
        wait_until(lambda: is_in_step(scratch, empty), SOON_S)


def test_a_lost_index_is_built_again(scratch: Directory, empty: Meilisearch) -> None:
    with scratch.write() as session:
        ids = {str(add(session, name=f"Choir {number}").entry_id) for number in range(3)}
    with working(scratch, empty):
        wait_until(lambda: ids_in(empty) == ids and waiting(scratch) == 0, SOON_S)
        httpx.delete(f"{empty.url}/indexes/{INDEX}", headers=key_of(empty))
        wait_until(lambda: ids_in(empty) == ids, SOON_S)


def test_drift_is_mended_by_the_clock(scratch: Directory, empty: Meilisearch) -> None:
    """The quarter-hourly job, asked for at once."""
    with working(scratch, empty):
        wait_until(empty.index.exists, SOON_S)
        empty.index.add([{"id": "00000000-0000-4000-8000-000000000000", "stamp": "a stranger", "name": "X"}])
        assert len(ids_in(empty)) == 1
        # At the start the clock may have asked for it already.
        with Worker(scratch.url, None).app.open() as app, suppress(AlreadyEnqueued):
            app.configure_task("mend_index").defer(timestamp=0)
        wait_until(lambda: ids_in(empty) == set(), SOON_S)


def test_the_database_may_drop_every_connection(scratch: Directory, empty: Meilisearch) -> None:
    with working(scratch, empty):
        wait_until(empty.index.exists, SOON_S)
        with scratch.write() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        with scratch.write() as session:
            saved = add(session, name="Soham Choir")
        wait_until(lambda: ids_in(empty) == {str(saved.entry_id)}, SOON_S)


def test_it_stops_when_told_just_as_the_database_goes(
    scratch: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(self: Worker) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(lose_the_database())

    async def lose_the_database() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise psycopg.OperationalError("the connection is lost") from None

    async def stop_soon() -> None:
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(0.1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, 10)

    monkeypatch.setattr(Worker, "_work", work)
    worker = Worker(scratch.url, None)
    asyncio.run(stop_soon())


def test_a_worker_killed_at_its_work_blocks_nobody(scratch: Directory, empty: Meilisearch) -> None:
    """Its job is never ended; what it had taken is still there for the next."""
    with scratch.write() as session:
        saved = add(session, name="Soham Choir")
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        port = hanging.getsockname()[1]
        with command(scratch, f"http://127.0.0.1:{port}", empty.key) as killed:
            hanging.settimeout(30)
            connection, _ = hanging.accept()
            killed.kill()
            killed.wait()
            connection.close()
    with working(scratch, empty):
        wait_until(lambda: ids_in(empty) == {str(saved.entry_id)} and waiting(scratch) == 0, SOON_S)


def test_without_meilisearch_nothing_waits(scratch: Directory) -> None:
    with working(scratch, None):
        with scratch.write() as session:
            add(session, name="Soham Choir")
        wait_until(lambda: waiting(scratch) == 0, SOON_S)


def test_the_lag_is_told(scratch: Directory, empty: Meilisearch) -> None:
    with scratch.client(**empty.settings) as client:

        def ready() -> dict[str, object]:
            body: dict[str, object] = client.get("/readyz").json()
            return body

        # There is no index yet to answer from.
        assert ready() == {"database": "ok", "search": "postgres", "index_lag_s": 0.0}
        with scratch.write() as session:
            add(session, name="Soham Choir")
            session.execute(text("UPDATE directory.outbox SET made_at = made_at - interval '90 seconds'"))
        lag = ready()["index_lag_s"]
        assert isinstance(lag, float)
        assert 89 < lag < 120
        with working(scratch, empty):
            wait_until(lambda: ready()["index_lag_s"] == 0, SOON_S)
            assert ready()["search"] == "meilisearch"


def test_a_key_that_meilisearch_refuses_is_told_and_nothing_is_lost(
    scratch: Directory, empty: Meilisearch, caplog: pytest.LogCaptureFixture
) -> None:
    with scratch.write() as session:
        saved = add(session, name="Soham Choir")
    with capture_logs() as told, working(scratch, replace(empty, key="another's")):
        wait_until(lambda: "HEREABOUTS_MEILI_KEY" in str(told), SOON_S)
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
    assert waiting(scratch) == 1
    with working(scratch, empty):
        wait_until(lambda: ids_in(empty) == {str(saved.entry_id)}, SOON_S)


@contextmanager
def command(directory: Directory, url: str, key: str) -> Iterator[subprocess.Popen[bytes]]:
    """`hereabouts worker` as a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEREABOUTS_")}
    environment |= {
        "HEREABOUTS_DATABASE_URL": directory.url,
        "HEREABOUTS_MEILI_URL": url,
        "HEREABOUTS_MEILI_KEY": key,
    }
    argv = [sys.executable, "-P", "-m", "web.cli", "worker"]
    with subprocess.Popen(argv, cwd=PROJECT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_the_command_works_and_stops(scratch: Directory, empty: Meilisearch, name: str) -> None:
    with command(scratch, empty.url, empty.key) as process:
        with scratch.write() as session:
            saved = add(session, name="Soham Choir")
        wait_until(lambda: ids_in(empty) == {str(saved.entry_id)}, 30)
        process.send_signal(getattr(signal, name))
        assert process.wait(SOON_S) in (0, -getattr(signal, name))
