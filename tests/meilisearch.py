"""Real Meilisearch for tests: started on a free loopback port in a folder of its own, killed, started again;
and the two engines side by side, asked the same."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from api.cluster_keeper import die_with_parent
from api.db import make_session_factory
from api.search.engine import WordEngine
from api.search.indexing import find_drift, reindex
from api.search.meili import MeiliEngine, MeiliIndex
from api.search.postgres import PostgresEngine
from tests.conftest import Directory
from web.children import Child
from web.meilisearch import find_meilisearch, search_server
from web.worker import Worker

NO_PROGRAM = "no Meilisearch here: `make test` gets it from the npm lock where that has a program for it"
START_S = 20.0
STOP_S = 15.0


@dataclass
class Meilisearch:
    """One server. `directory` is the one whose entries it holds, None for an empty index."""

    child: Child
    url: str
    key: str
    directory: Directory | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def index(self) -> MeiliIndex:
        return MeiliIndex(self.url, self.key)

    @property
    def settings(self) -> dict[str, str]:
        """How an app is told of it."""
        return {"meili_url": self.url, "meili_key": self.key}

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.child.argv,
            cwd=self.child.folder,
            env=os.environ | self.child.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        wait_until(self.index.is_up, START_S)

    def kill(self) -> None:
        """As a crash would: no word to anyone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def running_meilisearch() -> Iterator[Meilisearch]:
    """A server with nothing in it, ended with the block. Skips the test where there is no program."""
    if find_meilisearch() is None:
        pytest.skip(NO_PROGRAM)
    home = Path(tempfile.mkdtemp(prefix="hereabouts-meili-"))
    given = search_server(home)
    assert given is not None
    # Two test runs beside each other would find the same port free.
    address = f"127.0.0.1:{free_port()}"
    argv = list(given.child.argv)
    argv[argv.index("--http-addr") + 1] = address
    server = Meilisearch(
        Child(given.child.name, argv, environment=given.child.environment, folder=given.child.folder),
        f"http://{address}",
        given.key,
    )
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(home, ignore_errors=True)


def index_directory(server: Meilisearch, directory: Directory) -> int:
    """Put all of a directory's public entries into the server's index; returns how many."""
    server.directory = directory
    with directory.engine() as engine:
        return reindex(make_session_factory(engine), server.index)


ENGINES = ("postgres", "meilisearch")
ANSWER_WITHIN_S = 10.0  # a busy machine must not turn a test of one engine into a test of the other


@asynccontextmanager
async def opened_engine(server: Meilisearch | None) -> AsyncIterator[WordEngine]:
    """The engine of a server, or PostgreSQL when there is none. Its connection lives as long as the block."""
    if server is None:
        yield PostgresEngine()
        return
    engine = MeiliEngine(server.url, server.key, answer_within_s=ANSWER_WITHIN_S)
    try:
        yield engine
    finally:
        await engine.close()


_EXAMPLES = pytest.StashKey[Meilisearch]()


def examples_server(config: pytest.Config, directory: Directory) -> Meilisearch:
    """One server with the example entries for all tests of this process, ended with it."""
    if _EXAMPLES not in config.stash:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        server = stack.enter_context(running_meilisearch())
        index_directory(server, directory)
        config.stash[_EXAMPLES] = server
    return config.stash[_EXAMPLES]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], seconds: float, *, every: float = 0.02) -> float:
    """Seconds it took to become true. Fails when it does not in time."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() < began + seconds, f"not within {seconds} s"
        time.sleep(every)
    return time.monotonic() - began


@contextmanager
def working(directory: Directory, server: Meilisearch | None) -> Iterator[None]:
    """A worker in a thread of its own until the block ends; what broke it is raised there."""
    worker = Worker(directory.url, server.index if server else None)
    loop = asyncio.new_event_loop()
    broken: list[BaseException] = []
    task = loop.create_task(worker.run())

    def run() -> None:
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            broken.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(STOP_S)
        loop.close()
    assert not thread.is_alive()
    assert broken == []


def is_in_step(directory: Directory, server: Meilisearch) -> bool:
    """Whether nothing waits to be indexed and the index says what the database says."""
    with directory.write() as session:
        waits = session.execute(text("SELECT count(*) FROM directory.outbox")).scalar_one()
        return not waits and server.index.exists() and not find_drift(session, server.index)
