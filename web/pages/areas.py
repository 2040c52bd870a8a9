"""Areas: every named piece of the map, and what is in or serves each one."""

from itertools import groupby
from typing import Any

from fastapi.responses import JSONResponse
from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, Response

from api.areas import service as areas
from api.connectors import service as connectors
from api.dependencies import Now, Read
from api.entries.service import list_reach
from api.notices import service as notices
from api.search.schemas import SearchParams, SearchReply
from api.search.service import find_entries
from web.map import MapView, draw_map
from web.pages.map import kind_choices
from web.pages.page import PageRouter, ThisPage
from web.sharing.previews import preview_area

router = PageRouter()
# Widest first; a type not named here comes last, under its own name.
TYPE_TITLES = {
    "county": "County",
    "district": "Districts",
    "ward": "Wards",
    "parish": "Parishes",
    "patch": "Patches: the areas connectors look after",
}


@router.page("/areas")
async def show_areas(page: ThisPage, read: Read) -> HTMLResponse:
    return page.show("areas/index.html", groups=group_by_type(await areas.list_areas(read)))


@router.page("/areas/{code}")
async def show_area(code: str, page: ThisPage, read: Read, now: Now) -> HTMLResponse:
    area = await areas.get_area(read, code)
    query = {"area": area["code"], "page": page.typed("page") or "1"}
    params = SearchParams.from_query(QueryParams(query))
    reply = await find_entries(read, params, now=now)
    return page.show(
        "areas/area.html",
        area=area,
        preview=preview_area(area),
        params=params,
        reply=reply,
        reach=await list_reach(read, reply.items),
        notices=await notices.list_standing(read, now=now, areas=[area["code"]]),
        connectors=(await connectors.list_connectors(read, area=area["code"]))["items"],
        map=draw_map(area_view(area, params, reply), nonce=page.nonce, settings=page.settings),
    )


@router.get("/areas/{code}/shape.json", include_in_schema=False)
async def show_shape(code: str, read: Read) -> Response:
    area = await areas.get_area(read, code)
    return JSONResponse(area["geojson"], media_type="application/geo+json")


def area_view(area: dict[str, Any], params: SearchParams, reply: SearchReply) -> MapView:
    """A kind in the legend leads to the search of that kind in the area."""
    return MapView(
        kind="area",
        data_url=f"/api/v1/map?area={area['code']}",
        shape_url=f"/areas/{area['code']}/shape.json",
        bounds=tuple(area["bbox"]) if area.get("bbox") else None,
        kinds=kind_choices(params, reply, path="/search"),
        label=f"Map of {area['name']}",
    )


def group_by_type(listed: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    order = list(TYPE_TITLES)

    def rank(area: dict[str, Any]) -> tuple[int, str]:
        kind = area["type"]
        return (order.index(kind) if kind in order else len(order), kind)

    grouped = groupby(
        sorted(listed, key=lambda area: (rank(area), area["name"])), key=lambda area: area["type"]
    )
    return [(TYPE_TITLES.get(kind, kind.capitalize()), list(members)) for kind, members in grouped]
