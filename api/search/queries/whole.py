"""Lists of the whole directory, or of all with one value: counts as they are kept, pages along an index."""

from dataclasses import dataclass, replace

from api.db import ReadConnection
from api.search.queries.match import (
    HAS_ONE,
    IN_AREA,
    ORDERS,
    STANDING,
    TIERS,
    Match,
    condition_of,
    conditions_of,
)
from api.search.schemas import GROUPS, SearchParams

_KEYS = "value = ANY (%(tallied)s::text[])"
_TOTAL = f"SELECT coalesce(sum(entries), 0)::bigint FROM face.tallies WHERE {_KEYS} AND beside = ''"
_HOW_MANY = f"""
SELECT ({_TOTAL}), coalesce((SELECT entries FROM face.tallies WHERE value = '' AND beside = ''), 0)
""".encode()
# In the words of the index, so that it need not look at the entry.
_OF_KIND = "e.kind = ANY (%(kinds)s::text[])"


@dataclass(frozen=True)
class Whole:
    """SQL that stands in for reading every entry: `picked` are common table expressions of which `picked`
    has the ids of the page; `match` has these alone."""

    picked: str
    match: Match
    total: str
    facets: str


def is_plain(match: Match) -> bool:
    """Whether all it asks for is what the tallies know: no words, no place, no time, no box."""
    return all(condition in (STANDING, IN_AREA) for condition in match.where)


async def whole_of(read: ReadConnection, match: Match, params: SearchParams) -> Whole | None:
    """None where an entry must be looked at to know whether it matches: also with two filters at once. And
    where so few have the value that reading them all is quicker than meeting a page of them by the way."""
    groups = [group for group in GROUPS if getattr(params, group)]
    tallied = _tallied_by(params)
    if not is_plain(match) or tallied is None:
        return None
    match.values["tallied"] = tallied
    offset = (params.page - 1) * params.per_page
    if tallied != [""]:
        cursor = await read.execute(_HOW_MANY, {"tallied": tallied})
        matching, everything = await cursor.fetchone() or (0, 0)
        if matching**2 < everything * (offset + params.per_page):
            return None
    match.values |= {"wanted": offset + params.per_page, "kinds": list(params.kind)}
    source = "picked JOIN face.entries e USING (id)"
    return Whole(_picked(match, params), replace(match, source=source), _TOTAL, _facets(groups))


def _tallied_by(params: SearchParams, *, but: str | None = None) -> list[str] | None:
    """The values whose tallies add up to all filters but the group `but`; None where none do."""
    groups = [group for group in GROUPS if group != but and getattr(params, group)]
    if len(groups) + (params.area is not None) > 1:
        return None
    if not groups:
        return [f"area:{params.area}" if params.area else ""]
    values = dict.fromkeys(f"{groups[0]}:{value}" for value in getattr(params, groups[0]))
    return list(values) if len(values) == 1 or groups[0] in HAS_ONE else None


@dataclass(frozen=True)
class Narrowed:
    """A search of several filters that need not read what fails two of them: `match` leaves it out. `own` is
    the SQL of the counts of a group as if nothing were chosen in it, where they are tallied."""

    match: Match
    own: dict[str, str]


def narrow(match: Match, params: SearchParams) -> Narrowed:
    groups = [group for group in GROUPS if getattr(params, group)]
    if not groups or not is_plain(match):
        return Narrowed(match, {})
    chosen = {group: condition_of(params, group, match.values) for group in groups}
    own, read = {}, []
    for group in groups:
        tallied = _tallied_by(params, but=group)
        if tallied is None:
            others = [condition for other, condition in chosen.items() if other != group]
            read.append(" AND ".join(others))
        else:
            match.values[f"beside_{group}"] = tallied
            own[group] = (
                "SELECT beside, sum(entries)::bigint FROM face.tallies "
                f"WHERE value = ANY (%(beside_{group})s::text[]) AND beside LIKE '{group}:%%' GROUP BY beside"
            )
    either = " OR ".join(f"({one})" for one in read) if read else " AND ".join(chosen.values())
    return Narrowed(replace(match, where=[*match.where, f"({either})"]), own)


def _facets(groups: list[str]) -> str:
    """Counts of every value; those of a group that something is chosen in as if nothing were."""
    counts = f"SELECT beside AS value, sum(entries)::bigint AS entries FROM face.tallies WHERE {_KEYS}"
    if not groups:
        return f"{counts} AND beside <> '' GROUP BY beside"
    own = f"beside LIKE '{groups[0]}:%%'"
    return (
        f"{counts} AND beside <> '' AND NOT {own} GROUP BY beside "
        f"UNION ALL SELECT beside, entries FROM face.tallies WHERE value = '' AND {own}"
    )


def _picked(match: Match, params: SearchParams) -> str:
    """Ids of the page. The first orders go by tiers that only a date divides: each is read along the index,
    and only when those before it do not fill the page."""
    by_score = params.sort in ("best", "distance")
    tiers = TIERS if by_score else ("true",)
    order = ORDERS["name" if by_score else params.sort]
    conditions = conditions_of(match, params)
    if params.kind:
        conditions = [_OF_KIND if "%(chosen_kind)s" in one else one for one in conditions]
    parts = []
    for number, tier in enumerate(tiers):
        filled = " + ".join(f"(SELECT count(*) FROM tier{before})" for before in range(number))
        wanting = f" AND {filled} < %(wanted)s" if filled else ""
        parts.append(
            f"tier{number} AS MATERIALIZED (SELECT e.id, e.name_key, e.checked_on FROM face.entries e "
            f"WHERE {' AND '.join(conditions)} AND {tier}{wanting} ORDER BY {order} LIMIT %(wanted)s)"
        )
    every = " UNION ALL ".join(
        f"SELECT {number} AS tier, * FROM tier{number}" for number in range(len(tiers))
    )
    page = f"SELECT id FROM ({every}) e ORDER BY tier, {order} LIMIT %(limit)s OFFSET %(offset)s"
    return ", ".join([*parts, f"picked AS MATERIALIZED ({page})"])
