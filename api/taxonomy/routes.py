"""`/api/v1/kinds` and `/api/v1/taxonomy`: the words entries are described with."""

from typing import Any

from fastapi import APIRouter

from api.dependencies import Read
from api.taxonomy import service

router = APIRouter(prefix="/api/v1", tags=["vocabulary"])


@router.get("/kinds")
async def list_kinds(read: Read) -> dict[str, Any]:
    """The nine kinds, with how many entries each has."""
    return {"items": await service.list_kinds(read)}


@router.get("/taxonomy")
async def list_terms(read: Read) -> dict[str, Any]:
    """Needs and audiences, with how many entries each has."""
    return await service.list_terms(read)
