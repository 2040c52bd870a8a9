"""The private PostgreSQL with PostGIS that Hereabouts starts for itself when it is given no database.

It answers on a Unix socket in a folder only its owner may enter, never on the network. Programs that use
it at the same time share it: the first starts it, the last to leave ends it (`api.cluster_keeper` holds it).
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from api.cluster_keeper import KeeperOrder
from api.cluster_site import (
    ClusterSite,
    find_site,
    make_folders,
    make_private_folder,
    plain_environment,
    run_program,
)
from api.file_locks import ALONE, SHARED, LockBusy, held, hold, is_free
from api.postgres_programs import EXTENSIONS, ClusterError, PostgresPrograms, find_postgres
from api.roles import FACE_ROLE
from api.settings import Settings

__all__ = ["ClusterError", "DirectoryDatabase", "PrivateCluster", "directory_database", "throwaway_cluster"]

OWNER_ROLE = "hereabouts"
DATABASE = "hereabouts"
START_SECONDS = 90.0
STOP_SECONDS = 30.0
PATIENCE_SECONDS = 6.0
LOG_BYTES = 5_000_000
THROWAWAY_BYTES = 4_000_000_000


def page_memory_mb(machine_bytes: int) -> int:
    """How many MB PostgreSQL may keep pages in, of a machine's memory in bytes: a small part, as others live
    there too, from 64 to 256. Only what is used is taken. At 100,000 entries a search takes a tenth less time
    with 256 than with 64."""
    return min(256, max(64, machine_bytes // 32_000_000))


# A small machine shared with other things. Parallel workers want shared memory that containers often lack.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "cluster_name": "hereabouts",
    "max_connections": "80",
    "shared_buffers": f"{page_memory_mb(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES'))}MB",
    "effective_cache_size": "512MB",
    "maintenance_work_mem": "96MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %d ",
}
# Only where losing the data does not matter: tests.
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Tests open thousands of connections, and each would load them anew.
    "shared_preload_libraries": "postgis-3,pg_trgm",
}


class PrivateCluster:
    """`home` is the application's data folder; the server's files live in `home/postgres`.

    `fast` trades safety of the data for speed; `throwaway` removes `home` when the last user has left.
    """

    def __init__(
        self,
        home: Path,
        *,
        fast: bool = False,
        throwaway: bool = False,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.home = home.expanduser().resolve()
        self.folder = self.home / "postgres"
        self.log = self.folder / "log"
        self._settings = SERVER_SETTINGS | (FAST_SETTINGS if fast else {})
        self._throwaway = throwaway
        self._say = say or (lambda _words: None)
        self._users_lock: int | None = None
        self._keeper_pid: int | None = None
        self._known_site: ClusterSite | None = None

    @property
    def url(self) -> str:
        """The owner's address, in libpq's form."""
        return self.url_of(DATABASE)

    @property
    def face_url(self) -> str:
        """The address of the role that may only read `face`; it logs in itself."""
        return self.url_of(DATABASE, role=FACE_ROLE)

    def url_of(self, database: str, *, role: str = OWNER_ROLE) -> str:
        folder = quote(str(self._site().socket), safe="")
        return f"postgresql://{role}@/{database}?host={folder}&port=5432"  # PGPORT would steer it otherwise

    @property
    def is_kept(self) -> bool:
        """A keeper holds the server: cheap to ask, though the server may be starting or mending itself."""
        return not is_free(self.folder / "keeper.lock", SHARED)

    @property
    def is_running(self) -> bool:
        """It answers now."""
        if not self.is_kept:
            return False
        try:
            psycopg.connect(self.url_of("postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def data_folder(self) -> Path:
        return self._site().data

    def ensure_started(self) -> None:
        """Joins the running server or starts it, making it first if it is not there. Raises ClusterError."""
        self._known_site = make_folders(self.folder)
        try:
            if self._users_lock is None:
                # A keeper on its way out holds it alone for the second that takes.
                self._users_lock = hold(self.folder / "users.lock", SHARED, seconds=START_SECONDS)
            with held(self.folder / "start.lock", seconds=START_SECONDS):
                if not self.is_kept:
                    self._start_keeper(self._known_site)
                self._wait_until_ready()
                self._make_roles_and_database()
        except LockBusy as problem:
            self.stop()
            raise ClusterError(
                f"Another start of the database has not finished: {problem} is held."
            ) from problem
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Leaves the server. If nobody else uses it, returns when it has ended."""
        if self._users_lock is not None:
            os.close(self._users_lock)
            self._users_lock = None
        until = time.monotonic() + STOP_SECONDS
        while not self._keeper_has_ended() and not self._others_use_it() and time.monotonic() < until:
            time.sleep(0.03)

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Makes a database, empty with the extensions or a copy of `template`, and returns its address."""
        with self._connected("postgres") as connection:
            # Copied as files: by way of the log, as PostgreSQL would, every page of it is written twice.
            copy = sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY")
            copied = copy.format(sql.Identifier(template)) if template else sql.SQL("")
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copied)
            _let_in(connection, name)
        if template is None:
            self._add_extensions(name)
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        with self._connected("postgres") as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))

    @contextmanager
    def _connected(self, database: str) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.url_of(database), autocommit=True, connect_timeout=5) as connection:
            yield connection

    def _site(self) -> ClusterSite:
        if self._known_site is None:
            self._known_site = find_site(self.folder)
        return self._known_site

    def _start_keeper(self, site: ClusterSite) -> None:
        programs = _programs_for(site.data)
        if not site.data.exists():
            if site.is_elsewhere:
                self._say(f"PostgreSQL may not enter {self.folder}: its files are in {site.data.parent}")
            _make_data(programs, site)
        make_private_folder(site.socket, site.run_as)  # a keeper that ends takes it away
        order: KeeperOrder = {
            "argv": [programs.path("postgres"), "-D", str(site.data), "-k", str(site.socket)]
            + [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")],
            "data": str(site.data),
            "socket": str(site.socket),
            "keeper_lock": str(self.folder / "keeper.lock"),
            "users_lock": str(self.folder / "users.lock"),
            "run_as": list(site.run_as) if site.run_as else None,
            "remove": [str(self.home)] if self._throwaway else [],
            "patience_s": PATIENCE_SECONDS,
        }
        self._keeper_pid = self._spawn_keeper(json.dumps(order))

    def _spawn_keeper(self, order: str) -> int:
        """In a session of its own, so that Ctrl-C in the terminal reaches us and not the database."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".1"))
        log_flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return os.posix_spawn(
            sys.executable,
            [sys.executable, "-S", "-P", "-m", "api.cluster_keeper", order],
            plain_environment() | {"PYTHONPATH": str(Path(__file__).parent.parent)},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log), log_flags, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        speak_at = time.monotonic() + 3
        while not self.is_running:
            if self._keeper_has_ended() or time.monotonic() > until:
                raise ClusterError(
                    f"The database did not start. Its log, {self.log}, ends:\n{self._log_tail()}"
                )
            if time.monotonic() > speak_at:
                self._say("The database is mending itself after a sudden stop ...")
                speak_at = until
            time.sleep(0.03)

    def _make_roles_and_database(self) -> None:
        """Each step looks first, so that a start that was cut short is finished by the next."""
        with self._connected("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [FACE_ROLE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(FACE_ROLE)))
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known:
                _let_in(connection, DATABASE)
        if known:
            self._add_extensions(DATABASE)
        else:
            self.create_database(DATABASE)

    def _add_extensions(self, name: str) -> None:
        with self._connected(name) as connection:
            for extension in EXTENSIONS:
                create = sql.SQL("CREATE EXTENSION IF NOT EXISTS {}")
                connection.execute(create.format(sql.Identifier(extension)))

    def _others_use_it(self) -> bool:
        """Someone shares the users' lock: not we, and not the keeper, which on its way out has it alone."""
        lock = self.folder / "users.lock"
        return not is_free(lock, ALONE) and is_free(lock, SHARED)

    def _keeper_has_ended(self) -> bool:
        """A keeper that we started is our child, to be waited for; another's is known by its lock."""
        if self._keeper_pid is None:
            return not self.is_kept
        with suppress(ChildProcessError):
            if os.waitpid(self._keeper_pid, os.WNOHANG) == (0, 0):
                return False
        self._keeper_pid = None
        return True

    def _log_tail(self) -> str:
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        return "(nothing)"


def _programs_for(data: Path) -> PostgresPrograms:
    version = data / "PG_VERSION"
    return find_postgres(int(version.read_text()) if version.exists() else None)


def _make_data(programs: PostgresPrograms, site: ClusterSite) -> None:
    """Built beside and renamed, so that an interrupted start leaves nothing half made."""
    new = site.data.with_name("data.new")
    # C.UTF-8 sorts by code point and knows accents; systems without it get C.
    for locale in ("C.UTF-8", "C"):
        shutil.rmtree(new, ignore_errors=True)
        make_private_folder(new, site.run_as)
        argv = [programs.path("initdb"), "-D", str(new), "-U", OWNER_ROLE, "--no-sync", "--no-instructions"]
        argv += ["--encoding=UTF8", f"--locale={locale}", "--auth-local=trust", "--auth-host=reject"]
        done = run_program(argv, site.run_as)
        if done.returncode == 0:
            new.rename(site.data)
            return
    raise ClusterError(f"PostgreSQL could not make its files in {new}:\n{done.stdout}{done.stderr}")


@dataclass(frozen=True)
class DirectoryDatabase:
    """Where the directory is: `url` for the writer, `read_url` for the public side.

    `read_own_login` is true when `read_url` logs in as the public role itself. `cluster` is None for a
    database that was given."""

    url: str
    read_url: str
    read_own_login: bool
    cluster: PrivateCluster | None


@contextmanager
def directory_database(
    settings: Settings, say: Callable[[str], None] | None = None
) -> Iterator[DirectoryDatabase]:
    """The database the settings name, or the private one, started if it sleeps and left as it was found."""
    if settings.database_url:
        read_url = settings.read_database_url
        yield DirectoryDatabase(
            settings.database_url, read_url or settings.database_url, bool(read_url), None
        )
        return
    cluster = PrivateCluster(settings.home_folder, say=say)
    cluster.ensure_started()
    try:
        yield DirectoryDatabase(cluster.url, settings.read_database_url or cluster.face_url, True, cluster)
    finally:
        cluster.stop()


def _let_in(connection: psycopg.Connection, name: str) -> None:
    """The public role may come into the database; what it may read there is the migrations' to say."""
    database, role = sql.Identifier(name), sql.Identifier(FACE_ROLE)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))


def _quick_folder() -> Path:
    """Memory where the system lends enough of it (containers seldom do), as tests copy thousands of files."""
    memory = Path("/dev/shm")
    lends = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > THROWAWAY_BYTES
    return memory if lends else Path("/tmp")


@contextmanager
def throwaway_cluster() -> Iterator[PrivateCluster]:
    """A quick server for tests in a folder of its own, gone afterwards, even when the tests are killed.

    Another process may share it: `PrivateCluster(home, fast=True).ensure_started()`."""
    home = Path(tempfile.mkdtemp(prefix="hereabouts-test-", dir=_quick_folder()))
    home.chmod(0o755)
    cluster = PrivateCluster(home, fast=True, throwaway=True)
    cluster.ensure_started()
    try:
        yield cluster
    finally:
        cluster.stop()
        if not cluster.is_kept:
            shutil.rmtree(home, ignore_errors=True)
