"""Timing one thing at a time: median and 95th percentile in milliseconds; and processor time."""

import contextlib
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any, TypeVar

Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Timing:
    """All in milliseconds, of `calls` single-stream calls."""

    median: float
    p95: float
    mean: float
    calls: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Timing":
        taken = [one * 1000 for one in seconds]
        return cls(median(taken), quantiles(taken, n=20)[-1], mean(taken), len(taken))

    def as_json(self) -> dict[str, Any]:
        return {name: round(value, 3) for name, value in asdict(self).items()}


async def time_each(
    ask: Callable[[Asked], Awaitable[object]], questions: Sequence[Asked], *, warm_up: int
) -> list[float]:
    """Seconds of each question, asked one after the other, after a warm-up with the first of them."""
    for question in questions[:warm_up]:
        await ask(question)
    taken = []
    for question in questions:
        began = time.perf_counter()
        await ask(question)
        taken.append(time.perf_counter() - began)
    return taken


async def time_in_turn(
    ways: Sequence[Callable[[int], Awaitable[object]]], *, count: int
) -> list[list[float]]:
    """Seconds of each of `count` questions, asked every way before the next one, each way first in turn: what
    is warm and what else the machine does weigh on all alike. All are asked once before any is timed."""
    taken: list[list[float]] = [[] for _ in ways]
    for is_timed in (False, True):
        for number in range(count):
            for place in range(len(ways)):
                way = (number + place) % len(ways)
                began = time.perf_counter()
                await ways[way](number)
                if is_timed:
                    taken[way].append(time.perf_counter() - began)
    return taken


def processor_seconds(postmaster: int) -> float:
    """Processor time so far of the servers this process started and of a database's processes: unlike the
    clock, it does not care what else the machine does."""
    tick = os.sysconf("SC_CLK_TCK")
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) in (os.getpid(), postmaster):
                total += int(fields[11]) + int(fields[12])
    return total / tick
