"""SQL of checks: what is due, how often each kind is, and the log of contact attempts."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.models import CheckRule, ContactAttempt

Row = dict[str, Any]

# Names no entry inside, so that it is worked out once, also beside an OR.
_IN_AREAS = """d.entry_id IN (SELECT a.entry_id FROM directory.entry_area a
    WHERE a.area_code = ANY (CAST(:{name} AS text[])))"""
# Of those due on one day, what others lead to comes first: an import gives hundreds the same day.
_DUE = f"""
WITH due AS MATERIALIZED (
  SELECT d.*, (SELECT count(*) FROM directory.link l WHERE l.to_id = d.entry_id) AS used
  FROM directory.entry_due d
  WHERE d.state = 'running' AND d.due_on > :after AND d.due_on <= :until
    AND (CAST(:kind AS text) IS NULL OR d.kind = :kind)
), mine AS (
  SELECT d.*, count(*) OVER () AS total FROM due d
  WHERE (CAST(:mine AS text[]) IS NULL OR {_IN_AREAS.format(name="mine")})
    AND (CAST(:area AS text[]) IS NULL OR {_IN_AREAS.format(name="area")})
  ORDER BY d.due_on, d.used DESC, d.name, d.entry_id LIMIT :size OFFSET :start
)
SELECT m.entry_id, m.slug, m.name, m.kind, m.checked_on, m.due_on, m.is_example, m.total,
  coalesce(asked.letters, 0) AS letters, asked.last_letter_on, tried.tried_on, tried.how AS tried_how,
  tried.outcome,
  EXISTS (SELECT FROM directory.contact c WHERE c.entry_id = m.entry_id AND c.kind = 'email') AS has_email
FROM mine m
LEFT JOIN LATERAL (
  SELECT max(r.step) FILTER (WHERE r.step <= 3) AS letters, max(r.queued_on) AS last_letter_on
  FROM directory.reminder r
  WHERE r.entry_id = m.entry_id AND r.queued_on > coalesce(m.checked_on, '-infinity')) asked ON true
LEFT JOIN LATERAL (
  SELECT t.tried_on, t.how, t.outcome FROM directory.contact_attempt t
  WHERE t.entry_id = m.entry_id AND t.tried_on >= coalesce(m.checked_on, '-infinity')
  ORDER BY t.tried_on DESC, t.made_at DESC LIMIT 1) tried ON true
ORDER BY m.due_on, m.used DESC, m.name, m.entry_id
"""
_DUE_OF = "SELECT checked_on, due_on FROM directory.entry_due WHERE entry_id = :id"
_DETAIL = "SELECT detail FROM face.entries WHERE id = :id"
_AUDIENCES = "SELECT code, label FROM directory.term WHERE scheme = 'audience' AND code = ANY (:codes)"
_FACE_DUE = """
UPDATE face.entries SET due_on = (checked_on + make_interval(months => :months))::date
WHERE kind = :kind AND checked_on IS NOT NULL
"""
_NEXT_VERSION = "UPDATE face.data_version SET version = version + 1"


def list_due(
    session: Session,
    *,
    mine: Collection[str] | None,
    after: date,
    until: date,
    kind: str | None,
    area: str | None,
    size: int,
    start: int,
) -> list[Row]:
    """Those due later than `after` and no later than `until`, the oldest first. `mine` None is everywhere.
    Each row says how many there are in all (`total`)."""
    values = {
        "mine": None if mine is None else list(mine), "area": [area] if area else None, "kind": kind,
        "after": after, "until": until, "size": size, "start": start,
    }  # fmt: skip
    return [dict(row._mapping) for row in session.execute(text(_DUE), values)]


def due_of(session: Session, entry_id: UUID) -> tuple[date | None, date] | None:
    """(last checked on, due on); None when it is not published."""
    row = session.execute(text(_DUE_OF), {"id": entry_id}).one_or_none()
    return (row[0], row[1]) if row else None


def public_detail(session: Session, entry_id: UUID) -> Row | None:
    """All that the public sees of an entry; None when it sees nothing."""
    found = session.scalar(text(_DETAIL), {"id": entry_id})
    return orjson.loads(found) if found else None


def audience_labels(session: Session, codes: Collection[str]) -> dict[str, str]:
    return {row[0]: row[1] for row in session.execute(text(_AUDIENCES), {"codes": list(codes)})}


def list_rules(session: Session) -> Sequence[CheckRule]:
    return session.scalars(select(CheckRule).order_by(CheckRule.kind)).all()


def set_rule(session: Session, rule: CheckRule, months: int) -> None:
    """The day that the public's side goes by moves with it."""
    rule.months = months
    session.flush()
    session.execute(text(_FACE_DUE), {"kind": rule.kind, "months": months})
    session.execute(text(_NEXT_VERSION))


def list_attempts(session: Session, entry_id: UUID) -> Sequence[ContactAttempt]:
    wanted = select(ContactAttempt).where(ContactAttempt.entry_id == entry_id)
    return session.scalars(
        wanted.order_by(ContactAttempt.tried_on.desc(), ContactAttempt.made_at.desc())
    ).all()
