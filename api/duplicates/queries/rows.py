"""SQL of a merge: every row of two entries as it stands, and putting rows back as they were.

Rows travel as JSON; geometry as its exact binary text, so that a point comes back to the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Table:
    """A table of `directory`, its key, which of its rows belong to entries, and its geometry columns."""

    name: str
    key: tuple[str, ...]
    where: str
    geometry: tuple[str, ...] = ()


_OF = "t.entry_id = ANY (:ids)"
# Those that others point at come first: put back in this order, taken away in the other.
TABLES = (
    Table(
        "place",
        ("id",),
        "t.id IN (SELECT place_id FROM directory.entry WHERE id = ANY (:ids)) OR t.place_key = ANY (:own)",
        ("point",),
    ),
    Table(
        "organisation",
        ("id",),
        "t.id IN (SELECT organisation_id FROM directory.entry WHERE id = ANY (:ids))",
    ),
    Table("entry", ("id",), "t.id = ANY (:ids)"),
    Table("old_slug", ("slug",), _OF),
    Table("coverage", ("id",), _OF, ("centre", "shape")),
    Table("session", ("id",), _OF),
    Table("contact", ("id",), _OF),
    Table("entry_check", ("id",), _OF),
    Table("timebank_facts", ("entry_id",), _OF),
    Table("mutual_aid_facts", ("entry_id",), _OF),
    Table("drop_in_facts", ("entry_id",), _OF),
    Table("micro_enterprise_facts", ("entry_id",), _OF),
    Table("transport_facts", ("entry_id",), _OF),
    Table("link", ("id",), "t.from_id = ANY (:ids) OR t.to_id = ANY (:ids)"),
    Table("source_row", ("source_code", "row_key"), _OF),
    Table("contact_attempt", ("id",), _OF),
    Table("owner_note", ("id",), _OF),
)
# An entry's version and time go on rising, also when what it says goes back.
MOVES_ON = frozenset({"version", "updated_at"})


def take_rows(session: Session, ids: Sequence[UUID]) -> Rows:
    """Every row of these entries, by table."""
    values = {"ids": list(ids), "own": [f"entry|{one}" for one in ids]}
    return {table.name: list(session.scalars(text(_select(table, table.where)), values)) for table in TABLES}


def _select(table: Table, where: str) -> str:
    exact = "".join(f" || jsonb_build_object('{name}', t.{name}::text)" for name in table.geometry)
    keys = ", ".join(f"t.{name}" for name in table.key)
    return f"SELECT to_jsonb(t){exact} FROM directory.{table.name} t WHERE {where} ORDER BY {keys}"


def put_back(session: Session, *, before: Rows, after: Rows) -> None:
    """Make every row that is still as in `after` what it was in `before`. Rows that someone has changed
    since stay as they are."""
    now = {table.name: _standing(session, table, before, after) for table in TABLES}
    for table in reversed(TABLES):
        if table.name not in ("place", "organisation", "entry"):
            for key, row in _keyed(table, after).items():
                if key not in _keyed(table, before) and _same(now[table.name].get(key), row):
                    _delete(session, table, row)
    for table in TABLES:
        for key, row in _keyed(table, before).items():
            standing, left = now[table.name].get(key), _keyed(table, after).get(key)
            if left is None and standing is None:
                _insert(session, table, row)
            elif left is not None and _same(standing, left) and not _same(row, left):
                _update(session, table, row)
    for table in TABLES[:2]:
        for key, row in _keyed(table, after).items():
            if key not in _keyed(table, before):
                _delete_unused(session, table, row)


def _keyed(table: Table, rows: Rows) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[name] for name in table.key): row for row in rows.get(table.name, [])}


def _standing(
    session: Session, table: Table, before: Rows, after: Rows
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of `before` and `after` as they are now."""
    wanted = list({**_keyed(table, before), **_keyed(table, after)}.values())
    rows = session.scalars(text(_select(table, _matches(table))), {"rows": orjson.dumps(wanted).decode()})
    return _keyed(table, {table.name: list(rows)})


def _matches(table: Table) -> str:
    keys = ", ".join(table.key)
    ours = ", ".join(f"t.{name}" for name in table.key)
    return (
        f"({ours}) IN (SELECT {keys} FROM "
        f"jsonb_populate_recordset(NULL::directory.{table.name}, CAST(:rows AS jsonb)))"
    )


def _same(one: dict[str, Any] | None, other: dict[str, Any]) -> bool:
    return one is not None and all(
        one.get(name) == other.get(name) for name in (one.keys() | other.keys()) - MOVES_ON
    )


def _columns(row: dict[str, Any]) -> str:
    return ", ".join(sorted(row))


def _delete(session: Session, table: Table, row: dict[str, Any]) -> None:
    statement = f"DELETE FROM directory.{table.name} t WHERE {_matches(table)}"
    session.execute(text(statement), {"rows": orjson.dumps([row]).decode()})


def _delete_unused(session: Session, table: Table, row: dict[str, Any]) -> None:
    """A place or an organisation that the merge made and no entry has any more."""
    statement = (
        f"DELETE FROM directory.{table.name} t WHERE t.id = :id AND NOT EXISTS "
        f"(SELECT FROM directory.entry e WHERE e.{table.name}_id = t.id)"
    )
    session.execute(text(statement), {"id": UUID(row["id"])})


def _insert(session: Session, table: Table, row: dict[str, Any]) -> None:
    columns = _columns(row)
    statement = (
        f"INSERT INTO directory.{table.name} ({columns}) SELECT {columns} FROM "
        f"jsonb_populate_record(NULL::directory.{table.name}, CAST(:row AS jsonb))"
    )
    session.execute(text(statement), {"row": orjson.dumps(row).decode()})


def _update(session: Session, table: Table, row: dict[str, Any]) -> None:
    columns = _columns({name: None for name in row if name not in MOVES_ON})
    statement = (
        f"UPDATE directory.{table.name} t SET ({columns}) = (SELECT {columns} FROM "
        f"jsonb_populate_record(NULL::directory.{table.name}, CAST(:row AS jsonb))) "
        f"WHERE {_matches(table)}"
    )
    dumped = orjson.dumps(row).decode()
    session.execute(text(statement), {"row": dumped, "rows": f"[{dumped}]"})
