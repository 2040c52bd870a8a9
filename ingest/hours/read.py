"""Reading a cell of hours, however written: in words, as OpenStreetMap does, or as a repeat rule."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from api.entries.schemas import SessionDraft
from api.entries.sessions import RuleError, normalise_session
from api.entries.vocabulary import SessionPurpose
from ingest.hours.grouping import make_plan
from ingest.hours.items import Break, Closed, Note
from ingest.hours.notes import cut_note
from ingest.hours.osm import looks_like_osm, read_osm
from ingest.hours.plan import Unsure
from ingest.hours.reader import read_items
from ingest.hours.rrule import looks_like_rule, read_rule
from ingest.hours.sessions import Setting, build_sessions
from ingest.hours.tokens import MAX_LENGTH, tidy
from ingest.hours.words import NOTHING
from ingest.values.issue import Issue

SINCE: Final = date(2024, 1, 1)
"""Where a text names no date, its sessions count from this Monday: it never moves, so that the same text
makes the same sessions every day it is read."""

_ADVICE: Final = "Write it like “Every Wednesday, 9.30am to 12 noon”, or add the times to the entry by hand."
_MOST_SESSIONS: Final = 60


@dataclass(frozen=True)
class HoursRead:
    """What a text says. `understood`: `whole`; `partly` when the sessions are right and some words could only
    be kept beside them, or a day is known and its times are not; `not` when there are no sessions and the
    hours are unknown. `kept` are the words not understood, `notes` words that belong to no session ("By
    appointment"). `text` is the cell, tidied: it may hold a person's telephone number; the notes do not."""

    text: str
    understood: Literal["whole", "partly", "not"] = "whole"
    sessions: tuple[SessionDraft, ...] = ()
    kept: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    issue: Issue | None = None


def read_hours(
    text: str | None,
    *,
    today: date,
    purpose: SessionPurpose = "session",
    label: str | None = None,
    default_note: str | None = None,
    counted_from: date | None = None,
) -> HoursRead:
    """The sessions of a text. `default_note` stands beside sessions that have no note of their own;
    `counted_from` is a date of the series, known from another column, for "every other week".
    A text that may mean two things has no sessions: it is kept as it is, and the issue says so."""
    if text is not None and len(text) > MAX_LENGTH:
        flat = " ".join(text[:MAX_LENGTH].split())
        return _unsure(f"{flat} …", "It is too long to be a cell of opening times.")
    flat = tidy(text or "")
    if flat.casefold().strip(" .!*()-") in NOTHING:
        return HoursRead(flat)
    setting = Setting(purpose, label, SINCE, today, counted_from)
    try:
        read = _read(flat, setting)
        sessions = tuple(_finish(one, default_note) for one in read.sessions[:_MOST_SESSIONS])
    except Unsure as doubt:
        return _unsure(flat, doubt.why)
    except RuleError as error:
        return _unsure(flat, str(error))
    return replace(read, sessions=sessions)


def _finish(session: SessionDraft, default_note: str | None) -> SessionDraft:
    noted = session if session.note else session.model_copy(update={"note": cut_note(default_note)})
    return normalise_session(noted)


def _unsure(text: str, why: str | None) -> HoursRead:
    said = f" {why}" if why else ""
    what = f"We could not read these hours for certain, so the times count as unknown.{said}"
    return HoursRead(text, "not", kept=(text,), issue=Issue(what, _ADVICE))


@lru_cache(maxsize=4_000)
def _read(text: str, setting: Setting) -> HoursRead:
    """The same few hours stand in most rows of a file."""
    if looks_like_rule(text):
        return HoursRead(text, sessions=(read_rule(text, setting),))
    if looks_like_osm(text):
        sessions = tuple(read_osm(text, setting))
        unclear = text if any(one.starts_at is None and one.note for one in sessions) else None
        return _result(text, sessions, [unclear] if unclear else [])
    return _read_words(text, setting)


def _read_words(text: str, setting: Setting) -> HoursRead:
    items = read_items(text)
    plan = make_plan(items)
    built = build_sessions(plan, text, setting)
    if built.sessions:
        return _result(text, tuple(built.sessions), built.kept)
    notes, known = [item for item in items if isinstance(item, Note)], ("known", "asked")
    # "By appointment" and "closed" say what there is to say; words we do not know do not.
    if not any(isinstance(item, Closed) or (isinstance(item, Note) and item.kind in known) for item in items):
        raise Unsure
    if not all(isinstance(item, Closed | Note | Break) for item in items):
        raise Unsure
    return HoursRead(text, notes=(cut_note(text) or "",) if notes else ())


def _result(text: str, sessions: tuple[SessionDraft, ...], kept: list[str]) -> HoursRead:
    if not kept:
        return HoursRead(text, sessions=sessions)
    shown = "; ".join(kept)
    if any(one.starts_at is None for one in sessions):
        what = (
            "We know the days and not all of the times. The words stand beside the days as they were written."
        )
    else:
        what = f"We kept these words beside the times as they are: {shown[:200]}"
    return HoursRead(text, "partly", sessions, tuple(kept), issue=Issue(what, _ADVICE))
