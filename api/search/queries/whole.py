"""Lists of the whole directory, or of all with one value: counts as they are kept, pages along an index."""

from dataclasses import dataclass, replace

from api.search.queries.match import IN_AREA, ORDERS, STANDING, TIERS, Match, conditions_of
from api.search.schemas import GROUPS, SearchParams

# An entry has one of these at most, so that counts of several values add up.
_HAS_ONE = ("kind", "cost")
_KEYS = "value = ANY (%(tallied)s::text[])"
_TOTAL = f"SELECT coalesce(sum(entries), 0)::bigint FROM face.tallies WHERE {_KEYS} AND beside = ''"
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


def whole_of(match: Match, params: SearchParams) -> Whole | None:
    """None where an entry must be looked at to know whether it matches: with words, a place, a time, a box,
    or two filters at once."""
    groups = [group for group in GROUPS if getattr(params, group)]
    if any(condition not in (STANDING, IN_AREA) for condition in match.where):
        return None
    if len(groups) + (params.area is not None) > 1:
        return None
    if any(len(getattr(params, group)) > 1 and group not in _HAS_ONE for group in groups):
        return None
    chosen = [f"{group}:{value}" for group in groups for value in dict.fromkeys(getattr(params, group))]
    match.values["tallied"] = chosen or [f"area:{params.area}" if params.area else ""]
    offset = (params.page - 1) * params.per_page
    match.values |= {"wanted": offset + params.per_page, "kinds": list(params.kind)}
    source = "picked JOIN face.entries e USING (id)"
    return Whole(_picked(match, params), replace(match, source=source), _TOTAL, _facets(groups))


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
