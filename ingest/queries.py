"""SQL of the imports: rows seen before, the revisions of their entries, the runs and the rows' fates."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from psycopg import Connection
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from api.db import array_text
from api.models import (
    Entry,
    Place,
    PostcodeRow,
    Revision,
    Source,
    SourceRow,
)
from geo import sql

# Binds of one statement are limited; a large file is asked about in pieces.
_PIECE = 5_000
Item = TypeVar("Item")


@dataclass(frozen=True)
class SeenRow:
    """A row of this source as it was last time. `document` is what it said, None where that is what the
    entry's revision `version` says. `problems` are those found in it."""

    key: str
    entry_id: UUID
    fingerprint: str
    row_print: str
    version: int | None
    document: dict[str, Any] | None
    problems: Sequence[dict[str, Any]]
    is_gone: bool = False


@dataclass(frozen=True)
class Newest:
    """An entry's newest revision and who made it."""

    version: int
    document: dict[str, Any]
    made_by: str


@dataclass(frozen=True)
class Whereabouts:
    name: str
    precision: str | None
    failure: str | None


def driver(session: Session) -> Connection[Any]:
    """The psycopg connection under the session: COPY needs it, inside the same transaction."""
    session.flush()
    connection: Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return connection


def lock_source(session: Session, code: str) -> None:
    """One import of a source at a time: a second one waits and then finds all unchanged."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"ingest:{code}"))))


def remember_what_was(session: Session, run_id: UUID | None) -> None:
    """From now on the database keeps what each row it writes was before; None ends that."""
    name, value = "hereabouts.ingest_run", str(run_id or "")
    session.flush()
    session.execute(select(func.set_config(name, value, True)))


def plan_anew(session: Session) -> None:
    """Plans made while the tables were small are not for those that the import has filled since."""
    session.execute(text("DISCARD PLANS"))


def holds_entries(session: Session) -> bool:
    return session.scalar(select(Entry.id).limit(1)) is not None


def write_source(session: Session, source: Source) -> Source:
    """What is not said of the source stays as it was."""
    kept = session.merge(source)
    session.flush()
    return kept


def known_keys(session: Session, source_code: str) -> set[str]:
    """Keys of all rows that were in the source the last time."""
    rows = select(SourceRow.row_key).where(SourceRow.source_code == source_code, SourceRow.gone_at.is_(None))
    return set(session.scalars(rows))


# Each row is looked up for itself: while an import fills the table nobody knows how large it is, and the
# planner would read all rows of the source each time.
_SEEN = text("""
SELECT s.row_key, s.entry_id, s.fingerprint, s.row_print, s.version, s.document, s.problems,
  s.gone_at IS NOT NULL
FROM unnest(CAST(:keys AS text[])) AS given (key) CROSS JOIN LATERAL (
  SELECT * FROM directory.source_row WHERE source_code = :source AND row_key = given.key OFFSET 0) s
""")


def seen_rows(session: Session, source_code: str, keys: Collection[str]) -> dict[str, SeenRow]:
    """Those of these rows that this source ever brought in, by key."""
    found: dict[str, SeenRow] = {}
    for piece in _pieces(sorted(keys)):
        rows = session.execute(_SEEN, {"keys": array_text(piece), "source": source_code})
        found |= {row[0]: SeenRow(*row) for row in rows}
    return found


def newest_revisions(session: Session, entry_ids: Sequence[UUID]) -> dict[UUID, Newest]:
    found: dict[UUID, Newest] = {}
    for piece in _pieces(entry_ids):
        rows = session.execute(
            select(Revision.entry_id, Revision.version, Revision.document, Revision.made_by)
            .join(Entry, (Entry.id == Revision.entry_id) & (Entry.version == Revision.version))
            .where(Entry.id == func.any(piece))
        )
        found |= {entry_id: Newest(*rest) for entry_id, *rest in rows}
    return found


_REVISIONS = text("""
SELECT r.entry_id, r.document FROM directory.revision r
JOIN unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[])) AS wanted (id, version)
  ON r.entry_id = wanted.id AND r.version = wanted.version
