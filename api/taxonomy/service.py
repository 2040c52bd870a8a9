"""The taxonomy: seeded from `data/taxonomy.yaml`, listed for people and machines."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.entries.vocabulary import KINDS
from api.errors import BadInput, FieldProblem, NotFound
from api.face.service import project_entries
from api.models import Term
from api.taxonomy import queries
from geo.gazetteer import fold_name

SCHEMES = {"needs": "need", "audiences": "audience", "kinds": "kind"}
MOST_WORDS = 60


def load_taxonomy(session: Session, path: Path) -> int:
    """Replace the terms by those of the file; returns how many. Entries learn of them on a face rebuild."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    terms = [
        {
            "scheme": scheme,
            "code": term["code"],
            "label": term["label"],
            "words": term.get("words", []),
            "position": position,
        }
        for part, scheme in SCHEMES.items()
        for position, term in enumerate(document[part])
    ]
    queries.replace_terms(session, terms)
    return len(terms)


def list_stored(session: Session) -> dict[str, list[Term]]:
    """Every term as it is kept, with the words people say for it, by scheme."""
    by_scheme: dict[str, list[Term]] = {scheme: [] for scheme in SCHEMES.values()}
    for term in queries.list_stored(session):
        by_scheme[term.scheme].append(term)
    return by_scheme


def change_term(
    session: Session, scheme: str, code: str, *, label: str, words: Iterable[str]
) -> tuple[str, list[str]]:
    """Another label, or other words that people say for it; the entries that carry it are shown anew.
    Returns what it was. Raises NotFound, BadInput."""
    term = queries.find_term(session, scheme, code)
    if term is None:
        raise NotFound("There is no such term.")
    was = (term.label, list(term.words))
    term.label, term.words = _label(label), _words(words)
    session.flush()
    project_entries(session, queries.entries_with(session, scheme, code))
    return was


def add_term(session: Session, scheme: str, *, label: str, words: Iterable[str]) -> str:
    """A new need or audience; its code is made from its label. Raises BadInput."""
    if scheme not in ("need", "audience"):
        raise _refuse("scheme", "Only needs and audiences can be added: the kinds are fixed.")
    code = fold_name(_label(label)).replace(" ", "_")[:64]
    if queries.find_term(session, scheme, code) is not None:
        raise _refuse("label", f"There is a term “{label}” already.")
    queries.add_term(session, scheme, code, _label(label), _words(words))
    return code


def _label(label: str) -> str:
    plain = " ".join(label.split())
    if not 2 <= len(plain) <= 60 or not fold_name(plain):
        raise _refuse("label", "Give it a label of 2 to 60 letters.")
    return plain


def _words(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(plain for word in words if (plain := " ".join(word.split()))))[:MOST_WORDS]


def _refuse(field: str, message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field=field, message=message)])


async def list_kinds(read: ReadConnection) -> list[dict[str, Any]]:
    """The nine kinds in their usual order, with how many entries each has."""
    counts = await queries.count_kinds(read)
    return [
        {
            "code": kind.code,
            "label": kind.label,
            "plural": kind.plural,
            "about": kind.about,
            "letter": kind.letter,
            "first_class": kind.first_class,
            "entries": counts.get(kind.code, 0),
        }
        for kind in KINDS
    ]


async def list_terms(read: ReadConnection) -> dict[str, list[dict[str, Any]]]:
    """Needs and audiences, with how many entries each has."""
    terms: dict[str, list[dict[str, Any]]] = {"needs": [], "audiences": []}
    for scheme, code, label, entries in await queries.count_terms(read):
        terms[f"{scheme}s"].append({"code": code, "label": label, "entries": entries})
    return terms
