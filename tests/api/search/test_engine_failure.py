"""Meilisearch killed, hanging, slow or talking nonsense: every search is answered, and soon.

For a longer load, and to read the figures: HEREABOUTS_TEST_LOAD_S=60 pytest -s -k killed_under_load."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread
from typing import NamedTuple

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from api.search.meili import ANSWER_WITHIN_S
from tests.conftest import Directory
from tests.factories import add
from tests.meilisearch import (
    Meilisearch,
    free_port,
    index_directory,
    is_in_step,
    running_meilisearch,
    wait_until,
    working,
)

PROJECT = Path(__file__).resolve().parents[3]
LOAD_S = float(os.environ.get("HEREABOUTS_TEST_LOAD_S", "4"))
A_SECOND = 50
VISITORS = 10
# The promise is 300 ms more. A test machine may be busy, so a test tells only an answer from a hang; the
# figures are printed with `pytest -s`.
MORE_S = 5.0
PATHS = (
    "/api/v1/entries?q=choir",
    "/api/v1/entries?q=choir+lonely+tea&near=52.33,0.34",
    "/api/v1/entries?q=lonley",
    "/api/v1/map?q=choir&zoom=9",
    "/search?q=choir",
)


# What is asked here shows no certificate: to read the machine's list of them takes 20 ms for each new client.
PLAINLY = {"verify": False, "timeout": 20}


class Seen(NamedTuple):
    at: float
    took_s: float
    status: int
    engine: str | None


def fill(directory: Directory, count: int) -> None:
    with directory.write() as session:
        for number in range(count):
            add(session, name=f"Choir {number}", summary="Tea and company for the lonely.")


@contextmanager
def serving(directory: Directory, server: Meilisearch) -> Iterator[str]:
    """The app in a process of its own; the address it answers at."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HEREABOUTS_")}
    environment |= {
        "HEREABOUTS_DATABASE_URL": directory.url,
        "HEREABOUTS_READ_DATABASE_URL": directory.face_url,
        "HEREABOUTS_MEILI_URL": server.url,
        "HEREABOUTS_MEILI_KEY": server.key,
        "HEREABOUTS_ENVIRONMENT": "test",
    }
    serve = [sys.executable, "-P", "-m", "uvicorn", "web.main:create_app", "--factory", "--port", str(port)]
    with subprocess.Popen([*serve, "--log-level", "critical"], cwd=PROJECT, env=environment) as app:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until(lambda: search_of(address) == "meilisearch", 30)
            yield address
        finally:
            app.terminate()
            app.wait(10)


def search_of(address: str) -> str | None:
    """What `/readyz` says of the search; None before the app answers."""
    try:
        return str(httpx.get(f"{address}/readyz", **PLAINLY).json()["search"])
    except httpx.TransportError:
        return None


