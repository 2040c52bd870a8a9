"""Suggestions while typing: needs, entries, places and connectors in one short list."""

from typing import Any

from api.db import ReadConnection
from api.places.service import suggest_places
from api.search.queries import suggest as queries
from geo.gazetteer import fold_name

EACH = 4
LEAST_LETTERS = 2
MOST_LETTERS = 60


async def suggest(read: ReadConnection, typed: str) -> list[dict[str, Any]]:
    """What the words typed so far may become: {what, label, detail, value}; empty for less than two letters.
    `what` is need, entry, place or connector; `value` is its code or slug, or what to type for a place."""
    start = fold_name(typed[:MOST_LETTERS])
    if len(start) < LEAST_LETTERS:
        return []
    found = await queries.complete(read, start, limit=EACH)
    places = await suggest_places(read, typed, limit=EACH)
    found += [
        {"what": "place", "label": place["label"], "detail": place["kind"], "value": place["value"]}
        for place in places
    ]
    return found
