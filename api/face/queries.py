"""Writing the projection: entries, their sessions, the words they use, and the data's version."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from api.db import ReadConnection, array_text
from api.face.counts import Counts, Shown
from api.face.projection import COLUMNS, PROJECTION, SESSION_ROWS
from api.face.queries_squares import DEEPEST_COUNTED, keep_squares, rebuild_squares
from api.face.queries_tallies import add_tallies, rebuild_tallies

_NAMES = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO face.entries AS old ({_NAMES}) {PROJECTION}"
_UPSERT = f"""
{_INSERT}
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "id")}
WHERE ({", ".join(f"old.{name}" for name in COLUMNS)})
  IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in COLUMNS)})
"""
_GIVEN = "unnest(CAST(:ids AS uuid[])) AS given (id)"


def _only(statement: str, table: str, alias: str, *, by: str) -> str:
    """The statement for the given entries alone, each looked up for itself: while an import fills the tables
    nobody knows how large they are, and the planner would rather read them whole, each time."""
    everything = f"FROM {table} {alias}\n"
    if everything not in statement:
        raise ValueError(f"this does not read from {table}")
    each = f"(SELECT * FROM {table} WHERE {by} = given.id OFFSET 0) {alias}"
    return statement.replace(everything, f"FROM {_GIVEN} CROSS JOIN LATERAL {each}\n")


_FORGET = """
DELETE FROM face.entries f WHERE NOT EXISTS (
  SELECT FROM directory.entry e WHERE e.id = f.id AND e.stage = 'published') /*only*/
"""
_SESSION_COLUMNS = (
    "entry_id, position, purpose, repeats, weekday, nth, every, starts_on, until, from_minute, to_minute, "
    "not_on, also_on"
)
_DROP_SESSIONS = f"""
DELETE FROM face.sessions f WHERE NOT EXISTS (
  SELECT FROM ({SESSION_ROWS}) s WHERE (s.entry_id, s.position) = (f.entry_id, f.position)
    AND ROW({", ".join("s." + c for c in _SESSION_COLUMNS.split(", "))})
      IS NOT DISTINCT FROM ROW({", ".join("f." + c for c in _SESSION_COLUMNS.split(", "))}))
"""
_ADD_SESSIONS = f"""
INSERT INTO face.sessions ({_SESSION_COLUMNS}) {SESSION_ROWS} ON CONFLICT DO NOTHING
"""
# As in `api.face.counts.Shown`.
_SHOWN = (
    "id, body, kind, state = 'closed', facets, areas, lon, lat, "
    f"face.column_at(lon, {DEEPEST_COUNTED}), face.row_at(lat, {DEEPEST_COUNTED}), (square >> 20) << 20"
)
_SHOWN_NOW = f"SELECT {_SHOWN} FROM face.entries WHERE id = ANY (:ids)"
_UPSERT_ONLY = _only(_UPSERT, "directory.entry", "e", by="id")
# Entries that were never there need no look whether they are, which takes a tenth of the time.
_INSERT_ONLY = _only(_INSERT, "directory.entry", "e", by="id") + f" RETURNING {_SHOWN}"
# A slug may have passed from one entry to another; the one that had it is worked out again as well, so that
# it never has when all are new.
_LEND_SLUGS = """
UPDATE face.entries f SET slug = f.id::text FROM ({each}) e WHERE f.slug = e.slug AND f.id <> e.id
""".format(each=_only("SELECT e.id, e.slug FROM directory.entry e\n", "directory.entry", "e", by="id"))
_ADD_SESSIONS_ONLY = _only(_ADD_SESSIONS, "directory.session", "s", by="entry_id")
_WORDS = """
SELECT word, coalesce((ts_lexize('english_stem', word))[1], word), count(*) FROM (
  SELECT DISTINCT f.id, unnest(string_to_array(f.body, ' ')) AS word FROM face.entries f) used
