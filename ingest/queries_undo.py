"""SQL that puts rows back as they were: `directory.ingest_before` has them as PostgreSQL writes rows."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, insert, or_, select, text
from sqlalchemy.orm import Session

from api.models import Base, Entry, IngestBefore, IngestRowFate, IngestRun, OutboxRow

# What an entry is made of, in an order that foreign keys allow; with the column that names the entry.
PARTS = {
    "old_slug": "entry_id",
    "coverage": "entry_id",
    "session": "entry_id",
    "contact": "entry_id",
    "entry_check": "entry_id",
    "link": "from_id",
    "timebank_facts": "entry_id",
    "mutual_aid_facts": "entry_id",
    "drop_in_facts": "entry_id",
    "micro_enterprise_facts": "entry_id",
    "transport_facts": "entry_id",
    "source_row": "entry_id",
    "ingest_conflict": "entry_id",
}
SHARED = ("organisation", "place")
_FIRST = """
SELECT DISTINCT ON (row_id) row_id, op, CAST(before AS directory.{table}) AS was
FROM directory.ingest_before WHERE run_id = :run AND table_name = '{table}' ORDER BY row_id, seq
"""
_LAST = """
SELECT DISTINCT ON (row_id) row_id, after
FROM directory.ingest_before WHERE run_id = :run AND table_name = '{table}' ORDER BY row_id, seq DESC
"""


def _columns(table: str, *, without: Sequence[str] = ()) -> str:
    names = [column.name for column in Base.metadata.tables[f"directory.{table}"].columns]
    return ", ".join(f"{name} = (b.was).{name}" for name in names if name not in ("id", *without))


_RESTORE_SHARED = {
    table: text(f"""
UPDATE directory.{table} t SET {_columns(table)}
FROM ({_FIRST.format(table=table)}) b JOIN ({_LAST.format(table=table)}) l USING (row_id)
WHERE b.op = 'changed' AND t.id = (b.was).id AND t::text = l.after RETURNING t.id
""")
    for table in SHARED
}
_CHANGED_SHARED = {
    table: text(f"SELECT count(*) FROM ({_FIRST.format(table=table)}) b WHERE b.op = 'changed'")
    for table in SHARED
}
_RESTORE_ENTRIES = text(f"""
UPDATE directory.entry t
SET {_columns("entry", without=("version", "updated_at"))}, version = t.version + 1, updated_at = now()
FROM ({_FIRST.format(table="entry")}) b
WHERE b.op = 'changed' AND t.id = (b.was).id AND NOT t.id = ANY (CAST(:kept AS uuid[]))
RETURNING t.id, t.version, (b.was).version
""")
_REMOVE_PARTS = {
    table: text(f"""
DELETE FROM directory.{table} t USING ({_FIRST.format(table=table)}) b
WHERE t.{column} = ANY (CAST(:entries AS uuid[])) AND {row_id} = b.row_id
""")
    for table, column in PARTS.items()
    for row_id in (
        "ROW("
        + ", ".join(f"t.{key.name}" for key in Base.metadata.tables[f"directory.{table}"].primary_key)
        + ")::text",
    )
}
_RESTORE_PARTS = {
    table: text(f"""
INSERT INTO directory.{table} SELECT (b.was).* FROM ({_FIRST.format(table=table)}) b
WHERE b.op <> 'added' AND (b.was).{column} = ANY (CAST(:entries AS uuid[]))
""")
    for table, column in PARTS.items()
}
_FORGET_UNUSED = {
    table: text(f"""
DELETE FROM directory.{table} t USING ({_FIRST.format(table=table)}) b
WHERE b.op = 'added' AND b.row_id = ROW(t.id)::text
  AND NOT EXISTS (SELECT FROM directory.entry e WHERE e.{table}_id = t.id)
