"""Pictures of entries, searches and areas, for where a link to them is shared."""

import hashlib
import threading
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams

from api.areas import service as areas
from api.db import ReadConnection
from api.dependencies import Now, State
from api.entries import service as entries
from api.entries.vocabulary import KIND_WORDS
from api.errors import Unavailable
from api.face import service as face
from api.map.service import MapReply, show_view
from api.search.schemas import SearchParams
from api.search.service import find_entries
from api.settings import Settings
from api.state import DirectoryState
from web.pages.filters import chosen_chips
from web.pages.words import day_words
from web.sharing.ground import feature_shape, read_ground
from web.sharing.picture import EDITION, Picture, Pin, draw_picture
from web.sharing.previews import search_title, where_words

router = APIRouter()
KEPT: Final = "public, max-age=3600"
# A drawing is a quarter of a second of one processor: more at once would only wait for each other.
AT_ONCE: Final = 2
PATIENCE_S: Final = 5
KEPT_PICTURES: Final = 64
# Clusters of this zoom are about as far apart as a picture can show.
PICTURE_ZOOM: Final = 9
NAMED: Final = 3
# Known well enough for a full pin, as on the pages' own maps.
SURE: Final = ("exact", "postcode")
_turns = threading.BoundedSemaphore(AT_ONCE)

Compose = Callable[[ReadConnection], Awaitable[Picture]]


@router.get("/share/entries/{slug}.png", include_in_schema=False)
async def show_entry_picture(slug: str, request: Request, state: State, now: Now) -> Response:
    async def compose(read: ReadConnection) -> Picture:
        return picture_entry(await entries.get_entry(read, slug, now=now), state.settings)

    return await answer(request, state, compose)


@router.get("/share/areas/{code}.png", include_in_schema=False)
async def show_area_picture(code: str, request: Request, state: State, now: Now) -> Response:
    async def compose(read: ReadConnection) -> Picture:
        area = await areas.get_area(read, code)
        params = SearchParams.from_query(QueryParams({"area": area["code"]}))
        view = await show_view(read, params, zoom=PICTURE_ZOOM, now=now)
        return picture_area(area, read_pins(view), state.settings)

    return await answer(request, state, compose)


@router.get("/share/search.png", include_in_schema=False)
async def show_search_picture(request: Request, state: State, now: Now) -> Response:
    async def compose(read: ReadConnection) -> Picture:
        params = SearchParams.from_query(request.query_params)
        reply = await find_entries(read, params, now=now, engine=state.words)
        view = await show_view(read, params, zoom=PICTURE_ZOOM, now=now, engine=state.words)
        chips = chosen_chips(params, reply.facets, await areas.list_areas(read))
        return Picture(
            title=search_title(params, reply),
            label="",
            lines=(
                *([", ".join(chip.label for chip in chips)] if chips else []),
                *(item["name"] for item in reply.items[:NAMED]),
            ),
            pins=read_pins(view),
            place=(reply.place["lon"], reply.place["lat"], params.radius_km) if reply.place else None,
            look=params.bbox,
            **who(state.settings),
        )

    return await answer(request, state, compose)


async def answer(request: Request, state: DirectoryState, compose: Compose) -> Response:
    """The picture, or 304 for who has it: it changes with the data and with nothing else."""
    async with state.read_pool.connection() as read:
        headers = {"Cache-Control": KEPT, "ETag": await etag_of(request, read, state.settings)}
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        picture = await compose(read)
        backdrop = await areas.backdrop(read)
    body = await run_in_threadpool(draw_in_turn, picture, backdrop)
    return Response(body, media_type="image/png", headers=headers)


async def etag_of(request: Request, read: ReadConnection, settings: Settings) -> str:
    version = await face.get_data_version(read)
    seen = (
        f"{version} {EDITION} {settings.title} {settings.place_name} {request.url.path}?{request.url.query}"
    )
    return f'"{hashlib.sha256(seen.encode()).hexdigest()[:20]}"'


def draw_in_turn(picture: Picture, backdrop: bytes) -> bytes:
    """Raises Unavailable when others have kept every turn for too long."""
    if not _turns.acquire(timeout=PATIENCE_S):
        raise Unavailable("Too many pictures are being drawn just now. Please try again in a minute.")
    try:
        return _draw(picture, backdrop)
    finally:
        _turns.release()


@lru_cache(maxsize=KEPT_PICTURES)
def _draw(picture: Picture, backdrop: bytes) -> bytes:
    return draw_picture(picture, read_ground(backdrop))


def picture_entry(entry: dict[str, Any], settings: Settings) -> Picture:
    """The pin is the public point; without one, the words and the area served stand alone."""
    point, coverage = entry["point"], entry["coverage"] or {}
    # What stays true for long: pictures are kept by those who showed them once.
    times = next((one["words"] for one in entry["sessions"] if one["purpose"] == "session"), "")
    checked = f"Checked {day_words(entry['checked_on'])}" if entry["checked_on"] else ""
    return Picture(
        title=entry["name"],
        label=KIND_WORDS[entry["kind"]].label,
        kind=entry["kind"],
        lines=tuple(line for line in (where_words(entry), times, checked) if line),
        pins=(Pin(point["lon"], point["lat"], entry["kind"], about=is_rough(point)),) if point else (),
        shade=feature_shape(coverage.get("geojson")),
        is_example=entry["is_example"],
        **who(settings),
    )


def picture_area(area: dict[str, Any], pins: tuple[Pin, ...], settings: Settings) -> Picture:
    count = area["entries"]
    return Picture(
        title=area["name"],
        label="What there is in",
        lines=(f"{count:,} {'entry is here or serves' if count == 1 else 'entries are here or serve'} it",),
        pins=pins,
        shade=feature_shape(area["geojson"]),
        look=tuple(area["bbox"]) if area["bbox"] else None,
        is_example=bool(area["is_example"]),
        **who(settings),
    )


def who(settings: Settings) -> dict[str, Any]:
    return {"site": settings.title, "place_name": settings.place_name}


def read_pins(view: MapReply) -> tuple[Pin, ...]:
    """The clusters and points of an answer for maps."""
    found = orjson.loads(view.body or b'{"clusters": [], "points": []}')
    clusters = [Pin(one["lon"], one["lat"], None, one["count"]) for one in found["clusters"]]
    points = [
        Pin(
            one["lon"],
            one["lat"],
            one["kind"] if one["count"] == 1 else None,
            one["count"],
            about=is_rough(one),
        )
        for one in found["points"]
    ]
    return (*clusters, *points)


def is_rough(point: dict[str, Any]) -> bool:
    return point.get("precision") not in SURE
