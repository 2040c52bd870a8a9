"""A page of what matches, with true totals and facet counts, from one statement."""

from dataclasses import dataclass
from typing import Any

from api.db import ReadConnection
from api.search.postgres import term_query
from api.search.queries.match import COLUMNS, ORDERS, PARTS, SCALARS, SERVING, Match, base_of
from api.search.schemas import GROUPS, SearchParams
from api.search.words import Term


def _facet(group: str, serving: str) -> str:
    others = " AND ".join(f"ok_{other}" for other in GROUPS if other != group)
    value = COLUMNS[group] if group in SCALARS else f"unnest({COLUMNS[group]})"
    return (
        f"SELECT '{group}' AS facet, value, count(*) AS entries FROM ("
        f"SELECT {value} AS value FROM base WHERE {others} AND {serving} AND open_then) v "
        f"WHERE value IS NOT NULL GROUP BY value"
    )


@dataclass(frozen=True)
class Found:
    """What the one query gives back: true totals, facet counts, and the rows of a page as parsed JSON."""

    total: int
    facets: dict[str, dict[str, int]]
    rows: list[dict[str, Any]]
    nearby_total: int
    nearby_rows: list[dict[str, Any]]
    times_unknown: int


NEARBY_SHOWN = 5


async def find(
    read: ReadConnection, params: SearchParams, match: Match, *, terms: list[Term], explain: bool = False
) -> Found:
    """One page of entries with totals and facets, from one statement."""
    serving = SERVING[params.serves or "only"]
    values = match.values
    values |= {"limit": params.per_page, "offset": (params.page - 1) * params.per_page}
    base = base_of(match, params)
    hits = ", ".join(
        f"e.words @@ {term_query(term, f'hit{number}', values)}" for number, term in enumerate(terms)
    )
    parts = ", ".join(f"'{name}', round(({part})::numeric, 4)" for name, part in PARTS.items())
    explained = f", 'explain', (SELECT json_build_object({parts}) FROM (SELECT p.*) q)" if explain else ""
    shape = f"""json_build_object('card', e.card::json, 'sessions', e.sessions::json, 'serves', p.serves,
      'distance_m', p.distance_m, 'rough', p.rough, 'served', e.serves, 'everywhere', e.everywhere,
      'has_coverage', e.has_coverage, 'in_areas', e.areas, 'hits', ARRAY[{hits}]::boolean[]{explained})"""
    statement = f"""
WITH {base},
  kept AS (SELECT * FROM matched WHERE {serving}),
  apart AS (SELECT * FROM matched WHERE NOT {serving}),
  page AS (SELECT *, row_number() OVER (ORDER BY {ORDERS[params.sort]}) AS place FROM kept
           ORDER BY {ORDERS[params.sort]} LIMIT %(limit)s OFFSET %(offset)s),
  near AS (SELECT *, row_number() OVER (ORDER BY distance_m, id) AS place FROM apart
           ORDER BY distance_m, id LIMIT {NEARBY_SHOWN})
SELECT (SELECT count(*) FROM kept),
  (SELECT json_agg(f) FROM ({" UNION ALL ".join(_facet(group, serving) for group in GROUPS)}) f),
  (SELECT json_agg({shape} ORDER BY p.place) FROM page p JOIN face.entries e USING (id)),
  (SELECT count(*) FROM apart),
  (SELECT json_agg({shape} ORDER BY p.place) FROM near p JOIN face.entries e USING (id)),
  (SELECT count(*) FROM fitting WHERE NOT open_then AND {serving})
"""
    cursor = await read.execute(statement.encode(), values)
    row = await cursor.fetchone()
    assert row is not None  # an aggregate always answers with one row
    facets: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    for one in row[1] or []:
        facets[one["facet"]][one["value"]] = one["entries"]
    return Found(row[0], facets, row[2] or [], row[3], row[4] or [], row[5])


async def count(read: ReadConnection, params: SearchParams, match: Match) -> int:
    """How many entries a search has, those near that do not serve the place among them."""
    statement = f"WITH {base_of(match, params)} SELECT count(*) FROM matched"
    cursor = await read.execute(statement.encode(), match.values)
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def facet_labels(read: ReadConnection) -> dict[str, str]:
    """Label of each need and audience by its code."""
    cursor = await read.execute("SELECT code, label FROM face.terms WHERE scheme IN ('need', 'audience')")
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def area_names(read: ReadConnection, codes: list[str]) -> list[tuple[str, str, str]]:
    """(code, name, type) of areas, smallest first."""
    cursor = await read.execute(
        "SELECT code, name, type FROM face.areas WHERE code = ANY (%(codes)s) ORDER BY size_km2 NULLS LAST",
        {"codes": codes},
    )
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]
