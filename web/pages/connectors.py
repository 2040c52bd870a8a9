"""Who is my connector? The person whose job it is to know what there is round a place."""

from starlette.responses import HTMLResponse

from api.connectors import service as connectors
from api.dependencies import Read
from api.errors import BadInput
from web.pages.page import PageRouter, ThisPage

router = PageRouter()


@router.page("/connectors")
async def show_connectors(page: ThisPage, read: Read) -> HTMLResponse:
    near = page.typed("near")
    try:
        found = await connectors.list_connectors(read, near=near.strip() or None)
    except BadInput as problem:
        return page.show("connectors/index.html", status=problem.status, near=near, problem=problem)
    return page.show("connectors/index.html", near=near, found=found)
