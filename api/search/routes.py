"""`/api/v1/entries` as a list, and `/api/v1/map`: the same search for people and for maps."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.dependencies import Now, Read, State, Words
from api.search import service
from api.search.instead import find_instead
from api.search.schemas import SearchParams
from api.search.suggest import suggest

router = APIRouter(prefix="/api/v1", tags=["entries"])


def _parameters(*left_out: str) -> dict[str, Any]:
    """The query parameters for the OpenAPI document, from the model that reads them."""
    schema = SearchParams.model_json_schema()
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": _in_a_query(name, shape),
            }
            for name, shape in schema["properties"].items()
            if name not in left_out
        ]
    }


def _in_a_query(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    """`bbox` is four numbers in one text; the rest is as the model says."""
    if name == "bbox":
        return {"type": "string", "description": "minlon,minlat,maxlon,maxlat"}
    return {key: value for key, value in shape.items() if key not in ("default", "title")}


@router.get("/entries", openapi_extra=_parameters())
async def list_entries(request: Request, read: Read, words: Words, now: Now, state: State) -> dict[str, Any]:
    """Search and listing; see the parameters in the documentation of this page."""
    params = SearchParams.from_query(request.query_params)
    reply = await service.find_entries(read, params, now=now, engine=words)
    state.tally.note(day=now.date(), terms=reply.terms, district=reply.district, results=reply.total)
    body = reply.as_json()
    if reply.total == 0:
        instead = await find_instead(read, params, now=now, engine=words, reply=reply)
        body["instead"] = instead.as_json()
    return body


@router.get("/suggest")
async def suggest_while_typing(read: Read, q: Annotated[str, Query(max_length=2000)] = "") -> dict[str, Any]:
    """Needs, entries, places and connectors that what is typed so far may become."""
    return {"items": await suggest(read, q)}


@router.get("/map", openapi_extra=_parameters("sort", "page", "per_page", "explain"))
async def show_map(
    request: Request, read: Read, words: Words, now: Now, zoom: Annotated[int, Query(ge=0, le=22)] = 10
) -> Response:
    """Clusters with true counts, and points once they fit, of the same search inside `bbox`."""
    params = SearchParams.from_query(request.query_params)
    body = await service.map_entries(read, params, bbox=params.bbox, zoom=zoom, now=now, engine=words)
    return Response(body, media_type="application/json")
