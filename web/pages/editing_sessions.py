"""Sessions in the editor: said in words, shown back in words, and set by hand where words will not do."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from pydantic import ValidationError

from api.entries.schemas import SessionDraft
from api.entries.service import next_times
from api.entries.sessions import (
    DAY_NAMES,
    DAYS,
    NTH_WORDS,
    RuleError,
    describe_session,
    normalise_session,
)
from api.entries.wording import session_words
from ingest.hours import read_hours
from web.pages.editing_fields import Fields, Typed

NEXT_DATES: Final = 10
NOTE_LETTERS: Final = 200
REPEATS: Final = (("weekly", "By the week"), ("monthly", "By the month"), ("once", "Once, on the first date"))
PURPOSES: Final = (
    ("session", "People come then"),
    ("staffed", "Staff are there"),
    ("phone", "The phone is answered"),
    ("service", "The service runs"),
)
DAY_CHOICES: Final = tuple(zip(DAYS, DAY_NAMES, strict=True))
NTH_CHOICES: Final = tuple((str(nth), words) for nth, words in NTH_WORDS.items())
_BY_HAND: Final = ("repeat", "every", "days", "nths", "from", "until", "starts", "ends")
_RULE_PARTS: Final = ("rrule", "starts_on", "starts_at", "ends_at")


@dataclass
class SessionsRead:
    """The sessions of a form. `rows` are the numbers of the form's rows they came from, in the same order;
    `said` is what each row means, in words; `fields` is the form as it should be shown again."""

    sessions: list[dict[str, Any]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    said: dict[int, list[str]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    fields: Fields = field(default_factory=dict)


def session_fields(row: int, session: dict[str, Any]) -> Fields:
    """The form's fields of one session, as a draft dumps it in JSON."""
    rule = {part: session.get(part) for part in _RULE_PARTS}
    values: dict[str, list[str]] = {
        "was": [json.dumps(rule)],
        "words": [describe_session(session)],
        "purpose": [session.get("purpose") or "session"],
        "label": [session.get("label") or ""],
        "note": [session.get("note") or ""],
        "not_on": ["\n".join(session.get("not_on") or [])],
        "also_on": ["\n".join(session.get("also_on") or [])],
        **_by_hand(rule),
    }
    return {f"sessions.{row}.{name}": value for name, value in values.items()}


def _by_hand(rule: dict[str, Any]) -> Fields:
    """The fields for setting it by hand, of a rule in a form we keep."""
    parts = dict(piece.split("=", 1) for piece in (rule["rrule"] or "").split(";") if "=" in piece)
    days = parts.get("BYDAY", "").split(",") if parts else []
    until = parts.get("UNTIL", "")[:8]
    return {
        "repeat": ["weekly" if parts.get("FREQ") == "WEEKLY" else "monthly" if parts else "once"],
        "every": [parts.get("INTERVAL", "1")],
        "days": [day for day in DAYS if any(one.endswith(day) for one in days)],
        "nths": sorted({one[:-2].lstrip("+") for one in days} - {""}),
        "from": [rule["starts_on"] or ""],
        "until": [f"{until[:4]}-{until[4:6]}-{until[6:]}" if until else ""],
        "starts": [(rule["starts_at"] or "")[:5]],
        "ends": [(rule["ends_at"] or "")[:5]],
    }


def read_sessions(typed: Typed, *, today: date) -> SessionsRead:
    """What was typed as sessions. A row whose words were not changed keeps its rule to the letter; words of
    several sessions become several rows; words we cannot read are kept as the note."""
    read = SessionsRead()
    for row in typed.rows("sessions"):
        _Row(typed, row, today).read_into(read)
    return read


