"""Finding an entry to edit: all that one may edit, drafts and archived ones too."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Query
from starlette.responses import HTMLResponse

from api.accounts.dependencies import Write, needs
from api.areas.service import list_area_names
from api.editing import drafts, service
from api.editing.schemas import Wanted
from api.entries.vocabulary import KINDS, STATE_LABELS
from web.pages.page import CuratePage, PageRouter

router = PageRouter(dependencies=[needs("curator")])
STAGES: Final = (("published", "Public"), ("draft", "Draft"), ("archived", "Archived"))
MOST_PAGES: Final = 100_000
Word = Annotated[str, Query(max_length=100)]


@router.page("/curate/entries")
def find_entries(
    page: CuratePage,
    session: Write,
    q: Word = "",
    kind: Word = "",
    state: Word = "",
    stage: Word = "",
    area: Word = "",
    at: Annotated[int, Query(alias="page", ge=1, le=MOST_PAGES)] = 1,
) -> HTMLResponse:
    words = " ".join(q.replace("\x00", "").split())
    wanted = Wanted(words, *(one.replace("\x00", "") for one in (kind, state, stage, area)))
    found = service.find_entries(session, page.actor, wanted, page=at)
    asked = {"q": words, "kind": kind, "state": state, "stage": stage, "area": area}
    query = urlencode({name: value for name, value in asked.items() if value})
    return page.show(
        "editing/find.html",
        found=found,
        wanted=wanted,
        link=f"/curate/entries?{query}&" if query else "/curate/entries?",
        kinds=[(one.code, one.label) for one in KINDS],
        states=list(STATE_LABELS.items()),
        state_words=STATE_LABELS,
        stages=STAGES,
        areas=[(one.code, one.words) for one in list_area_names(session)],
        started=drafts.find_kept(session, page.actor, None),
    )
