"""Connectors: who to ask about a place, kept by the coordinators of that place."""

from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.areas import changing as areas
from api.connectors import service as connectors
from api.connectors.schemas import ConnectorDraft
from api.curation import service as curation
from api.dependencies import Now
from api.errors import BadInput, FieldProblem, NotFound
from api.taxonomy import service as taxonomy
from web.bodies import Form, text_of
from web.pages.forms import problems_by_field
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to

router = PageRouter(prefix="/curate/connectors", dependencies=[needs("coordinator")])
DEED: Final = "connector"
SAID: Final = {
    "kept": "The connector is kept. Everyone can see it now.",
    "removed": "The connector is taken away.",
    "back": "The connector is back.",
}
WORDS: Final = ("role", "organisation", "about", "phone", "email", "web")
WRONG: Final = {
    "role": "Give the role, in 2 to 120 letters.",
    "areas": "Tick at least one area: that is their patch.",
}
NOT_SAID: Final = "Tick this, if it is so. We show nobody's private number or address."


@router.page("")
def show_connectors(
    page: CuratePage, session: Write, done: str = "", deed: UUID | None = None
) -> HTMLResponse:
    return page.show(
        "connectors/room.html",
        said=SAID.get(done),
        deed=deed if done == "removed" else None,
        connectors=connectors.list_mine(session, page.actor),
        names=_names(session, page),
    )


def _names(session: Session, page: SignedInPage) -> dict[str, str]:
    """The areas they may give to a patch: {code: name}."""
    return {area["code"]: area["name"] for area in areas.list_mine(session, page.actor)}


@router.page("/new")
def add(page: CuratePage, session: Write) -> HTMLResponse:
    return _form(page, session, {"areas": [], "helps_with": []}, slug=None)


@router.page("/{slug}")
def change(slug: str, page: CuratePage, session: Write) -> HTMLResponse:
    draft = connectors.get_mine(session, page.actor, slug)
    return _form(page, session, draft.model_dump() | {"seen": connectors.print_of(draft)}, slug=slug)


def _form(
    page: SignedInPage,
    session: Session,
    typed: dict[str, Any],
    *,
    slug: str | None,
    problems: dict[str, str] | None = None,
) -> HTMLResponse:
    names = _names(session, page)
    # A part of the patch that is not theirs is shown by its code: it must not get lost.
    names |= {code: code for code in typed["areas"] if code not in names}
    return page.show(
        "connectors/edit.html",
        status=422 if problems else 200,
        typed=typed,
        slug=slug,
        problems=problems or {},
        choices=list(names.items()),
        needs=[(term.code, term.label) for term in taxonomy.list_stored(session)["need"]],
    )


@router.form("/new")
def keep_new(page: CuratePage, session: Write, form: Form) -> Response:
    return _keep(page, session, form, slug=None)


@router.form("/{slug}")
def keep(slug: str, page: CuratePage, session: Write, form: Form) -> Response:
    return _keep(page, session, form, slug=slug)


def _keep(page: SignedInPage, session: Session, form: FormData, *, slug: str | None) -> Response:
    typed: dict[str, Any] = {name: text_of(form, name) for name in (*WORDS, "seen", "public")}
    typed |= {name: [str(one) for one in form.getlist(name)][:500] for name in ("areas", "helps_with")}
    try:
        draft = _read(typed, slug, known={term.code for term in taxonomy.list_stored(session)["need"]})
        with session.begin_nested():
            connectors.write_connector(session, page.actor, draft, seen=typed["seen"] if slug else None)
    except BadInput as problem:
        problems = problems_by_field(problem, otherwise="role")
        if slug and connectors.SAVED_FIRST in problems.values():
            now = connectors.get_mine(session, page.actor, slug)
            typed = now.model_dump() | {"seen": connectors.print_of(now)}
        return _form(page, session, typed, slug=slug, problems=problems)
    return go_to("/curate/connectors?done=kept")


def _read(typed: dict[str, Any], slug: str | None, *, known: set[str]) -> ConnectorDraft:
    """Raises BadInput that names each field."""
    given = {name: typed[name] or None for name in WORDS} | {"areas": typed["areas"], "slug": slug or "new"}
    given |= {"role": typed["role"], "helps_with": [code for code in typed["helps_with"] if code in known]}
    problems = {}
    if typed["public"] != "yes" and (typed["phone"] or typed["email"]):
        problems["public"] = NOT_SAID
    try:
        draft = ConnectorDraft.model_validate(given)
    except ValidationError as error:
        for one in error.errors():
            field = str(one["loc"][0])
            problems[field] = WRONG.get(field, one["msg"])
    if problems:
        errors = [FieldProblem(field=name, message=words) for name, words in problems.items()]
        raise BadInput("The connector could not be kept.", errors=errors)
    return draft


@router.form("/{slug}/remove")
def remove(slug: str, page: CuratePage, session: Write) -> Response:
    draft = connectors.remove_connector(session, page.actor, slug)
    deed = curation.note_deed(session, page.actor, DEED, [draft.model_dump()])
    return go_to(f"/curate/connectors?done=removed&deed={deed}")


@router.form("/undo/{deed_id}")
def undo(deed_id: UUID, page: CuratePage, session: Write, now: Now) -> Response:
    deed = curation.take_back(session, page.actor, deed_id, now=now)
    if deed.what != DEED:
        raise NotFound("That cannot be undone here.")
    for item in deed.items:
        connectors.bring_back_connector(session, page.actor, ConnectorDraft.model_validate(item))
    return go_to("/curate/connectors?done=back")
