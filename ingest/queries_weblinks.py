"""SQL of web addresses: which are to be looked at, and what was found."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.models import WebCheck

# Never looked at first, then those not looked at for longest.
_DUE = """
SELECT c.value FROM directory.contact c
JOIN directory.entry e ON e.id = c.entry_id AND e.stage = 'published' AND e.state <> 'closed'
LEFT JOIN directory.web_check w ON w.url = c.value
WHERE c.kind = 'web' AND c.public AND NOT e.is_example AND (w.url IS NULL OR w.looked_at <= :before)
GROUP BY c.value, w.looked_at ORDER BY w.looked_at NULLS FIRST, c.value LIMIT :most
"""
_FORGET = """
DELETE FROM directory.web_check w WHERE NOT EXISTS (
  SELECT FROM directory.contact c WHERE c.value = w.url AND c.kind = 'web' AND c.public)
"""


def due_links(session: Session, *, before: datetime, most: int) -> Sequence[str]:
    """Public web addresses of published entries that nobody looked at since then."""
    return list(session.scalars(text(_DUE), {"before": before, "most": most}))


def find_check(session: Session, url: str) -> WebCheck | None:
    return session.get(WebCheck, url)


def forget_unused(session: Session) -> None:
    """Addresses that no entry has any more."""
    session.execute(text(_FORGET))
