"""A page of what matches, with true totals and facet counts, from one statement."""

from dataclasses import dataclass
from typing import Any

import orjson

from api.db import ReadConnection
from api.search.postgres import term_query
from api.search.queries.match import ORDERS, PARTS, SERVING, Match, all_but, base_of
from api.search.queries.running import execute
from api.search.queries.whole import narrow, whole_of
from api.search.queries.words import EDITION
from api.search.schemas import GROUPS, SearchParams
from api.search.words import Term


def _facets(params: SearchParams, serving: str, own: dict[str, str]) -> str:
    """Counts of every value as group:value. A group that something is chosen in is counted as if nothing
    were, by its SQL in `own` where that is known; the others are counted together."""
    chosen = [group for group in GROUPS if getattr(params, group)]
    others = " AND ".join(f"value NOT LIKE '{group}:%%'" for group in chosen) or "true"
    counts = [
        "SELECT value, count(*) AS entries FROM (SELECT unnest(facets) AS value FROM matched "
        f"WHERE {serving}) one GROUP BY value HAVING {others}"
    ]
    counts += [
        own[group]
        if group in own
        else f"SELECT '{group}:' || value, count(*) FROM (SELECT unnest(of_{group}) AS value FROM base "
        f"WHERE {all_but(params, group)} AND open_then AND {serving}) one GROUP BY value"
        for group in chosen
    ]
    return " UNION ALL ".join(counts)


@dataclass(frozen=True)
class Found:
    """What the one query gives back: true totals, facet counts, the rows of a page as parsed JSON, and the
    edition of words and places that they are of."""

    total: int
    facets: dict[str, dict[str, int]]
    rows: list[dict[str, Any]]
    nearby_total: int
    nearby_rows: list[dict[str, Any]]
    times_unknown: int
    edition: int


NEARBY_SHOWN = 5
# Put together as text: the card is JSON as it stands, and need not be read and written again.
_SHOWN = {
    "card": "e.card",
    "sessions": "e.sessions",
    "serves": "p.serves",
    "distance_m": "p.distance_m",
    "rough": "p.rough",
    "served": "array_to_json(e.serves)",
    "everywhere": "e.everywhere",
    "has_coverage": "e.has_coverage",
    "in_areas": "array_to_json(e.areas)",
    "due_on": "to_json(e.due_on)",
}


def _shape(hits: str, *, explain: bool) -> str:
    """SQL of one result as the text of a JSON object; `hits` are conditions, one for each term."""
    shown = _SHOWN | {"hits": f"array_to_json(ARRAY[{hits}]::boolean[])"}
    if explain:
        parts = ", ".join(f"'{name}', round(({part})::numeric, 4)" for name, part in PARTS.items())
        shown["explain"] = f"(SELECT json_build_object({parts}) FROM (SELECT p.*) q)"
    members = ", ',', ".join(f"'\"{name}\":', coalesce(({sql})::text, 'null')" for name, sql in shown.items())
    return f"concat('{{', {members}, '}}')"


def _rows(objects: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads(f"[{objects or ''}]")
    return rows


def _numbered(found: str, order: str, *, limit: str, offset: str) -> str:
    """SQL of a page with the `place` of each row in it. Numbered once cut: to number all, all are sorted."""
    page = f"SELECT * FROM {found} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
    return f"SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM ({page}) one"


async def find(
    read: ReadConnection, params: SearchParams, match: Match, *, terms: list[Term], explain: bool = False
) -> Found:
    """One page of entries with totals and facets, from one statement."""
    serving = SERVING[params.serves or "only"]
    whole = await whole_of(read, match, params)
    narrowed = narrow(match, params)
    match = whole.match if whole else narrowed.match
    values = match.values
    values |= {"limit": params.per_page, "offset": (params.page - 1) * params.per_page}
    base = base_of(match, params)
    hits = match.hits
    if hits is None:
        hits = [f"e.words @@ {term_query(term, f'hit{n}', values)}" for n, term in enumerate(terms)]
    words = ", ".join(hits)
    shape = _shape(words, explain=explain)
    order, offset = ORDERS[params.sort], "0" if whole else "%(offset)s"
    statement = f"""
WITH {f"{whole.picked}, " if whole else ""}{base},
  kept AS NOT MATERIALIZED (SELECT * FROM matched WHERE {serving}),
  apart AS NOT MATERIALIZED (SELECT * FROM matched WHERE NOT {serving}),
  page AS ({_numbered("kept", order, limit="%(limit)s", offset=offset)}),
  near AS ({_numbered("apart", "distance_m, id", limit=str(NEARBY_SHOWN), offset="0")})
SELECT {f"({whole.total})" if whole else "counts.kept"},
  (SELECT json_object_agg(value, entries)
   FROM ({whole.facets if whole else _facets(params, serving, narrowed.own)}) counted),
  (SELECT string_agg({shape}, ',' ORDER BY p.place) FROM page p JOIN face.entries e USING (id)),
  counts.apart,
  CASE WHEN counts.apart > 0 THEN
    (SELECT string_agg({shape}, ',' ORDER BY p.place) FROM near p JOIN face.entries e USING (id)) END,
  counts.times_unknown, ({EDITION})
FROM (
  SELECT count(*) FILTER (WHERE open_then AND {serving}) AS kept,
         count(*) FILTER (WHERE open_then AND NOT {serving}) AS apart,
         count(*) FILTER (WHERE NOT open_then AND {serving}) AS times_unknown FROM fitting) counts
"""
    cursor = await execute(read, statement, values)
    row = await cursor.fetchone()
    assert row is not None  # an aggregate always answers with one row
    facets: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    for value, entries in (row[1] or {}).items():
        group, _, code = value.partition(":")
        facets[group][code] = entries
    return Found(row[0], facets, _rows(row[2]), row[3], _rows(row[4]), row[5], row[6])


async def count(read: ReadConnection, params: SearchParams, match: Match) -> int:
    """How many entries a search has, those near that do not serve the place among them."""
    statement = f"WITH {base_of(match, params, ranked=False)} SELECT count(*) FROM matched"
    cursor = await execute(read, statement, match.values)
    row = await cursor.fetchone()
    return int(row[0]) if row else 0
