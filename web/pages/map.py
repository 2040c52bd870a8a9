"""What every map is drawn on: outlines and names, kept by the browser until they change."""

import hashlib

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.areas import service as areas
from api.dependencies import Read

router = APIRouter()
# Areas and settlements change when someone loads a file: an hour late is early enough.
KEPT = "public, max-age=3600"


@router.get("/map/backdrop.json", include_in_schema=False)
async def show_backdrop(request: Request, read: Read) -> Response:
    body = await areas.backdrop(read)
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"Cache-Control": KEPT, "ETag": etag}
    if etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/geo+json", headers=headers)
