"""The one query behind the list, the map, the counts and the export: who matches, and how well."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from api.entries.sessions import PUBLIC_PURPOSES
from api.entries.vocabulary import ROUGHNESS_M
from api.search.engine import Ground, WordMatch
from api.search.everyday import DAYS
from api.search.intent import TimeWanted
from api.search.schemas import GROUPS, SearchParams
from geo import sql

PURPOSES = ", ".join(f"'{purpose}'" for purpose in sorted(PUBLIC_PURPOSES))

STANDING = "e.state <> 'closed'"
IN_AREA = "e.areas @> ARRAY[%(area)s::text]"


@dataclass
class Match:
    """SQL of one search: a condition for every entry, and its values. `hits` is None where no word is asked
    for."""

    where: list[str] = field(default_factory=lambda: [STANDING])
    values: dict[str, Any] = field(default_factory=dict)
    serves: str = "NULL::boolean"
    distance: str = "NULL::double precision"
    rough: str = "false"
    text: str = "0.0"
    hits: list[str] | None = None
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
        match.source, match.text, match.hits = words.source, words.text, words.hits
        match.where.append(words.where)
        match.values |= words.values
    if params.area:
        match.where.append(IN_AREA)
        match.values["area"] = params.area
    if params.bbox:
        match_box(match, params.bbox)
    if wanted is not None:
        _match_wanted(match, wanted)
    if params.at:
        _match_time(match, params.at)
    if ground is not None:
        _match_ground(match, ground)
        if words is None or not words.is_near:
            match.where.append("e.near && %(near_keys)s::text[]")
            match.values["near_keys"] = ground.keys
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
        f"EXISTS (SELECT FROM face.sessions s WHERE s.entry_id = e.id AND s.purpose IN ({PURPOSES}) {window}"
        "AND (s.weekday = ANY (%(weekdays)s::smallint[]) AND (s.until IS NULL OR s.until >= %(today)s) "
        "AND (s.repeats <> 'once' OR s.starts_on >= %(today)s) "
        "OR EXISTS (SELECT FROM unnest(s.also_on) AS also WHERE also >= %(today)s "
        "AND extract(isodow FROM also) = ANY (%(weekdays)s::smallint[]))))"
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


# The middle of a sector is no distance to travel.
_ROUGH = " ".join(f"WHEN '{precision}' THEN {metres}" for precision, metres in ROUGHNESS_M.items())
_ROUGHNESS = f"CASE e.precision {_ROUGH} ELSE 0 END"
NOWHERE = (
    "(e.point IS NULL AND NOT e.has_coverage AND (e.areas && %(local_codes)s::text[] OR e.areas = '{}'))"
)


def _match_ground(match: Match, ground: Ground) -> None:
    """DESIGN.md rule 2: coverage holds the place, or a public point within the radius and no coverage. An
    entry with neither never vanishes: it matches in its own area, or when we know of none."""
    # A question of its own, so that it is worked out once and not for every entry.
    here = f"(SELECT {sql.osgb_point('%(lon)s', '%(lat)s')})"
    # The index of words and whereabouts finds candidates. Behind the OFFSET each is measured once, and only
    # when everything an index can say holds.
    match.source += f"""
    CROSS JOIN LATERAL (
      SELECT coalesce(e.everywhere OR e.serves && %(codes)s::text[] OR {sql.covers("e.coverage", here)}
               OR at.metres <= %(radius_m)s AND NOT e.has_coverage OR {NOWHERE}, false) AS serves,
             coalesce(at.metres <= %(radius_m)s, false) AS in_radius, at.metres
      FROM (SELECT {sql.distance_m("e.point", here)} AS metres OFFSET 0) at OFFSET 0) ground"""
    match.where.append("(ground.serves OR ground.in_radius)")
    match.serves = "ground.serves"
    match.distance = f"CASE WHEN e.point IS NOT NULL THEN greatest(ground.metres, {_ROUGHNESS}) END"
    match.rough = f"coalesce(ground.metres < {_ROUGHNESS}, false)"
    match.values |= {
        "lon": ground.lon,
        "lat": ground.lat,
        "radius_m": ground.radius_m,
        "codes": ground.areas,
        "local_codes": ground.local_areas,
    }


def condition_of(params: SearchParams, group: str, values: dict[str, Any]) -> str:
    """The condition of one facet group that something is chosen in."""
    values[f"chosen_{group}"] = [f"{group}:{value}" for value in getattr(params, group)]
    return f"e.facets && %(chosen_{group})s::text[]"


def conditions_of(match: Match, params: SearchParams) -> list[str]:
    """All that an entry must meet to be listed, facet groups and `serves` among it."""
    chosen = [condition_of(params, group, match.values) for group in GROUPS if getattr(params, group)]
    serving = "true" if params.serves == "any" else f"coalesce({match.serves}, true)"
    every = [*match.where, *chosen, match.open_then, serving]
    return [condition for condition in every if condition != "true"]


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
        "CASE WHEN due_on IS NULL THEN 0 WHEN due_on > %(today)s THEN 0.15 "
        "WHEN due_on > %(today)s - 183 THEN 0.08 ELSE -0.05 END"
    ),
}
# What `checked` tells apart, from the most to the least: where nothing else counts, it is the order.
TIERS = (
    "due_on > %(today)s",
    "due_on <= %(today)s AND due_on > %(today)s - 183",
    "due_on IS NULL",
    "due_on <= %(today)s - 183",
)
ORDERS = {
    "best": "score DESC, name_key, id",
    "distance": "distance_m NULLS LAST, score DESC, name_key, id",
    "name": "name_key, id",
    "checked": "checked_on DESC NULLS LAST, name_key, id",
}


# An entry has one of these at most, so that counts of several values add up.
HAS_ONE = ("kind", "cost")
# The values an entry has of each group; `facets` has all of them, as group:value.
VALUES = {
    "kind": "ARRAY[e.kind]",
    "need": "e.needs",
    "audience": "e.audiences",
    "access": "e.access",
    "language": "e.languages",
    "delivery": "e.delivery",
    "cost": "array_remove(ARRAY[e.cost], NULL)",
}


def _keeps(params: SearchParams, group: str, values: dict[str, Any]) -> str:
    """`condition_of` as it is quickest told of an entry at hand: of what it has one of at most, by that."""
    condition = condition_of(params, group, values)
    if group not in HAS_ONE:
        return condition
    values[f"one_{group}"] = list(getattr(params, group))
    return f"coalesce(e.{group} = ANY (%(one_{group})s::text[]), false)"


def base_of(match: Match, params: SearchParams, *, ranked: bool = True) -> str:
    """Every entry that matches apart from the facet groups, with its values of each group that something is
    chosen in, and whether that group would keep it. Without `ranked` nobody asks how well."""
    chosen = {group: _keeps(params, group, match.values) for group in GROUPS if getattr(params, group)}
    keeps = "".join(
        f", {condition} AS ok_{group}, {VALUES[group]} AS of_{group}" for group, condition in chosen.items()
    )
    # How well the words fit is most of the work: it is asked only of what the facets keep. Of these alone
    # the values are counted.
    kept = f"CASE WHEN {' AND '.join(chosen.values())} THEN " if chosen else ""
    text, facets = (f"{kept}{sql} END" if kept else sql for sql in (match.text, "e.facets"))
    return f"""
  base AS MATERIALIZED (
    SELECT e.id, e.name_key, e.lon, e.lat, e.everywhere, e.has_coverage, e.coverage_km2, e.checked_on,
           e.due_on, {facets} AS facets{keeps}, {text if ranked else "0.0"} AS text, {match.serves} AS serves,
           {match.distance} AS distance_m, {match.rough} AS rough, {match.open_then} AS open_then
    FROM {match.source} WHERE {" AND ".join(match.where)}),
  fitting AS NOT MATERIALIZED (
    SELECT *, {" + ".join(PARTS.values())} AS score FROM base WHERE {all_but(params)}),
  matched AS NOT MATERIALIZED (SELECT * FROM fitting WHERE open_then)"""


def all_but(params: SearchParams, group: str | None = None) -> str:
    """Whether every facet group, or every other one than `group`, keeps an entry of `base`."""
    return (
        " AND ".join(f"ok_{other}" for other in GROUPS if other != group and getattr(params, other)) or "true"
    )


# What a list shows: what serves the place, or (`serves=any`) what is merely near as well.
SERVING = {"only": "coalesce(serves, true)", "any": "true"}
