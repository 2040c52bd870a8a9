"""Getting there: the transport schemes that would come to a place, nearest first."""

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse

from api.dependencies import Now, Read
from api.entries.service import list_reach
from api.errors import BadInput
from api.search.schemas import SearchParams
from api.search.service import find_entries
from web.pages.page import PageRouter, ThisPage

router = PageRouter()


@router.page("/getting-there")
async def show_getting_there(page: ThisPage, read: Read, now: Now) -> HTMLResponse:
    near = page.typed("near")
    query = {"kind": "transport", "per_page": "50"} | ({"near": near} if near.strip() else {})
    try:
        reply = await find_entries(read, SearchParams.from_query(QueryParams(query)), now=now)
    except BadInput as problem:
        return page.show("getting_there/index.html", status=problem.status, near=near, problem=problem)
    reach = await list_reach(read, [*reply.items, *reply.nearby_not_serving.get("items", ())])
    return page.show("getting_there/index.html", near=near, reply=reply, reach=reach)
