"""From an entry's public page to where it is changed, for those who may change it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.accounts import service as accounts
from api.areas.service import areas_of_entry
from api.owners.service import list_own_entries
from api.permissions import may_edit


class WayIn(NamedTuple):
    address: str
    words: str


def find_way_in(
    factory: sessionmaker[Session], cookie: str, entry_id: UUID, *, now: datetime
) -> WayIn | None:
    """None for those who may not change it, and while the database that knows people is away: everyone reads
    the page without it."""
    try:
        with factory() as session:
            return _find(session, cookie, entry_id, now)
    except SQLAlchemyError:
        return None


def _find(session: Session, cookie: str, entry_id: UUID, now: datetime) -> WayIn | None:
    actor = accounts.find_actor(session, cookie, now=now)
    if actor is None:
        return None
    if may_edit(actor, areas_of_entry(session, entry_id)) is True:
        return WayIn(f"/curate/entries/{entry_id}", "Edit this entry")
    if entry_id in dict(list_own_entries(session, actor)):
        return WayIn(f"/owner/{entry_id}", "Change what we say about you")
    return None
