"""Times of the day as people write them: which half of the day is meant, and when that cannot be known."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Final, Literal

Half = Literal["am", "pm", "noon", "midnight"]
Window = tuple[int, int]

NOON: Final = 720
MIDNIGHT: Final = 1440
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[.:](\d{2})(?:[.:]00)?)?")
_SQUASHED: Final = re.compile(r"(\d{2})(\d{2})|(\d)(\d{2})")
# Before six, a time on the 24-hour clock is more often a slip than a door that opens.
_EARLIEST: Final = 360


@dataclass(frozen=True)
class Clock:
    """A time as written. `formal`: on the 24-hour clock beyond doubt (09:00, 17.30, 0930)."""

    hour: int
    minute: int
    half: Half | None = None
    formal: bool = False

    @property
    def minutes(self) -> int:
        return self.hour * 60 + self.minute


@dataclass(frozen=True)
class Range:
    """From a minute of the day to another; no `ends` when it is not given. 1440 is the midnight after."""

    starts: int
    ends: int | None

    @property
    def starts_at(self) -> time:
        return time(self.starts // 60, self.starts % 60)

    @property
    def ends_at(self) -> time | None:
        """Midnight is kept as a minute before: a session ends on the day on which it starts."""
        if self.ends is None:
            return None
        return time(23, 59) if self.ends >= MIDNIGHT else time(self.ends // 60, self.ends % 60)


def read_clock(text: str, half: Half | None = None) -> Clock | None:
    """ "9", "9.30", "09:00", "0930" with the half of the day that stands behind it; None is no time."""
    match = _CLOCK.fullmatch(text)
    if match is not None:
        hour, minute = int(match[1]), int(match[2] or 0)
        formal = hour > 12 or hour == 0 or (len(match[1]) == 2 and hour < 10)
    else:
        squashed = _SQUASHED.fullmatch(text)
        if squashed is None or (squashed[3] and half is None):
            return None
        hour, minute = int(squashed[1] or squashed[3]), int(squashed[2] or squashed[4])
        formal = half is None
    if minute > 59 or hour * 60 + minute > MIDNIGHT:
        return None
    if half in ("noon", "midnight"):
        return Clock(12, 0, half) if (hour, minute) == (12, 0) else None
    if half == "am" and hour > 12:
        return None
    return Clock(hour, minute, half, formal=formal and (half is None or hour > 12))


def resolve_range(first: Clock, last: Clock, hint: Window | None) -> Range | None:
    """What two times mean together; None when a person would have to ask. `hint` is the part of the day."""
    starts = _exact(first, ends=False)
    ends = _exact(last, ends=True)
    if (starts is None and first.half) or (ends is None and last.half):
        return None
    if starts is None and ends is None:
        found = _both_open(first, last, hint)
    elif starts is None and ends is not None:
        found = _start_open(first, last, ends)
    elif ends is None and starts is not None:
        found = _next_after(starts, last)
    else:
        found = Range(starts or 0, ends)
    return found if found is not None and _is_likely(found, first, hint) else None


def resolve_start(first: Clock, hint: Window | None) -> Range | None:
    """What a time alone means; None when it could be either half of the day."""
    starts = _exact(first, ends=False)
    if starts is None and first.half is None:
        starts = _usual_start(first, hint)
    found = Range(starts, None) if starts is not None else None
    return found if found is not None and _is_likely(found, first, hint) else None


def _exact(clock: Clock, *, ends: bool) -> int | None:
    """Minutes since midnight when the writing leaves no choice. 12am means noon to half the people."""
    if clock.half == "midnight":
        return MIDNIGHT if ends else 0
    if clock.half == "noon":
        return NOON
    if clock.half == "am":
        return None if clock.hour == 12 else clock.minutes
    if clock.half == "pm":
        return clock.minutes if clock.hour >= 12 else clock.minutes + NOON
    return clock.minutes if clock.formal else None


def _is_likely(found: Range, first: Clock, hint: Window | None) -> bool:
    if found.starts >= MIDNIGHT or (found.ends is not None and not found.starts < found.ends <= MIDNIGHT):
        return False
    if found.starts < _EARLIEST and first.half is None and (found.starts, found.ends) != (0, MIDNIGHT):
        return False
    return hint is None or hint[0] <= found.starts <= hint[1]


def _start_open(first: Clock, last: Clock, ends: int) -> Range | None:
    """ "2-4pm", "9-5pm", "10-12 noon", "8-20": the start takes the end's way of writing."""
    if last.half is None:
        return Range(first.minutes, ends)
    if last.half == "am":
        return Range(first.minutes % NOON, ends)
    # "10 - midnight" may start in the morning.
    if last.half == "midnight" and 480 <= first.minutes < NOON:
        return None
    late = first.minutes % NOON + NOON
    if late < ends:
        return Range(late, ends)
    # "7.30-12pm" is a dance until midnight as often as a morning.
    if (last.half, last.hour, last.minute) == ("pm", 12, 0) and first.minutes < 540:
        return None
    return Range(first.minutes, ends)


def _next_after(starts: int, last: Clock) -> Range | None:
    """ "9am-5", "10am-12", "09.00-5.00": the end is the next time the clock's hands stand so."""
    for ends in (last.minutes % NOON, last.minutes % NOON + NOON):
        if ends > starts:
            return Range(starts, ends) if ends - starts < NOON else None
    return None


def _both_open(first: Clock, last: Clock, hint: Window | None) -> Range | None:
    starts = _usual_start(first, hint)
    if starts is None:
        return _across_noon(first, last)
    found = _next_after(starts, last)
    if found is None and hint is not None and last.minutes == NOON and starts > NOON:
        return Range(starts, MIDNIGHT)
    return found


def _across_noon(first: Clock, last: Clock) -> Range | None:
    """ "8-5" and "8.30-12.30" can only be the day; "7-9" may be breakfast or bingo."""
    if last.hour == 12 and last.minute:
        return Range(first.minutes, last.minutes)
    if 60 <= last.minutes <= 360 and last.minutes < first.minutes:
        return Range(first.minutes, last.minutes + NOON)
    return None


def _usual_start(clock: Clock, hint: Window | None) -> int | None:
    """Nine to noon is the morning, twelve to six the afternoon; from six to nine it may be either."""
    early = clock.minutes % NOON
    if hint is not None:
        return next((at for at in (early, early + NOON) if hint[0] <= at <= hint[1] and at >= 300), None)
    if early < _EARLIEST:
        return early + NOON
    return early if early >= 540 else None
