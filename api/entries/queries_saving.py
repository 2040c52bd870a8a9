"""SQL of saving many entries at once: what is there is read, and rows are written, a set at a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import ARRAY, Column, Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from api.db import array_text
from api.models import (
    Area,
    Base,
    Check,
    Contact,
    Coverage,
    DropInFactsRow,
    Entry,
    Link,
    MicroEnterpriseFactsRow,
    MutualAidFactsRow,
    Organisation,
    Place,
    SessionRow,
    TimebankFactsRow,
    TransportFactsRow,
)
from geo import sql

Row = dict[str, Any]
Model = type[Base]
FACT_ROWS: dict[str, Model] = {
    "timebank": TimebankFactsRow,
    "mutual_aid": MutualAidFactsRow,
    "drop_in": DropInFactsRow,
    "micro_enterprise": MicroEnterpriseFactsRow,
    "transport": TransportFactsRow,
}
PARTS: tuple[Model, ...] = (Coverage, SessionRow, Contact, Check, *FACT_ROWS.values())


def _name(table: Table) -> str:
    return f"{table.schema}.{table.name}"


def _table(model: Model) -> Table:
    assert isinstance(model.__table__, Table)
    return model.__table__


# Reading

_HELD = """
SELECT id, slug, name, version, place_id, organisation_id, source_code FROM directory.entry
WHERE id = ANY (:ids) ORDER BY id FOR UPDATE
"""
_DOCUMENTS = """
SELECT DISTINCT ON (entry_id) entry_id, document::text FROM directory.revision
WHERE entry_id = ANY (:ids) ORDER BY entry_id, version DESC
"""
_STORED = """
SELECT e.slug, e.version, r.document::text
FROM directory.entry e JOIN directory.revision r ON r.entry_id = e.id
WHERE e.id = :id ORDER BY r.version DESC LIMIT 1
"""
_DOCUMENT_AT = "SELECT document::text FROM directory.revision WHERE entry_id = :id AND version = :version"
_PLACES = f"""
SELECT id, place_key, name, address, town, postcode, {sql.lon("point")} AS lon, {sql.lat("point")} AS lat,
  precision, located_by, located_on, locate_failure, area_codes, access
FROM directory.place WHERE place_key = ANY (:keys)
"""
_USED_ELSEWHERE = """
SELECT s.id FROM unnest(CAST(:shared AS uuid[])) AS s (id)
WHERE EXISTS (SELECT FROM directory.entry e WHERE e.place_id = s.id AND e.id <> ALL (:ids))
  OR EXISTS (SELECT FROM directory.entry e WHERE e.organisation_id = s.id AND e.id <> ALL (:ids))
