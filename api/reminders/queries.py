"""SQL of reminders: who is to be written to, what has bounced, who is silent, and what is hidden at last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.models import Reminder
from api.reminders.rules import ANNOUNCED_BEFORE, BETWEEN, HIDING, STEPS

# The entry's own addresses: one given for us before one for the public, none that refused a letter since the
# last check.
_ADDRESS = r"""
  SELECT c.value AS address FROM directory.contact c
  WHERE c.entry_id = d.entry_id AND c.kind = 'email'
    AND c.value ~ '^[^@\s<>(),;:"]+@[^@\s<>(),;:"]+\.[^@\s<>(),;:"]+$' AND NOT EXISTS (
      SELECT FROM directory.mail m WHERE m.entry_id = d.entry_id AND lower(m.to_address) = lower(c.value)
        AND (m.bounced_at IS NOT NULL OR m.failures > 0 AND m.held IS NOT NULL)
        AND m.made_at >= coalesce(d.checked_on, '-infinity'))
  ORDER BY c.public, c.position LIMIT 1
"""
# Letters are counted from the last check on, so that a rule that changes starts nobody anew.
_ASKED = f"""
  SELECT coalesce(max(r.step) FILTER (WHERE r.step <= {STEPS} AND r.queued_on > d.since), 0) AS letters,
    max(r.queued_on) FILTER (WHERE r.step = {HIDING} AND r.queued_on > d.since) AS announced_on,
    max(r.queued_on) AS last_on
  FROM directory.reminder r WHERE r.entry_id = d.entry_id
"""
_DUE = f"""
WITH due AS MATERIALIZED (
  SELECT d.*, coalesce(d.checked_on, '-infinity') AS since FROM directory.entry_due d
  WHERE d.due_on <= :today AND d.state = 'running'
), asked AS (
  SELECT d.*, a.letters, a.announced_on, a.last_on,
    greatest(d.due_on, a.last_on + {BETWEEN.days}) AS wanted_on
  FROM due d CROSS JOIN LATERAL ({_ASKED}) a
)"""
_LETTERS = f"""{_DUE}
SELECT d.entry_id, d.name, d.slug, d.is_example, d.due_on, d.letters + 1 AS step, c.address,
  count(*) OVER () AS total
FROM asked d JOIN LATERAL ({_ADDRESS}) c ON true
WHERE d.letters < {STEPS} AND d.announced_on IS NULL AND d.wanted_on <= :today
ORDER BY d.wanted_on, d.entry_id LIMIT :most
"""
_SILENT = f"""{_DUE}
SELECT d.entry_id FROM asked d
WHERE d.letters = {STEPS} AND d.wanted_on <= :today AND NOT EXISTS (
  SELECT FROM directory.owner_note n
  WHERE n.entry_id = d.entry_id AND n.kind = 'silent' AND n.made_at >= d.last_on)
ORDER BY d.wanted_on, d.entry_id
"""
_TO_ANNOUNCE = f"""{_DUE}
SELECT d.entry_id, d.name, d.slug, d.is_example, d.due_on, {HIDING} AS step, c.address,
  count(*) OVER () AS total
FROM asked d LEFT JOIN LATERAL ({_ADDRESS}) c ON true
WHERE d.announced_on IS NULL AND NOT d.is_example AND (d.letters = {STEPS} OR c.address IS NULL)
  AND d.wanted_on <= :today AND greatest(d.due_on, d.came_on) <= :long_ago
ORDER BY d.due_on, d.entry_id LIMIT :most
"""
_TO_HIDE = f"""{_DUE}
SELECT d.entry_id, d.checked_on FROM asked d
WHERE d.announced_on <= :announced_by AND greatest(d.due_on, d.came_on) <= :long_ago AND NOT d.is_example
ORDER BY d.due_on, d.entry_id LIMIT :most
"""
_BOUNCED = """
UPDATE directory.reminder r SET bounced_at = coalesce(m.bounced_at, m.next_at) FROM directory.mail m
WHERE m.key = r.mail_key AND r.bounced_at IS NULL
  AND (m.bounced_at IS NOT NULL OR m.failures > 0 AND m.held IS NOT NULL)