@contextmanager
def load(address: str) -> Iterator[list[Seen]]:
    """About fifty requests a second while the block runs."""
    seen: list[Seen] = []
    stop = Event()

    def visit(number: int) -> None:
        turn = number
        with httpx.Client(base_url=address, **PLAINLY) as visitor:
            while not stop.is_set():
                began = time.monotonic()
                try:
                    reply = visitor.get(PATHS[turn % len(PATHS)])
                    engine = reply.json().get("engine") if "/entries" in PATHS[turn % len(PATHS)] else None
                    status = reply.status_code
                except httpx.HTTPError:
                    status, engine = 0, None
                took_s = time.monotonic() - began
                seen.append(Seen(began, took_s, status, engine))
                turn += 1
                stop.wait(max(0.0, VISITORS / A_SECOND - took_s))

    threads = [Thread(target=visit, args=(number,)) for number in range(VISITORS)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def engine_after(seen: list[Seen], moment: float) -> Callable[[str], bool]:
    return lambda engine: any(one.engine == engine for one in list(seen) if one.at > moment)


def figures(name: str, seen: list[Seen]) -> str:
    times = sorted(one.took_s * 1000 for one in seen)
    tail = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    engines = {one.engine for one in seen if one.engine}
    return (
        f"{name:8} {len(times):5} requests, median {median(times):6.1f} ms, 95th {tail:6.1f} ms, "
        f"slowest {times[-1]:6.1f} ms, {' and '.join(sorted(engines))}"
    )


def test_meilisearch_killed_under_load_fails_nobody(
    scratch: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.worker.LOOK_EVERY_S", 1.0)
    fill(scratch, 40)
    with (
        running_meilisearch() as server,
        working(scratch, server),
        serving(scratch, server) as address,
    ):
        wait_until(lambda: is_in_step(scratch, server), 30)
        with load(address) as seen:
            time.sleep(LOAD_S / 4)
            # On a busy machine the first answers may be too slow to be waited for.
            wait_until(lambda: engine_after(seen, 0.0)("meilisearch"), 20)
            killed_at = time.monotonic()
            server.kill()
            wait_until(lambda: engine_after(seen, killed_at)("postgres"), 20)
            with scratch.write() as session:
                add(session, name="Zither Circle")
            found = httpx.get(f"{address}/api/v1/entries?q=zither", **PLAINLY).json()
            assert (found["engine"], found["total"]) == ("postgres", 1), "a save in the meantime is found"
            assert search_of(address) == "postgres"
            answered = len(seen)
            time.sleep(LOAD_S / 3)
            wait_until(lambda: len(seen) > answered + 4 * len(PATHS), 20)
            started_at = time.monotonic()
            server.start()
            back_s = wait_until(lambda: engine_after(seen, started_at)("meilisearch"), 60)
            time.sleep(LOAD_S / 4)
        caught_up_s = wait_until(lambda: is_in_step(scratch, server), 60)
        zither = f"{address}/api/v1/entries?q=zither"
        wait_until(lambda: httpx.get(zither, **PLAINLY).json()["engine"] == "meilisearch", 30)
        assert httpx.get(zither, **PLAINLY).json()["total"] == 1
        assert search_of(address) == "meilisearch"
    before = [one for one in seen if one.at + one.took_s < killed_at]
    during = [one for one in seen if killed_at <= one.at < started_at]
    after = [one for one in seen if one.at >= started_at]
    print(
        f"{len(seen) / (seen[-1].at - seen[0].at):.0f} requests a second; back after {back_s:.1f} s; ", end=""
    )
    print(f"index caught up {caught_up_s:.1f} s after the load")
    print(figures("before", before), figures("during", during), figures("after", after), sep="\n")
    assert {one.status for one in seen} == {200}
    assert "meilisearch" in {one.engine for one in before}
    assert {one.engine for one in during[len(during) // 2 :]} == {"postgres", None}
    assert median(one.took_s for one in during) < median(one.took_s for one in before) + MORE_S


Answer = Callable[[socket.socket], None]


@contextmanager
def fake_server(answer: Answer) -> Iterator[str]:
    """Something that listens and answers each connection so; its address."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        kept: list[socket.socket] = []
        stop = Event()

        def accept() -> None:
            listener.settimeout(0.05)
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                kept.append(connection)
                Thread(target=serve, args=(connection,), daemon=True).start()

        def serve(connection: socket.socket) -> None:
            try:
                answer(connection)
            except OSError:
                connection.close()

        thread = Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join(5)
            for connection in kept:
                connection.close()


def say(status: str, body: bytes, *, after_s: float = 0.0) -> Answer:
    """The same reply to every request of a connection, each after a while."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"

    def answer(connection: socket.socket) -> None:
        while connection.recv(100_000):
            time.sleep(after_s)
            connection.sendall(head.encode() + body)

    return answer


def hang(connection: socket.socket) -> None:
    while connection.recv(100_000):
        pass


def hang_up(connection: socket.socket) -> None:
    connection.recv(10)
    connection.close()


def drip(connection: socket.socket) -> None:
    connection.recv(100_000)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.1)


@pytest.fixture(scope="module")
def few(shared_scratch: Directory) -> Directory:
    fill(shared_scratch, 10)
    return shared_scratch


HARD = "/api/v1/entries?q=choir+weeding+lonely+bicycle+tea+lessons"
# Several things understood, any of which may give way: the most times that one search asks for words.
GIVES_WAY = "/api/v1/entries?q=polish+choir+tea+dial+a+ride+on+monday+near+cb7+5aa"


def seconds(client: TestClient, path: str) -> float:
    began = time.monotonic()
    reply = client.get(path)
    took_s = time.monotonic() - began
    assert reply.status_code == 200
    if path.startswith("/api/v1/entries"):
        assert reply.json()["engine"] == "postgres"
    return took_s


@pytest.fixture(scope="module")
def plain_s(few: Directory) -> dict[str, float]:
    """How long PostgreSQL alone takes for the first search of an app, by path."""

    def first_visit(path: str) -> float:
        with few.client() as client:
            return seconds(client, path)

    return {path: first_visit(path) for path in (*PATHS, HARD, GIVES_WAY)}


FAILURES: dict[str, Answer] = {
    "hangs": hang,
    "hangs up": hang_up,
    "drips": drip,
    "is overloaded": say("503 Service Unavailable", b"{}"),
    "has no index": say("400 Bad Request", b'{"code": "index_not_found"}'),
    "wants another key": say("403 Forbidden", b'{"code": "invalid_api_key"}'),
    "talks nonsense": say("200 OK", b"<html>welcome to the router</html>"),
    "talks of something else": say("200 OK", b'{"hello": []}'),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_an_engine_that_fails_costs_little(few: Directory, plain_s: dict[str, float], failure: str) -> None:
    path = HARD

    def first_visit() -> float:
        with fake_server(FAILURES[failure]) as url, few.client(meili_url=url, meili_key="k") as client:
            return seconds(client, path)

    assert first_visit() < plain_s[path] + MORE_S


@pytest.mark.parametrize("path", PATHS)
def test_an_engine_that_hangs_costs_little_wherever_words_are_looked_for(
    few: Directory, plain_s: dict[str, float], path: str
) -> None:
    def first_visit() -> float:
        with fake_server(hang) as url, few.client(meili_url=url, meili_key="k") as client:
            return seconds(client, path)

    assert first_visit() < plain_s[path] + MORE_S


def test_nobody_waits_twice_for_an_engine_that_hangs(few: Directory, plain_s: dict[str, float]) -> None:
    with fake_server(hang) as url, few.client(meili_url=url, meili_key="k") as client:
        seconds(client, HARD)
        assert seconds(client, HARD) < plain_s[HARD] + MORE_S / 2


def nothing_slowly(connection: socket.socket) -> None:
    """Nothing found, for as many searches as were asked for, a little before time is up."""
    while request := connection.recv(100_000):
        head, _, body = request.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split()[0])
        while len(body) < length:
            body += connection.recv(100_000)
        found = json.dumps({"results": [{"hits": []}] * len(json.loads(body)["queries"])}).encode()
        time.sleep(ANSWER_WITHIN_S * 0.7)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(found), found))


def test_a_slow_engine_costs_little(few: Directory, plain_s: dict[str, float]) -> None:
    """Each of its answers is in time, but a search that gives way asks for several."""

    def first_visit() -> float:
        with fake_server(nothing_slowly) as url, few.client(meili_url=url, meili_key="k") as client:
            began = time.monotonic()
            assert client.get(GIVES_WAY).status_code == 200
            return time.monotonic() - began

    took_s = first_visit()
    print(f"{took_s:.2f} s, PostgreSQL alone {plain_s[GIVES_WAY]:.2f} s")
    assert took_s < plain_s[GIVES_WAY] + MORE_S


def test_without_an_index_postgresql_answers(few: Directory) -> None:
    with running_meilisearch() as server, few.client(**server.settings) as client:
        seconds(client, HARD)
        index_directory(server, few)
        wait_until(lambda: client.get(PATHS[0]).json()["engine"] == "meilisearch", 10)