WHERE length(word) BETWEEN 3 AND 30 AND word !~ '[0-9]' GROUP BY word
"""
_RECOUNT_WORDS = """
UPDATE face.words w SET entries = w.entries + used.change
FROM unnest(CAST(:words AS text[]), CAST(:changes AS int[])) AS used (word, change)
WHERE w.word = used.word RETURNING w.word, w.entries
"""
_NEW_WORDS = """
INSERT INTO face.words (word, lexeme, entries)
SELECT word, coalesce((ts_lexize('english_stem', word))[1], word), change
FROM unnest(CAST(:words AS text[]), CAST(:changes AS int[])) AS used (word, change)
"""
_FORGET_WORDS = "DELETE FROM face.words WHERE word = ANY (:words)"
_NEXT_VERSION = "UPDATE face.data_version SET version = version + 1"
# Savers wait for each other here: two that count the same words in another order would lock each other out.
_TAKE_TURN = "SELECT version FROM face.data_version FOR UPDATE"
# A plan made while the tables were small would be kept while an import fills them.
_PLAN_EACH_TIME = "SET LOCAL plan_cache_mode = force_custom_plan"
# Else what looks whether the row exists that another refers to would be planned for each row anew.
_PLAN_ONCE = "SET LOCAL plan_cache_mode = DEFAULT"


def _run(session: Session, statement: str, **values: Any) -> int:
    result = cast("CursorResult[Any]", session.execute(text(statement), values))
    return result.rowcount


def take_turn(session: Session) -> None:
    _run(session, _TAKE_TURN)


def project(session: Session, ids: Sequence[UUID], counts: Counts) -> None:
    """Work out the public face of these entries; those no longer published leave it.
    What is kept of many entries together hears of the old rows before they go and of the new ones once they
    are there: it takes away the one and adds the other (`write_counts`)."""
    given = array_text(ids)
    take_turn(session)
    _run(session, _PLAN_EACH_TIME)
    before = _read_shown(session, _SHOWN_NOW, given)
    held = {one.id for one in before}
    if held:
        _run(session, _FORGET.replace("/*only*/", "AND f.id = ANY (:ids)"), ids=given)
        _run(session, _LEND_SLUGS, ids=given)
        _run(session, "DELETE FROM face.sessions WHERE entry_id = ANY (:ids)", ids=given)
        _run(session, _UPSERT_ONLY, ids=array_text(held))
    after = _read_shown(session, _SHOWN_NOW, array_text(held)) if held else []
    if new := set(ids) - held:
        after += _read_shown(session, _INSERT_ONLY, array_text(new))
    _run(session, _PLAN_ONCE)
    _run(session, _ADD_SESSIONS_ONLY, ids=given)
    counts.note(before=before, after=after)
    _run(session, _NEXT_VERSION)


def write_counts(session: Session, counts: Counts) -> None:
    counts.add_up()
    _run(session, _PLAN_EACH_TIME)
    _write_words(session, counts.words)
    add_tallies(session, counts.tallies)
    keep_squares(session, counts.squares, counts.without_pin)
    _run(session, _PLAN_ONCE)


def _read_shown(session: Session, statement: str, ids: str) -> list[Shown]:
    return [Shown(*row) for row in session.execute(text(statement), {"ids": ids})]


def _write_words(session: Session, used: Counter[str]) -> None:
    """A word that only a fact now private had used must not stay known."""
    changes = {word: change for word, change in sorted(used.items()) if change and _is_kept(word)}
    if not changes:
        return
    values = {"words": array_text(changes), "changes": array_text(changes.values())}
    known = {row[0]: row[1] for row in session.execute(text(_RECOUNT_WORDS), values)}
    new = {word: change for word, change in changes.items() if word not in known}
    if new:
        _run(session, _NEW_WORDS, words=array_text(new), changes=array_text(new.values()))
    unused = [word for word, entries in known.items() if entries <= 0]
    if unused:
        _run(session, _FORGET_WORDS, words=array_text(unused))


def _is_kept(word: str) -> bool:
    """As in `_WORDS`."""
    return 3 <= len(word) <= 30 and not any("0" <= letter <= "9" for letter in word)


def rebuild(session: Session) -> tuple[int, int, int]:
    """Work everything out again and write only what differs: (rows changed, rows removed, rows in all)."""
    take_turn(session)
    removed = _run(session, _FORGET)
    changed = _run(session, _UPSERT)
    changed += _run(session, _DROP_SESSIONS)
    changed += _run(session, _ADD_SESSIONS)
    changed += rebuild_squares(session)
    tallied = rebuild_tallies(session)
    _run(session, "DELETE FROM face.words")
    _run(session, "INSERT INTO face.words (word, lexeme, entries) " + _WORDS)
    if changed or removed or tallied:
        _run(session, _NEXT_VERSION)
    return changed, removed, count_entries(session)


_COUNT = "SELECT count(*) FROM face.entries"
# By the number of the square: neighbours on the ground stand in the same pages, and near each other in the
# index of words.
_LAY_OUT = (
    "CREATE INDEX entries_in_order ON face.entries (square)",
    "CLUSTER face.entries USING entries_in_order",
    "DROP INDEX face.entries_in_order",
    "ANALYZE face.entries",
)


def lay_out(session: Session) -> None:
    for statement in _LAY_OUT:
        _run(session, statement)


def count_entries(session: Session) -> int:
    return int(session.execute(text(_COUNT)).scalar_one())


async def has_examples(read: ReadConnection) -> bool:
    """Whether any public entry is made up to show how this works."""
    cursor = await read.execute("SELECT EXISTS (SELECT FROM face.entries WHERE is_example)")
    row = await cursor.fetchone()
    return bool(row and row[0])


async def read_data_version(read: ReadConnection) -> int:
    cursor = await read.execute("SELECT version FROM face.data_version")
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


_ORIGIN = """
SELECT max(changed_at), array_agg(DISTINCT source) FILTER (WHERE source IS NOT NULL) FROM (
  SELECT changed_at, coalesce(source ->> 'attribution', source ->> 'name') AS source
  FROM (SELECT changed_at, detail::jsonb -> 'source' AS source
        FROM face.entries WHERE id = ANY (%(ids)s::uuid[])) given) shown
"""


async def read_origin(read: ReadConnection, ids: Sequence[str]) -> tuple[datetime | None, list[str]]:
    """When the newest of some entries changed, and whom they are owed to."""
    cursor = await read.execute(_ORIGIN, {"ids": list(ids)})
    row = await cursor.fetchone()
    return (row[0], row[1] or []) if row else (None, [])
