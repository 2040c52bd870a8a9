"""The programs that run beside each other under `hereabouts run`: started, started again, ended together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from api.cluster_keeper import die_with_parent

SOON_S = 5.0  # an end this soon after the start counts as a failure to start
FAILURES_ALLOWED = 3
FIRST_PAUSE_S = 0.5  # before it is started again; each failure after another doubles it
LONGEST_PAUSE_S = 30.0
STOP_S = 8.0


class ChildGaveUp(RuntimeError):
    """A program that everything depends on does not stay up; the text says which."""


@dataclass(frozen=True)
class Child:
    """`essential`: nothing works without it, so its repeated failure ends the run. Others are tried again."""

    name: str
    argv: list[str]
    essential: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    log: Path | None = None


@dataclass
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


class Children:
    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._running: list[_Running] = []

    def start(self, child: Child) -> None:
        self._running.append(_Running(child, _spawn(child), time.monotonic()))

    def refuse_ended(self) -> None:
        """Before anything has worked, an end is no accident to try again: raises ChildGaveUp."""
        for running in self._running:
            if running.child.essential and running.process.poll() is not None:
                raise _gave_up(running.child)

    def tend(self) -> None:
        """Starts again what has ended, after a pause that grows. Raises ChildGaveUp."""
        for running in self._running:
            if running.process.poll() is None:
                continue
            if running.restart_at is None:
                self._plan_restart(running)
            elif time.monotonic() >= running.restart_at:
                running.process = _spawn(running.child)
                running.started_at, running.restart_at = time.monotonic(), None

    def _plan_restart(self, running: _Running) -> None:
        now = time.monotonic()
        running.failures = running.failures + 1 if now - running.started_at < SOON_S else 1
        if running.child.essential and running.failures >= FAILURES_ALLOWED:
            raise _gave_up(running.child)
        pause = min(FIRST_PAUSE_S * 2 ** (running.failures - 1), LONGEST_PAUSE_S)
        running.restart_at = now + pause
        self._say(f"{running.child.name} ended (code {running.process.returncode}); starting it again")

    def stop(self) -> None:
        _end([running.process for running in self._running])
        self._running.clear()


def run_to_end(child: Child) -> bool:
    """Waits for a program that does one thing; whether it could. Interrupted, it ends the program."""
    process = _spawn(child)
    try:
        return process.wait() == 0
    finally:
        if process.poll() is None:
            _end([process])


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """All at once, politely first; what does not listen is killed with everything it started."""
    for process in processes:
        _signal_group(process, signal.SIGTERM)
    until = time.monotonic() + STOP_S
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - time.monotonic()))
    for process in processes:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _gave_up(child: Child) -> ChildGaveUp:
    return ChildGaveUp(f"{child.name} does not start; what it said is above.")


def _spawn(child: Child) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C in the terminal reaches the supervisor, which ends all in order."""
    output = child.log.open("ab") if child.log else None
    try:
        return subprocess.Popen(
            child.argv,
            cwd=child.folder,
            env=os.environ | child.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    finally:
        if output:
            output.close()


def _signal_group(process: subprocess.Popen[bytes], signal_number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal_number)
