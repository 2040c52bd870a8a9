"""The one query behind the list, the map, the counts and the export: who matches, why, and how well."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from api.db import ReadConnection
from api.entries.sessions import PUBLIC_PURPOSES
from api.search.engine import Ground, WordMatch
from api.search.intent import DAYS, TimeWanted
from api.search.postgres import term_query
from api.search.schemas import GROUPS, SearchParams
from api.search.words import Term
from geo import sql

# Facet group → column of face.entries; an array column matches when it shares a value.
COLUMNS = {
    "kind": "kind",
    "need": "needs",
    "audience": "audiences",
    "access": "access",
    "language": "languages",
    "delivery": "delivery",
    "cost": "cost",
}
SCALARS = frozenset({"kind", "cost"})
PURPOSES = ", ".join(f"'{purpose}'" for purpose in sorted(PUBLIC_PURPOSES))


@dataclass
class Match:
    """SQL of one search: a condition for every entry, and its values."""

    where: list[str] = field(default_factory=lambda: ["e.state <> 'closed'"])
    values: dict[str, Any] = field(default_factory=dict)
    serves: str = "NULL::boolean"
    distance: str = "NULL::double precision"
    rough: str = "false"
    text: str = "0.0"
    source: str = "face.entries e"
    open_then: str = "true"


def build_match(
    params: SearchParams,
    *,
    ground: Ground | None,
    words: WordMatch | None,
    wanted: TimeWanted | None,
    today: date,
) -> Match:
    """Conditions of everything but the facet groups."""
    match = Match(values={"today": today})
    if words is not None:
        match.source, match.text = words.source, words.text
        match.where.append(words.where)
        match.values |= words.values
    if params.area:
        match.where.append("e.areas @> ARRAY[%(area)s::text]")
        match.values["area"] = params.area
    if params.bbox:
        match_box(match, params.bbox)
    if wanted is not None:
        _match_wanted(match, wanted)
    if params.at:
        _match_time(match, params.at)
    if ground is not None:
        _match_ground(match, ground)
    return match


def match_box(match: Match, bbox: tuple[float, float, float, float]) -> None:
    """Entries with a public point in a box of degrees. The index works in metres, where the box is tilted a
    little: it finds candidates, the degrees decide."""
    envelope = sql.to_osgb(sql.box("%(west)s", "%(south)s", "%(east)s", "%(north)s"))
    match.where.append(
        f"e.point && {envelope} AND e.lon BETWEEN %(west)s AND %(east)s "
        "AND e.lat BETWEEN %(south)s AND %(north)s"
    )
    west, south, east, north = bbox
    match.values |= {
        # EPSG:27700 has no answer far from Britain; nothing of ours is there.
        "west": max(west, -12.0),
        "south": max(south, 48.0),
        "east": min(east, 6.0),
        "north": min(north, 62.0),
    }


def _match_wanted(match: Match, wanted: TimeWanted) -> None:
    """Has a session on one of the days, from today on, that overlaps the window. One without times may."""
    window = ""
    if wanted.window:
        window = (
            "AND (s.from_minute IS NULL OR s.from_minute < %(window_end)s "
            "AND coalesce(s.to_minute, s.from_minute + 60) > %(window_start)s) "
        )
        match.values |= {"window_start": wanted.window[0], "window_end": wanted.window[1]}
    match.where.append(
        f"EXISTS (SELECT FROM face.sessions s WHERE s.entry_id = e.id AND s.purpose IN ({PURPOSES}) "
        f"AND s.weekday = ANY (%(weekdays)s::smallint[]) {window}"
        "AND (s.until IS NULL OR s.until >= %(today)s) "
        "AND (s.repeats <> 'once' OR s.starts_on >= %(today)s))"
    )
    match.values["weekdays"] = [DAYS.index(day) + 1 for day in wanted.days]


def _match_time(match: Match, at: datetime) -> None:
    """Keeps what is open then, and what may be: an entry whose hours we do not hold is counted apart."""
    on_then = "s.entry_id = e.id AND face.happens_on(s, %(on_date)s)"
    public = f"s.entry_id = e.id AND s.purpose IN ({PURPOSES})"
    match.open_then = (
        f"EXISTS (SELECT FROM face.sessions s WHERE {public} AND s.from_minute <= %(minute)s "
        f"AND s.to_minute > %(minute)s AND {on_then})"
    )
    unsure = (
        f"EXISTS (SELECT FROM face.sessions s WHERE {public} AND {on_then} AND (s.from_minute IS NULL "
        "OR s.to_minute IS NULL AND s.from_minute <= %(minute)s)) "
        f"OR NOT EXISTS (SELECT FROM face.sessions s WHERE {public})"
    )
    match.where.append(f"e.state = 'running' AND ({match.open_then} OR {unsure})")
    match.values |= {"on_date": at.date(), "minute": at.hour * 60 + at.minute}


# How far a point may be from the truth, in metres: the middle of a sector is no distance to travel.
ROUGHNESS_M = (
    "CASE e.precision WHEN 'sector' THEN 2000 WHEN 'outcode' THEN 5000 WHEN 'place' THEN 1000 ELSE 0 END"
)
NOWHERE = (
    "(e.point IS NULL AND NOT e.has_coverage AND (e.areas && %(local_codes)s::text[] OR e.areas = '{}'))"
)


def _match_ground(match: Match, ground: Ground) -> None:
    """DESIGN.md rule 2: coverage holds the place, or a public point within the radius and no coverage. An
    entry with neither never vanishes: it matches in its own area, or when we know of none."""
    here = sql.osgb_point("%(lon)s", "%(lat)s")
    in_radius = sql.within("e.point", here, "%(radius_m)s")
    # Each arm is a condition an index answers; null means no.
    serves = (
        f"(e.everywhere OR e.serves && %(codes)s::text[] OR {sql.covers('e.coverage', here)} "
        f"OR {in_radius} AND NOT e.has_coverage OR {NOWHERE})"
    )
    match.serves = f"coalesce({serves}, false)"
    exact = sql.distance_m("e.point", here)
    match.distance = f"CASE WHEN e.point IS NOT NULL THEN greatest({exact}, {ROUGHNESS_M}) END"
    match.rough = f"coalesce({exact} < {ROUGHNESS_M}, false)"
    match.where.append(
        f"(e.everywhere OR e.serves && %(codes)s::text[] OR {sql.covers('e.coverage', here)} "
        f"OR {in_radius} OR {NOWHERE})"
    )
    match.values |= {
        "lon": ground.lon,
        "lat": ground.lat,
        "radius_m": ground.radius_m,
        "codes": ground.areas,
        "local_codes": ground.local_areas,
    }


def _chosen(params: SearchParams, group: str, values: dict[str, Any]) -> str:
    """The condition of one facet group, `true` when nothing is chosen in it."""
    chosen = getattr(params, group)
    if not chosen:
        return "true"
    values[f"chosen_{group}"] = list(chosen)
    column = f"e.{COLUMNS[group]}"
    if group in SCALARS:
        return f"coalesce({column} = ANY (%(chosen_{group})s), false)"
    return f"{column} && %(chosen_{group})s::text[]"


# The one formula of order, explained in docs/search.md: how well the words fit, how local the help is (a
# small coverage before a county's), how near it is, and how lately it was checked.
PARTS = {
    "words": "text",
    "local": (
        "CASE WHEN serves IS NULL THEN 0 WHEN everywhere THEN 0.1 WHEN has_coverage "
        "THEN 0.5 * (1 - least(1, ln(1 + coalesce(coverage_km2, 4000)) / ln(4001))) "
        "ELSE 0.5 * exp(-coalesce(distance_m, 20000) / 4000) END"
    ),
    "near": (
        "CASE WHEN serves IS NULL THEN 0 WHEN everywhere THEN 0.1 "
        "ELSE 0.3 * exp(-coalesce(distance_m, 15000) / 8000) END"
    ),
    "checked": (
        "CASE WHEN checked_on IS NULL THEN 0 WHEN checked_on > %(today)s - 365 THEN 0.15 "
        "WHEN checked_on > %(today)s - 550 THEN 0.08 ELSE -0.05 END"
    ),
}
ORDERS = {
    "best": "score DESC, name_key, id",
    "distance": "distance_m NULLS LAST, score DESC, name_key, id",
    "name": "name_key, id",
    "checked": "checked_on DESC NULLS LAST, name_key, id",
}


def _base(match: Match, params: SearchParams) -> str:
    """Every entry that matches apart from the facet groups, with whether each group would keep it."""
    kept = " AND ".join(f"ok_{group}" for group in GROUPS)
    score = " + ".join(PARTS.values())
    keeps = ", ".join(f"{_chosen(params, group, match.values)} AS ok_{group}" for group in GROUPS)
    columns = ", ".join(f"e.{column}" for column in dict.fromkeys(COLUMNS.values()))
    return f"""
  base AS MATERIALIZED (
    SELECT e.id, e.name_key, e.lon, e.lat, e.everywhere, e.has_coverage, e.coverage_km2, e.checked_on,
           {columns}, {keeps},
           {match.text} AS text, {match.serves} AS serves, {match.distance} AS distance_m,
           {match.rough} AS rough, {match.open_then} AS open_then
    FROM {match.source} WHERE {" AND ".join(match.where)}),
  fitting AS (SELECT *, {score} AS score FROM base WHERE {kept}),
  matched AS (SELECT * FROM fitting WHERE open_then)"""


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
SERVING = {"only": "coalesce(serves, true)", "any": "true"}


async def find(
    read: ReadConnection, params: SearchParams, match: Match, *, terms: list[Term], explain: bool = False
) -> Found:
    """One page of entries with totals and facets, from one statement."""
    serving = SERVING[params.serves or "only"]
    values = match.values
    values |= {"limit": params.per_page, "offset": (params.page - 1) * params.per_page}
    base = _base(match, params)
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
    statement = f"WITH {_base(match, params)} SELECT count(*) FROM matched"
    cursor = await read.execute(statement.encode(), match.values)
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True)
class KnownWord:
    """What our own entries know of a typed word: how many use it, whether any word of theirs `begins` with
    it, and those spelt much like it with how many use each."""

    entries: int
    begins: bool
    alike: list[tuple[str, int]]


_LOOK_UP_WORDS = """
SELECT t.typed, coalesce(k.entries, 0)::int,
       EXISTS (SELECT FROM face.words b WHERE b.word LIKE t.typed || '%%' AND b.word <> t.typed),
       CASE WHEN k.entries IS NULL THEN (
         SELECT array_agg(json_build_array(a.word, a.entries)) FROM (
           SELECT word, entries FROM face.words
           WHERE word %% t.typed AND abs(length(word) - length(t.typed)) <= 2
           ORDER BY similarity(word, t.typed) DESC LIMIT 30) a) END
