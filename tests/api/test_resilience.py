"""The database killed under load: 503 in plain words, then recovery without a restart of the app."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx2 as httpx
import pytest

from api.cluster import DATABASE, PrivateCluster, throwaway_cluster
from api.db import make_engine, make_session_factory, writing
from api.migrating import migrate
from tests.factories import add

PROJECT = Path(__file__).resolve().parents[2]
PATHS = (
    "/api/v1/entries?q=choir",
    "/api/v1/entries/choir",
    "/api/v1/map",
    "/api/v1/kinds",
    "/search?q=choir",
)
PROBLEM, PAGE = "application/problem+json", "text/html; charset=utf-8"
LEAKS = ("Traceback", "psycopg", "SELECT", "connection", "server closed", "FATAL", "socket")


@pytest.fixture
def directory() -> Iterator[PrivateCluster]:
    """A server of this test's own, with one entry: nobody else's may be killed."""
    with throwaway_cluster() as cluster:
        migrate(cluster.url)
        engine = make_engine(cluster.url)
        with writing(make_session_factory(engine)) as session:
            add(session, slug="choir", name="Soham Choir")
        engine.dispose()
        yield cluster


@contextmanager
def serving(cluster: PrivateCluster) -> Iterator[str]:
    """The app in a process of its own; the address it answers at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = os.environ | {
        "HEREABOUTS_DATABASE_URL": cluster.url_of(DATABASE),
        "HEREABOUTS_READ_DATABASE_URL": cluster.face_url,
        "HEREABOUTS_ENVIRONMENT": "test",
    }
    serve = [sys.executable, "-m", "uvicorn", "web.main:create_app", "--factory", "--port", str(port)]
    app = subprocess.Popen([*serve, "--log-level", "critical"], cwd=PROJECT, env=environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(10)


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)


def wait_for(address: str, path: str, status: int, seconds: float) -> None:
    """Until the path answers so."""

    def answers() -> bool:
        try:
            # No certificate is shown here: to read the machine's list of them takes 20 ms each time.
            return httpx.get(address + path, timeout=8, verify=False).status_code == status
        except httpx.TransportError:
            return False

    wait_until(answers, seconds)


def put_load(address: str, seen: list[tuple[int, str, str]], stop: Event) -> list[Thread]:
    def visit(path: str) -> None:
        with httpx.Client(base_url=address, timeout=20, verify=False) as visitor:
            while not stop.is_set():
                reply = visitor.get(path)
                seen.append((reply.status_code, reply.headers["content-type"], reply.text))

    threads = [Thread(target=visit, args=(path,), daemon=True) for path in PATHS]
    for thread in threads:
        thread.start()
    return threads


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))


@pytest.mark.skipif(sys.platform != "linux", reason="finds the database's keeper through /proc")
def test_the_database_is_killed_under_load_and_comes_back(directory: PrivateCluster) -> None:
    server = int((directory.data_folder / "postmaster.pid").read_text().split("\n")[0])
    keeper = parent_of(server)
    seen: list[tuple[int, str, str]] = []
    stop = Event()
    with serving(directory) as address:
        wait_for(address, "/readyz", 200, 20)
        threads = put_load(address, seen, stop)
        wait_until(lambda: len(seen) > len(PATHS), 10)
        assert {status for status, _, _ in seen} == {200}
        os.kill(keeper, signal.SIGSTOP)  # so that it starts no other server yet
        try:
            os.kill(server, signal.SIGKILL)
            wait_for(address, "/readyz", 503, 8)
            assert httpx.get(f"{address}/healthz").status_code == 200
            wait_until(lambda: {kind for status, kind, _ in seen if status == 503} >= {PROBLEM, PAGE}, 8)
        finally:
            os.kill(keeper, signal.SIGCONT)
        wait_for(address, "/readyz", 200, 12)
        during = len(seen)
        wait_until(lambda: 200 in {status for status, _, _ in seen[during:]}, 10)
        stop.set()
        for thread in threads:
            thread.join(20)
        assert httpx.get(f"{address}/api/v1/entries/choir", timeout=8).status_code == 200
    statuses = Counter(status for status, _, _ in seen)
    assert set(statuses) == {200, 503}, statuses
    for status, kind, body in seen:
        if status == 503:
            shown = body if kind == PROBLEM else body.split("<main", 1)[-1]
            assert "cannot reach its records just now" in shown
            assert not [leak for leak in LEAKS if leak in shown], shown[:500]
