"""SQL of the desk: gathering what waits, listing it, who holds what, and deeds that can be undone."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.models import DeskDeed

# What is found in the tables themselves. `other_id` is a second entry it is about, whose areas count too.
_FOUND = """
SELECT 'duplicate' AS kind, p.first_id || '_' || p.second_id AS ref, p.first_id AS entry_id,
       p.second_id AS other_id, 'May be the same as ' || other.name AS about, p.found_at AS made_at
FROM directory.duplicate_pair p
JOIN directory.entry e ON e.id = p.first_id AND e.stage = 'published'
JOIN directory.entry other ON other.id = p.second_id AND other.stage = 'published'
WHERE p.state = 'open'
UNION ALL SELECT 'conflict', c.id::text, c.entry_id, NULL, c.source_code || ' has a newer value', c.made_at
FROM directory.ingest_conflict c WHERE c.answer IS NULL
UNION ALL SELECT 'place', e.id::text, e.id, NULL, p.locate_failure, e.updated_at
FROM directory.entry e JOIN directory.place p ON p.id = e.place_id
WHERE e.stage = 'published' AND e.state <> 'closed' AND p.point IS NULL AND p.locate_failure IS NOT NULL
UNION ALL SELECT DISTINCT ON (e.id) 'web', e.id::text, e.id, NULL, w.url || ': ' || w.problem, w.failing_since
FROM directory.web_check w JOIN directory.contact c ON c.value = w.url AND c.public AND c.kind = 'web'
JOIN directory.entry e ON e.id = c.entry_id AND e.stage = 'published' AND e.state <> 'closed'
WHERE w.failures >= 3
UNION ALL SELECT 'check', d.entry_id::text, d.entry_id, NULL,
       coalesce('Last checked on ' || to_char(d.checked_on, 'FMDD FMMonth YYYY'),
                'Nobody has checked it yet'),
       d.due_on::timestamptz
FROM directory.entry_due d WHERE d.state = 'running' AND d.due_on <= current_date
"""
# Found once into a table of the transaction's own, so that what follows is planned with its true size.
_FIND = f"CREATE TEMPORARY TABLE desk_found ON COMMIT DROP AS {_FOUND}"
_FORGET = """
DELETE FROM directory.desk_item d WHERE NOT EXISTS (
  SELECT FROM desk_found f WHERE (f.kind, f.ref) = (d.kind, d.ref))
"""
# New, said otherwise now, or of an entry that may have moved.
_GATHER = """
INSERT INTO directory.desk_item (kind, ref, entry_id, about, area_codes, made_at)
SELECT f.kind, f.ref, f.entry_id, f.about, array(
    SELECT a.area_code FROM directory.entry_area a WHERE a.entry_id = f.entry_id
    UNION SELECT a.area_code FROM directory.entry_area a WHERE a.entry_id = f.other_id), f.made_at
FROM desk_found f JOIN directory.entry e ON e.id = f.entry_id
LEFT JOIN directory.desk_item d ON (d.kind, d.ref) = (f.kind, f.ref)
WHERE d.ref IS NULL OR d.about <> f.about OR e.updated_at > :moved_since
ON CONFLICT (kind, ref) DO UPDATE SET about = excluded.about, area_codes = excluded.area_codes
"""
_FORGET_MARKS = """
DELETE FROM directory.desk_mark m WHERE coalesce(m.held_until < :now, true)
  AND coalesce(m.put_off_until <= :today, true)
