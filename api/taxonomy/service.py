"""The taxonomy: seeded from `data/taxonomy.yaml`, listed for people and machines."""

from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.entries.vocabulary import KINDS
from api.taxonomy import queries

SCHEMES = {"needs": "need", "audiences": "audience", "kinds": "kind"}


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
