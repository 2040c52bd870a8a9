"""`hereabouts run` as a person meets it: it serves, it stops, and it leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cluster import PrivateCluster
from api.settings import Settings
from tests.meilisearch import free_port
from tests.waiting import soon
from web.cli.doctor import examine

PROJECT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One data folder for all: most tests are about a start that is not the first."""
    yield from _data_folder()


@pytest.fixture
def new_home() -> Iterator[Path]:
    yield from _data_folder()


def _data_folder() -> Iterator[Path]:
    """pytest's own folders are closed to other users, and as root the database is another user's."""
    folder = Path(tempfile.mkdtemp(prefix="hereabouts-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def port() -> int:
    return free_port()


class Running:
    """The command, started, with what it has said so far."""

    def __init__(self, home: Path, port: int, *words: str, database_url: str = "") -> None:
        given = {key: value for key, value in os.environ.items() if not key.startswith("HEREABOUTS_")}
        given |= {"HEREABOUTS_HOME": str(home), "PORT": str(port), "EXAMPLES": "0"}
        given["HEREABOUTS_DATABASE_URL"] = database_url
        given.pop("MAKELEVEL", None)
        argv = [sys.executable, "-P", "-m", "web.cli", *(words or ("run",))]
        self.home, self.port, self.said = home, port, ""
        self.process = subprocess.Popen(
            argv,
            cwd=PROJECT,
            env=given,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def wait_for(self, words: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return
        pytest.fail(f"It ended without saying “{words}”. It said:\n{self.said}")

    def end(self, signal_number: int) -> int:
        self.process.send_signal(signal_number)
        said, _ = self.process.communicate(timeout=30)
        self.said += said
        return self.process.returncode


@pytest.fixture(scope="module")
def kept() -> Iterator[list["Running"]]:
    """The directory that the last test left running, for the next."""
    started: list[Running] = []
    yield started
    for running in started:
        if running.process.poll() is None:
            running.end(signal.SIGTERM)


@pytest.fixture
def running(home: Path, kept: list["Running"]) -> "Running":
    """The directory, serving: the one that is running already, or started anew."""
    if not kept or kept[-1].process.poll() is not None:
        kept[:] = [Running(home, free_port())]
        kept[-1].wait_for("Ctrl-C stops it")
    return kept[-1]


def status(port: int, path: str = "/healthz") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as reply:
        reply.close()
        return reply.code
    except OSError:
        return 0


def processes_of(home: Path) -> list[str]:
    """Command lines of all that carry the data folder's name, as an argument or in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
            if os.fsencode(home) in words + (folder / "environ").read_bytes() and words:
                found.append(words.replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def test_a_command_beside_the_server_uses_its_database_and_leaves_it_running(running: Running) -> None:
    with Running(running.home, running.port, "face", "rebuild") as beside:
        said, _ = beside.process.communicate(timeout=30)
    assert beside.process.returncode == 0, said
    assert "0 changed" in said
    assert status(running.port, "/readyz") == 200


def test_a_killed_server_is_started_again(running: Running) -> None:
    for folder in Path(f"/proc/{running.process.pid}/task/{running.process.pid}").glob("children"):
        for pid in folder.read_text().split():
            if b"uvicorn" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(int(pid), signal.SIGKILL)
    running.wait_for("starting it again")
    assert soon(lambda: status(running.port) == 200)


def test_what_only_looks_after_the_others_holds_nothing_of_theirs(running: Running) -> None:
    """Its memory would be kept as long as the directory is served."""
    loaded = Path(f"/proc/{running.process.pid}/maps").read_text()
    assert "python" in loaded
    assert [
        name for name in ("sqlalchemy", "numpy", "shapely", "pyproj", "httptools") if name in loaded
    ] == []


def test_killed_outright_it_leaves_nothing_and_starts_again(running: Running, kept: list[Running]) -> None:
    running.end(signal.SIGKILL)
    assert soon(lambda: processes_of(running.home) == []), processes_of(running.home)
    kept[:] = [Running(running.home, running.port)]
    kept[-1].wait_for("Ctrl-C stops it")
    assert status(running.port) == 200


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_serves_and_stops_leaving_nothing(running: Running, name: str) -> None:
    assert f"http://127.0.0.1:{running.port}" in running.said
    assert status(running.port) == 200
    assert running.end(getattr(signal, name)) == 0
    assert processes_of(running.home) == []
    assert status(running.port) == 0


def test_stopped_while_it_is_starting_it_leaves_nothing(new_home: Path, port: int) -> None:
    with Running(new_home, port) as running:
        running.wait_for("Making a database")
        assert running.end(signal.SIGTERM) == 0
    assert processes_of(new_home) == []


def test_stopped_while_it_makes_the_tables_it_leaves_nothing(new_home: Path, port: int) -> None:
    with Running(new_home, port) as running:
        running.wait_for("Database: private")
        assert soon(lambda: any("web.preparing" in words for words in processes_of(new_home)))
        assert running.end(signal.SIGTERM) == 0
    assert processes_of(new_home) == []


def test_a_database_that_does_not_answer_is_named(new_home: Path, port: int) -> None:
    gone = f"postgresql://nobody@127.0.0.1:{port}/nothing"
    with Running(new_home, port, database_url=gone) as running:
        said, _ = running.process.communicate(timeout=30)
    assert running.process.returncode == 1
    assert "The database does not answer" in said
    assert "Traceback" not in said


def test_a_taken_port_is_named_with_the_way_on(new_home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Running(new_home, port) as running:
            said, _ = running.process.communicate(timeout=30)
    assert running.process.returncode == 1
    assert f"Port {port} is in use" in said
    assert "make run PORT=" in said
    assert not (new_home / "postgres").exists()


@pytest.fixture
def given(cluster: PrivateCluster) -> Iterator[str]:
    """A database somebody keeps, with nothing in it yet."""
    name = f"given_{os.urandom(4).hex()}"
    yield cluster.create_database(name)
    cluster.drop_database(name)


def test_a_given_database_is_used_and_left_alone(
    new_home: Path, port: int, cluster: PrivateCluster, given: str
) -> None:
    with Running(new_home, port, database_url=given) as running:
        running.wait_for("Ctrl-C stops it")
        assert "your own, from HEREABOUTS_DATABASE_URL" in running.said
        assert status(port, "/readyz") == 200
        assert running.end(signal.SIGTERM) == 0
    assert cluster.is_running
    assert not (new_home / "postgres").exists()


def test_a_given_database_is_not_changed_by_the_way(new_home: Path, port: int, given: str) -> None:
    """Whoever keeps it may have other programs on the older tables."""
    with Running(new_home, port, "face", "rebuild", database_url=given) as command:
        said, _ = command.process.communicate(timeout=30)
    assert command.process.returncode == 1
    assert "hereabouts migrate" in said


def test_doctor_makes_nothing(new_home: Path, port: int) -> None:
    with Running(new_home, port, "doctor") as doctor:
        said, _ = doctor.process.communicate(timeout=30)
    assert "the first start makes it" in said
    assert list(new_home.iterdir()) == []


def test_doctor_says_what_is_there(home: Path, port: int) -> None:
    with Running(home, port, "migrate") as migrating:
        assert migrating.process.wait(timeout=30) == 0
    with Running(home, port, "doctor") as doctor:
        said, _ = doctor.process.communicate(timeout=30)
    assert doctor.process.returncode == 0, said
    assert "PostGIS" in said


def test_doctor_names_a_meilisearch_that_does_not_answer(new_home: Path, port: int) -> None:
    away = Settings(home=new_home, meili_url=f"http://127.0.0.1:{port}")
    assert any("HEREABOUTS_MEILI_URL" in finding.mend for finding in examine(away) if not finding.good)


def test_doctor_names_a_database_that_does_not_answer(home: Path, port: int) -> None:
    gone = Settings(home=home, database_url=f"postgresql://nobody@127.0.0.1:{port}/nothing")
    findings = [finding for finding in examine(gone) if not finding.good and finding.needed]
    assert any("HEREABOUTS_DATABASE_URL" in finding.mend for finding in findings)