"""


def gather(session: Session, *, now: datetime, moved_since: datetime) -> None:
    session.execute(text("DROP TABLE IF EXISTS desk_found"))
    session.execute(text(_FIND))
    session.execute(text("ANALYZE desk_found"))
    session.execute(text(_FORGET))
    session.execute(text(_GATHER), {"moved_since": moved_since})
    session.execute(text(_FORGET_MARKS), {"now": now, "today": now.date()})


_WAITING = """
SELECT kind, ref, entry_id, about, area_codes, made_at, NULL AS new_name FROM directory.desk_item
UNION ALL SELECT CASE s.what WHEN 'report' THEN 'report' ELSE 'suggestion' END, s.id::text, s.entry_id,
  CASE s.what WHEN 'new' THEN 'A new entry'
    WHEN 'change' THEN 'Changes: ' || (
      SELECT string_agg(replace(split_part(name, '.', -1), '_', ' '), ', ')
      FROM jsonb_object_keys(s.fields) name)
    ELSE 'Says: ' || replace(s.report_reason, '_', ' ') END,
  s.area_codes, s.made_at, s.fields ->> 'name'
FROM directory.suggestion s WHERE s.state = 'waiting'
UNION ALL SELECT 'owner', n.id::text, n.entry_id,
  CASE n.kind WHEN 'changed' THEN 'They say that something changed'
    WHEN 'stopped' THEN 'They say it has stopped'
    WHEN 'bounced' THEN 'A letter to them came back' WHEN 'silent' THEN 'Three letters and no answer'
    WHEN 'hiding' THEN 'Will be hidden soon: nobody answers' ELSE 'Was hidden: nobody answered' END,
  n.area_codes, n.made_at, NULL
FROM directory.owner_note n WHERE n.state = 'waiting'
"""
_MINE = f"""
WITH waiting AS MATERIALIZED ({_WAITING}),
mine AS MATERIALIZED (
  SELECT w.*, m.held_by, m.held_until, coalesce(m.put_off_until > :today, false) AS is_off
  FROM waiting w LEFT JOIN directory.desk_mark m ON (m.kind, m.ref) = (w.kind, w.ref)
  WHERE CAST(:areas AS text[]) IS NULL OR w.area_codes && CAST(:areas AS text[]))
"""
_COUNTS = _MINE + "SELECT kind, is_off, count(*) FROM mine GROUP BY kind, is_off"
# Oldest and most used first: each doubling of use counts as being older by half as much again.
_LIST = (
    _MINE
    + """
SELECT w.kind, w.ref, w.entry_id, coalesce(e.name, w.new_name), e.kind, w.about, w.made_at,
       coalesce(used.opened, 0), CASE WHEN w.held_until > :now AND w.held_by <> :me THEN p.name END
FROM mine w
LEFT JOIN directory.entry e ON e.id = w.entry_id
LEFT JOIN directory.person p ON p.id = w.held_by
LEFT JOIN LATERAL (
  SELECT sum(u.opened) AS opened FROM directory.entry_use u
  WHERE u.entry_id = w.entry_id AND u.month > CAST(:today AS date) - 366) used ON true
WHERE w.is_off = :off AND (CAST(:kind AS text) IS NULL OR w.kind = :kind)
ORDER BY (greatest(0, extract(epoch FROM CAST(:now AS timestamptz) - w.made_at)) + 86400)
           * (1 + ln(1 + coalesce(used.opened, 0)) / 2) DESC, w.kind, w.ref
