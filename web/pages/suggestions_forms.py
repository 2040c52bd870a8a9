"""What the forms of suggestions share: what was typed, the check against bots, opening times in words, and
values as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.dependencies import client_address
from api.entries.service import get_entry
from api.entries.wording import CODES, Areas, capital, session_line, value_lines
from api.errors import Moved
from api.suggestions.fields import plain_session
from api.suggestions.guard import LEAST_OPEN, TOO_OFTEN, UNSURE, looks_sent_by_hand, seal_time, sent_too_often
from api.suggestions.schemas import Sender
from ingest.hours import read_hours
from web.pages.page import Page

# What people do not see, and what tells when the form was made.
TRAP: Final = "company_site"
SEAL: Final = "made"


@dataclass(frozen=True)
class NotNow:
    """Why a form is shown again instead of taken: the same page for a bot and for someone in a hurry."""

    words: str
    status: int


def why_not_now(
    page: Page, session: Session, form: Mapping[str, str], *, now: datetime, least: timedelta = LEAST_OPEN
) -> NotNow | None:
    settings, trap = page.settings, form.get(TRAP, "")
    if not looks_sent_by_hand(settings, seal=form.get(SEAL, ""), trap=trap, now=now, least=least):
        return NotNow(UNSURE, 422)
    if sent_too_often(session, settings, address=client_address(page.request), now=now):
        return NotNow(TOO_OFTEN, 429)
    return None


def new_seal(page: Page, now: datetime) -> str:
    return seal_time(page.settings, now)


async def get_entry_at(read: ReadConnection, slug: str, *, now: datetime, then: str) -> dict[str, Any]:
    """The public entry whose form is asked for. Raises Moved to its form (`then`) under its new address."""
    try:
        return await get_entry(read, slug, now=now)
    except Moved as moved:
        moved.extra["location"] = f"/entries/{moved.extra['location']}/{then}"
        raise


def sender_of(form: Mapping[str, str], *more: str | None) -> Sender:
    """`more` are words the sender typed elsewhere, for the curator to read."""
    note = "\n\n".join(part for part in (form.get("note"), *more) if part)
    return Sender(email=form.get("email"), note=note)


@dataclass(frozen=True)
class TimesRead:
    """Typed times: what we understood, or else the words for a person to read. Never both of one text."""

    sessions: list[dict[str, Any]]
    words: list[str]
    left: str | None = None


def read_times(text: str, *, today: date) -> TimesRead:
    """Times we are not sure of are not guessed: they stay words."""
    if not text.strip():
        return TimesRead([], [])
    read = read_hours(text, today=today)
    if read.understood == "not" or not read.sessions:
        return TimesRead([], [], left=f"When, in the sender’s words: {text.strip()}")
    sessions = [plain_session(one.model_dump(mode="json")) for one in read.sessions]
    beside = "; ".join(dict.fromkeys((*read.kept, *read.notes)))
    left = f"They also wrote about the times: {beside}" if beside else None
    return TimesRead(sessions, [session_line(one) for one in sessions], left)


def shown_lines(field: str, value: Any, *, areas: Areas | None = None) -> list[str]:
    """A value of a field as a person reads it, a line a part; empty for nothing."""
    if isinstance(value, str) and field not in CODES:
        return value.split("\n")
    return [capital(line) for line in value_lines(field, value, areas=areas)]
