"""A field where a source says something new and a curator had changed it: both values, and the choice."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.areas.service import name_areas
from api.curation import service as curation
from api.dependencies import Now
from api.entries.wording import area_codes, field_words, value_lines
from ingest import conflicts
from web.pages.desk_deeds import do_deed
from web.pages.page import CuratePage, PageRouter, go_to

router = PageRouter(prefix="/curate/conflicts", dependencies=[needs("curator")])


@router.page("/{conflict_id}")
def show_conflict(conflict_id: UUID, page: CuratePage, session: Write, now: Now) -> HTMLResponse:
    curation.may_decide(session, page.actor, "conflict", str(conflict_id))
    conflict = conflicts.get_conflict(session, conflict_id)
    areas = name_areas(session, area_codes(conflict.field, conflict.ours, conflict.theirs))
    return page.show(
        "conflicts/conflict.html",
        conflict=conflict,
        field=field_words(conflict.field),
        ours=value_lines(conflict.field, conflict.ours, areas=areas),
        theirs=value_lines(conflict.field, conflict.theirs, areas=areas),
        hold=curation.take_hold(session, page.actor, "conflict", str(conflict_id), now=now),
        problems=[],
    )


@router.form("/{conflict_id}")
def decide(
    conflict_id: UUID,
    page: CuratePage,
    session: Write,
    do: Annotated[Literal["ours", "theirs"], Form()],
) -> Response:
    curation.may_decide(session, page.actor, "conflict", str(conflict_id))
    outcome = do_deed(session, page.actor, do, [("conflict", str(conflict_id))], settings=page.settings)
    if outcome.problems:
        return page.show("conflicts/conflict.html", status=422, conflict=None, problems=outcome.problems)
    return go_to(f"/curate?did={do}&n=1&deed={outcome.deed_id}")