LIMIT :most OFFSET :skip
"""
)


def count_waiting(
    session: Session, *, areas: Sequence[str] | None, today: date
) -> list[tuple[str, bool, int]]:
    """(kind, whether put off, how many) in these areas; None is everywhere."""
    values = {"areas": _listed(areas), "today": today}
    return [(row[0], row[1], row[2]) for row in session.execute(text(_COUNTS), values)]


def list_waiting(
    session: Session,
    *,
    areas: Sequence[str] | None,
    me: UUID,
    kind: str | None,
    off: bool,
    now: datetime,
    most: int,
    skip: int,
) -> list[tuple[Any, ...]]:
    values = {
        "areas": _listed(areas), "me": me, "kind": kind, "off": off, "now": now, "today": now.date(),
        "most": most, "skip": skip,
    }  # fmt: skip
    return [tuple(row) for row in session.execute(text(_LIST), values)]


def _listed(areas: Sequence[str] | None) -> list[str] | None:
    return None if areas is None else list(areas)


def areas_of_item(session: Session, kind: str, ref: str) -> frozenset[str] | None:
    """None when it does not wait (any more)."""
    statement = text(f"SELECT area_codes FROM ({_WAITING}) w WHERE kind = :kind AND ref = :ref")
    row = session.execute(statement, {"kind": kind, "ref": ref}).one_or_none()
    return frozenset(row[0]) if row else None


def forget_items(session: Session, keys: Iterable[tuple[str, str]]) -> None:
    """Decided: off the desk at once, without waiting to be gathered again."""
    for kind, ref in keys:
        for table in ("desk_item", "desk_mark"):
            statement = text(f"DELETE FROM directory.{table} WHERE kind = :kind AND ref = :ref")
            session.execute(statement, {"kind": kind, "ref": ref})


_HOLD = """
INSERT INTO directory.desk_mark AS m (kind, ref, held_by, held_at, held_until)
VALUES (:kind, :ref, :me, :now, :until)
ON CONFLICT (kind, ref) DO UPDATE SET
  held_by = excluded.held_by, held_until = excluded.held_until,
  held_at = CASE WHEN m.held_by = excluded.held_by AND m.held_until > :now THEN m.held_at ELSE :now END
WHERE m.held_by IS NULL OR m.held_by = :me OR m.held_until <= :now
RETURNING true
"""
_HOLDER = """
SELECT p.name, m.held_at FROM directory.desk_mark m JOIN directory.person p ON p.id = m.held_by
WHERE m.kind = :kind AND m.ref = :ref AND m.held_until > :now AND m.held_by <> :me
"""


def take_hold(session: Session, kind: str, ref: str, *, me: UUID, now: datetime, until: datetime) -> bool:
    """In one step, so that of two who come at once one gets it."""
    values = {"kind": kind, "ref": ref, "me": me, "now": now, "until": until}
    return session.execute(text(_HOLD), values).one_or_none() is not None


def find_holder(
    session: Session, kind: str, ref: str, *, me: UUID, now: datetime
) -> tuple[str, datetime] | None:
    values = {"kind": kind, "ref": ref, "me": me, "now": now}
    row = session.execute(text(_HOLDER), values).one_or_none()
    return (row[0], row[1]) if row else None


_PUT_OFF = """
INSERT INTO directory.desk_mark (kind, ref, put_off_until) VALUES (:kind, :ref, :until)
ON CONFLICT (kind, ref) DO UPDATE SET put_off_until = excluded.put_off_until
"""


def put_off(session: Session, kind: str, ref: str, *, until: date | None) -> None:
    session.execute(text(_PUT_OFF), {"kind": kind, "ref": ref, "until": until})


def add_deed(session: Session, deed: DeskDeed) -> None:
    session.add(deed)
    session.flush()


def hold_deed(session: Session, deed_id: UUID) -> DeskDeed | None:
    """Held until the transaction ends: it is undone once."""
    return session.get(DeskDeed, deed_id, with_for_update=True)


_OPENED = """
INSERT INTO directory.entry_use AS u (entry_id, month, opened)
SELECT e.id, given.month, given.opened
FROM unnest(CAST(:slugs AS text[]), CAST(:months AS date[]), CAST(:counts AS int[]))
  AS given (slug, month, opened)
JOIN directory.entry e ON e.slug = given.slug
ON CONFLICT (entry_id, month) DO UPDATE SET opened = u.opened + excluded.opened
"""


def add_opened(session: Session, counts: Sequence[tuple[str, date, int]]) -> None:
    """(slug, month, how often)."""
    slugs, months, opened = ([row[part] for row in counts] for part in range(3))
    session.execute(text(_OPENED), {"slugs": slugs, "months": months, "counts": opened})
