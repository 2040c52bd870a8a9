"""`/api/v1/entries` as a list, and what is suggested while typing."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.dependencies import Now, Read, State, Words
from api.search import service
from api.search.instead import find_instead
from api.search.schemas import SearchParams
from api.search.suggest import suggest

router = APIRouter(prefix="/api/v1", tags=["entries"])


def search_parameters(*left_out: str) -> dict[str, Any]:
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


@router.get("/entries", openapi_extra=search_parameters())
async def list_entries(request: Request, read: Read, words: Words, now: Now, state: State) -> dict[str, Any]:
    """Search and listing; see the parameters in the documentation of this page."""
    params = SearchParams.from_query(request.query_params)
    reply = await service.find_entries(read, params, now=now, engine=words, memory=state.memory)
    state.tally.note(day=now.date(), terms=reply.terms, district=reply.district, results=reply.total)
    body = reply.as_json()
    if reply.total == 0:
        instead = await find_instead(read, params, now=now, engine=words, memory=state.memory, reply=reply)
        body["instead"] = instead.as_json()
    return body


@router.get("/suggest")
async def suggest_while_typing(read: Read, q: Annotated[str, Query(max_length=2000)] = "") -> dict[str, Any]:
    """Needs, entries, places and connectors that what is typed so far may become."""
    return {"items": await suggest(read, q)}
