"""All that a search with filters finds, as SQL: for what the counts kept in squares cannot answer."""

from typing import Any

from api.map.queries.counting import IN_BOX, box_values
from api.search.service import Settled
from geo import sql
from geo.tiles import Box

_IN_BOX = f"e.point && {sql.to_osgb(sql.box('%(west)s', '%(south)s', '%(east)s', '%(north)s'))} AND {IN_BOX}"


def matched(search: Settled, *, box: Box | None, also: str = "") -> tuple[str, dict[str, Any]]:
    """A common table expression `matched` and its values; `also` is one more condition on `e`. The index of
    points works in metres, where a box of degrees is tilted: it finds candidates, the degrees decide."""
    conditions = [*search.conditions, *([_IN_BOX] if box else []), *([also] if also else [])]
    cte = (
        f"matched AS MATERIALIZED (SELECT e.id, e.square, e.lon, e.lat, {search.match.serves} AS serves "
        f"FROM {search.match.source} WHERE {' AND '.join(conditions)})"
    )
    return cte, search.match.values | (box_values(box) if box else {})