FROM unnest(%(typed)s::text[]) AS t (typed)
CROSS JOIN LATERAL (
  SELECT sum(entries) AS entries FROM face.words
  WHERE lexeme = coalesce((ts_lexize('english_stem', t.typed))[1], t.typed)) k
"""
_LEXICON = """
SELECT words, one_way_from FROM face.synonyms
WHERE words && %(phrases)s::text[] OR one_way_from = ANY (%(phrases)s)
UNION ALL SELECT ARRAY[word], NULL FROM face.stop_words WHERE word = ANY (%(phrases)s)
"""


async def look_up_words(read: ReadConnection, typed: list[str]) -> dict[str, KnownWord]:
    """What our own entries know of each single word."""
    if not typed:
        return {}
    cursor = await read.execute(_LOOK_UP_WORDS, {"typed": typed})
    return {
        row[0]: KnownWord(row[1], row[2], [(word, entries) for word, entries in row[3] or []])
        for row in await cursor.fetchall()
    }


async def read_lexicon(
    read: ReadConnection, phrases: list[str]
) -> tuple[list[tuple[list[str], str | None]], list[str]]:
    """(synonym rows, stop words) that any of these words and phrases touches."""
    cursor = await read.execute(_LEXICON, {"phrases": phrases})
    groups, stop_words = [], []
    for words, one_way_from in await cursor.fetchall():
        # A group has at least two words or a `one_way_from`; a lone word is a stop word.
        if len(words) == 1 and one_way_from is None:
            stop_words += words
        else:
            groups.append((words, one_way_from))
    return groups, stop_words


async def term_words(read: ReadConnection) -> list[tuple[str, str, list[str]]]:
    """(code, label, words) of every need: to say which need a word was understood as."""
    cursor = await read.execute("SELECT code, label, words FROM face.terms WHERE scheme = 'need'")
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


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


_MAP = """
WITH {base},
  pins AS (
    SELECT b.lon, b.lat, count(*) AS entries, min(b.id::text) AS first_id,
           (array_agg(b.id ORDER BY b.name_key))[1:30] AS ids
    FROM matched b WHERE {serving} AND b.lon IS NOT NULL GROUP BY b.lon, b.lat),
  cells AS (
    SELECT floor(lon / {step_lon}) AS x, floor(lat / {step_lat}) AS y, count(*) AS pins,
           sum(entries) AS entries, sum(lon * entries) / sum(entries) AS lon,
           sum(lat * entries) / sum(entries) AS lat,
           min(lon) AS west, min(lat) AS south, max(lon) AS east, max(lat) AS north
    FROM pins GROUP BY x, y),
  alone AS (
    SELECT p.* FROM pins p WHERE {as_pins}
      OR EXISTS (SELECT FROM cells c WHERE c.pins = 1 AND c.x = floor(p.lon / {step_lon})
                 AND c.y = floor(p.lat / {step_lat})))
