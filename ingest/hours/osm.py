"""Reading OpenStreetMap's `opening_hours`: days, times, "[1,3]" of the month, "off" and bank holidays.

The rules of the format: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification. A later rule
takes the place of an earlier one on its days, unless a comma joins them. Months, weeks, school holidays and
the sun make us unsure: no repeat rule we keep holds them.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from api.entries.schemas import SessionDraft
from api.entries.sessions import DAYS
from ingest.hours.clock import Range
from ingest.hours.notes import ALL_DAY_WORDS, MIDNIGHT_WORDS, cut_note
from ingest.hours.plan import Unsure
from ingest.hours.sessions import Setting

_DAY: Final = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_LOOKS: Final = re.compile(
    r"\s*(?:24/7|off|closed|(?:PH|SH)\b|week \d|\d{4} [A-Z]"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
    rf"|{_DAY}(?:[-,\[; ]|$))",
    re.IGNORECASE,
)
# What only this format writes: day codes with a range, a list, a place in the month, or times beside them.
_SURE: Final = re.compile(
    rf"\b{_DAY}\s?-\s?{_DAY}\b(?! ?-)|\b{_DAY}\[|\b{_DAY},|\b{_DAY}(?:$|;| \d\d:\d\d(?:-|\+))"
    r"|\b(?:PH|SH)\b|^off$|^week \d|\d\d:\d\d-\d\d:\d\d;",
)
_DAY_LIST: Final = re.compile(
    rf"(?:{_DAY}(?:-{_DAY}|\[-?\d[\d,-]*\])?|PH)(?:,\s?(?:{_DAY}(?:-{_DAY}|\[-?\d[\d,-]*\])?|PH))*"
)
_ONE_DAY: Final = re.compile(rf"({_DAY})(?:-({_DAY})|\[(-?\d[\d,-]*)\])?|(PH)")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?:-(\d{1,2}):(\d{2})|(\+))")
_COMMENT: Final = re.compile(r'"([^"]*)"')
_JOINED: Final = re.compile(rf",\s*(?=(?:{_DAY}|PH)[^;]*\d:\d\d)")


@dataclass
class _Rule:
    """One rule: days of the week as (0, "MO"), of the month as (1, "TU"); `times` None where they cannot be
    kept; `off` is closed then."""

    days: list[tuple[int, str]] = field(default_factory=list)
    holidays: bool = False
    times: list[Range] | None = field(default_factory=list)
    off: bool = False
    adds: bool = False
    words: str = ""
    comment: str | None = None


def looks_like_osm(text: str) -> bool:
    """Written in this format, not in words: "Mo 10-12" is read as words."""
    return _LOOKS.match(text) is not None and _SURE.search(_as_written(text)) is not None


def read_osm(text: str, setting: Setting) -> list[SessionDraft]:
    """The sessions of an `opening_hours` value. Raises Unsure."""
    rules = _override([_read_rule(words, adds=adds) for words, adds in _split(_as_written(text))])
    holidays = [rule for rule in rules if rule.holidays]
    note = None
    if holidays:
        off = all(rule.off for rule in holidays)
        note = "Not on bank holidays" if off else f"Bank holidays: {holidays[-1].words}"
    sessions = [one for rule in rules for one in _sessions(rule, note, setting)]
    if not sessions and any(not rule.off for rule in rules):
        raise Unsure
    return sessions


def _as_written(text: str) -> str:
    """With the capital letters of the format: "mo-fr" is as common as "Mo-Fr"."""
    flat = " ".join(text.split())
    return re.sub(rf"\b{_DAY}(?![a-z])", lambda found: found[0].capitalize(), flat, flags=re.IGNORECASE)


def _split(text: str) -> list[tuple[str, bool]]:
    """The rules, each with whether it only adds to those before."""
    if "||" in text:
        raise Unsure
    rules: list[tuple[str, bool]] = []
    for part in text.split(";"):
        pieces = [piece.strip() for piece in _JOINED.split(part)]
        whole: list[str] = []
        for piece in pieces:
            # "Mo,We 10:00-12:00" is one rule: a comma joins rules only behind a time.
            if whole and not re.search(r"\d:\d\d|off|closed", whole[-1]):
                whole[-1] += f",{piece}"
            else:
                whole.append(piece)
        rules += [(piece, bool(number)) for number, piece in enumerate(whole) if piece]
    return rules


def _read_rule(text: str, *, adds: bool) -> _Rule:
    rule = _Rule(adds=adds, words=text)
    comment = _COMMENT.search(text)
    if comment is not None:
        rule.comment = comment[1]
        text = (text[: comment.start()] + text[comment.end() :]).strip()
    days = _DAY_LIST.match(text)
    if days is not None:
        _read_days(days[0], rule)
        text = text[days.end() :].strip().removeprefix(":").removesuffix(" open").strip()
    else:
        rule.days = [(0, day) for day in DAYS]
    if text.lower() in ("off", "closed"):
        rule.off = True
    elif text == "24/7":
        rule.times = [Range(0, 1440)]
    elif text and text.lower() != "open":
        rule.times = _read_times(text)
    elif days is None:
        raise Unsure
    return rule


def _read_days(text: str, rule: _Rule) -> None:
    for first, last, places, holiday in _ONE_DAY.findall(text):
        if holiday:
            rule.holidays = True
        elif places:
            rule.days += [(place, first.upper()) for place in _places(places)]
        else:
            start = DAYS.index(first.upper())
            count = (DAYS.index((last or first).upper()) - start) % 7
            rule.days += [(0, DAYS[(start + step) % 7]) for step in range(count + 1)]


def _places(text: str) -> list[int]:
    """ "1,3", "-1", "1-3"."""
    found: list[int] = []
    for part in text.split(","):
        run = re.fullmatch(r"([1-5])-([1-5])", part)
        if run is not None:
            found += range(int(run[1]), int(run[2]) + 1)
        elif part in ("-1", "1", "2", "3", "4", "5"):
            found.append(int(part))
        else:
            raise Unsure
    return found


def _read_times(text: str) -> list[Range] | None:
    """The times, or None when one of them cannot be kept as it is, such as one over midnight."""
    found: list[Range] = []
    for part in re.split(r"\s*,\s*", text):
        match = _TIME.fullmatch(part.replace(" ", ""))
        if match is None:
            raise Unsure
        starts = int(match[1]) * 60 + int(match[2])
        ends = None if match[5] else int(match[3]) * 60 + int(match[4])
        if starts >= 1440 or int(match[2]) > 59 or (ends is not None and not starts < ends <= 1440):
            return None
        found.append(Range(starts, ends))
    return found


def _override(rules: list[_Rule]) -> list[_Rule]:
    """A later rule takes its days from the earlier ones. Raises Unsure where that may not be meant."""
    kept: list[_Rule] = []
    for rule in rules:
        if not rule.adds:
            for earlier in kept:
                _take_days(earlier, rule)
        kept.append(rule)
    return kept


def _take_days(earlier: _Rule, later: _Rule) -> None:
    mine = {day for _, day in earlier.days}
    same = [one for one in later.days if one[1] in mine]
    # Twice the same days: most people mean both times, the format means the second alone.
    if same and not later.off and set(earlier.days) == set(later.days):
        raise Unsure("The same days stand there twice.")
    if (any(nth for nth, _ in same) and earlier.days != later.days) or (
        any(nth and day in {one for _, one in same} for nth, day in earlier.days) and not later.off
    ):
        raise Unsure
    gone = {day for _, day in same}
    earlier.days = [one for one in earlier.days if one[1] not in gone]


def _sessions(rule: _Rule, note: str | None, setting: Setting) -> list[SessionDraft]:
    if rule.off:
        return []
    weekly = [day for day in DAYS if (0, day) in rule.days]
    monthly = [f"{nth}{day}" for nth, day in rule.days if nth]
    repeats = [
        *([f"FREQ=WEEKLY;BYDAY={','.join(weekly)}"] if weekly else []),
        *([f"FREQ=MONTHLY;BYDAY={','.join(monthly)}"] if monthly else []),
    ]
    made: list[SessionDraft] = []
    for repeat in repeats:
        ranges: list[Range | None] = [*rule.times] if rule.times else [None]
        for times in ranges:
            words = [_words_of(times), rule.words if rule.times is None else None, rule.comment, note]
            made.append(
                SessionDraft(
                    purpose=setting.purpose,
                    label=setting.label,
                    rrule=repeat,
                    starts_on=setting.since,
                    starts_at=times.starts_at if times else None,
                    ends_at=times.ends_at if times else None,
                    note=cut_note("; ".join(one for one in words if one)),
                )
            )
    return made


def _words_of(times: Range | None) -> str | None:
    if times is None or times.ends != 1440:
        return None
    return ALL_DAY_WORDS if times.starts == 0 else MIDNIGHT_WORDS
