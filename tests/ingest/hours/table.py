"""The table of opening times: reading its short way of writing sessions, and comparing."""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from api.entries.schemas import SessionDraft
from ingest.hours import HoursRead
from tests.yaml_files import read_yaml

TABLE = Path(__file__).parents[2] / "fixtures" / "opening_times.yaml"
TODAY = date(2026, 3, 1)
NOT_HELD_OUT = 5


class Phrase(NamedTuple):
    """Words, what they mean in the table's short form, and where they stand."""

    words: str
    means: str
    section: str
    number: int

    @property
    def held_out(self) -> bool:
        """Every fifth phrase was never looked at while the code was made to fit."""
        return self.number % NOT_HELD_OUT == NOT_HELD_OUT - 1


def phrases() -> list[Phrase]:
    sections: dict[str, dict[str, str]] = read_yaml(TABLE)
    rows = [(words, means, name) for name, table in sections.items() for words, means in table.items()]
    return [Phrase(*row, number) for number, row in enumerate(rows)]


class One(NamedTuple):
    """One day of one session: enough to compare, whatever days share a rule."""

    day: str
    every: str
    times: str
    until: str | None
    not_on: tuple[str, ...]


def expected(means: str) -> tuple[set[tuple[One, str | None]], list[tuple[str, str]]]:
    """The days meant, each with its first date if the table names it; and the words to be kept, by day."""
    found: set[tuple[One, str | None]] = set()
    words: list[tuple[str, str]] = []
    for part in means.split(";"):
        rule, _, note = part.partition("|")
        pieces = rule.split()
        named = {pieces[at]: pieces[at + 1] for at in range(len(pieces) - 1)}
        until, since = named.get("until"), named.get("from")
        not_on = tuple(named["not"].split(",")) if "not" in named else ()
        days, _, every = pieces[0].partition("/")
        for day in days.split(","):
            found.add((One(day, every or "1", pieces[1], until, not_on), since))
            if note.strip():
                words.append((day, note.strip().lower()))
    return found, words


def read_out(session: SessionDraft) -> list[One]:
    parts: dict[str, str] = dict(piece.split("=") for piece in (session.rrule or "").split(";") if piece)
    days = parts["BYDAY"].split(",") if parts else [session.starts_on.isoformat()]
    times = "?" if session.starts_at is None else f"{session.starts_at:%H:%M}-"
    if session.ends_at is not None:
        times += f"{session.ends_at:%H:%M}"
    until = f"{date.fromisoformat(parts['UNTIL'])}" if "UNTIL" in parts else None
    not_on = tuple(day.isoformat() for day in session.not_on)
    return [One(day, parts.get("INTERVAL", "1"), times, until, not_on) for day in days]


def judge(phrase: Phrase, read: HoursRead) -> str:
    """`right`; `wrong` for sessions that say something else than the words; `unsure` for a chance missed."""
    if phrase.means.startswith(("unsure", "none")):
        return _judge_silence(phrase, read)
    wanted, words = expected(phrase.means)
    got: dict[One, SessionDraft] = {one: session for session in read.sessions for one in read_out(session)}
    if not read.sessions:
        return "unsure"
    times = dict(wanted)
    for one, session in got.items():
        vague = one._replace(times="?")
        if one not in times and not (one.times == "?" and any(w._replace(times="?") == vague for w in times)):
            return "wrong"
        since = times.get(one)
        if since is not None and session.starts_on.isoformat() != since:
            return "wrong"
    if set(got) != set(times):
        # A day left out, or its times: never silently, so the reading must say that it is not whole.
        return "wrong" if read.understood == "whole" else "unsure"
    return "right" if all(_is_kept(day, kept, got, read) for day, kept in words) else "unsure"


def _judge_silence(phrase: Phrase, read: HoursRead) -> str:
    if read.sessions:
        return "wrong"
    if phrase.means.startswith("unsure"):
        return "right" if read.understood == "not" else "wrong"
    note = phrase.means.partition("|")[2].strip().lower()
    held = " ".join(read.notes).lower()
    return "right" if read.understood == "whole" and note in held else "unsure"


def _is_kept(day: str, words: str, got: dict[One, SessionDraft], read: HoursRead) -> bool:
    notes: list[Any] = [session.note or "" for one, session in got.items() if one.day == day]
    return any(words in note.lower() for note in notes)
