"""What every test may stand on: a real PostGIS built by the migrations, alone or with the example data."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from api.accounts import passwords
from api.cluster import PrivateCluster, throwaway_cluster
from api.db import ReadConnection, face_conninfo, make_engine, make_session_factory, reading, writing
from api.migrating import migrate
from api.settings import Settings
from api.state import open_state
from ingest.examples import load_once

Result = TypeVar("Result")
Question = Callable[[ReadConnection], Awaitable[Result]]
# Apps that were stopped, by what their settings change: the first request to each address of a new one takes
# long, and all an app knows of its directory is the state it is given anew.
_IDLE_APPS: dict[str, list[FastAPI]] = {}


@dataclass(frozen=True)
class Directory:
    """One database of the tests: `url` is the owner's address, `face_url` the public role's own login. With
    `kept`, writing opens no connection each time: one that has been used answers many times quicker."""

    name: str
    url: str
    face_url: str
    kept: Engine | None = None

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        engine = make_engine(self.url)
        try:
            yield engine
        finally:
            engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction of the writer's, committed at the end of the block."""
        opened = nullcontext(self.kept) if self.kept else self.engine()
        with opened as engine, writing(make_session_factory(engine)) as session:
            yield session

    def ask(self, question: Question[Result]) -> Result:
        """The answer to a question put as the public: `directory.ask(lambda read: list_areas(read))`."""

        async def put() -> Result:
            async with reading(face_conninfo(self.face_url, own_login=True)) as read:
                return await question(read)

        return asyncio.run(put())

    def settings(self, **changes: Any) -> Settings:
        given = {
            "database_url": self.url,
            "read_database_url": self.face_url,
            "environment": "test",
            "secret_key": "only for tests, and the same in each of them",
        }
        return Settings(**(given | changes))

    @contextmanager
    def client(self, **changes: Any) -> Iterator[TestClient]:
        """The whole application, called without a network. A server error is an answer, not an exception."""
        from web.main import create_app

        settings, idle = self.settings(**changes), _IDLE_APPS.setdefault(repr(sorted(changes.items())), [])
        app = idle.pop() if idle else create_app(settings)
        app.state.directory, routes = open_state(settings), list(app.router.routes)
        with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
            yield client
        app.dependency_overrides.clear()
        if app.router.routes == routes:
            idle.append(app)


# All that is loaded before the first test stays: to look through it again and again for what may go is slow.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With `-n`, a file's tests stay together, so that what they share is made once; who has none left takes
    some of the others'. Compiled modules are kept whatever the environment says: the tests start some thirty
    programs, and each would compile all of them anew. What starts a suite in the background has it pass over
    Ctrl-C, and the programs that tests start and stop would inherit that."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("numprocesses", None) and config.getoption("dist") == "no":
        config.option.dist = "worksteal"


@pytest.fixture(scope="session")
def cluster() -> Iterator[PrivateCluster]:
    with throwaway_cluster() as running:
        yield running


def new_directory(cluster: PrivateCluster, name: str, *, template: str | None = None) -> Directory:
    url = cluster.create_database(name, template=template)
    return Directory(name, url, cluster.url_of(name, role="hereabouts_face"))


@pytest.fixture(scope="session")
def base_database(cluster: PrivateCluster) -> Directory:
    """Migrated, with taxonomy, sayings and gazetteer, and not one entry. Only ever cloned or rolled back."""
    directory = new_directory(cluster, "base")
    migrate(directory.url)
    with directory.write() as session:
        load_once(session, examples=False)
    return directory


@pytest.fixture(scope="session")
def example_database(cluster: PrivateCluster, base_database: Directory) -> Directory:
    """With the example data. Shared: tests read it and change nothing."""
    directory = new_directory(cluster, "examples", template=base_database.name)
    with directory.write() as session:
        load_once(session, examples=True)
    return directory


@pytest.fixture(scope="session")
def rolled_back(cluster: PrivateCluster, base_database: Directory) -> Iterator[Engine]:
    """A directory nothing is ever committed to, and its connection, which all tests of `session` use in turn:
    a new one would learn again what the directory looks like."""
    with new_directory(cluster, "rolled_back", template=base_database.name).engine() as engine:
        yield engine


@pytest.fixture
def session(rolled_back: Engine) -> Iterator[Session]:
    """The writer's session on the empty directory. Whatever the test does, commits too, is rolled back."""
    with rolled_back.connect() as connection:
        outer = connection.begin()
        factory = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        with factory() as opened:
            yield opened
        outer.rollback()


@contextmanager
def copied(cluster: PrivateCluster, pattern: Directory) -> Iterator[Directory]:
    """A copy of a directory that nobody is connected to, gone after the block."""
    directory = new_directory(cluster, f"scratch_{os.urandom(4).hex()}", template=pattern.name)
    with directory.engine() as engine:
        yield replace(directory, kept=engine)
    cluster.drop_database(directory.name)


@pytest.fixture
def scratch(cluster: PrivateCluster, base_database: Directory) -> Iterator[Directory]:
    """A directory of the test's own, empty: for what must be committed to be seen by the public's role."""
    with copied(cluster, base_database) as directory:
        yield directory


@pytest.fixture(scope="module")
def shared_scratch(cluster: PrivateCluster, base_database: Directory) -> Iterator[Directory]:
    """An empty directory of one test file's own: the file fills it once and its tests only read, or each has
    entries and people of its own."""
    with copied(cluster, base_database) as directory:
        yield directory


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords hashed as ever, but quickly: a real one takes a tenth of a second on purpose."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)


@pytest.fixture(scope="session")
def client(example_database: Directory) -> Iterator[TestClient]:
    """The application on the example data."""
    with example_database.client() as opened:
        yield opened


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Real open data beside the project; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("HEREABOUTS_TEST_DATA", Path(__file__).parent.parent.parent / "shared/data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set HEREABOUTS_TEST_DATA to a folder that has it")
    return folder