""")


def revisions_at(session: Session, wanted: dict[UUID, int]) -> dict[UUID, dict[str, Any]]:
    """The documents of these versions of these entries."""
    if not wanted:
        return {}
    values = {"ids": list(wanted), "versions": list(wanted.values())}
    return {row.entry_id: row.document for row in session.execute(_REVISIONS, values)}


def whereabouts(session: Session, entry_ids: Sequence[UUID]) -> dict[UUID, Whereabouts]:
    found: dict[UUID, Whereabouts] = {}
    for piece in _pieces(entry_ids):
        rows = session.execute(
            select(Entry.id, Entry.name, Place.precision, Place.locate_failure)
            .outerjoin(Place, Entry.place_id == Place.id)
            .where(Entry.id == func.any(piece))
        )
        found |= {entry_id: Whereabouts(name, how, failure) for entry_id, name, how, failure in rows}
    return found


def points_of_postcodes(
    session: Session, codes: Collection[str]
) -> dict[str, tuple[float | None, float | None]]:
    """(lon, lat) of those of these postcodes that we hold."""
    rows = session.execute(
        select(PostcodeRow.code, PostcodeRow.lon, PostcodeRow.lat).where(
            PostcodeRow.code == func.any(sorted(codes))
        )
    )
    return {code: (lon, lat) for code, lon, lat in rows}


COVERED_NET_M = 10_000
_SQUARES = text(f"""
SELECT DISTINCT unnest(squares) FROM (
  SELECT {sql.square_keys("at", "", COVERED_NET_M)} AS squares
  FROM (SELECT {sql.to_osgb("shape")} AS at FROM directory.area WHERE shape IS NOT NULL) a
  UNION ALL
  SELECT {sql.square_keys("at", "", COVERED_NET_M)}
  FROM (SELECT {sql.osgb_point("lon", "lat")} AS at FROM gazetteer.postcode_group WHERE kind = 'sector') g
) found
""")


def covered_squares(session: Session) -> set[str]:
    """Keys (`geo.squares`) of the squares of the areas and the parts of postcodes we hold."""
    return set(session.scalars(_SQUARES))


_KEEP_ROWS = text("""
INSERT INTO directory.source_row
  (source_code, row_key, entry_id, fingerprint, row_print, version, document, problems)
SELECT :source, * FROM unnest(CAST(:keys AS text[]), CAST(:ids AS uuid[]), CAST(:fingerprints AS text[]),
  CAST(:prints AS text[]), CAST(:versions AS int[]), CAST(:documents AS jsonb[]), CAST(:problems AS jsonb[]))
ON CONFLICT (source_code, row_key) DO UPDATE SET entry_id = excluded.entry_id,
  fingerprint = excluded.fingerprint, row_print = excluded.row_print, version = excluded.version,
  document = excluded.document, problems = excluded.problems, gone_at = NULL
""")


_COPY_ROWS = """
COPY directory.source_row
  (source_code, row_key, entry_id, fingerprint, row_print, version, document, problems) FROM STDIN
"""


def add_rows(session: Session, source_code: str, rows: Sequence[SeenRow]) -> None:
    """Remember rows that this source never had before."""
    if not rows:
        return
    with driver(session).cursor() as cursor, cursor.copy(_COPY_ROWS) as copy:
        for row in rows:
            said = _json(row.document) if row.document is not None else None
            kept = row.key, row.entry_id, row.fingerprint, row.row_print, row.version
            copy.write_row((source_code, *kept, said, _json(row.problems) if row.problems else "[]"))


def keep_rows(session: Session, source_code: str, rows: Sequence[SeenRow]) -> None:
    """Remember what these rows said and which entries they are."""
    if not rows:
        return
    values = {
        "source": source_code,
        "keys": [row.key for row in rows],
        "ids": [row.entry_id for row in rows],
        "fingerprints": [row.fingerprint for row in rows],
        "prints": [row.row_print for row in rows],
        "versions": [row.version for row in rows],
        "documents": [_json(row.document) if row.document is not None else None for row in rows],
        "problems": [_json(row.problems) for row in rows],
    }
    session.execute(_KEEP_ROWS, values)


_RENAME = text("""
WITH old AS (
  DELETE FROM directory.source_row WHERE source_code = :source AND row_key = :old RETURNING *)
INSERT INTO directory.source_row (source_code, row_key, entry_id, fingerprint, row_print, version, document,
  problems, first_seen_at, gone_at)
SELECT source_code, :new, entry_id, fingerprint, row_print, version, document, problems, first_seen_at,
  gone_at FROM old
""")


def rename_rows(session: Session, source_code: str, renamed: dict[str, str]) -> None:
    """Give rows a new key: {new: old}."""
    for new, old in renamed.items():
        session.execute(_RENAME, {"source": source_code, "new": new, "old": old})


def mark_gone(session: Session, source_code: str, keys: Collection[str], *, at: datetime) -> None:
    for piece in _pieces(sorted(keys)):
        session.execute(
            update(SourceRow)
            .where(SourceRow.source_code == source_code, SourceRow.row_key == func.any(piece))
            .values(gone_at=at)
        )


def get_source_row(session: Session, code: str) -> Source:
    return session.get_one(Source, code)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _pieces(items: Sequence[Item]) -> Iterable[list[Item]]:
    return (list(items[start : start + _PIECE]) for start in range(0, len(items), _PIECE))
