"""SQL of suggestions: writing them down, finding those of some areas, and what the public sees of entries."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, ColumnElement, Row, Text, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.models import Entry, Mail, Person, Source, Suggestion
from geo import sql

_PUBLIC = """
SELECT e.id, e.detail FROM face.entries e
WHERE e.id = coalesce(
  (SELECT id FROM face.entries WHERE slug = :key OR id::text = :key LIMIT 1),
  (SELECT entry_id FROM face.old_slugs WHERE slug = :key))
"""
_NAMES = """
SELECT e.id, e.name, f.slug, e.kind, f.card::jsonb ->> 'town' AS town
FROM directory.entry e LEFT JOIN face.entries f ON f.id = e.id WHERE e.id = ANY (:ids)
"""
_CARDS = """
SELECT id, name, slug, kind, card::jsonb ->> 'town' AS town, card::jsonb ->> 'privacy' AS privacy
FROM face.entries WHERE id = ANY (:ids)
"""
_MERGED_INTO = "SELECT entry_id FROM directory.old_slug WHERE slug = :id"
_AREAS_AT = f"SELECT code FROM directory.area WHERE {sql.covers('shape', sql.make_point(':lon', ':lat'))}"
_IS_EXAMPLE = "SELECT is_example FROM directory.entry WHERE id = :id"


def read_public(session: Session, key: str) -> tuple[UUID, dict[str, Any]] | None:
    """(id, everything public) of the entry with this id or slug, an old one too."""
    row = session.execute(text(_PUBLIC), {"key": key.replace("\x00", "")}).one_or_none()
    return (row[0], orjson.loads(row[1])) if row else None


def entry_names(session: Session, ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """id → (id, name, slug, kind, town); slug and town are None where the entry is not public."""
    return {row.id: row for row in session.execute(text(_NAMES), {"ids": list(ids)})}


def public_cards(session: Session, ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    return {row.id: row for row in session.execute(text(_CARDS), {"ids": list(ids)})}


def standing_id(session: Session, entry_id: UUID | None) -> UUID | None:
    """The entry itself, or the one it was merged into."""
    into: UUID | None = session.scalar(text(_MERGED_INTO), {"id": str(entry_id)}) if entry_id else None
    return into or entry_id


def areas_at(session: Session, *, lon: float, lat: float) -> list[str]:
    return list(session.scalars(text(_AREAS_AT), {"lon": lon, "lat": lat}))


def is_example(session: Session, entry_id: UUID) -> bool:
    return bool(session.scalar(text(_IS_EXAMPLE), {"id": entry_id}))


def add_suggestion(session: Session, suggestion: Suggestion) -> None:
    session.add(suggestion)
    session.flush()


def find_by_reference(session: Session, reference: str, *, hold: bool = False) -> Suggestion | None:
    wanted = select(Suggestion).where(Suggestion.reference == reference)
    return session.scalar(wanted.with_for_update() if hold else wanted)


def find_suggestion(session: Session, suggestion_id: UUID, *, hold: bool = False) -> Suggestion | None:
    """`hold`: nobody else decides about it until the transaction ends."""
    if hold:
        return session.get(Suggestion, suggestion_id, with_for_update=True, populate_existing=True)
    return session.get(Suggestion, suggestion_id)


def person_name(session: Session, person_id: UUID) -> str | None:
    return session.scalar(select(Person.name).where(Person.id == person_id))


def list_suggestions(
    session: Session, *, areas: Collection[str] | None, waiting: bool, page: int, per_page: int
) -> tuple[Sequence[tuple[Suggestion, str | None]], int]:
    """Those of some areas (None: all), with the entry's name; waiting ones oldest first, decided ones newest
    first. And how many in all."""
    wheres = _of_areas(areas, waiting=waiting)
    rows = session.execute(
        select(Suggestion, Entry.name)
        .outerjoin(Entry, Entry.id == Suggestion.entry_id)
        .where(*wheres)
        .order_by(Suggestion.made_at if waiting else Suggestion.decided_at.desc(), Suggestion.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [(row[0], row[1]) for row in rows], session.scalar(
        select(func.count()).select_from(Suggestion).where(*wheres)
    ) or 0


def _of_areas(areas: Collection[str] | None, *, waiting: bool) -> list[ColumnElement[bool]]:
    states = ("waiting",) if waiting else ("accepted", "part_accepted", "refused")
    of_state = Suggestion.state.in_(states)
    if areas is None:
        return [of_state]
    return [of_state, Suggestion.area_codes.op("&&")(bindparam(None, list(areas), ARRAY(Text)))]


def keep_source(session: Session, code: str, name: str) -> None:
    session.execute(insert(Source).values(code=code, name=name).on_conflict_do_nothing())


def forget_addresses(session: Session, *, before: datetime, outcome_key: str) -> list[tuple[UUID, int]]:
    """Forget the addresses whose outcome was sent, and all from before that time; (id, decisions) of each.
    `outcome_key` is what the keys of outcome letters begin with."""
    sent = select(Mail.id).where(
        Mail.key == func.concat(outcome_key, Suggestion.id, "-", Suggestion.decisions),
        Mail.sent_at.is_not(None),
    )
    old = Suggestion.made_at < before
    forgotten = (
        update(Suggestion)
        .where(Suggestion.sender_email.is_not(None), old | sent.exists())
        .values(sender_email=None)
        .returning(Suggestion.id, Suggestion.decisions)
        .execution_options(synchronize_session=False)
    )
    return [(row[0], row[1]) for row in session.execute(forgotten)]
