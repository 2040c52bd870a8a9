"""SQL that finds which entries are worth comparing: for drafts by index, for all by blocks."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import sql

# What more entries than this share says nothing: a council's switchboard, a town full of coffee mornings.
MOST_SHARE_CONTACT = 25
MOST_IN_BLOCK = 60
MOST_EACH = 25
# Metres round a draft's point in which a like name counts, and in which any name is looked at.
NEAR_M = 8_000
SPOT_M = 200
_HERE = sql.make_osgb_point("a.east", "a.north")
_FOR_DRAFTS = f"""
SELECT a.no, found.id FROM jsonb_to_recordset(CAST(:asked AS jsonb))
  AS a (no int, name_key text, keys text[], contacts text[], east float8, north float8)
CROSS JOIN LATERAL (
  (SELECT c.entry_id AS id FROM directory.contact c JOIN face.entries f ON f.id = c.entry_id
   WHERE directory.contact_sign(c.kind, c.value) = ANY (a.contacts)
   ORDER BY similarity(f.name_key, a.name_key) DESC LIMIT {MOST_EACH})
  UNION
  (SELECT f.id FROM face.entries f
   WHERE face.name_keys(f.name_key) && a.keys
     AND (a.east IS NULL OR f.point IS NULL OR {sql.within("f.point", _HERE, str(NEAR_M))})
   ORDER BY similarity(f.name_key, a.name_key) DESC LIMIT {MOST_EACH})
  UNION
  (SELECT f.id FROM face.entries f
   WHERE {sql.within("f.point", _HERE, str(SPOT_M))}
   ORDER BY similarity(f.name_key, a.name_key) DESC LIMIT {MOST_EACH})
) found
"""
_PAIRS = f"""
CREATE TEMP TABLE duplicate_candidate ON COMMIT DROP AS
WITH block AS (
  SELECT key FROM duplicate_block GROUP BY key
  HAVING count(*) BETWEEN 2 AND CASE WHEN key ~ '^(phone|email|web):' THEN {MOST_SHARE_CONTACT}
                                     ELSE {MOST_IN_BLOCK} END)
SELECT DISTINCT a.no AS first, b.no AS second
FROM block JOIN duplicate_block a USING (key) JOIN duplicate_block b USING (key) WHERE b.no > a.no
"""


def find_for_drafts(session: Session, asked: str) -> dict[int, list[UUID]]:
    """Entries worth comparing with each draft, by its number. `asked` is JSON: see `service._ask`."""
    found: dict[int, list[UUID]] = {}
    for no, entry_id in session.execute(text(_FOR_DRAFTS), {"asked": asked}):
        found.setdefault(no, []).append(entry_id)
    return found


def start_blocks(session: Session) -> None:
    """A table for this transaction: entries that share a key are worth comparing. `no` counts entries."""
    session.execute(text("DROP TABLE IF EXISTS duplicate_block, duplicate_candidate"))
    session.execute(
        text("CREATE TEMP TABLE duplicate_block (no int NOT NULL, key text NOT NULL) ON COMMIT DROP")
    )


def add_blocks(session: Session, rows: Iterable[tuple[int, str]]) -> None:
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy("COPY duplicate_block FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def make_pairs(session: Session) -> int:
    """Work out from the blocks which entries to compare; how many pairs there are."""
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    session.execute(text("ANALYZE duplicate_block"))
    session.execute(text(_PAIRS))
    return int(session.scalar(text("SELECT count(*) FROM duplicate_candidate")) or 0)


def stream_pairs(session: Session, *, size: int) -> Iterator[list[tuple[int, int]]]:
    """Pairs of entry numbers worth comparing, neighbours together, in pieces of `size`."""
    statement = text("SELECT first, second FROM duplicate_candidate ORDER BY first, second")
    result = session.execute(statement, execution_options={"yield_per": size})
    for rows in result.partitions(size):
        yield [(row[0], row[1]) for row in rows]
