"""Advisory locks on files: the kernel lets go of them when their holder ends, however it ends.

Needs the standard library only: the keeper of the private database runs without the project's libraries.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED = fcntl.LOCK_SH
ALONE = fcntl.LOCK_EX


class LockBusy(RuntimeError):
    """Somebody kept the lock for longer than we would wait."""


def open_lock(path: Path) -> int:
    """A descriptor that programs we start do not inherit. Closing it lets the lock go."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(path: Path, kind: int) -> bool:
    """Whether a lock of this kind could be had now; keeps nothing."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        return try_lock(lock, kind)
    finally:
        os.close(lock)


def hold(path: Path, kind: int, *, seconds: float) -> int:
    """The lock as soon as it is free; close it to let go. Raises LockBusy after `seconds`."""
    lock = open_lock(path)
    until = time.monotonic() + seconds
    while not try_lock(lock, kind):
        if time.monotonic() > until:
            os.close(lock)
            raise LockBusy(str(path))
        time.sleep(0.03)
    return lock


@contextmanager
def held(path: Path, *, seconds: float) -> Iterator[None]:
    lock = hold(path, ALONE, seconds=seconds)
    try:
        yield
    finally:
        os.close(lock)