""")
    for table in SHARED
}


def later_run(session: Session, run: IngestRun) -> IngestRun | None:
    """A run of the same source that was applied after this one and still stands."""
    rows = select(IngestRun).where(
        IngestRun.source_code == run.source_code,
        IngestRun.applied,
        IngestRun.state == "done",
        IngestRun.started_at > run.started_at,
    )
    return session.scalar(rows.order_by(IngestRun.started_at.desc()).limit(1))


def touched_entries(session: Session, run_id: UUID) -> dict[UUID, tuple[str, str, bool]]:
    """Entries this run wrote: (fate, name, whether somebody has changed it since)."""
    rows = session.execute(
        select(Entry.id, IngestRowFate.fate, Entry.name, Entry.version != IngestRowFate.version)
        .join(IngestRowFate, IngestRowFate.entry_id == Entry.id)
        .where(IngestRowFate.run_id == run_id, IngestRowFate.version.is_not(None))
    )
    return {entry_id: (fate, name, edited) for entry_id, fate, name, edited in rows}


def seen_only(session: Session, run_id: UUID) -> list[UUID]:
    """Entries of which this run kept something, though it did not write them."""
    parts = ("source_row", "ingest_conflict")
    found: set[UUID] = set()
    for table in parts:
        statement = (
            f"SELECT DISTINCT (b.was).entry_id FROM ({_FIRST.format(table=table)}) b WHERE b.op <> 'added'"
        )
        found |= set(session.scalars(text(statement), {"run": run_id}))
        added = (
            f"SELECT DISTINCT t.entry_id FROM ({_FIRST.format(table=table)}) b JOIN directory.{table} t "
            f"ON ROW({'t.source_code, t.row_key' if table == 'source_row' else 't.id'})::text = b.row_id"
        )
        found |= set(session.scalars(text(added), {"run": run_id}))
    return sorted(found)


def restore_shared(session: Session, run_id: UUID) -> tuple[list[UUID], int]:
    """The places and organisations put back, and how many stay because somebody changed them since."""
    restored: list[UUID] = []
    changed = 0
    for table in SHARED:
        restored += session.scalars(_RESTORE_SHARED[table], {"run": run_id})
        changed += session.scalar(_CHANGED_SHARED[table], {"run": run_id}) or 0
    return restored, changed - len(restored)


def remove_parts(session: Session, run_id: UUID, entries: Sequence[UUID]) -> None:
    """What the run added to or changed in these entries goes."""
    for statement in _REMOVE_PARTS.values():
        session.execute(statement, {"run": run_id, "entries": list(entries)})


def restore_parts(session: Session, run_id: UUID, entries: Sequence[UUID]) -> None:
    """What the run took from or changed in these entries comes back."""
    for statement in _RESTORE_PARTS.values():
        session.execute(statement, {"run": run_id, "entries": list(entries)})


def restore_entries(session: Session, run_id: UUID, *, kept: Sequence[UUID]) -> list[tuple[UUID, int, int]]:
    """(entry, its version now, its version before the run)."""
    rows = session.execute(_RESTORE_ENTRIES, {"run": run_id, "kept": list(kept)})
    return [(entry_id, now, before) for entry_id, now, before in rows]


def delete_entries(session: Session, ids: Sequence[UUID]) -> None:
    session.execute(delete(Entry).where(Entry.id == func.any(list(ids))))


def forget_unused(session: Session, run_id: UUID) -> None:
    """Places and organisations that the run brought and nobody uses now."""
    for statement in _FORGET_UNUSED.values():
        session.execute(statement, {"run": run_id})


_SAY_UNDONE = text("""
INSERT INTO directory.revision (id, entry_id, version, document, made_by, made_why)
SELECT gen_random_uuid(), r.entry_id, w.now, r.document, r.made_by, :why
FROM unnest(CAST(:ids AS uuid[]), CAST(:nows AS int[]), CAST(:befores AS int[])) AS w (id, now, before)
JOIN directory.revision r ON r.entry_id = w.id AND r.version = w.before
""")


def add_revisions(session: Session, entries: Sequence[tuple[UUID, int, int]], *, why: str) -> None:
    """For each (entry, version now, version before) the older revision again, by whoever made it."""
    if entries:
        ids, nows, befores = zip(*entries, strict=True)
        values = {"why": why, "ids": list(ids), "nows": list(nows), "befores": list(befores)}
        session.execute(_SAY_UNDONE, values)


def add_outbox_rows(session: Session, ids: Sequence[UUID]) -> None:
    if ids:
        session.execute(insert(OutboxRow), [{"entry_id": one} for one in ids])


def entries_showing(session: Session, shared: Sequence[UUID]) -> list[UUID]:
    """Entries at one of these places or run by one of these organisations."""
    given = list(shared)
    shown = or_(Entry.place_id == func.any(given), Entry.organisation_id == func.any(given))
    return list(session.scalars(select(Entry.id).where(shown))) if given else []


def forget_before(session: Session, run_id: UUID) -> int:
    result = cast(
        "CursorResult[Any]", session.execute(delete(IngestBefore).where(IngestBefore.run_id == run_id))
    )
    return result.rowcount
