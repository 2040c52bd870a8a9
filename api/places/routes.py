"""`/api/v1/places`: suggestions while typing, and the exact place."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencies import Read
from api.errors import PlaceNotFound
from api.places import service

router = APIRouter(prefix="/api/v1/places", tags=["places"])


@router.get("")
async def find_places(read: Read, q: Annotated[str, Query(max_length=2000)] = "") -> dict[str, Any]:
    """`suggestions` for what is typed so far; `place` when it names one, else `problem` says why not."""
    suggestions = await service.suggest_places(read, q)
    try:
        place = await service.resolve_near(read, q, asked_as="q")
    except PlaceNotFound as problem:
        return {"place": None, "problem": problem.problem(), "suggestions": suggestions}
    return {"place": place.as_json(), "problem": None, "suggestions": suggestions}
