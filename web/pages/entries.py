"""One entry: everything the public may know of it, and whom to ask locally."""

from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import SESSION_COOKIE
from api.connectors import service as connectors
from api.db import ReadConnection
from api.dependencies import Now, Read, State
from api.entries import service as entries
from api.errors import NotFound
from api.notices import service as notices
from web.map import MapView, draw_map
from web.pages.page import PageRouter, ThisPage
from web.pages.way_in import find_way_in
from web.sharing.previews import preview_entry

router = PageRouter()
LOCAL_CONNECTORS = 3


@router.page("/entries/{slug}")
async def show_entry(slug: str, page: ThisPage, read: Read, now: Now, state: State) -> HTMLResponse:
    entry = await entries.get_entry(read, slug, now=now)
    cookie, way_in = page.request.cookies.get(SESSION_COOKIE), None
    if cookie is None:
        state.uses.note(entry["slug"], day=now.date())
    else:
        way_in = await run_in_threadpool(find_way_in, state.write, cookie, UUID(entry["id"]), now=now)
    view = entry_view(entry)
    return page.show(
        "entries/entry.html",
        entry=entry,
        way_in=way_in,
        preview=preview_entry(entry),
        notices=await notices.list_for_entry(read, entry["slug"], now=now),
        local=await find_local_connectors(read, entry),
        map=draw_map(view, nonce=page.nonce, settings=page.settings) if view else None,
    )


@router.get("/entries/{slug}/coverage.json", include_in_schema=False)
async def show_coverage(slug: str, read: Read, now: Now) -> Response:
    """The area served as GeoJSON, for maps; 204 when the entry has none that can be drawn."""
    try:
        shape = await entries.get_coverage(read, slug)
    except NotFound:
        await entries.get_entry(read, slug, now=now)
        return Response(status_code=204)
    return Response(shape, media_type="application/geo+json")


def entry_view(entry: dict[str, Any]) -> MapView | None:
    """None when there is neither a public point nor a shape to show."""
    point, coverage = entry.get("point"), entry.get("coverage")
    has_shape = bool(coverage and coverage.get("geojson"))
    if point is None and not has_shape:
        return None
    return MapView(
        kind="entry",
        point=(point["lon"], point["lat"], point["precision"], entry["kind"]) if point else None,
        shape_url=f"/entries/{entry['slug']}/coverage.json" if has_shape else None,
        label=f"Map: where {entry['name']} is" if point else f"Map: the area {entry['name']} serves",
    )


async def find_local_connectors(read: ReadConnection, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Connectors round the public point, or of the first area served when there is no point."""
    point, coverage = entry.get("point"), entry.get("coverage")
    if point:
        found = await connectors.list_connectors(read, near=f"{point['lat']},{point['lon']}")
    elif coverage and coverage.get("areas"):
        found = await connectors.list_connectors(read, area=coverage["areas"][0]["code"])
    else:
        return []
    return list(found["items"][:LOCAL_CONNECTORS])
