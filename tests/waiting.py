"""Waiting for what another process or thread does."""

import time
from collections.abc import Callable


def soon(true: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether it comes true in that time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return False
