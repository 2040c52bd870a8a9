"""The small process that holds the private PostgreSQL: starts it, mends it, ends it after its last user.

Every program that uses the database holds a shared lock on one file. The keeper ends when it can have that
lock to itself, so the database stops with its last user however that user ended, kill -9 included.
Needs the standard library only and starts in milliseconds. Its one argument is a JSON `KeeperOrder`.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from api.file_locks import ALONE, LockBusy, hold, open_lock, try_lock

POLL_S = 0.2
PR_SET_PDEATHSIG = 1


class KeeperOrder(TypedDict):
    """`patience_s`: how long a server that ends soon is started again. Backends of a killed one need a moment
    to notice before a new one may start."""

    argv: list[str]
    data: str
    socket: str
    keeper_lock: str
    users_lock: str
    run_as: list[int] | None
    remove: list[str]
    patience_s: float


def main(order: KeeperOrder) -> int:
    try:
        # Not at once: who asks whether a keeper is there holds this lock for a blink.
        keeper_lock = hold(Path(order["keeper_lock"]), ALONE, seconds=5)
    except LockBusy:
        return 0
    users_lock = open_lock(Path(order["users_lock"]))
    told_to_stop = _listen_for_stop()
    kept = _keep(order, lambda: told_to_stop() or try_lock(users_lock, ALONE))
    with suppress(OSError):
        os.rmdir(order["socket"])
    for folder in order["remove"]:
        shutil.rmtree(folder, ignore_errors=True)
    # In this order: who waits for the users' lock must find the keeper's lock free already.
    os.close(keeper_lock)
    os.close(users_lock)
    return 0 if kept else 1


def die_with_parent(signal_number: int) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends this signal when the parent dies, kill -9 included (Linux only)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return arrange


def end_orphan(data: Path, socket: Path) -> None:
    """Ends a server that outlived its keeper. Drops lock files that name a process which is another program
    by now, or dead and not yet waited for: PostgreSQL would take either for a running server. (If processes
    of the old server still live, it sees that by their shared memory and will not start.)"""
    for lock in (data / "postmaster.pid", socket / ".s.PGSQL.5432.lock"):
        pid = _pid_in(lock)
        if pid is None or not _alive(pid):
            continue
        if _serves(pid, data):
            _end(pid)
        else:
            lock.unlink(missing_ok=True)


def _end(pid: int) -> None:
    for signal_number, seconds in ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 2.0)):
        _signal(pid, signal_number)
        if _wait_until(lambda: not _alive(pid), seconds):
            return


def _keep(order: KeeperOrder, should_stop: Callable[[], bool]) -> bool:
    """True when it stopped because it should; False when the server would not stay up."""
    patience_s = order["patience_s"]
    give_up_at = time.monotonic() + patience_s
    while True:
        end_orphan(Path(order["data"]), Path(order["socket"]))
        started_at = time.monotonic()
        server = _start(order)
        while server.poll() is None:
            if should_stop():
                _stop(server)
                return True
            time.sleep(POLL_S)
        if time.monotonic() - started_at > patience_s:
            give_up_at = time.monotonic() + patience_s
        if should_stop():
            return True
        if time.monotonic() > give_up_at:
            return False
        time.sleep(POLL_S)


def _start(order: KeeperOrder) -> subprocess.Popen[bytes]:
    user, group = order["run_as"] or (None, None)
    return subprocess.Popen(
        order["argv"],
        cwd="/",
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGINT),
    )


def _stop(server: subprocess.Popen[bytes]) -> None:
    """SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one."""
    for signal_number, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        server.send_signal(signal_number)
        try:
            server.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue


def _listen_for_stop() -> Callable[[], bool]:
    stops: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stops.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return lambda: bool(stops)


def _pid_in(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(pid: int, data: Path) -> bool:
    """A PostgreSQL server works from inside its data folder."""
    if Path("/proc/self").exists():
        try:
            return Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve()
        except OSError:  # dead and not waited for, or not ours to look at
            return False
    asked = ["ps", "-p", str(pid), "-o", "command="]
    shown = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return "postgres" in shown and str(data) in shown


def _signal(pid: int, signal_number: int) -> None:
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return


def _wait_until(done: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
