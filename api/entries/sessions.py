"""Repeat rules: the few forms we keep, their next dates, and how they read in words.

Kept forms (RFC 5545): once (no rule), FREQ=WEEKLY and FREQ=MONTHLY with BYDAY, INTERVAL and UNTIL. DAILY
becomes WEEKLY with all days and COUNT becomes UNTIL when saved, so that PostgreSQL can answer "is it on that
day?" (`face.happens_on`) without unrolling. All times are Europe/London wall time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal

from dateutil.rrule import rrulestr

from api.entries.schemas import SessionDraft

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NTH_WORDS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
PUBLIC_PURPOSES = frozenset({"session", "staffed", "service"})
_PART = re.compile(r"^(FREQ|INTERVAL|BYDAY|UNTIL|COUNT|WKST)=([A-Z0-9,+-]+)$")
_WEEKLY_DAY = re.compile(r"^(MO|TU|WE|TH|FR|SA|SU)$")
_MONTHLY_DAY = re.compile(r"^\+?(-1|[1-5])(MO|TU|WE|TH|FR|SA|SU)$")
Open = Literal["open", "closed", "unknown"]


class RuleError(ValueError):
    """A repeat rule we cannot keep; the message says what would do."""


def normalise_session(session: SessionDraft) -> SessionDraft:
    """The same session in a kept form, its `starts_on` moved to its first date. Raises RuleError."""
    if session.starts_at and session.ends_at and session.ends_at <= session.starts_at:
        raise RuleError(
            f"A session that starts at {session.starts_at:%H:%M} cannot end at {session.ends_at:%H:%M}."
        )
    if session.rrule is None:
        return session
    rule, first = _kept_rule(session.rrule, session.starts_on)
    if (rule, first) == (session.rrule, session.starts_on):
        return session
    return session.model_copy(update={"rrule": rule, "starts_on": first})


@lru_cache(maxsize=20_000)
def _kept_rule(rule: str, starts_on: date) -> tuple[str, date]:
    kept = normalise_rule(rule, starts_on=starts_on)
    first = next(_dates(kept, starts_on), None)
    if first is None:
        raise RuleError(f"The rule {rule} has no date at all.")
    return kept, first


def normalise_rule(rule: str, *, starts_on: date) -> str:
    """The rule in the order FREQ, INTERVAL, BYDAY, UNTIL. Raises RuleError for what we do not keep."""
    parts = _parts(rule)
    freq = parts.get("FREQ")
    interval = _number(parts, "INTERVAL", most=52)
    if freq not in ("DAILY", "WEEKLY", "MONTHLY"):
        raise RuleError(f"We keep daily, weekly and monthly rules, not {rule}.")
    if freq == "DAILY":
        if interval != 1 or "BYDAY" in parts:
            raise RuleError("A daily rule means every day; name the days in a weekly rule instead.")
        freq, days = "WEEKLY", ",".join(DAYS)
    else:
        days = _days(parts.get("BYDAY"), freq=freq, starts_on=starts_on, rule=rule)
    until = _until(parts, base=f"FREQ={freq};INTERVAL={interval};BYDAY={days}", starts_on=starts_on)
    kept = [f"FREQ={freq}", *([f"INTERVAL={interval}"] if interval > 1 else []), f"BYDAY={days}"]
    return ";".join(kept + ([f"UNTIL={until:%Y%m%d}"] if until else []))


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in rule.upper().removeprefix("RRULE:").strip(";").split(";"):
        match = _PART.match(piece.strip())
        if match is None or match[1] in parts:
            raise RuleError(f"We could not read “{piece}” in the rule {rule}.")
        parts[match[1]] = match[2]
    if parts.pop("WKST", "MO") != "MO":
        raise RuleError("Weeks start on Monday here.")
    return parts


def _number(parts: dict[str, str], name: str, *, most: int) -> int:
    given = parts.get(name, "1")
    if not given.isdecimal() or not 1 <= int(given) <= most:
        raise RuleError(f"{name} must be a number from 1 to {most}, not {given}.")
    return int(given)


def _days(given: str | None, *, freq: str, starts_on: date, rule: str) -> str:
    if given is None and freq == "WEEKLY":
        return DAYS[starts_on.weekday()]
    pattern = _WEEKLY_DAY if freq == "WEEKLY" else _MONTHLY_DAY
    days = (given or "").split(",")
    if not all(pattern.match(day) for day in days):
        wanted = "days such as MO,WE" if freq == "WEEKLY" else "days such as 2TU or -1FR"
        raise RuleError(f"A {freq.lower()} rule needs {wanted}: {rule}.")
    plain = {day.lstrip("+") for day in days}
    return ",".join(sorted(plain, key=lambda day: (DAYS.index(day[-2:]), day)))


def _until(parts: dict[str, str], *, base: str, starts_on: date) -> date | None:
    if "COUNT" in parts:
        count = _number(parts, "COUNT", most=1000)
        *_, last = rrulestr(f"{base};COUNT={count}", dtstart=_midnight(starts_on))
        return last.date()
    if "UNTIL" not in parts:
        return None
    try:
        return date.fromisoformat(parts["UNTIL"][:8])
    except ValueError as error:
        raise RuleError(f"UNTIL must be a date such as 20261231, not {parts['UNTIL']}.") from error


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _dates(rule: str | None, starts_on: date, *, since: date | None = None) -> Iterator[date]:
    """Dates of a kept rule, from `since` on; endless where the rule is."""
    start = since or starts_on
    if rule is None:
        yield from [starts_on] if starts_on >= start else []
        return
    # dateutil counts every date from the start; jumping near `since` keeps years-old rules quick.
    anchor = _jump(rule, starts_on, start)
    for moment in rrulestr(rule, dtstart=_midnight(anchor)).xafter(_midnight(start), inc=True):
        yield moment.date()


def _jump(rule: str, starts_on: date, since: date) -> date:
    """A date in step with the rule's interval, at most one interval before `since`."""
    if "FREQ=WEEKLY" not in rule or since <= starts_on:
        return starts_on
    match = re.search(r"INTERVAL=(\d+)", rule)
    stride = 7 * (int(match[1]) if match else 1)
    monday = starts_on - timedelta(days=starts_on.weekday())
    steps = (since - monday).days // stride
    return max(starts_on, monday + timedelta(days=steps * stride))


