"""`/api/v1/map`, `/api/v1/map.geojson` and `/tiles/{z}/{x}/{y}.mvt`: the search of the list, drawn.

These routes answer with ready bytes and ask for nothing to be checked or injected, so they leave FastAPI's
handling of parameters out: it would cost as much as the answer.
"""

from collections.abc import Awaitable, Callable, Coroutine
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams

from api.clock import london_now
from api.db import ReadConnection
from api.dependencies import get_state
from api.face.service import get_data_version
from api.map import service
from api.map.schemas import is_lasting, read_limit, read_tile, read_zoom
from api.map.service import MapReply
from api.problems import may_answer
from api.search.routes import search_parameters
from api.search.schemas import SearchParams

# A copy may be kept, but is asked about each time: what was taken back is never shown from a cache.
_LASTING: Final = "public, no-cache"
# What was looked for, or where somebody is, stays with them.
_PASSING: Final = "private, no-cache"
_NOT_FOR_MAPS: Final = ("sort", "page", "per_page", "explain")
_TILE: Final = "application/vnd.mapbox-vector-tile"
_ZOOM: Final = {"name": "zoom", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 22}}
_LIMIT: Final = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}}


class _BytesRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return cast(Callable[[Request], Coroutine[Any, Any, Response]], self.endpoint)


router = APIRouter(tags=["map"], route_class=_BytesRoute)


def _described(*more: dict[str, Any], left_out: tuple[str, ...] = ()) -> dict[str, Any]:
    shared = search_parameters(*_NOT_FOR_MAPS, *left_out)
    return {"parameters": [*more, *shared["parameters"]]}


@router.get("/api/v1/map", responses=may_answer(304), openapi_extra=_described(_ZOOM))
async def show_map(request: Request) -> Response:
    """Clusters with true counts, and points once they fit, of the search of the list inside `bbox`."""
    params = SearchParams.from_query(request.query_params)
    zoom = read_zoom(request.query_params)

    async def make(read: ReadConnection) -> MapReply:
        words = get_state(request).words
        return await service.show_view(read, params, zoom=zoom, now=london_now(), engine=words)

    return await _answer(request, params, make, media_type="application/json")


@router.get("/api/v1/map.geojson", responses=may_answer(304), openapi_extra=_described(_LIMIT))
async def show_features(request: Request) -> Response:
    """Full features of the search of the list inside `bbox`, as GeoJSON. `numberMatched` counts all of
    them; which are sent first is the same each time and has nothing to do with where they are."""
    params = SearchParams.from_query(request.query_params)
    limit = read_limit(request.query_params)

    async def make(read: ReadConnection) -> MapReply:
        words = get_state(request).words
        return await service.show_features(read, params, limit=limit, now=london_now(), engine=words)

    return await _answer(request, params, make, media_type="application/geo+json")


_TILE_PARTS: Final = [
    {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
    for name in ("zoom", "x", "y")
]


@router.get(
    "/tiles/{zoom}/{x}/{y}.mvt",
    responses=may_answer(204, 304, 404),
    openapi_extra=_described(*_TILE_PARTS, left_out=("bbox",)),
)
async def show_tile(request: Request) -> Response:
    """A vector tile with one layer, `entries`. An empty tile is a 204."""
    tile = read_tile(*(request.path_params[name] for name in ("zoom", "x", "y")))
    params = _read_filters(request.scope["query_string"])

    async def make(read: ReadConnection) -> MapReply:
        words = get_state(request).words
        return await service.show_tile(read, params, tile, now=london_now(), engine=words)

    return await _answer(request, params, make, media_type=_TILE)


@lru_cache(maxsize=16)
def _read_filters(query: bytes) -> SearchParams:
    """The same for every tile of a layer, and a good part of a small tile's time."""
    return SearchParams.from_query(QueryParams(query))


async def _answer(
    request: Request,
    params: SearchParams,
    make: Callable[[ReadConnection], Awaitable[MapReply]],
    *,
    media_type: str,
) -> Response:
    """The reply, or a 304 where the asker has it already."""
    lasting = is_lasting(params)
    async with get_state(request).read_pool.connection() as read:
        held = request.headers.get("if-none-match") if lasting else None
        if held is not None:
            tag = _tag(request, params, await get_data_version(read))
            if tag in held:
                # Where there is a body the compression says this itself.
                return Response(status_code=304, headers=_headers(tag) | {"Vary": "Accept-Encoding"})
        reply = await make(read)
    headers = _headers(_tag(request, params, reply.version)) if lasting else {"Cache-Control": _PASSING}
    if reply.body is None:
        return Response(status_code=204, headers=headers)
    return Response(reply.body, headers=headers, media_type=media_type)


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": _LASTING}


def _tag(request: Request, params: SearchParams, version: int) -> str:
    """Weak, since the same reply may be sent with or without compression. A day of the week means from
    today on, so the date is part of what was asked."""
    day = london_now().date().isoformat() if params.day else ""
    asked = b"%b?%b %b" % (request.scope["path"].encode(), request.scope["query_string"], day.encode())
    return f'W/"{version}-{blake2b(asked, digest_size=8).hexdigest()}"'
