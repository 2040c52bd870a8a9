"""`/api/v1/entries`: one entry whole (the list is in `api.search.routes`)."""

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Now, Read
from api.entries import service
from api.errors import Moved
from api.problems import may_answer

router = APIRouter(prefix="/api/v1/entries", tags=["entries"])


@router.get("/{id_or_slug}", responses=may_answer(308, 404))
async def get_entry(id_or_slug: str, read: Read, now: Now, response: Response) -> dict[str, Any]:
    """Everything public about one entry. An old slug redirects. `ETag` is its version, for `If-Match`."""
    try:
        entry = await service.get_entry(read, id_or_slug, now=now)
    except Moved as moved:
        moved.extra["location"] = f"/api/v1/entries/{moved.extra['location']}"
        raise
    response.headers["ETag"] = f'"{entry["version"]}"'
    return entry