"""
_ORGANISATIONS = """
SELECT id, name, name_key, description, url, charity_number, company_number
FROM directory.organisation WHERE name_key = ANY (:keys)
"""
_SHOWING = """
SELECT id FROM directory.entry WHERE place_id = ANY (:shared)
UNION SELECT id FROM directory.entry WHERE organisation_id = ANY (:shared)
"""


def _rows(session: Session, statement: str, **values: Any) -> list[Row]:
    return [dict(row._mapping) for row in session.execute(text(statement), values)]


def hold_entries(session: Session, ids: Collection[UUID]) -> list[Row]:
    """The entries, held until the transaction ends: whoever else edits one waits, then sees what we saved.
    Always in the order of their ids, so that nobody waits in a ring."""
    return _rows(session, _HELD, ids=array_text(ids)) if ids else []


def latest_documents(session: Session, ids: Collection[UUID]) -> dict[UUID, Row]:
    if not ids:
        return {}
    found = session.execute(text(_DOCUMENTS), {"ids": array_text(ids)})
    return {entry_id: orjson.loads(document) for entry_id, document in found}


def read_stored(session: Session, entry_id: UUID) -> tuple[str, int, Row] | None:
    """(slug, version, newest document), locking nothing."""
    found = session.execute(text(_STORED), {"id": entry_id}).one_or_none()
    return (found[0], found[1], orjson.loads(found[2])) if found else None


def read_document(session: Session, entry_id: UUID, version: int) -> Row | None:
    """What an entry said in one version."""
    found = session.scalar(text(_DOCUMENT_AT), {"id": entry_id, "version": version})
    return orjson.loads(found) if found else None


def slug_owners(session: Session, slugs: Collection[str]) -> dict[str, str]:
    """The names of the entries that have these slugs now."""
    statement = text("SELECT slug, name FROM directory.entry WHERE slug = ANY (:slugs)")
    return {row[0]: row[1] for row in session.execute(statement, {"slugs": array_text(slugs)})}


def old_slugs(session: Session, slugs: Collection[str]) -> set[str]:
    statement = text("SELECT slug FROM directory.old_slug WHERE slug = ANY (:slugs)")
    return set(session.scalars(statement, {"slugs": array_text(slugs)}))


def taken_slugs(session: Session, slugs: Collection[str]) -> set[str]:
    """Which of these an entry has, or once had."""
    return slug_owners(session, slugs).keys() | old_slugs(session, slugs)


def find_organisations(session: Session, keys: Collection[str]) -> list[Row]:
    return _rows(session, _ORGANISATIONS, keys=array_text(keys)) if keys else []


def find_places(session: Session, keys: Collection[str]) -> list[Row]:
    """Places with `lon` and `lat` instead of the point."""
    return _rows(session, _PLACES, keys=array_text(keys)) if keys else []


def used_elsewhere(session: Session, shared: Collection[UUID], *, ids: Collection[UUID]) -> set[UUID]:
    """Which of these places and organisations an entry other than `ids` uses."""
    if not shared:
        return set()
    return set(session.scalars(text(_USED_ELSEWHERE), {"shared": array_text(shared), "ids": array_text(ids)}))


def known_areas(session: Session, codes: Collection[str]) -> set[str]:
    if not codes:
        return set()
    statement = text(f"SELECT code FROM {_name(_table(Area))} WHERE code = ANY (:codes)")
    return set(session.scalars(statement, {"codes": array_text(codes)}))


def ids_showing(session: Session, shared: Collection[UUID]) -> list[UUID]:
    """Entries at one of these places or run by one of these organisations."""
    return list(session.scalars(text(_SHOWING), {"shared": array_text(shared)})) if shared else []


def ids_by_slug(session: Session, slugs: Collection[str]) -> dict[str, UUID]:
    """Entries by the slugs they have, or else once had: a source may still know one by its old address."""
    found: dict[str, UUID] = {}
    for statement in (
        "SELECT slug, entry_id FROM directory.old_slug WHERE slug = ANY (:slugs)",
        "SELECT slug, id FROM directory.entry WHERE slug = ANY (:slugs)",
    ):
        found |= {row[0]: row[1] for row in session.execute(text(statement), {"slugs": array_text(slugs)})}
    return found


def links_from(session: Session, ids: Collection[UUID]) -> list[Row]:
    statement = "SELECT id, from_id, to_id, type, note FROM directory.link WHERE from_id = ANY (:ids)"
    return _rows(session, statement, ids=array_text(ids)) if ids else []


# Writing


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _as_text(column: Column[Any]) -> Callable[[Any], Any] | None:
    """How a value of this column becomes the text that COPY takes; None: the driver knows."""
    if isinstance(column.type, ARRAY):
        return array_text
    return _json if isinstance(column.type, JSONB) else None


def _driver(session: Session) -> psycopg.Connection[Any]:
    """The psycopg connection under the session: COPY needs it, inside the same transaction."""
    driver: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return driver


@contextmanager
def _errors_as_usual(statement: str) -> Iterator[None]:
    """What the driver refuses comes as the same errors as from everything else that a session runs."""
    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error


def add_rows(session: Session, model: Model, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write new rows; a column that is not named gets what the database fills in."""
    if not rows:
        return
    table = _table(model)
    changes = [
        (at, change)
        for at, name in enumerate(columns)
        if (change := _as_text(table.columns[name])) is not None
    ]
    statement = f"COPY {_name(table)} ({', '.join(columns)}) FROM STDIN"
    with _errors_as_usual(statement), _driver(session).cursor().copy(statement.encode()) as copy:
        for row in rows:
            cells = list(row)
            for at, change in changes:
                cells[at] = change(cells[at])
            copy.write_row(cells)


def change_rows(
    session: Session, model: Model, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Write over the rows of the same `id`."""
    if not rows:
        return
    name = _name(_table(model))
    statement = (
        f"UPDATE {name} t SET ({', '.join(columns)}) = ROW({', '.join(f'n.{one}' for one in columns)}) "
        f"FROM json_populate_recordset(NULL::{name}, %s) n WHERE t.id = n.id"
    )
    documents = orjson.dumps([dict(zip(columns, row, strict=True)) for row in rows]).decode()
    with _errors_as_usual(statement):
        _driver(session).execute(statement.encode(), [documents])


def drop_parts(session: Session, ids: Collection[UUID]) -> None:
    """Take away what hangs on these entries and is written whole with each save."""
    if not ids:
        return
    for model in PARTS:
        statement = f"DELETE FROM {_name(_table(model))} WHERE entry_id = ANY (:ids)"
        session.execute(text(statement), {"ids": array_text(ids)})


def lend_slugs(session: Session, ids: Collection[UUID]) -> None:
    """Free the slugs of entries that are about to get others: one may pass to another of the same call."""
    if not ids:
        return
    statement = text("UPDATE directory.entry SET slug = id::text WHERE id = ANY (:ids)")
    session.execute(statement, {"ids": array_text(ids)})


def drop_old_slugs(session: Session, slugs: Collection[str]) -> None:
    if not slugs:
        return
    session.execute(
        text("DELETE FROM directory.old_slug WHERE slug = ANY (:slugs)"), {"slugs": array_text(slugs)}
    )


def drop_links(session: Session, ids: Collection[UUID]) -> None:
    if not ids:
        return
    session.execute(text("DELETE FROM directory.link WHERE id = ANY (:ids)"), {"ids": array_text(ids)})


def forget_loaded(session: Session, ids: Collection[UUID]) -> None:
    """Objects of these rows that the session holds are read again when they are next looked at."""
    for held in list(session.identity_map.values()):
        if isinstance(held, Entry | Place | Organisation | Link) and _id_of(held) in ids:
            session.expire(held)


def _id_of(held: object) -> UUID | None:
    """By its key: the object of a row that was rolled back cannot say its id any more."""
    key = instance_state(held).identity
    return key[0] if key else None
