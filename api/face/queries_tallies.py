"""Keeping how many entries have each value of a list's filters, and each two: lists of very many read it.

Exact after every save, in its transaction: what a batch of saves had is taken away, what it has is added.
Savers wait for each other before they come here (`api.face.queries.project`), so no count is lost.
"""

from collections import Counter

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.face.counts import Pair

_ADD = """
INSERT INTO face.tallies AS t (value, beside, entries)
SELECT * FROM unnest(CAST(:values AS text[]), CAST(:besides AS text[]), CAST(:changes AS int[]))
ON CONFLICT (value, beside) DO UPDATE SET entries = t.entries + excluded.entries
"""
_FORGET = """
DELETE FROM face.tallies t
USING unnest(CAST(:values AS text[]), CAST(:besides AS text[])) AS g (value, beside)
WHERE (t.value, t.beside) = (g.value, g.beside) AND t.entries = 0
"""
# The pairs as in `api.face.counts`. Many entries have the same values: they are counted before.
_RECOUNT = """
WITH alike AS (
    SELECT facets, areas, count(*) AS entries FROM face.entries WHERE state <> 'closed' GROUP BY 1, 2),
  fresh AS (
    SELECT one.value, other.beside, sum(entries)::int AS entries FROM alike
    CROSS JOIN LATERAL (
      SELECT '' AS value UNION ALL SELECT unnest(facets) UNION ALL SELECT 'area:' || unnest(areas)) one
    CROSS JOIN LATERAL (SELECT '' AS beside UNION ALL SELECT unnest(facets)) other
    WHERE one.value <> other.beside OR one.value = '' GROUP BY 1, 2),
  gone AS (
    DELETE FROM face.tallies t
    WHERE NOT EXISTS (SELECT FROM fresh f WHERE (f.value, f.beside) = (t.value, t.beside)) RETURNING 1),
  written AS (
    INSERT INTO face.tallies AS t SELECT value, beside, entries FROM fresh
    ON CONFLICT (value, beside) DO UPDATE SET entries = excluded.entries
    WHERE t.entries <> excluded.entries RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""


def add_tallies(session: Session, tallies: Counter[Pair]) -> None:
    changes = sorted((pair, change) for pair, change in tallies.items() if change)
    if not changes:
        return
    pairs = {"values": [pair[0] for pair, _ in changes], "besides": [pair[1] for pair, _ in changes]}
    session.execute(text(_ADD), pairs | {"changes": [change for _, change in changes]})
    if any(change < 0 for _, change in changes):
        session.execute(text(_FORGET), pairs)


def rebuild_tallies(session: Session) -> int:
    """Count everything again and write only what differs: the rows changed."""
    return int(session.execute(text(_RECOUNT)).scalar_one())
