"""Keeping how many entries have each value of a list's filters, and each two: lists of very many read it.

Exact after every save, in its transaction: what a batch of saves had is taken away, what it has is added.
Savers wait for each other before they come here (`api.face.queries.project`), so no count is lost.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, permutations, product
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.db import array_text

# A value and one beside it; the empty text is every entry.
Pair = tuple[str, str]

_VALUES = """
SELECT facets, areas, count(*) FROM face.entries WHERE id = ANY (:ids) AND state <> 'closed' GROUP BY 1, 2
"""
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
# Many entries have the same values: they are counted before they are put in pairs.
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


def count_values(session: Session, ids: Sequence[UUID], tallies: Counter[Pair], *, change: int) -> None:
    """Add to `tallies` what these entries have now, or take it away."""
    for facets, areas, entries in session.execute(text(_VALUES), {"ids": array_text(ids)}):
        if entries == 1:
            (tallies.update if change > 0 else tallies.subtract)(_pairs(facets, areas))
        else:
            for pair in _pairs(facets, areas):
                tallies[pair] += change * entries


def _pairs(facets: list[str], areas: list[str]) -> Iterator[Pair]:
    """As in `_RECOUNT`."""
    all_too = ["", *facets]
    return chain(permutations(all_too, 2), product([f"area:{code}" for code in areas], all_too), [("", "")])


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