SELECT
  (SELECT json_agg(json_build_object('lat', round(lat::numeric, 5), 'lon', round(lon::numeric, 5),
     'count', entries, 'bbox', json_build_array(west, south, east, north)))
   FROM cells WHERE pins > 1 AND NOT ({as_pins})),
  (SELECT json_agg(json_build_object('id', e.id, 'slug', e.slug, 'kind', e.kind, 'name', e.name,
     'lat', a.lat, 'lon', a.lon, 'count', a.entries, 'precision', e.precision,
     'serves', {serves_of},
     'entries', CASE WHEN a.entries > 1 THEN (
        SELECT json_agg(json_build_object('id', o.id, 'slug', o.slug, 'kind', o.kind, 'name', o.name)
                        ORDER BY o.name_key)
        FROM face.entries o WHERE o.id = ANY (a.ids)) END))
   FROM alone a JOIN face.entries e ON e.id = a.ids[1]),
  (SELECT coalesce(sum(entries), 0) FROM pins),
  (SELECT count(*) FROM matched b WHERE {serving} AND b.lon IS NULL)
"""
# A cell is about 60 screen pixels wide: 360 degrees make 256 pixels at zoom 0.
CELL_DEGREES_AT_ZERO = 360 / 256 * 60
PINS_FROM_ZOOM = 15


async def find_on_map(
    read: ReadConnection, params: SearchParams, match: Match, *, zoom: int
) -> tuple[list[Any], list[Any], int, int]:
    """(clusters, points, entries with a pin, entries without one). Counts add up: each entry with a public
    point in the box is in exactly one cluster or point."""
    serving = SERVING[params.serves or "only"]
    step = CELL_DEGREES_AT_ZERO / 2**zoom
    base = _base(match, params)
    statement = _MAP.format(
        base=base,
        serving=serving,
        step_lon=repr(step),
        step_lat=repr(step * 0.61),
        as_pins="true" if zoom >= PINS_FROM_ZOOM else "(SELECT count(*) FROM pins) <= 150",
        serves_of="(SELECT b.serves FROM matched b WHERE b.id = e.id)",
    )
    cursor = await read.execute(statement.encode(), match.values)
    row = await cursor.fetchone()
    assert row is not None  # an aggregate always answers with one row
    return row[0] or [], row[1] or [], int(row[2]), int(row[3])
