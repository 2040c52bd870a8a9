"""The private database: started, shared, ended, and mended after every way it can be killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from api import cluster_site, postgres_programs
from api.cluster import (
    ClusterError,
    PrivateCluster,
    directory_database,
    page_memory_mb,
    throwaway_cluster,
)
from api.settings import Settings
from tests.waiting import soon

PROJECT = Path(__file__).resolve().parents[2]


@contextmanager
def throwaway_folder() -> Iterator[Path]:
    """pytest's own folders are closed to other users, and as root the server is another user."""
    folder = Path(tempfile.mkdtemp(prefix="hereabouts-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    with throwaway_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def pattern() -> Iterator[Path]:
    """A folder with the files of a database that has been started and stopped."""
    with throwaway_folder() as folder:
        cluster = PrivateCluster(folder, fast=True)
        cluster.ensure_started()
        cluster.stop()
        yield folder


@pytest.fixture
def made(home: Path, pattern: Path) -> Path:
    """A folder whose database was made before: most tests are about a start that is not the first."""
    subprocess.run(["cp", "-a", pattern / "postgres", home], check=True)
    return home


@pytest.fixture
def shared(cluster: PrivateCluster) -> PrivateCluster:
    """The one of all tests: what is asked of it here changes nothing for the others."""
    return cluster


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def server_pid(cluster: PrivateCluster) -> int:
    return int((cluster.data_folder / "postmaster.pid").read_text().split("\n")[0])


def keeper_pid(cluster: PrivateCluster) -> int:
    """The server's parent."""
    status = Path(f"/proc/{server_pid(cluster)}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))


def is_gone(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


def test_starts_from_nothing_and_keeps_what_it_was_given(home: Path) -> None:
    cluster = PrivateCluster(home / "var")
    assert not cluster.is_running
    cluster.ensure_started()
    assert ask(cluster.url, "SELECT postgis_lib_version()")
    run(cluster.url, "CREATE TABLE kept AS SELECT 7 AS number")
    cluster.stop()
    assert not cluster.is_running

    again = PrivateCluster(home / "var")
    again.ensure_started()
    assert ask(again.url, "SELECT number FROM kept") == 7
    again.stop()


def test_writes_reach_the_disk_unless_it_is_for_tests(made: Path, shared: PrivateCluster) -> None:
    cluster = PrivateCluster(made)
    cluster.ensure_started()
    assert ask(cluster.url, "SHOW fsync") == "on"
    cluster.stop()
    assert ask(shared.url, "SHOW fsync") == "off"


def test_answers_on_no_network_and_to_nobody_else(shared: PrivateCluster) -> None:
    assert ask(shared.url, "SHOW listen_addresses") == ""
    socket = Path(str(ask(shared.url, "SHOW unix_socket_directories")))
    assert socket.stat().st_mode & 0o077 == 0


def test_the_public_role_may_come_in_and_do_nothing(shared: PrivateCluster) -> None:
    run(shared.url, "CREATE TABLE IF NOT EXISTS secrets AS SELECT 'x' AS word")
    assert ask(shared.face_url, "SELECT current_user") == "hereabouts_face"
    for forbidden in ("SELECT word FROM secrets", "CREATE TABLE mine (a int)", "CREATE TEMP TABLE t (a int)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(shared.face_url, forbidden)


def test_understands_accents_and_typos(shared: PrivateCluster) -> None:
    assert ask(shared.url, "SELECT lower(unaccent('ÉLY'))") == "ely"
    assert ask(shared.url, "SELECT similarity('Soham', 'Sohan') > 0.3") is True


def test_the_last_user_ends_it_not_the_first(made: Path) -> None:
    first, second = PrivateCluster(made), PrivateCluster(made)
    first.ensure_started()
    second.ensure_started()
    first.stop()
    assert ask(second.url, "SELECT 1") == 1
    second.stop()
    assert not PrivateCluster(made).is_kept


def test_copies_and_drops_databases(shared: PrivateCluster) -> None:
    pattern = shared.create_database("pattern")
    run(pattern, "CREATE TABLE marks AS SELECT 3 AS mark")
    copy = shared.create_database("copy", template="pattern")
    assert ask(copy, "SELECT mark FROM marks") == 3
    shared.drop_database("copy")
    with pytest.raises(psycopg.OperationalError):
        ask(copy, "SELECT 1")


@pytest.mark.parametrize("folder", ["with a space", "é, “odd”", "long-" + "x" * 120])
def test_lives_in_folders_with_awkward_names(home: Path, folder: str) -> None:
    cluster = PrivateCluster(home / folder, fast=True)
    cluster.ensure_started()
    assert ask(cluster.url, "SELECT 1") == 1
    cluster.stop()


@linux
def test_ends_when_its_user_is_killed(made: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from api.cluster import PrivateCluster; "
        "PrivateCluster(Path(sys.argv[1]), fast=True).ensure_started(); "
        "print('up', flush=True); time.sleep(60)"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", program, str(made)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"
    cluster = PrivateCluster(made, fast=True)
    server, keeper = server_pid(cluster), keeper_pid(cluster)
    user.kill()
    user.communicate()
    assert soon(lambda: is_gone(server) and is_gone(keeper))


@linux
def test_a_killed_server_comes_back_by_itself(made: Path) -> None:
    cluster = PrivateCluster(made, fast=True)
    cluster.ensure_started()
    killed = server_pid(cluster)
    os.kill(killed, signal.SIGKILL)
    assert soon(lambda: cluster.is_running and server_pid(cluster) != killed)
    cluster.stop()


@linux
def test_starts_again_after_keeper_and_server_were_killed(made: Path) -> None:
    cluster = PrivateCluster(made)
    cluster.ensure_started()
    run(cluster.url, "CREATE TABLE kept AS SELECT 7 AS number")
    server, keeper = server_pid(cluster), keeper_pid(cluster)
    os.kill(keeper, signal.SIGSTOP)  # so that it cannot start another server in between
    os.kill(server, signal.SIGKILL)
    os.kill(keeper, signal.SIGKILL)
    assert soon(lambda: not cluster.is_kept)
    cluster.ensure_started()
    assert ask(cluster.url, "SELECT number FROM kept") == 7
    cluster.stop()


@linux
def test_a_killed_keeper_takes_the_server_with_it(made: Path) -> None:
    cluster = PrivateCluster(made, fast=True)
    cluster.ensure_started()
    server = server_pid(cluster)
    os.kill(keeper_pid(cluster), signal.SIGKILL)
    assert soon(lambda: is_gone(server))
    cluster.ensure_started()
    assert ask(cluster.url, "SELECT 1") == 1
    cluster.stop()


def test_a_pid_file_that_names_another_program_is_no_hindrance(made: Path) -> None:
    """After a restart of the machine the number may be anybody's."""
    cluster = PrivateCluster(made, fast=True)
    cluster.ensure_started()
    site = cluster_site.find_site(cluster.folder)
    cluster.stop()
    cluster_site.make_private_folder(site.socket, site.run_as)
    stale = f"{os.getpid()}\n{site.data}\n"
    for name in (site.data / "postmaster.pid", site.socket / ".s.PGSQL.5432.lock"):
        name.write_text(stale)
        name.chmod(0o644)
    cluster.ensure_started()
    assert ask(cluster.url, "SELECT 1") == 1
    cluster.stop()


def test_throwaway_leaves_nothing_behind() -> None:
    with throwaway_cluster() as cluster:
        folder = cluster.home
        assert folder.exists()
    assert not folder.exists()


def test_says_why_it_does_not_start(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cluster.PATIENCE_SECONDS", 0.5)
    cluster = PrivateCluster(made, fast=True)
    cluster.ensure_started()
    cluster.stop()
    (cluster.data_folder / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ClusterError, match="no_such_setting"):
        cluster.ensure_started()
    assert not cluster.is_kept


def test_a_missing_postgres_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_programs, "BIN_PATTERNS", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ClusterError, match="HEREABOUTS_DATABASE_URL"):
        postgres_programs.find_postgres()


def test_data_of_a_version_that_is_gone_names_that_version() -> None:
    with pytest.raises(ClusterError, match="PostgreSQL 9"):
        postgres_programs.find_postgres(9)


def test_a_folder_somebody_else_put_there_is_refused(home: Path) -> None:
    """In /tmp anybody may have made the socket's folder first, as a link to theirs."""
    (home / "theirs").mkdir()
    (home / "socket").symlink_to(home / "theirs")
    with pytest.raises(ClusterError, match="someone else"):
        cluster_site.make_private_folder(home / "socket", None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_as_root_a_closed_folder_is_no_hindrance(home: Path) -> None:
    home.chmod(0o700)
    assert cluster_site.find_site(home / "postgres").is_elsewhere
    home.chmod(0o755)
    assert not cluster_site.find_site(home / "postgres").is_elsewhere


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_we_may_not_write_in_is_said_so(home: Path) -> None:
    home.chmod(0o555)
    with pytest.raises(ClusterError, match="HEREABOUTS_HOME"):
        PrivateCluster(home / "var").ensure_started()


def test_a_given_database_is_used_as_it_is() -> None:
    given = Settings(database_url="postgresql://me@example.org/mine")
    with directory_database(given) as database:
        assert database.cluster is None
        assert (database.url, database.read_own_login) == (given.database_url, False)


def test_the_keeper_needs_the_standard_library_only() -> None:
    """It is started without the project's libraries, in milliseconds."""
    listed = "import api.cluster_keeper, sys, json; print(json.dumps(sorted(sys.modules)))"
    asked = [sys.executable, "-S", "-P", "-c", listed]
    done = subprocess.run(asked, env={"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=True)
    assert not {"psycopg", "sqlalchemy", "pydantic"} & set(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("machine_gb", "pages_mb"), [(0.5, 64), (2, 64), (4, 125), (8, 250), (16, 256), (64, 256)]
)
def test_the_memory_for_pages_suits_the_machine(machine_gb: float, pages_mb: int) -> None:
    assert page_memory_mb(round(machine_gb * 1e9)) == pages_mb
