"""How many entries near a place have some words, as PostgreSQL expects from its statistics."""

from collections.abc import Sequence
from typing import Any

from api.db import ReadConnection
from api.search.engine import Ground
from api.search.postgres import term_call
from api.search.words import Term


async def expect_entries(read: ReadConnection, terms: Sequence[Term], *, every: bool, ground: Ground) -> int:
    """With `every` of the terms, or with any of them. Most often within half and twice as many."""
    values: dict[str, Any] = {"near_keys": ground.keys}
    each = [f"e.words @@ {term_call(term, f't{number}', values)}" for number, term in enumerate(terms)]
    statement = (
        "EXPLAIN (FORMAT JSON) SELECT FROM face.entries e "
        f"WHERE ({(' AND ' if every else ' OR ').join(each)}) AND e.near && %(near_keys)s::text[]"
    )
    row = await (await read.execute(statement.encode(), values)).fetchone()
    return int(row[0][0]["Plan"]["Plan Rows"]) if row else 0
