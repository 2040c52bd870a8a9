"""`/api/v1/connectors`: who to ask about a place."""

from typing import Any

from fastapi import APIRouter

from api.connectors import service
from api.dependencies import Read

router = APIRouter(prefix="/api/v1/connectors", tags=["connectors"])


@router.get("")
async def list_connectors(read: Read, near: str | None = None, area: str | None = None) -> dict[str, Any]:
    """Connectors whose patch holds the place or is the area, most local first; all without either."""
    return await service.list_connectors(read, near=near, area=area)
