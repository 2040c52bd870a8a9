"""What maps share: the ground they are drawn on, kept by the browser, and the kinds to choose from."""

import gzip
import hashlib
from functools import lru_cache

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.areas import service as areas
from api.dependencies import Read
from api.search.schemas import SearchParams, SearchReply
from web.map_legend import KindChoice

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
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(_packed(body), media_type="application/geo+json", headers=headers)
    return Response(body, media_type="application/geo+json", headers=headers)


@lru_cache(maxsize=2)
def _packed(body: bytes) -> bytes:
    """Once at the best level: it is the same for every first visit."""
    return gzip.compress(body, 9, mtime=0)


def kind_choices(params: SearchParams, reply: SearchReply, *, path: str) -> tuple[KindChoice, ...]:
    """Every kind the search could be narrowed to, each with the address that chooses it or drops it again.
    Only what the visitor chose counts as chosen, not what was read from the words."""
    return tuple(
        KindChoice(
            kind=str(option["value"]),
            count=int(option["count"]),
            chosen=option["value"] in params.kind,
            url=f"{path}?{_toggled(params, str(option['value']))}",
        )
        for option in reply.facets.get("kind", ())
    )


def _toggled(params: SearchParams, kind: str) -> str:
    if kind in params.kind:
        return params.without("kind", kind)
    return params.query_string(kind=(*params.kind, kind), page=None)