RETURNING r.entry_id
"""
# Letters whose entry has no link that works: it was used, or ran out.
_DEAD = """
  m.purpose = :purpose AND NOT EXISTS (
    SELECT FROM directory.ticket t WHERE t.entry_id = m.entry_id AND t.purpose = 'still_right'
      AND t.used_at IS NULL AND t.expires_at > :now)
"""
_WAITS = "m.sent_at IS NULL AND m.held IS NULL AND m.bounced_at IS NULL"
_DROP_DEAD = f"DELETE FROM directory.mail m WHERE {_DEAD} AND {_WAITS}"
_STRIKE = f"""
UPDATE directory.mail m SET text = said.words, html = said.words
FROM (VALUES (true, :sent), (false, :not_sent)) said (was_sent, words)
WHERE said.was_sent = (m.sent_at IS NOT NULL) AND m.text <> said.words AND m.purpose = :purpose
  AND (m.sent_at IS NOT NULL OR m.bounced_at IS NOT NULL OR {_DEAD})
"""


@dataclass(frozen=True)
class Wanted:
    """A letter that is to be written. `address` None: there is nowhere to send it. `total` waits in all."""

    entry_id: UUID
    name: str
    slug: str
    is_example: bool
    due_on: date
    step: int
    address: str | None
    total: int

    @property
    def mail_key(self) -> str | None:
        return f"reminder:{self.entry_id}:{self.due_on}:{self.step}" if self.address else None


def take_turn(session: Session) -> bool:
    """False when another run is at it. Held until the transaction ends."""
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('hereabouts.reminders'))")))


def list_letters(session: Session, *, today: date, most: int) -> list[Wanted]:
    """The letters that ask, those that have waited longest first."""
    return _wanted(session, _LETTERS, today=today, most=most)


def list_announcements(session: Session, *, today: date, long_ago: date, most: int) -> list[Wanted]:
    """Entries due before `long_ago` that nobody answers for: they hear that they will be hidden."""
    return _wanted(session, _TO_ANNOUNCE, today=today, long_ago=long_ago, most=most)


def _wanted(session: Session, statement: str, **values: Any) -> list[Wanted]:
    return [Wanted(**row._mapping) for row in session.execute(text(statement), values)]


def list_silent(session: Session, *, today: date) -> Sequence[UUID]:
    return session.scalars(text(_SILENT), {"today": today}).all()


def list_to_hide(
    session: Session, *, today: date, long_ago: date, most: int
) -> list[tuple[UUID, date | None]]:
    """(entry, last checked on) of those that were told long enough ago."""
    values = {
        "today": today, "long_ago": long_ago, "most": most,
        "announced_by": today - timedelta(days=ANNOUNCED_BEFORE.days),
    }  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(text(_TO_HIDE), values)]


def note_bounces(session: Session) -> list[UUID]:
    """Entries whose letter came back since the last look, or could not be brought for days."""
    return list(dict.fromkeys(session.scalars(text(_BOUNCED))))


def strike_links(session: Session, purpose: str, *, sent: str, not_sent: str, now: datetime) -> None:
    """These words take the place of letters that are done with. A letter that still waits with a link that
    opens nothing is dropped."""
    session.execute(text(_DROP_DEAD), {"purpose": purpose, "now": now})
    values = {"purpose": purpose, "sent": sent, "not_sent": not_sent, "now": now}
    session.execute(text(_STRIKE), values)


def add_reminder(session: Session, wanted: Wanted, *, today: date) -> bool:
    """False when this letter of this due date was queued before."""
    written = (
        insert(Reminder)
        .values(
            id=uuid4(), entry_id=wanted.entry_id, due_on=wanted.due_on, step=wanted.step, queued_on=today,
            mail_key=wanted.mail_key,
        )
        .on_conflict_do_nothing(index_elements=["entry_id", "due_on", "step"])
        .returning(Reminder.id)
    )  # fmt: skip
    return session.scalars(written).one_or_none() is not None