@dataclass(frozen=True)
class Occurrence:
    """One date of a session; no `starts_at` means the hours are not known."""

    on: date
    starts_at: time | None
    ends_at: time | None
    label: str | None
    purpose: str


def _as_date(text: str) -> date:
    return date.fromisoformat(text)


# A list says the same few times and days again and again.
@lru_cache(maxsize=2_000)
def _as_time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


@lru_cache(maxsize=20_000)
def _next_dates(
    rule: str | None,
    starts_on: str,
    not_on: tuple[str, ...],
    also_on: tuple[str, ...],
    since: date,
    count: int,
) -> tuple[date, ...]:
    skipped = {_as_date(day) for day in not_on}
    extra = sorted(day for day in map(_as_date, also_on) if day >= since)
    found: list[date] = []
    for day in _dates(rule, _as_date(starts_on), since=since):
        if day not in skipped:
            found.append(day)
        if len(found) >= count:
            break
    return tuple(sorted({*found, *extra})[:count])


def next_occurrences(sessions: Sequence[dict[str, Any]], *, now: datetime, count: int) -> list[Occurrence]:
    """The next times people can come, soonest first; one that is on now counts until it ends.
    `sessions` are as stored in `face.entries.sessions`; `now` is London time."""
    today, clock = now.date(), now.time()
    coming: list[Occurrence] = []
    for item in sessions:
        if item["purpose"] not in PUBLIC_PURPOSES:
            continue
        starts_at, ends_at = _as_time(item.get("starts_at")), _as_time(item.get("ends_at"))
        days = _next_dates(
            item.get("rrule"),
            item["starts_on"],
            tuple(item.get("not_on", ())),
            tuple(item.get("also_on", ())),
            today,
            count + 1,
        )
        over = ends_at or starts_at
        coming += [
            Occurrence(day, starts_at, ends_at, item.get("label"), item["purpose"])
            for day in days
            if not (day == today and over is not None and over <= clock)
        ]
    coming.sort(key=lambda one: (one.on, one.starts_at or time()))
    return coming[:count]


