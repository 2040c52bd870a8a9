"""Words by PostgreSQL: full text with weights, phrases, synonyms, and our own vocabulary for slips."""

from dataclasses import replace
from typing import Any

from api.db import ReadConnection
from api.search.engine import WordMatch, WordQuery
from api.search.words import Term

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
            where += f" AND {_share(each, query.required, values)} >= {LEAST_SHARE}"
        if any(term.corrected for term in query.terms):
            # A slip in a word that only names have: the whole name is compared as well.
            where = f"({where} OR %(typed)s <%% e.name_key)"
        hits = [f"e.words @@ {tsquery}" for _, _, tsquery in each]
        return WordMatch(where=where, text=fit(each, values), hits=hits, values=values)


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


def fit(each: TermQueries, values: dict[str, Any]) -> str:
    """SQL of how well an entry fits: how many of the words it has and where they stand, the rare ones
    counting most, and how like its name they are. Its values are added."""
    parts = [
        f"{weight} * (ts_rank({FIELD_WEIGHTS}, e.words, {tsquery}, 32) "
        f"+ CASE WHEN e.words @@ {own} THEN 0.9 WHEN e.words @@ {tsquery} THEN 0.7 ELSE 0 END)"
        for (_, own, tsquery), weight in zip(each, _weights(each, "weight", values), strict=True)
    ]
    return (
        f"({' + '.join(parts)} "
        "+ 0.8 * similarity(%(typed)s, e.name_key) + 0.2 * word_similarity(%(typed)s, e.name_key))"
    )


def term_query(term: Term, name: str, values: dict[str, Any]) -> str:
    """SQL of a tsquery for one term in all its ways of being said; its values are added under `name`. It is
    worked out once a statement, and reads the same whatever was typed: PostgreSQL keeps the plan."""
    return f"(SELECT {term_call(term, name, values)})"


def term_call(term: Term, name: str, values: dict[str, Any]) -> str:
    """The same where the planner must see what is asked for, which a sub-select hides."""
    values[name] = list(term.spoken)
    values[f"{name}_start"] = f"{term.typed}:*" if term.prefix else None
    return f"face.any_phrase(%({name})s::text[], %({name}_start)s::text)"


def _weights(each: TermQueries, name: str, values: dict[str, Any]) -> list[str]:
    """SQL of what part of the whole each term counts for."""
    whole = sum(term.weight for term, _, _ in each)
    values |= {f"{name}{number}": term.weight / whole for number, (term, _, _) in enumerate(each)}
    return [f"%({name}{number})s::float8" for number in range(len(each))]


def _share(each: TermQueries, only: list[Term], values: dict[str, Any]) -> str:
    """What part of the terms an entry has, from 0 to 1, the rare ones counting most."""
    counted = [one for one in each if one[0] in only]
    parts = [
        f"CASE WHEN e.words @@ {tsquery} THEN {weight} ELSE 0 END"
        for (_, _, tsquery), weight in zip(counted, _weights(counted, "share", values), strict=True)
    ]
    return f"({' + '.join(parts)})"
