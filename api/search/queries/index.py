"""SQL of the search index: what waits in the outbox, and the documents as the public may see them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

# A document changes when anything that is searched or shown of its entry does.
_STAMP = "md5(e.detail || e.body || array_to_string(e.near, ' '))"
_DOCUMENTS = f"""
SELECT json_build_object(
  'id', e.id, 'stamp', {_STAMP}, 'name', e.name, 'purpose', e.card::json -> 'summary',
  'about', e.body, 'where', concat_ws(' ', e.card::json ->> 'town', e.card::json ->> 'coverage_label'),
  'near', e.near)
FROM face.entries e WHERE e.state <> 'closed'
"""
_TAKE = """
SELECT id, entry_id::text FROM directory.outbox ORDER BY id LIMIT :size
"""


def take_waiting(session: Session, *, size: int) -> list[tuple[int, str]]:
    """(outbox id, entry id) of the oldest changes. Other workers wait until this transaction ends: an older
    form of an entry must not reach the index after a newer one."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('hereabouts.outbox'))"))
    return [(row[0], row[1]) for row in session.execute(text(_TAKE), {"size": size})]


def forget_waiting(session: Session, outbox_ids: Sequence[int]) -> None:
    session.execute(text("DELETE FROM directory.outbox WHERE id = ANY (:ids)"), {"ids": list(outbox_ids)})


def forget_all_waiting(session: Session) -> None:
    session.execute(text("DELETE FROM directory.outbox"))


def documents_of(session: Session, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Documents of those of the entries that are public and not closed."""
    statement = text(_DOCUMENTS + " AND e.id = ANY (CAST(:ids AS uuid[]))").bindparams(bindparam("ids"))
    return [row[0] for row in session.execute(statement, {"ids": list(ids)})]


def all_documents(session: Session, *, size: int) -> Iterator[dict[str, Any]]:
    """Every document, streamed in pieces of `size` rows: memory stays small however many there are."""
    result = session.execute(text(_DOCUMENTS), execution_options={"yield_per": size})
    for row in result:
        yield row[0]


def stamps(session: Session) -> dict[str, str]:
    """Stamp of every document there should be, by entry id."""
    statement = text(f"SELECT e.id::text, {_STAMP} FROM face.entries e WHERE e.state <> 'closed'")
    return {row[0]: row[1] for row in session.execute(statement)}


def queue(session: Session, ids: Sequence[str]) -> None:
    """Put entries in the outbox, so that the worker indexes them again."""
    session.execute(
        text("INSERT INTO directory.outbox (entry_id) SELECT unnest(CAST(:ids AS uuid[]))"),
        {"ids": list(ids)},
    )


def queue_changed_since(session: Session, since: datetime) -> None:
    session.execute(
        text(
            "INSERT INTO directory.outbox (entry_id) "
            "SELECT id FROM directory.entry WHERE updated_at >= :since"
        ),
        {"since": since},
    )
