"""SQL of suggestions while typing, and of what to offer when a search finds nothing."""

from typing import Any

from api.db import ReadConnection

# A name that starts so comes before one with a word that starts so, and that before one merely alike.
_COMPLETE = """
(SELECT 'need' AS what, t.label, NULL AS detail, t.code AS value
 FROM face.terms t WHERE t.scheme = 'need' AND (face.fold(t.label) LIKE %(start)s || '%%' OR EXISTS (
   SELECT FROM unnest(t.words) w WHERE face.fold(w) LIKE %(start)s || '%%'))
 ORDER BY face.fold(t.label) LIKE %(start)s || '%%' DESC, t.position LIMIT %(limit)s)
UNION ALL
(SELECT 'entry', e.name, coalesce(e.card::json ->> 'town', e.card::json ->> 'coverage_label'), e.slug
 FROM face.entries e
 WHERE e.state <> 'closed' AND (
   e.name_key LIKE %(start)s || '%%' OR e.name_key LIKE '%% ' || %(start)s || '%%'
   OR length(%(start)s) >= 4 AND %(start)s <%% e.name_key)
 ORDER BY e.name_key LIKE %(start)s || '%%' DESC, e.name_key LIKE '%% ' || %(start)s || '%%' DESC,
   word_similarity(%(start)s, e.name_key) DESC, e.name_key LIMIT %(limit)s)
UNION ALL
(SELECT 'connector', c.role, c.organisation, c.slug
 FROM face.connectors c WHERE face.fold(c.role) LIKE '%%' || %(start)s || '%%'
 ORDER BY c.role, c.slug LIMIT %(limit)s)
"""


async def complete(read: ReadConnection, start: str, *, limit: int) -> list[dict[str, Any]]:
    """Needs, entries and connectors whose names begin with, or are much like, a folded text."""
    cursor = await read.execute(_COMPLETE, {"start": start, "limit": limit})
    names = ("what", "label", "detail", "value")
    return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]
