"""The desk: one page that says what waits in one's areas, and does the small things to many at once."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Form, Query
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.curation import service as curation
from api.curation.schemas import KIND_BY_CODE, KINDS_OF_WAITING
from api.dependencies import Now
from api.errors import BadInput
from web.pages.desk_deeds import DEEDS, Outcome, deeds_for, do_deed, undo_deed
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to

router = PageRouter(dependencies=[needs("curator")])
MOST_AT_ONCE = 100
PageNumber = Annotated[int, Query(alias="page", ge=1, le=1000)]


@router.page("/curate")
def show_desk(
    page: CuratePage,
    session: Write,
    now: Now,
    kind: str | None = None,
    off: bool = False,
    page_no: PageNumber = 1,
    did: str | None = None,
    n: int = 0,
    deed: UUID | None = None,
) -> HTMLResponse:
    context: dict[str, Any] = {"said": _said(did, n), "deed": deed if did in DEEDS else None, "problems": []}
    return _desk(page, session, now, kind=kind or None, off=off, page_no=page_no, **context)


def _desk(
    page: SignedInPage, session: Write, now: Now, *, kind: str | None, off: bool, page_no: int, **context: Any
) -> HTMLResponse:
    desk = curation.open_desk(session, page.actor, now=now, kind=kind, off=off, page=page_no)
    return page.show(
        "curation/desk.html",
        desk=desk,
        kinds=KINDS_OF_WAITING,
        chosen=KIND_BY_CODE.get(kind) if kind else None,  # type: ignore[call-overload]
        off=off,
        deeds=deeds_for({item.kind for item in desk.items}),
        now=now,
        page_no=page_no,
        pages=-(-desk.total // curation.PAGE),
        here=urlencode({"kind": kind or "", "off": "true" if off else ""}),
        **context,
    )


def _said(did: str | None, n: int) -> str | None:
    """Only our own words: an address can be written by anyone."""
    if did == "undone":
        return "Undone."
    if did in DEEDS and n > 0:
        return f"{n} {DEEDS[did].done}."
    return None


@router.form("/curate")
def do_to_ticked(
    page: CuratePage,
    session: Write,
    now: Now,
    do: Annotated[str, Form()] = "",
    item: Annotated[list[str] | None, Form()] = None,
    kind: Annotated[str, Form()] = "",
    off: Annotated[bool, Form()] = False,
) -> Response:
    keys = [tuple(one.split(":", 1)) for one in (item or [])[:MOST_AT_ONCE] if ":" in one]
    wrong = None
    if do not in DEEDS:
        wrong = "Choose what to do with the things you ticked."
    elif not keys:
        wrong = "Tick at least one thing first."
    if wrong:
        return _desk(
            page, session, now, kind=kind or None, off=off, page_no=1, said=None, deed=None, problems=[wrong]
        )
    if any(one not in KIND_BY_CODE for one, _ in keys):
        raise BadInput("One of the things you ticked is not on the desk.")
    outcome = do_deed(session, page.actor, do, keys, settings=page.settings)  # type: ignore[arg-type]
    return _after(page, session, now, outcome, did=do, kind=kind or None, off=off)


@router.form("/curate/undo/{deed_id}")
def undo(deed_id: UUID, page: CuratePage, session: Write, now: Now) -> Response:
    outcome = undo_deed(session, page.actor, deed_id)
    return _after(page, session, now, outcome, did="undone", kind=None, off=False)


def _after(
    page: SignedInPage, session: Write, now: Now, outcome: Outcome, *, did: str, kind: str | None, off: bool
) -> Response:
    if outcome.problems:
        return _desk(
            page,
            session,
            now,
            kind=kind,
            off=off,
            page_no=1,
            said=_said(did, outcome.done),
            deed=outcome.deed_id,
            problems=outcome.problems,
        )
    told = {"did": did, "n": outcome.done, "kind": kind or "", "deed": outcome.deed_id or ""}
    return go_to("/curate?" + urlencode({name: value for name, value in told.items() if value}))
