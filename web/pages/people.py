"""People of an area, for its coordinator: who they are, what they may do, and asking in new ones."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Form, Request, Response
from starlette.responses import HTMLResponse

from api.accounts import people
from api.accounts import service as accounts
from api.accounts.dependencies import Write, needs
from api.clock import LONDON
from api.dependencies import Now
from api.errors import BadInput, FieldProblem, NotAllowed
from api.permissions import ROLE_LABELS, ROLES, Role
from web.pages.at_browser import AT_BROWSER
from web.pages.browser import site_of
from web.pages.forms import problems_by_field
from web.pages.page import CuratePage, PageRouter, go_to

router = PageRouter(dependencies=[needs("coordinator"), AT_BROWSER])
Typed = Annotated[str, Form(max_length=300)]
# "Everywhere" in the list of areas: no code of an area.
EVERYWHERE: Final = "*"
ROLE_HINTS: Final = {
    "navigator": "keeps shortlists and notes when somebody was rung",
    "curator": "changes entries and decides about suggestions",
    "coordinator": "also looks after people, areas, notices and imports",
    "admin": "everything, everywhere",
}
DONE: Final = {
    "invited": "The invitation is on its way.",
    "added": "They had an account already. They have the role now, and a letter says so.",
    "given": "They have the role now.",
    "taken": "The role was taken away.",
    "closed": "The account was closed. Nobody can sign in with it.",
}


@router.page("/curate/people")
def show_people(page: CuratePage, session: Write) -> HTMLResponse:
    return _list(page, session)


def _list(
    page: CuratePage,
    session: Write,
    *,
    typed: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    return page.show(
        "accounts/people.html",
        status=status,
        people=people.list_people(session, page.actor),
        typed=typed or {},
        problems=problems or {},
        said=DONE.get(page.typed("done")),
        zone=LONDON,
        **_choices(page, session),
    )


def _choices(page: CuratePage, session: Write) -> dict[str, object]:
    everywhere = [(EVERYWHERE, "Everywhere")] if page.actor.areas_as("coordinator") is None else []
    areas = [(one.code, one.words) for one in people.areas_to_give(session, page.actor)]
    roles = [(role, f"{ROLE_LABELS[role]}: {ROLE_HINTS[role]}") for role in people.roles_to_give(page.actor)]
    return {"roles": roles, "areas": everywhere + areas}


@router.form("/curate/people/invite")
def invite(
    request: Request,
    page: CuratePage,
    session: Write,
    now: Now,
    email: Typed = "",
    name: Typed = "",
    role: Typed = "",
    area: Typed = "",
) -> Response:
    site = site_of(request, page.settings)
    try:
        invited = people.invite_person(
            session, page.actor, site, email=email, name=name, role=_role(role), area=_area(area), now=now
        )
    except (BadInput, NotAllowed) as refused:
        typed = {"email": email, "name": name, "role": role, "area": area}
        return _list(
            page,
            session,
            typed=typed,
            problems=problems_by_field(refused, otherwise="role"),
            status=refused.status,
        )
    return go_to(f"/curate/people?done={'invited' if invited.link else 'added'}")


def _role(typed: str) -> Role:
    if typed not in ROLES:
        message = "Choose what they are to do."
        raise BadInput(message, errors=[FieldProblem(field="role", message=message)])
    return typed


def _area(typed: str) -> str | None:
    """A role is never given everywhere because nobody chose."""
    if not typed:
        message = "Choose where."
        raise BadInput(message, errors=[FieldProblem(field="area", message=message)])
    return None if typed == EVERYWHERE else typed


@router.page("/curate/people/{person_id}")
def show_person(page: CuratePage, session: Write, person_id: UUID) -> HTMLResponse:
    return _person(page, session, person_id)


def _person(
    page: CuratePage,
    session: Write,
    person_id: UUID,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    return page.show(
        "accounts/person.html",
        status=status,
        person=people.get_listed(session, page.actor, person_id),
        problems=problems or {},
        said=DONE.get(page.typed("done")),
        zone=LONDON,
        **_choices(page, session),
    )


@router.form("/curate/people/{person_id}/give")
def give_role(
    request: Request, page: CuratePage, session: Write, person_id: UUID, role: Typed = "", area: Typed = ""
) -> Response:
    site = site_of(request, page.settings)
    people.get_listed(session, page.actor, person_id)
    person = accounts.get_open_person(session, person_id)
    try:
        people.add_role(session, page.actor, site, person, role=_role(role), area=_area(area))
    except (BadInput, NotAllowed) as refused:
        return _person(page, session, person_id, problems_by_field(refused, otherwise="role"), refused.status)
    return go_to(f"/curate/people/{person_id}?done=given")


@router.form("/curate/people/{person_id}/take")
def take_role(
    page: CuratePage, session: Write, person_id: UUID, role: Typed = "", area: Typed = ""
) -> Response:
    people.take_role(session, page.actor, person_id, role=_role(role), area=_area(area))
    still_there = any(one.id == person_id for one in people.list_people(session, page.actor))
    return go_to(f"/curate/people/{person_id}?done=taken" if still_there else "/curate/people?done=taken")


@router.form("/curate/people/{person_id}/invite")
def invite_again(request: Request, page: CuratePage, session: Write, now: Now, person_id: UUID) -> Response:
    people.invite_again(session, page.actor, site_of(request, page.settings), person_id, now=now)
    return go_to(f"/curate/people/{person_id}?done=invited")


@router.form("/curate/people/{person_id}/close")
def close_account(page: CuratePage, session: Write, now: Now, person_id: UUID, sure: Typed = "") -> Response:
    if sure != "yes":
        return _person(page, session, person_id, {"sure": "Tick the box to close the account."}, 422)
    people.close_account(session, page.actor, person_id, now=now)
    return go_to("/curate/people?done=closed")
