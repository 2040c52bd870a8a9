"""A list and a map for someone else's page: the frame itself, and the page that builds its code."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.areas import service as areas
from api.db import ReadConnection
from api.dependencies import AppSettings, Now, Read, State
from api.entries import service as entries
from api.entries.vocabulary import KINDS
from api.errors import BadInput, Moved
from api.face import service as face
from api.search.schemas import GROUPS, SearchReply
from api.search.service import find_entries
from api.search.understanding import understand
from api.settings import Settings
from api.taxonomy import service as taxonomy
from web.map import MapView, draw_map
from web.pages.entries import entry_view
from web.pages.page import Page, PageRouter, ThisPage
from web.pages.search import RADIUS_CHOICES, circle_of
from web.security import FRAMED_PATH
from web.sharing.address import public_address
from web.sharing.frames import Frame, FrameSize, frame_code, read_frame, read_frame_and_size

router = PageRouter()
# What the builder has a field for; the rest of a search is carried along and named.
BUILT: Final = ("q", "near", "radius_km", "area", "kind", "need")
SHOW_WORDS: Final = {"both": "A list and a map", "list": "A list", "map": "A map"}
LOCK_WORDS: Final = {"q": "What to look for", "near": "The place", "kind": "The kinds"}


@dataclass(frozen=True)
class Built:
    """One frame as its maker needs it: where it is, the code to copy, and what we changed of their wishes."""

    src: str
    code: str
    title: str
    size: FrameSize
    notes: list[str]

    def as_json(self) -> dict[str, Any]:
        return {
            "src": self.src,
            "code": self.code,
            "title": self.title,
            "width": self.size.width,
            "height": self.size.height,
            "notes": self.notes,
        }


@router.page("/embed")
async def show_builder(page: ThisPage, read: Read, now: Now) -> HTMLResponse:
    query = page.request.query_params
    form: dict[str, Any] = {
        "typed": query,
        "kinds": KINDS,
        "needs": (await taxonomy.list_terms(read))["needs"],
        "all_areas": await areas.list_areas(read),
        "radius_choices": RADIUS_CHOICES,
        "show_words": SHOW_WORDS,
        "lock_words": LOCK_WORDS,
        "kept_names": kept_names(query),
    }
    try:
        frame, size = read_frame_and_size(query)
        await check_places(read, frame, now)
    except BadInput as problem:
        return page.show("embed/index.html", status=problem.status, problem=problem, **form)
    built = build(frame, size, page.request, page.settings)
    return page.show("embed/index.html", built=built, frame=frame, **form)


@router.get("/embed/code.json", include_in_schema=False)
async def show_code(request: Request, read: Read, settings: AppSettings, now: Now) -> dict[str, Any]:
    """The builder's answer while someone is still choosing."""
    frame, size = read_frame_and_size(request.query_params)
    await check_places(read, frame, now)
    return build(frame, size, request, settings).as_json()


@router.page(FRAMED_PATH)
async def show_frame(page: ThisPage, read: Read, state: State, now: Now) -> Response:
    try:
        frame = read_frame(page.request.query_params)
        if frame.wishes.entry:
            return await show_one(page, read, frame, now)
        reply = await find_entries(read, frame.search, now=now, engine=state.words, memory=state.memory)
    except BadInput as problem:
        options = problem.extra.get("options", [])
        context = {"problem": problem, "options": options, "typed": page.request.query_params}
        return page.show("embed/problem.html", status=problem.status, **context)
    changed_at, sources = await face.get_origin(read, [item["id"] for item in reply.items])
    return page.show(
        "embed/view.html",
        frame=frame,
        reply=reply,
        title=frame.wishes.title or page.settings.title,
        changed_at=changed_at,
        sources=sources,
        map=draw_map(frame_view(frame, reply), nonce=page.nonce, settings=page.settings)
        if frame.wishes.show != "list"
        else None,
    )


async def show_one(page: Page, read: ReadConnection, frame: Frame, now: datetime) -> Response:
    """The frame of a single entry. Raises NotFound."""
    try:
        entry = await entries.get_entry(read, frame.wishes.entry or "", now=now)
    except Moved as moved:
        query = frame.query_string(entry=moved.extra["location"])
        return RedirectResponse(f"{FRAMED_PATH}?{query}", status_code=moved.status)
    view = entry_view(entry) if frame.wishes.show != "list" else None
    changed_at, sources = await face.get_origin(read, [entry["id"]])
    return page.show(
        "embed/entry.html",
        frame=frame,
        entry=entry,
        title=frame.wishes.title or entry["name"],
        changed_at=changed_at,
        sources=sources,
        map=draw_map(view, nonce=page.nonce, settings=page.settings) if view else None,
    )


def frame_view(frame: Frame, reply: SearchReply) -> MapView:
    query = frame.search.query_string(page=None, per_page=None, sort=None)
    return MapView(
        kind="embed",
        data_url=f"/api/v1/map?{query}",
        place=circle_of(reply.place, frame.search),
        label="Map of what is in the list",
    )


def build(frame: Frame, size: FrameSize, request: Request, settings: Settings) -> Built:
    query = frame.query_string(page=None, just=None)
    src = f"{public_address(request, settings)}{FRAMED_PATH}" + (f"?{query}" if query else "")
    title = frame.wishes.title or f"{settings.title}: what is here for you in {settings.place_name}"
    accent = frame.wishes.colours
    notes = [accent.note] if accent and accent.note else []
    return Built(src, frame_code(src, title=title, size=size), title, size, notes)


async def check_places(read: ReadConnection, frame: Frame, now: datetime) -> None:
    """Refuses a place or an area that the frame could not use, before anyone copies its code."""
    await understand(read, frame.search, now=now)


def kept_names(query: QueryParams) -> list[str]:
    """What came along from a search and has no field of its own here."""
    others = (*GROUPS, "day", "at", "serves", "sort", "bbox")
    return [name for name in others if name not in BUILT and query.get(name)]
