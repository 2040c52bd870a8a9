"""One's own account: name, roles, password, second step, browsers, and what happened to it."""

from typing import Annotated, Final

from fastapi import Form, Request, Response
from starlette.responses import HTMLResponse

from api.accounts import people, second_step, settling, signing_in
from api.accounts import service as accounts
from api.accounts.dependencies import SESSION_COOKIE, Write, needs
from api.accounts.events import HOW_WORDS, event_words
from api.areas.service import name_areas
from api.clock import LONDON
from api.dependencies import Now, client_address
from api.errors import BadInput
from api.owners import service as owners
from api.secrets import token_hash
from web.pages.at_browser import AT_BROWSER, Me
from web.pages.browser import drop_cookie, site_of
from web.pages.browsers import browser_words
from web.pages.forms import problems_by_field
from web.pages.page import CuratePage, PageRouter, go_to, rooms_for

router = PageRouter(dependencies=[needs(), AT_BROWSER])
MOST_EVENTS: Final = 30
DONE: Final = {
    "name": "Your name was changed.",
    "password": "Your password was changed. All other browsers were signed out.",
    "elsewhere": "All other browsers were signed out.",
    "second-step-off": "Signing in no longer asks you for a code.",
}


@router.page("/your-desk")
def go_to_desk(page: CuratePage) -> Response:
    """Where their work is: what a public page leads to, which knows that someone is signed in and not who."""
    rooms = rooms_for(page.actor)
    return go_to(rooms[0][0] if rooms else "/account")


@router.page("/account")
def show_account(page: CuratePage, session: Write, me: Me, now: Now) -> HTMLResponse:
    return _show(page, session, me, now)


def _show(
    page: CuratePage,
    session: Write,
    me: Me,
    now: Now,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    cookie = token_hash(page.request.cookies.get(SESSION_COOKIE, ""))
    browsers = [
        (browser_words(one.browser), HOW_WORDS.get(one.how, ""), one.seen_at.astimezone(LONDON),
         one.token_hash == cookie)
        for one in accounts.list_browsers(session, me.id, now=now)
    ]  # fmt: skip
    return page.show(
        "accounts/account.html",
        status=status,
        me=me,
        roles=people.describe_grants(session, page.actor.grants),
        own_entries=owners.list_own_entries(session, page.actor),
        browsers=browsers,
        events=_events(session, me),
        second_step_on=second_step.has_second_step(me),
        codes_left=second_step.codes_left(session, me),
        problems=problems or {},
        said=DONE.get(page.typed("done")),
    )


def _events(session: Write, me: Me) -> list[tuple[str, str, str | None]]:
    events = accounts.list_events(session, me.id, most=MOST_EVENTS)
    areas = name_areas(session, {event.detail["area"] for event, _by in events if event.detail.get("area")})
    return [
        (
            f"{event.made_at.astimezone(LONDON):%-d %B %Y, %H:%M}",
            event_words(event.what, event.detail, areas),
            by,
        )
        for event, by in events
    ]


def _refused(page: CuratePage, session: Write, me: Me, now: Now, refused: BadInput) -> HTMLResponse:
    return _show(page, session, me, now, problems_by_field(refused), refused.status)


@router.form("/account/name")
def change_name(
    page: CuratePage, session: Write, me: Me, now: Now, name: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    try:
        accounts.rename(session, me, name)
    except BadInput as refused:
        return _refused(page, session, me, now, refused)
    return go_to("/account?done=name")


@router.form("/account/password")
def change_password(
    request: Request,
    page: CuratePage,
    session: Write,
    me: Me,
    now: Now,
    old: Annotated[str, Form(max_length=1000)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """A browser left open is no place to guess at: tries are counted here too."""
    address, cookie = client_address(request), request.cookies.get(SESSION_COOKIE, "")
    if signing_in.tried_too_often(
        session, page.settings, "change password", account=str(me.id), address=address, now=now
    ):
        return _show(page, session, me, now, {"old": second_step.TOO_OFTEN}, 429)
    site = site_of(request, page.settings)
    try:
        settling.change_password(session, me, site, old=old, new=password, cookie=cookie, now=now)
    except BadInput as refused:
        return _refused(page, session, me, now, refused)
    return go_to("/account?done=password")


@router.form("/account/sign-out-elsewhere")
def sign_out_elsewhere(request: Request, session: Write, me: Me) -> Response:
    accounts.end_all_sign_ins(session, me.id, but=request.cookies.get(SESSION_COOKIE))
    return go_to("/account?done=elsewhere")


@router.form("/account/sign-out-everywhere")
def sign_out_everywhere(request: Request, page: CuratePage, session: Write, me: Me) -> Response:
    accounts.end_all_sign_ins(session, me.id)
    reply = go_to("/sign-in")
    drop_cookie(reply, request, page.settings, SESSION_COOKIE)
    return reply
