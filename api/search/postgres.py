"""Words by PostgreSQL: full text with weights, phrases, synonyms, and our own vocabulary for slips."""

from dataclasses import replace
from typing import Any

from api.db import ReadConnection
from api.search.engine import WordMatch, WordQuery
from api.search.words import Term

CONFIGURATION = "'face.plain_english'"
# What share of the words, weighed by how rare they are, an entry needs when not all are asked for.
LEAST_SHARE = 0.3
# Weights of ts_rank for D, C, B, A: place, description, summary and needs, name.
FIELD_WEIGHTS = "'{0.1, 0.25, 0.6, 1.0}'"


class PostgresEngine:
    name = "postgres"

    async def match_words(self, read: ReadConnection, query: WordQuery) -> WordMatch:
        values: dict[str, Any] = {}
        each = term_queries(query, values)
        required = [tsquery for term, _, tsquery in each if term in query.required]
        if query.how_many == "all":
            where = f"e.words @@ ({' && '.join(required)})"
        else:
            where = f"e.words @@ ({' || '.join(required)})"
        if query.how_many == "most":
            where += f" AND {_share(each, only=query.required)} >= {LEAST_SHARE}"
        if any(term.corrected for term in query.terms):
            # A slip in a word that only names have: the whole name is compared as well.
            where = f"({where} OR %(typed)s <%% e.name_key)"
        return WordMatch(where=where, text=fit(each), values=values)


# A term, the SQL of its own tsquery, and that of all the ways of saying it.
TermQueries = list[tuple[Term, str, str]]


def term_queries(query: WordQuery, values: dict[str, Any]) -> TermQueries:
    """Each term with the SQL of its tsquery; their values, and the whole as `typed`, are added."""
    values["typed"] = query.as_one
    found: TermQueries = []
    for number, term in enumerate(query.terms):
        own = term_query(replace(term, also=()), f"o{number}", values)
        found.append((term, own, term_query(term, f"t{number}", values)))
    return found


def fit(each: TermQueries) -> str:
    """SQL of how well an entry fits: how many of the words it has and where they stand, the rare ones
    counting most, and how like its name they are."""
    whole = sum(term.weight for term, _, _ in each)
    parts = [
        f"{term.weight / whole:.4f} * (ts_rank({FIELD_WEIGHTS}, e.words, {tsquery}, 32) "
        f"+ CASE WHEN e.words @@ {own} THEN 0.9 WHEN e.words @@ {tsquery} THEN 0.7 ELSE 0 END)"
        for term, own, tsquery in each
    ]
    return (
        f"({' + '.join(parts)} "
        "+ 0.8 * similarity(%(typed)s, e.name_key) + 0.2 * word_similarity(%(typed)s, e.name_key))"
    )


def term_query(term: Term, prefix: str, values: dict[str, Any]) -> str:
    """SQL of a tsquery for one term in all its ways of being said; its values are added under `prefix`."""
    parts = []
    for number, spoken in enumerate(term.spoken):
        name = f"{prefix}_{number}"
        values[name] = spoken
        parts.append(f"phraseto_tsquery({CONFIGURATION}, %({name})s)")
    if term.prefix:
        values[f"{prefix}_start"] = f"{term.typed}:*"
        parts.append(f"to_tsquery({CONFIGURATION}, %({prefix}_start)s)")
    return f"({' || '.join(parts)})"


def _share(each: TermQueries, *, only: list[Term]) -> str:
    """What part of the terms an entry has, from 0 to 1, the rare ones counting most."""
    counted = [(term, tsquery) for term, _, tsquery in each if term in only]
    whole = sum(term.weight for term, _ in counted)
    parts = [
        f"CASE WHEN e.words @@ {tsquery} THEN {term.weight / whole:.4f} ELSE 0 END"
        for term, tsquery in counted
    ]
    return f"({' + '.join(parts)})"
