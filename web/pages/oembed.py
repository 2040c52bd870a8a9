"""oEmbed: a page builder that is given one of our addresses learns how to put it in a frame."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import unquote

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import QueryParams
from starlette.responses import Response

from api.areas import service as areas
from api.db import ReadConnection
from api.dependencies import AppSettings, Now, Read
from api.entries import service as entries
from api.errors import BadInput, FieldProblem, HereaboutsError, Moved, NotFound
from api.search.service import find_entries
from web.security import FRAMED_PATH
from web.sharing.address import own_path, public_address
from web.sharing.frames import Frame, FrameSize, FrameWishes, frame_code, read_frame
from web.sharing.previews import preview_area, preview_entry, search_title

router = APIRouter()
LIST_SIZE: Final = (640, 640)
ENTRY_SIZE: Final = (640, 560)
CACHE_S: Final = 3600
NO_URL: Final = "Say in “url” which page of ours you want to show."
Pixels = Annotated[int | None, Query(ge=1, le=10_000)]


class NoSuchFormat(HereaboutsError):
    """oEmbed's own answer to a format a site does not speak."""

    status = 501
    title = "We answer in JSON only"


@dataclass(frozen=True)
class Offer:
    """One page of ours as a frame; `size` is (width, height) before the asker's limits."""

    title: str
    frame: Frame
    size: tuple[int, int]


@router.get("/oembed", include_in_schema=False)
async def show_oembed(
    request: Request,
    read: Read,
    settings: AppSettings,
    now: Now,
    url: str = "",
    format: str = "json",
    maxwidth: Pixels = None,
    maxheight: Pixels = None,
) -> Response:
    """oEmbed 1.0 (oembed.com), type `rich`, for the pages that name it in their head."""
    if format != "json":
        raise NoSuchFormat("Ask with format=json.")
    if not url:
        raise BadInput(NO_URL, errors=[FieldProblem(field="url", message=NO_URL)])
    address = public_address(request, settings)
    found = own_path(url, address)
    if found is None:
        raise NotFound("This is not an address of ours.")
    offer = await find_offer(read, *found, now=now)
    width, height = (
        min(offer.size[0], maxwidth or offer.size[0]),
        min(offer.size[1], maxheight or offer.size[1]),
    )
    query = offer.frame.query_string(page=None, just=None)
    src = f"{address}{FRAMED_PATH}" + (f"?{query}" if query else "")
    size = FrameSize.model_construct(width=width, height=height)
    body = {
        "version": "1.0",
        "type": "rich",
        "title": offer.title,
        "provider_name": settings.title,
        "provider_url": f"{address}/",
        "cache_age": CACHE_S,
        "html": frame_code(src, title=offer.title, size=size),
        "width": width,
        "height": height,
    }
    # Page builders ask from a browser too; there is nothing here that is not public.
    return JSONResponse(body, headers={"Access-Control-Allow-Origin": "*"})


async def find_offer(read: ReadConnection, path: str, query: str, *, now: datetime) -> Offer:
    """Raises NotFound for a page that is not there or cannot be framed."""
    path = path.rstrip("/")
    try:
        if path in ("/search", FRAMED_PATH):
            return await offer_search(read, query, now=now)
        if path.startswith("/entries/"):
            return await offer_entry(read, unquote(path.removeprefix("/entries/")), now=now)
        if path.startswith("/areas/"):
            return await offer_area(read, unquote(path.removeprefix("/areas/")))
    except BadInput as problem:
        raise NotFound(problem.detail) from problem
    raise NotFound("This page cannot be shown in a frame. A search, an entry or an area can.")


async def offer_search(read: ReadConnection, query: str, *, now: datetime) -> Offer:
    frame = read_frame(QueryParams(query))
    if frame.wishes.entry:
        return await offer_entry(read, frame.wishes.entry, now=now, wishes=frame.wishes)
    reply = await find_entries(read, frame.search, now=now)
    return Offer(frame.wishes.title or search_title(frame.search, reply), frame, LIST_SIZE)


async def offer_entry(
    read: ReadConnection, slug: str, *, now: datetime, wishes: FrameWishes | None = None
) -> Offer:
    try:
        entry = await entries.get_entry(read, slug, now=now)
    except Moved as moved:
        entry = await entries.get_entry(read, moved.extra["location"], now=now)
    wishes = (wishes or FrameWishes()).model_copy(update={"entry": entry["slug"]})
    plain = read_frame(QueryParams(""))
    return Offer(wishes.title or preview_entry(entry).title, Frame(plain.params, wishes), ENTRY_SIZE)


async def offer_area(read: ReadConnection, code: str) -> Offer:
    area = await areas.get_area(read, code)
    title = preview_area(area).title
    frame = read_frame(QueryParams({"area": area["code"], "title": title[:100]}))
    return Offer(title, frame, LIST_SIZE)