class _Row:
    def __init__(self, typed: Typed, row: int, today: date) -> None:
        self.typed, self.row, self.today = typed, row, today
        self.words = " ".join(self.text("words").split())
        self.was = _load(self.text("was"))

    def text(self, name: str) -> str:
        return self.typed.text(f"sessions.{self.row}.{name}")

    def many(self, name: str) -> list[str]:
        return self.typed.many(f"sessions.{self.row}.{name}")

    @property
    def hand(self) -> Fields:
        return {name: self.many(name) if name in ("days", "nths") else [self.text(name)] for name in _BY_HAND}

    def is_empty(self) -> bool:
        given = ("words", "label", "note", "not_on", "also_on", "from", "starts", "ends")
        return not any(self.text(name) for name in given) and not self.many("days")

    def read_into(self, read: SessionsRead) -> None:
        if self.is_empty():
            return
        try:
            found = self._sessions(read)
            for one in found:
                read.sessions.append(one)
                read.rows.append(self.row)
            read.said[self.row] = [session_words(one) for one in found]
        except ValueError as error:
            read.problems.setdefault(f"sessions.{self.row}.words", _plain(error))
            self._keep(read)
            return
        for one in found:
            read.fields |= session_fields(self._free(read), one)

    def _free(self, read: SessionsRead) -> int:
        """The row's own number, or for what else its words meant one behind all others."""
        taken = Typed(read.fields).rows("sessions")
        return max([*taken, *self.typed.rows("sessions")]) + 1 if self.row in taken else self.row

    def _keep(self, read: SessionsRead) -> None:
        start = f"sessions.{self.row}."
        for name, values in self.typed.fields.items():
            if name.startswith(start):
                read.fields.setdefault(name, list(values))

    def _sessions(self, read: SessionsRead) -> list[dict[str, Any]]:
        if self.words and (self.was is None or self.words != describe_session(self.was)):
            return self._from_words(read)
        if self.was is not None and self.hand == _by_hand(self.was):
            return [self._with_rest(self.was)]
        return [self._with_rest(self._from_hand())]

    def _from_words(self, read: SessionsRead) -> list[dict[str, Any]]:
        counted = _date(self.text("from")) if self.text("from") else None
        found = read_hours(self.words, today=self.today, counted_from=counted)
        if not found.sessions:
            self._keep_words_as_note(read)
            raise ValueError(
                f"We could not read “{self.words[:100]}” as days and times, so it is kept as the note. "
                "Set the days and times by hand, or write it like “every Wednesday, 9.30am to 12 noon”."
            )
        shared = self._rest()
        note = shared.pop("note", None)
        return [
            {"note": note}
            | {name: value for name, value in one.model_dump(mode="json").items() if value not in (None, [])}
            | shared
            for one in found.sessions
        ]

    def _keep_words_as_note(self, read: SessionsRead) -> None:
        start = f"sessions.{self.row}."
        note = "; ".join(filter(None, (self.text("note"), self.words)))
        read.fields |= {
            f"{start}words": [""],
            f"{start}note": [note[:NOTE_LETTERS]],
            f"{start}open": ["yes"],
        }

    def _rest(self) -> dict[str, Any]:
        """What is not the rule: the purpose, the name, the exceptions and the note."""
        values = {
            "purpose": self.text("purpose") or "session",
            "label": self.text("label") or None,
            "note": self.text("note") or None,
            "not_on": self._dates("not_on"),
            "also_on": self._dates("also_on"),
        }
        return {name: value for name, value in values.items() if value}

    def _with_rest(self, rule: dict[str, Any]) -> dict[str, Any]:
        session = {name: value for name, value in rule.items() if value is not None} | self._rest()
        return normalise_session(SessionDraft.model_validate(session)).model_dump(mode="json")

    def _dates(self, name: str) -> list[str]:
        texts = self.typed.raw(f"sessions.{self.row}.{name}").replace(",", "\n").splitlines()
        return sorted({_date(text).isoformat() for text in map(str.strip, texts) if text})

    def _from_hand(self) -> dict[str, Any]:
        starts_on = _date(self.text("from")) if self.text("from") else None
        repeat = self.text("repeat") or "weekly"
        if repeat == "once":
            if starts_on is None:
                raise ValueError("Say on which date it is.")
            rule = None
        else:
            rule = self._rule(repeat)
        return {
            "rrule": rule,
            # A rule counts from a Monday long ago, unless it says from when.
            "starts_on": (starts_on or date(2024, 1, 1)).isoformat(),
            "starts_at": self.text("starts") or None,
            "ends_at": self.text("ends") or None,
        }

    def _rule(self, repeat: str) -> str:
        days = [day for day in DAYS if day in self.many("days")]
        if not days:
            raise ValueError("Say on which day of the week it is, in words or by hand.")
        if repeat == "monthly":
            nths = [nth for nth, _ in NTH_CHOICES if nth in self.many("nths")]
            if not nths:
                raise ValueError("Say which one in the month: the first, the second, the last…")
            days = [f"{nth}{day}" for day in days for nth in nths]
        every = self.text("every") or "1"
        if every != "1" and not self.text("from"):
            raise ValueError("Say the first date, so that we know which weeks or months to count.")
        until = f";UNTIL={_date(self.text('until')):%Y%m%d}" if self.text("until") else ""
        return f"FREQ={repeat.upper()};INTERVAL={every};BYDAY={','.join(days)}{until}"


def _load(text: str) -> dict[str, Any] | None:
    """The rule a row was shown with; None when it was new, or what came back is no rule of ours."""
    try:
        rule = json.loads(text)
        session = SessionDraft.model_validate({part: rule.get(part) for part in _RULE_PARTS})
        normalise_session(session)
    except (ValueError, AttributeError, TypeError):
        return None
    kept = session.model_dump(mode="json")
    return {part: kept[part] for part in _RULE_PARTS}


def _date(text: str) -> date:
    """A date as browsers send it, or day first as people write it."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(" ".join(text.split()), form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    raise ValueError(f"“{text[:40]}” is not a date. Write it like 24/12/2026.")


def _plain(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        name = {"starts_at": "The start", "ends_at": "The end", "every": "Every"}.get(
            str(first["loc"][0]), ""
        )
        return f"{name or 'This session'} cannot be read: {first['msg'].lower()}."
    return str(error)


def preview(sessions: list[dict[str, Any]], *, now: datetime) -> list[dict[str, Any]]:
    """The next ten dates of a draft's sessions, as the public will read them."""
    kept = []
    for one in sessions:
        try:
            kept.append(normalise_session(SessionDraft.model_validate(one)).model_dump(mode="json"))
        except (RuleError, ValidationError):
            continue
    return next_times(kept, now=now, count=NEXT_DATES)
