"""The first page: what do you need, and where?"""

from starlette.responses import HTMLResponse

from api.dependencies import Now, Read
from api.notices import service as notices
from api.taxonomy import service as taxonomy
from web.pages.page import PageRouter, ThisPage
from web.sharing.previews import preview_home

router = PageRouter()
COMMON_NEEDS = 12


@router.page("/")
async def show_home(page: ThisPage, read: Read, now: Now) -> HTMLResponse:
    terms = await taxonomy.list_terms(read)
    needs = sorted(terms["needs"], key=lambda term: -term["entries"])
    common = {term["code"] for term in needs[:COMMON_NEEDS]}
    return page.show(
        "home/index.html",
        common_needs=[term for term in terms["needs"] if term["code"] in common],
        other_needs=[term for term in terms["needs"] if term["code"] not in common],
        notices=await notices.list_standing(read, now=now),
        kinds=await taxonomy.list_kinds(read),
        preview=preview_home(page.settings),
    )
