"""Links that letters bring: to sign in, to settle a password after an invitation or after forgetting it.

Opening one shows a button and uses nothing up: programs that check mail open every link.
"""

from typing import Annotated

from fastapi import Form, Request, Response
from starlette.responses import HTMLResponse

from api.accounts import settling, signing_in
from api.accounts.dependencies import Write
from api.accounts.settling import Occasion
from api.accounts.signing_in import Wanted
from api.dependencies import Now, client_address
from api.errors import BadInput
from web.pages.browser import let_in, site_of
from web.pages.page import Page, PageRouter, ThisPage, go_to, keep_secret

router = PageRouter()
Email = Annotated[str, Form(max_length=254)]
Password = Annotated[str, Form(max_length=1000)]
HOW = {"invite": "invitation", "reset": "reset"}


@router.page("/sign-in/link")
async def show_ask_link(page: ThisPage) -> HTMLResponse:
    return _ask_page(page, "sign_in")


@router.page("/sign-in/forgotten")
async def show_forgotten(page: ThisPage) -> HTMLResponse:
    return _ask_page(page, "reset")


def _ask_page(page: Page, wanted: Wanted, *, email: str = "", problem: str | None = None) -> HTMLResponse:
    return page.show(
        "accounts/ask_letter.html",
        status=429 if problem else 200,
        wanted=wanted,
        email=email,
        problems={"email": problem} if problem else {},
    )


@router.form("/sign-in/link")
def ask_link(request: Request, page: ThisPage, session: Write, now: Now, email: Email = "") -> Response:
    return _ask(request, page, session, now, "sign_in", email)


@router.form("/sign-in/forgotten")
def ask_reset(request: Request, page: ThisPage, session: Write, now: Now, email: Email = "") -> Response:
    return _ask(request, page, session, now, "reset", email)


def _ask(request: Request, page: Page, session: Write, now: Now, wanted: Wanted, email: str) -> Response:
    site = site_of(request, page.settings)
    address = client_address(request)
    problem = signing_in.ask_letter(
        session, page.settings, site, wanted, email=email, address=address, now=now
    )
    return _ask_page(page, wanted, email=email, problem=problem) if problem else go_to("/sign-in/sent")


@router.page("/sign-in/sent")
async def show_sent(page: ThisPage) -> HTMLResponse:
    return page.show("accounts/sent.html")


@router.page("/sign-in/link/{token}")
def show_link(page: ThisPage, session: Write, now: Now, token: str) -> HTMLResponse:
    signing_in.look_at_link(session, token, now=now)
    return keep_secret(page.show("accounts/link.html"))


@router.form("/sign-in/link/{token}")
def use_link(request: Request, page: ThisPage, session: Write, now: Now, token: str) -> Response:
    person = signing_in.use_link(session, page.settings, token, now=now)
    return let_in(request, page.settings, session, person, how="link", now=now)


@router.page("/sign-in/invitation/{token}")
def show_invitation(page: ThisPage, session: Write, now: Now, token: str) -> HTMLResponse:
    return _settle_page(page, session, now, "invite", token)


@router.page("/sign-in/reset/{token}")
def show_reset(page: ThisPage, session: Write, now: Now, token: str) -> HTMLResponse:
    return _settle_page(page, session, now, "reset", token)


@router.form("/sign-in/invitation/{token}")
def accept_invitation(
    request: Request, page: ThisPage, session: Write, now: Now, token: str, password: Password = ""
) -> Response:
    return _settle(request, page, session, now, "invite", token, password)


@router.form("/sign-in/reset/{token}")
def reset_password(
    request: Request, page: ThisPage, session: Write, now: Now, token: str, password: Password = ""
) -> Response:
    return _settle(request, page, session, now, "reset", token, password)


def _settle_page(
    page: Page,
    session: Write,
    now: Now,
    occasion: Occasion,
    token: str,
    problems: dict[str, str] | None = None,
) -> HTMLResponse:
    person = settling.look_who(session, token, occasion, now=now)
    return keep_secret(
        page.show(
            "accounts/settle.html",
            status=422 if problems else 200,
            occasion=occasion,
            email=person.email,
            problems=problems or {},
        )
    )


def _settle(
    request: Request, page: Page, session: Write, now: Now, occasion: Occasion, token: str, password: str
) -> Response:
    site = site_of(request, page.settings)
    try:
        person = settling.settle_password(session, token, occasion, password, site, now=now)
    except BadInput as refused:
        return _settle_page(page, session, now, occasion, token, {"password": refused.detail})
    return let_in(request, page.settings, session, person, how=HOW[occasion], now=now)
