"""Keeping the counts of entries in squares, which the map reads: exact after every save, in its transaction.

Only what a batch of saves moved is counted again: first the deepest squares from the entries themselves,
then each level above from the four by four squares it is made of. Nothing is added up over time, so nothing
drifts.
Savers wait for each other before they come here (`api.face.queries.project`), so no count is lost.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.face.counts import Square

DEEPEST_COUNTED = 14
STEP = 2
_COLUMNS = "entries, lon_sum, lat_sum, first, west, south, east, north"
# OFFSET 0 keeps each look-up to the few rows it is about: a join of all at once would read far more. So would
# the index of kinds, which a table that has just grown tempts it to. A square is read once for all its kinds.
_COUNT_ENTRIES = """
SELECT t.x, t.y, e.kind, count(*)::int AS entries, sum(round(e.lon * 1e6))::bigint AS lon_sum,
       sum(round(e.lat * 1e6))::bigint AS lat_sum, min(e.square) AS first, min(e.lon) AS west,
       min(e.lat) AS south, max(e.lon) AS east, max(e.lat) AS north
FROM (SELECT DISTINCT x, y, least FROM touched) t CROSS JOIN LATERAL (
  SELECT e.kind, e.lon, e.lat, e.square FROM face.entries e
  WHERE e.square BETWEEN t.least AND t.least + (1 << 20) - 1
    AND e.square IS NOT NULL AND e.state <> 'closed' OFFSET 0) e
GROUP BY t.x, t.y, e.kind
"""
_COUNT_SQUARES = f"""
SELECT t.x, t.y, t.kind, sum(s.entries)::int AS entries, sum(s.lon_sum)::bigint AS lon_sum,
       sum(s.lat_sum)::bigint AS lat_sum, min(s.first) AS first, min(s.west) AS west,
       min(s.south) AS south, max(s.east) AS east, max(s.north) AS north
FROM touched t CROSS JOIN generate_series(0, {(1 << STEP) - 1}) AS beside (columns)
CROSS JOIN LATERAL (
  SELECT * FROM face.squares s WHERE s.level = :level + {STEP} AND s.x = (t.x << {STEP}) + beside.columns
    AND s.y BETWEEN t.y << {STEP} AND (t.y << {STEP}) + {(1 << STEP) - 1}
    AND s.kind = t.kind OFFSET 0) s
GROUP BY t.x, t.y, t.kind
"""
_KEEP = f"""
WITH touched AS (
    SELECT DISTINCT *
    FROM unnest(CAST(:kinds AS text[]), CAST(:xs AS int[]), CAST(:ys AS int[]) /*least*/),
  fresh AS (/*count*/),
  gone AS (
    DELETE FROM face.squares s
    USING (SELECT kind, x, y FROM touched EXCEPT SELECT kind, x, y FROM fresh) t
    WHERE (s.level, s.x, s.y, s.kind) = (:level, t.x, t.y, t.kind) RETURNING 1),
  written AS (
    INSERT INTO face.squares AS s (level, x, y, kind, {_COLUMNS})
    SELECT :level, x, y, kind, {_COLUMNS} FROM fresh
    ON CONFLICT (level, x, y, kind) DO UPDATE
      SET ({_COLUMNS}) = ({", ".join(f"excluded.{name}" for name in _COLUMNS.split(", "))})
      WHERE ({", ".join(f"s.{name}" for name in _COLUMNS.split(", "))})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _COLUMNS.split(", "))})
    RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""
_KEEP_DEEPEST = _KEEP.replace(
    "/*least*/", ", CAST(:leasts AS bigint[])) AS t (kind, x, y, least)"
).replace("/*count*/", _COUNT_ENTRIES)  # fmt: skip
_KEEP_UPPER = _KEEP.replace("/*least*/", ") AS t (kind, x, y)").replace("/*count*/", _COUNT_SQUARES)

_ALL_SQUARES = f"""
SELECT DISTINCT kind, face.column_at(lon, {DEEPEST_COUNTED}), face.row_at(lat, {DEEPEST_COUNTED}),
       (square >> 20) << 20
FROM face.entries WHERE square IS NOT NULL AND state <> 'closed'
UNION SELECT kind, x, y, (face.spread(x) << 21) | (face.spread(y) << 20)
FROM face.squares WHERE level = {DEEPEST_COUNTED}
"""
_HELD = "SELECT kind, x, y FROM face.squares WHERE level = :level"
_ADD_WITHOUT_PIN = """
INSERT INTO face.without_pin AS w (kind, entries) SELECT * FROM unnest(CAST(:kinds AS text[]),
  CAST(:changes AS int[]))
ON CONFLICT (kind) DO UPDATE SET entries = w.entries + excluded.entries
"""
_FORGET_WITHOUT_PIN = "DELETE FROM face.without_pin WHERE entries = 0"
_RECOUNT_WITHOUT_PIN = """
WITH fresh AS (SELECT kind, count(*)::int AS entries FROM face.entries
    WHERE square IS NULL AND state <> 'closed' GROUP BY kind),
  gone AS (DELETE FROM face.without_pin w
    WHERE NOT EXISTS (SELECT FROM fresh f WHERE f.kind = w.kind) RETURNING 1),
  written AS (INSERT INTO face.without_pin AS w (kind, entries) SELECT kind, entries FROM fresh
    ON CONFLICT (kind) DO UPDATE SET entries = excluded.entries WHERE w.entries <> excluded.entries
    RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""


def keep_squares(session: Session, squares: Iterable[Square], without_pin: Counter[str]) -> None:
    """Count these squares again. `without_pin` is how many more entries of a kind have no pin."""
    _keep(session, squares)
    changes = {kind: change for kind, change in without_pin.items() if change}
    if changes:
        values = {"kinds": list(changes), "changes": list(changes.values())}
        session.execute(text(_ADD_WITHOUT_PIN), values)
        session.execute(text(_FORGET_WITHOUT_PIN))


def rebuild_squares(session: Session) -> int:
    """Count everything again and write only what differs: the rows changed."""
    every = {
        (str(kind), int(x), int(y), int(least)) for kind, x, y, least in session.execute(text(_ALL_SQUARES))
    }
    changed = _keep(session, every, all_held=True)
    return changed + int(session.execute(text(_RECOUNT_WITHOUT_PIN)).scalar_one())


def _keep(session: Session, squares: Iterable[Square], *, all_held: bool = False) -> int:
    """The rows changed. With `all_held` every square there is a row of is counted, wrong ones among them."""
    held = sorted(squares)
    if not held and not all_held:
        return 0
    kinds, xs, ys, leasts = ([square[part] for square in held] for part in range(4))
    values: dict[str, Any] = {"kinds": kinds, "xs": xs, "ys": ys, "leasts": leasts, "level": DEEPEST_COUNTED}
    changed = int(session.execute(text(_KEEP_DEEPEST), values).scalar_one())
    above = {(kind, x, y) for kind, x, y, _ in held}
    for level in range(DEEPEST_COUNTED - STEP, -1, -STEP):
        above = {(kind, x >> STEP, y >> STEP) for kind, x, y in above}
        if all_held:
            kept = session.execute(text(_HELD), {"level": level})
            above |= {(str(kind), int(x), int(y)) for kind, x, y in kept}
        kinds, xs, ys = ([square[part] for square in above] for part in range(3))
        values = {"kinds": kinds, "xs": xs, "ys": ys, "level": level}
        changed += int(session.execute(text(_KEEP_UPPER), values).scalar_one())
    return changed
