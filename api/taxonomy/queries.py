"""SQL of the taxonomy."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.models import Term

_KINDS = """
SELECT substr(beside, 6), entries FROM face.tallies WHERE value = '' AND beside LIKE 'kind:%'
"""
_TERMS = """
SELECT t.scheme, t.code, t.label, coalesce(n.entries, 0)
FROM face.terms t
LEFT JOIN face.tallies n ON n.value = '' AND n.beside = t.scheme || ':' || t.code
WHERE t.scheme IN ('need', 'audience')
ORDER BY t.scheme, t.position
"""


_CARRYING = """
SELECT id FROM directory.entry
WHERE :code = ANY (CASE :scheme WHEN 'need' THEN needs WHEN 'audience' THEN audiences ELSE ARRAY[kind] END)
"""


def replace_terms(session: Session, terms: list[dict[str, Any]]) -> None:
    """The given terms replace all that are held."""
    session.execute(delete(Term))
    session.add_all(Term(**term) for term in terms)
    session.flush()


def list_stored(session: Session) -> list[Term]:
    return list(session.scalars(select(Term).order_by(Term.scheme, Term.position)))


def find_term(session: Session, scheme: str, code: str) -> Term | None:
    return session.get(Term, (scheme, code))


def entries_with(session: Session, scheme: str, code: str) -> list[UUID]:
    """The entries that carry a term, or are of a kind."""
    return list(session.scalars(text(_CARRYING), {"scheme": scheme, "code": code}))


def add_term(session: Session, scheme: str, code: str, label: str, words: list[str]) -> None:
    last = session.scalar(select(func.max(Term.position)).where(Term.scheme == scheme))
    session.add(Term(scheme=scheme, code=code, label=label, words=words, position=(last or 0) + 1))
    session.flush()


async def count_kinds(read: ReadConnection) -> dict[str, int]:
    cursor = await read.execute(_KINDS)
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def count_terms(read: ReadConnection) -> list[tuple[str, str, str, int]]:
    """(scheme, code, label, entries) in the order of the taxonomy."""
    cursor = await read.execute(_TERMS)
    return [(row[0], row[1], row[2], row[3]) for row in await cursor.fetchall()]
