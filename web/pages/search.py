"""The search page: a list and a map from one query, with every filter as a plain form."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from api.areas import service as areas
from api.dependencies import Now, Read, State, Words
from api.entries.service import list_reach
from api.errors import BadInput
from api.notices import service as notices
from api.search.instead import find_instead
from api.search.schemas import SearchParams, SearchReply
from api.search.service import find_entries
from web.map import MapView, draw_map
from web.pages.filters import FILTER_GROUPS, chosen_chips, day_choices, read_chips
from web.pages.map import kind_choices
from web.pages.page import PageRouter, ThisPage
from web.sharing.previews import preview_search

router = PageRouter()
RADIUS_CHOICES = (1, 2, 5, 10, 20, 40)


@router.page("/search")
async def show_search(page: ThisPage, read: Read, words: Words, now: Now, state: State) -> HTMLResponse:
    query = page.request.query_params
    all_areas = await areas.list_areas(read)
    form: dict[str, Any] = {
        "typed": query,
        "all_areas": all_areas,
        "days": day_choices(query.get("day")),
        "radius_choices": RADIUS_CHOICES,
        "now_value": now.strftime("%Y-%m-%dT%H:%M"),
        "groups": FILTER_GROUPS,
    }
    try:
        params = SearchParams.from_query(query)
        reply = await find_entries(read, params, now=now, engine=words, memory=state.memory)
    except BadInput as problem:
        return page.show("search/problem.html", status=problem.status, problem=problem, **form)
    if params.page == 1:
        state.tally.note(day=now.date(), terms=reply.terms, district=reply.district, results=reply.total)
    # A list that begins past its last page is empty too, but something was found.
    instead = None
    if not reply.total:
        instead = await find_instead(read, params, now=now, engine=words, memory=state.memory, reply=reply)
    same_need = instead.same_need.items if instead and instead.same_need else []
    listed = [*reply.items, *reply.nearby_not_serving.get("items", ()), *same_need]
    return page.show(
        "search/index.html",
        reach=await list_reach(read, listed),
        notices=await notices.list_standing(read, now=now, areas=areas_of(params, reply)),
        params=params,
        reply=reply,
        preview=preview_search(params, reply, page.settings),
        chips=chosen_chips(params, reply.facets, all_areas),
        read_chips=read_chips(params, reply.understood),
        instead=instead,
        missing_url=missing_url(params),
        map=draw_map(search_view(params, reply), nonce=page.nonce, settings=page.settings),
        **form,
    )


def areas_of(params: SearchParams, reply: SearchReply) -> list[str] | None:
    """Where the visitor looks, for what people there should know; None when they did not say."""
    codes = [code for code in (params.area, *(reply.place["areas"] if reply.place else ())) if code]
    return codes or None


def missing_url(params: SearchParams) -> str:
    """Where to say what is missing, begun with what was looked for."""
    return f"/add?{urlencode({'name': params.q})}" if params.q else "/add"


def search_view(params: SearchParams, reply: SearchReply) -> MapView:
    """The map draws what it finds outside the chosen part too, so that the next part can be chosen."""
    query = params.query_string(page=None, per_page=None, sort=None, bbox=None)
    return MapView(
        kind="search",
        data_url=f"/api/v1/map?{query}",
        search_url=f"/search?{params.query_string(page=None)}",
        place=circle_of(reply.place, params),
        bounds=params.bbox,
        part=params.bbox,
        kinds=kind_choices(params, reply, path="/search"),
        label="Map of what is in the list",
    )


def circle_of(place: dict[str, Any] | None, params: SearchParams) -> tuple[float, float, str, float] | None:
    if place is None:
        return None
    return place["lon"], place["lat"], place["label"], params.radius_km * 1000
