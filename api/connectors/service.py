"""Who to ask: connectors whose patch holds a place, the most local first."""

from typing import Any

from sqlalchemy.orm import Session

from api.connectors import queries
from api.connectors.schemas import ConnectorDraft
from api.db import ReadConnection
from api.places.service import resolve_near


def save_connector(session: Session, draft: ConnectorDraft) -> None:
    """Store a connector by its slug, in the caller's transaction."""
    queries.save_connector(session, draft.model_dump(exclude={"areas"}), draft.areas)


async def list_connectors(
    read: ReadConnection, *, near: str | None = None, area: str | None = None
) -> dict[str, Any]:
    """Connectors for a place, for an area, or all. `place` is None without `near`. Raises PlaceNotFound."""
    if near:
        place = await resolve_near(read, near)
        return {"place": place.as_json(), "items": await connectors_for(read, place.areas)}
    code = (area or "").replace("\x00", "")  # PostgreSQL's text cannot hold it
    return {"place": None, "items": await connectors_for(read, [code] if code else None)}


async def connectors_for(read: ReadConnection, codes: list[str] | None) -> list[dict[str, Any]]:
    """Connectors with any of these areas in their patch; None means every connector."""
    return await queries.list_connectors(read, codes=codes)
