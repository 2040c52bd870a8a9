"""How programs read the directory: the API's own description as a page that loads nothing from elsewhere."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import HTMLResponse

from web.pages.page import PageRouter, ThisPage

router = PageRouter()
SEARCH_NOTES: Final[dict[str, str]] = {
    "q": "words; slips of the keyboard and beginnings of words are understood",
    "near": "a postcode, part of one, a place name, lat,lon, or a grid reference with letters",
    "radius_km": "how far round `near`, in a straight line; 5 unless told",
    "bbox": "minlon,minlat,maxlon,maxlat",
    "kind": "one of the nine kinds; may be repeated",
    "need": "code of a need from /api/v1/taxonomy; may be repeated",
    "audience": "code of an audience from /api/v1/taxonomy; may be repeated",
    "access": "step_free, toilet, hearing_loop, parking, quiet, dementia_friendly, dogs; may be repeated",
    "language": "a language code such as pl; may be repeated",
    "delivery": "in_person, home_visit, phone, online; may be repeated",
    "cost": "free, donation, paid, varies; may be repeated",
    "area": "code of an area: entries that are in it or serve it",
    "at": "a London date and time such as 2026-11-25T10:00: open then",
    "day": "mon to sun: something is on that day",
    "as_typed": "place, time, kind or language: do not read it out of the words; may be repeated",
    "explain": "1 to see how the order was made",
    "serves": "only (when `near` is given, unless told) or any",
    "sort": "best, distance, name, checked",
    "page": "from 1",
    "per_page": "at most 100",
}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    about: str
    parameters: list[tuple[str, str]]


@router.page("/api/docs")
async def show_docs(page: ThisPage) -> HTMLResponse:
    document: dict[str, Any] = page.request.app.openapi()
    return page.show("developers/docs.html", operations=list_operations(document), notes=SEARCH_NOTES)


def list_operations(document: dict[str, Any]) -> list[Operation]:
    """Every operation of an OpenAPI document, in its order."""
    return [
        Operation(
            method.upper(),
            path,
            operation.get("description") or operation.get("summary", ""),
            [(one["name"], one.get("description", "")) for one in operation.get("parameters", [])],
        )
        for path, methods in document.get("paths", {}).items()
        for method, operation in methods.items()
    ]
