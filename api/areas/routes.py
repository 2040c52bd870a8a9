"""`/api/v1/areas`: the named pieces of the map."""

from typing import Any

from fastapi import APIRouter

from api.areas import service
from api.dependencies import Read
from api.problems import may_answer

router = APIRouter(prefix="/api/v1/areas", tags=["vocabulary"])


@router.get("")
async def list_areas(read: Read) -> dict[str, Any]:
    """Every area with an outline."""
    return {"items": await service.list_areas(read)}


@router.get("/{code_or_slug}", responses=may_answer(404))
async def get_area(code_or_slug: str, read: Read) -> dict[str, Any]:
    """One area with its outline as GeoJSON."""
    return await service.get_area(read, code_or_slug)
