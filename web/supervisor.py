"""`hereabouts run`: the database, what is in it, and the server, brought up together and ended together."""

import errno
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from api.cluster import ClusterError, DirectoryDatabase, directory_database
from api.settings import Settings
from web.children import Child, ChildGaveUp, Children, run_to_end
from web.meilisearch import search_server

PROJECT = Path(__file__).resolve().parent.parent
READY_S = 90.0
TICK_S = 0.2
NO_SUCH_HOST = "HOST={host} is not an address of this machine. Leave it out, or use 127.0.0.1 or 0.0.0.0."
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


class StopRequested(BaseException):
    """Somebody pressed Ctrl-C, or sent TERM or HUP. Not an error."""


def run_directory(settings: Settings, *, host: str, port: int, say: Say) -> int:
    """Serves until told to stop; returns the exit code. Leaves no process behind."""
    began = time.monotonic()
    if problem := _port_problem(host, port):
        say(problem)
        return 1
    children = Children(say)
    try:
        with _stop_on_signals(), _database(settings, say) as database, _ending(children):
            told = server_environment(settings, database)
            _make_current(told)
            told |= _start_search(settings, children, say)
            children.start(_server(told, host=host, port=port))
            children.start(_worker(told))
            _wait_until_ready(children, host, port)
            say(f"Hereabouts is at {_address(host, port)}")
            say(f"Ready in {time.monotonic() - began:.1f} s. Ctrl-C stops it.")
            _tend(children, database)
    except StopRequested:
        say("Stopped.")
        return 0
    except (ClusterError, ChildGaveUp) as failure:
        say(str(failure))
        return 1
    return 0


def server_environment(settings: Settings, database: DirectoryDatabase) -> dict[str, str]:
    """How the application is told where the directory is."""
    told = {
        "HEREABOUTS_DATABASE_URL": database.url,
        "HEREABOUTS_HOME": str(settings.home_folder),
        "HEREABOUTS_EXAMPLES": str(settings.examples),
        # Threads that allocate apart keep what they free apart: some 10 MB in each program under load.
        "MALLOC_ARENA_MAX": "2",
    }
    if database.read_own_login:
        told["HEREABOUTS_READ_DATABASE_URL"] = database.read_url
    return told


def _start_search(settings: Settings, children: Children, say: Say) -> dict[str, str]:
    """Meilisearch beside the app, unless one was given or there is no program; how the others are told."""
    if settings.meili_url:
        say("Search: your own Meilisearch, from HEREABOUTS_MEILI_URL")
        return {"HEREABOUTS_MEILI_URL": settings.meili_url, "HEREABOUTS_MEILI_KEY": settings.meili_key or ""}
    server = search_server(settings.home_folder)
    if server is None:
        say("Search: PostgreSQL (no Meilisearch program here)")
        return {}
    children.start(server.child)
    say("Search: Meilisearch, with PostgreSQL behind it")
    return {"HEREABOUTS_MEILI_URL": server.url, "HEREABOUTS_MEILI_KEY": server.key}


def _worker(told: dict[str, str]) -> Child:
    argv = [sys.executable, "-P", "-m", "web.cli", "worker"]
    return Child("The worker", argv, environment=told, folder=PROJECT)


def _server(told: dict[str, str], *, host: str, port: int) -> Child:
    argv = [sys.executable, "-P", "-m", "uvicorn", "web.main:create_app", "--factory"]
    argv += ["--host", host, "--port", str(port), "--loop", "uvloop", "--http", "httptools"]
    argv += ["--no-access-log", "--no-server-header", "--log-level", "warning"]
    argv += ["--timeout-graceful-shutdown", "4"]
    return Child("The server", argv, essential=True, environment=told, folder=PROJECT)


@contextmanager
def _database(settings: Settings, say: Say) -> Iterator[DirectoryDatabase]:
    began = time.monotonic()
    is_new = not settings.database_url and not (settings.home_folder / "postgres").exists()
    if is_new:
        say(f"Making a database in {settings.home_folder} ...")
    with directory_database(settings, say) as database:
        what = "your own, from HEREABOUTS_DATABASE_URL" if database.cluster is None else "private, started"
        say(f"Database: {what} ({time.monotonic() - began:.1f} s)")
        yield database


def _make_current(told: dict[str, str]) -> None:
    """In a program of its own: what this needs is a hundred MB that nobody needs afterwards."""
    argv = [sys.executable, "-P", "-m", "web.preparing"]
    if not run_to_end(Child("Preparing", argv, environment=told, folder=PROJECT)):
        raise ChildGaveUp("The directory could not be made ready; what is wrong is said above.")


def _tend(children: Children, database: DirectoryDatabase) -> None:
    starter = os.getppid()
    interrupted = _interrupts_of(starter)
    while True:
        children.tend()
        if database.cluster is not None and not database.cluster.is_kept:
            database.cluster.ensure_started()
        if "MAKELEVEL" in os.environ and (os.getppid() != starter or interrupted()):
            raise StopRequested
        time.sleep(TICK_S)


def _interrupts_of(pid: int) -> Callable[[], bool]:
    """Whether `make`, our parent, was told to stop. It passes TERM on to us, but for INT and HUP it trusts
    the terminal to have told everyone: sent to make alone, it waits for us and we for ever. What shows is
    that it no longer catches the signal (Linux only)."""

    def caught() -> int:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return 0
        lines = [line for line in status.splitlines() if line.startswith("SigCgt:")]
        return int(lines[0].split()[1], 16) if lines else 0

    stops = 1 << (signal.SIGINT - 1) | 1 << (signal.SIGHUP - 1)
    before = caught() & stops
    return lambda: caught() & before != before


def _wait_until_ready(children: Children, host: str, port: int) -> None:
    until = time.monotonic() + READY_S
    while not _answers(host, port):
        children.refuse_ended()
        if time.monotonic() > until:
            raise ChildGaveUp(f"The server did not answer on port {port} within {READY_S:.0f} seconds.")
        time.sleep(0.05)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _port_problem(host: str, port: int) -> str | None:
    """Asked first, so that nobody waits for a database only to read that the port is taken."""
    try:
        family, kind, _proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        return NO_SUCH_HOST.format(host=host)
    except PermissionError:
        return f"Port {port} may only be used by root. Choose one above 1023: make run PORT=8000"
    except OSError as problem:
        if problem.errno == errno.EADDRNOTAVAIL:
            return NO_SUCH_HOST.format(host=host)
        return _taken(host, port)
    return None


def _taken(host: str, port: int) -> str:
    if _answers(host, port):
        return (
            f"Port {port} is in use: something that may be Hereabouts answers at {_address(host, port)}\n"
            f"Use that one, stop it, or choose another port: make run PORT={port + 1}"
        )
    return (
        f"Port {port} is in use by another program.\n"
        f"Stop that program, or choose another port: make run PORT={port + 1}"
    )


def _reachable(host: str) -> str:
    """Every address of the machine is not one to connect to."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _address(host: str, port: int) -> str:
    name = _reachable(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


@contextmanager
def _ending(children: Children) -> Iterator[None]:
    """The programs end before the database does. Nothing interrupts that: it has its own time limits."""
    try:
        yield
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        children.stop()


@contextmanager
def _stop_on_signals() -> Iterator[None]:
    def request_stop(_number: int, _frame: FrameType | None) -> None:
        raise StopRequested

    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    for number in STOP_SIGNALS:
        # `nohup make run` means to outlive its terminal.
        if number != signal.SIGHUP or before[number] != signal.SIG_IGN:
            signal.signal(number, request_stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