def is_open(sessions: Sequence[dict[str, Any]], *, state: str, at: datetime) -> Open:
    """Open, closed, or unknown when we do not hold the hours that would tell. `at` is London time."""
    if state != "running":
        return "closed"
    public = [item for item in sessions if item["purpose"] in PUBLIC_PURPOSES]
    if not public:
        return "unknown"
    unsure = False
    for item in public:
        if not _is_on(item, at.date()):
            continue
        starts_at, ends_at = _as_time(item.get("starts_at")), _as_time(item.get("ends_at"))
        if starts_at is None or (ends_at is None and starts_at <= at.time()):
            unsure = True
        elif ends_at is not None and starts_at <= at.time() < ends_at:
            return "open"
    return "unknown" if unsure else "closed"


def _is_on(item: dict[str, Any], day: date) -> bool:
    days = _next_dates(
        item.get("rrule"),
        item["starts_on"],
        tuple(item.get("not_on", ())),
        tuple(item.get("also_on", ())),
        day,
        1,
    )
    return days[:1] == (day,)


def describe_session(item: dict[str, Any]) -> str:
    """A session in words: "Every Wednesday, 10am to 12 noon"."""
    times = describe_times(_as_time(item.get("starts_at")), _as_time(item.get("ends_at")))
    return f"{_describe_rule(item)}, {times}" if times else _describe_rule(item)


@lru_cache(maxsize=2_000)
def describe_times(starts_at: time | None, ends_at: time | None) -> str:
    """ "10am to 12 noon"; empty when the hours are not known."""
    if starts_at is None:
        return ""
    return (
        f"{describe_time(starts_at)} to {describe_time(ends_at)}"
        if ends_at
        else f"from {describe_time(starts_at)}"
    )


def describe_time(at: time) -> str:
    if (at.hour, at.minute) == (12, 0):
        return "12 noon"
    if (at.hour, at.minute) == (0, 0):
        return "midnight"
    hour = at.hour % 12 or 12
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{hour}{minutes}{'am' if at.hour < 12 else 'pm'}"


def describe_day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


@lru_cache(maxsize=2_000)
def describe_date(day: date) -> str:
    return f"{DAY_NAMES[day.weekday()]} {describe_day(day)}"


def _describe_rule(item: dict[str, Any]) -> str:
    rule = item.get("rrule")
    starts_on = _as_date(item["starts_on"])
    if rule is None:
        return describe_date(starts_on)
    parts = dict(piece.split("=") for piece in rule.split(";"))
    every = int(parts.get("INTERVAL", "1"))
    codes = parts["BYDAY"].split(",")
    words = _weekly(codes, every) if parts["FREQ"] == "WEEKLY" else _monthly(codes, every)
    until = parts.get("UNTIL")
    if until:
        words += f", until {describe_day(date.fromisoformat(until))}"
    return words


def _weekly(codes: list[str], every: int) -> str:
    names = _listed([DAY_NAMES[DAYS.index(code)] for code in codes])
    week = {1: "Every week", 2: "Every other week"}.get(every, f"Every {every} weeks")
    if len(codes) == 7:
        return "Every day" if every == 1 else f"{week}, every day"
    if codes == list(DAYS[:5]):
        return "Every weekday (Monday to Friday)" if every == 1 else f"{week}, Monday to Friday"
    return {1: f"Every {names}", 2: f"Every other {names}"}.get(every, f"{week} on {names}")


def _monthly(codes: list[str], every: int) -> str:
    names = _listed([f"{NTH_WORDS[int(code[:-2])]} {DAY_NAMES[DAYS.index(code[-2:])]}" for code in codes])
    month = {1: "the month", 2: "every other month"}.get(every, f"every {every} months")
    return f"The {names} of {month}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
