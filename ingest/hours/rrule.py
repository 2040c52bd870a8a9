"""Reading repeat rules as RFC 5545 writes them: RRULE with DTSTART, DTEND or DURATION, EXDATE and RDATE."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from api.clock import LONDON
from api.entries.schemas import SessionDraft
from api.entries.sessions import RuleError, normalise_session
from ingest.hours.plan import Unsure
from ingest.hours.sessions import Setting

_LINE: Final = re.compile(
    r"(DTSTART|DTEND|DURATION|RRULE|EXDATE|RDATE)((?:;[A-Z-]+=[^:;]+)*):(.+)", re.IGNORECASE
)
_MOMENT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?")
_DURATION: Final = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,3})M)?")
_MOST_DATES: Final = 200
_WHICH_WEEK: Final = "The rule skips weeks, and no first date is given from which to count."
_UNKNOWN: Final = "It holds a part that we do not know."


def looks_like_rule(text: str) -> bool:
    return "FREQ=" in text.upper() or text.upper().startswith("DTSTART")


def read_rule(text: str, setting: Setting) -> SessionDraft:
    """The session of a rule in text. Raises Unsure for a rule that we do not keep."""
    lines = _lines(text)
    first = _moment(*lines["DTSTART"]) if "DTSTART" in lines else None
    rule = lines["RRULE"][1].strip() if "RRULE" in lines else None
    starts_on = first[0] if first else setting.counted_from
    if rule is not None:
        rule = _keepable(rule, dated=starts_on is not None)
    elif first is None:
        raise Unsure
    starts_at = first[1] if first else None
    session = SessionDraft(
        purpose=setting.purpose,
        label=setting.label,
        rrule=rule,
        starts_on=starts_on or setting.since,
        starts_at=starts_at,
        ends_at=_ends_at(lines, starts_at),
        not_on=_dates(lines.get("EXDATE")),
        also_on=_dates(lines.get("RDATE")),
    )
    try:
        return normalise_session(session)
    except RuleError as error:
        raise Unsure(str(error)) from error


def _lines(text: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for line in text.split("\n"):
        match = _LINE.fullmatch(line.strip())
        if match is None and "FREQ=" in line.upper():
            match = _LINE.fullmatch(f"RRULE:{line.strip()}")
        if match is None or match[1].upper() in found:
            raise Unsure(_UNKNOWN)
        found[match[1].upper()] = match[2].upper(), match[3]
    return found


def _keepable(rule: str, *, dated: bool) -> str:
    """The rule with "the second of Tuesdays" said in one word. Raises Unsure."""
    parts = [part.partition("=") for part in rule.upper().strip().strip(";").split(";")]
    given = {name.strip(): value.strip() for name, _, value in parts}
    if int_or_none(given.get("INTERVAL", "1")) != 1 and not dated:
        raise Unsure(_WHICH_WEEK)
    if "COUNT" in given and not dated:
        raise Unsure("The rule counts its dates, and no first date is given.")
    if given.get("FREQ") == "WEEKLY" and "BYDAY" not in given and not dated:
        raise Unsure("The rule does not say on which day of the week.")
    place = given.pop("BYSETPOS", None)
    if place is not None:
        if given.get("FREQ") != "MONTHLY" or re.fullmatch("[A-Z]{2}", given.get("BYDAY", "")) is None:
            raise Unsure(_UNKNOWN)
        given["BYDAY"] = f"{place}{given['BYDAY']}"
    # With whole weeks it makes no difference on which day they begin.
    if given.get("INTERVAL", "1") == "1":
        given.pop("WKST", None)
    return ";".join(f"{name}={value}" for name, value in given.items())


def int_or_none(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 4 else None


def _moment(options: str, text: str) -> tuple[date, time | None]:
    """A date and, unless it is a whole day, London's time. Raises Unsure."""
    match = _MOMENT.fullmatch(text.strip())
    zone = re.search(r"TZID=([^;]+)", options)
    if match is None or (zone and zone[1] not in ("EUROPE/LONDON", "GB")):
        raise Unsure(_UNKNOWN)
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        if match[4] is None:
            return day, None
        moment = datetime(day.year, day.month, day.day, int(match[4]), int(match[5]), tzinfo=LONDON)
        if match[7]:
            moment = moment.replace(tzinfo=UTC).astimezone(LONDON)
    except (ValueError, OverflowError) as error:
        raise Unsure(_UNKNOWN) from error
    return moment.date(), moment.time()


def _ends_at(lines: dict[str, tuple[str, str]], starts_at: time | None) -> time | None:
    if "DTEND" in lines:
        first, last = _moment(*lines["DTSTART"]), _moment(*lines["DTEND"])
        if last[0] != first[0] and (starts_at is not None or last[0] != first[0] + timedelta(days=1)):
            raise Unsure("It ends on another day than it starts.")
        return last[1] if starts_at is not None else None
    if "DURATION" not in lines or starts_at is None:
        return None
    match = _DURATION.fullmatch(lines["DURATION"][1].strip().upper())
    if match is None:
        raise Unsure(_UNKNOWN)
    minutes = starts_at.hour * 60 + starts_at.minute + int(match[1] or 0) * 60 + int(match[2] or 0)
    if minutes >= 1440:
        raise Unsure("It ends on another day than it starts.")
    return time(minutes // 60, minutes % 60)


def _dates(line: tuple[str, str] | None) -> list[date]:
    if line is None:
        return []
    return [_moment(line[0], one)[0] for one in line[1].split(",")[:_MOST_DATES]]
