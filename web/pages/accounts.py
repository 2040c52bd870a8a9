"""Signing in and out: the password, and the second step where somebody switched it on."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request, Response
from starlette.responses import HTMLResponse

from api.accounts import oidc, second_step, signing_in
from api.accounts import service as accounts
from api.accounts.dependencies import SESSION_COOKIE, CheckedForm, Write
from api.dependencies import AppSettings, Now, client_address
from web.pages.browser import (
    drop_cookie,
    finish,
    first_step,
    let_in,
    safe_next,
    still_counts,
)
from web.pages.page import Page, PageRouter, ThisPage, go_to

router = PageRouter()
Typed = Annotated[str, Form(max_length=500)]
BEGIN_AGAIN = "That took too long. Sign in again from the beginning."


@router.page("/sign-in")
async def show_sign_in(page: ThisPage) -> HTMLResponse:
    return _form(page, next=page.typed("next"))


def _form(page: Page, *, next: str, email: str = "", problem: str = "", status: int = 200) -> HTMLResponse:
    setting = oidc.find_setting(page.settings)
    return page.show(
        "accounts/sign_in.html",
        status=status,
        next=safe_next(next),
        email=email,
        problems={"email": problem} if problem else {},
        organisation=setting.name if setting else None,
    )


@router.form("/sign-in")
def sign_in(
    request: Request,
    page: ThisPage,
    session: Write,
    now: Now,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Typed = "",
) -> Response:
    tried = signing_in.try_password(
        session, page.settings, email=email, password=password, address=client_address(request), now=now
    )
    if tried.person is None:
        return _form(page, next=next, email=email, problem=tried.problem, status=tried.status)
    return let_in(request, page.settings, session, tried.person, how="password", next=next, now=now)


@router.page("/sign-in/second-step")
async def show_second_step(request: Request, page: ThisPage) -> Response:
    if first_step(request, page.settings) is None:
        return go_to("/sign-in")
    return page.show("accounts/second_step.html", problems={})


@router.form("/sign-in/second-step")
def take_second_step(
    request: Request, page: ThisPage, session: Write, now: Now, code: Annotated[str, Form(max_length=60)] = ""
) -> Response:
    said = first_step(request, page.settings)
    if said is None:
        return _form(page, next="", problem=BEGIN_AGAIN, status=422)
    person = signing_in.get_who_may_come_in(session, page.settings, UUID(said["person"]))
    if not still_counts(page.settings, said, person):
        return _form(page, next="", problem=BEGIN_AGAIN, status=422)
    address = client_address(request)
    if second_step.tried_codes_too_often(session, person, page.settings, address=address, now=now):
        return _ask_again(page, second_step.TOO_OFTEN, 429)
    if not second_step.is_right_code(session, person, page.settings, code, now=now):
        return _ask_again(page, second_step.WRONG_CODE, 422)
    return finish(request, page.settings, session, person, how=said["how"], next=said["next"], now=now)


def _ask_again(page: Page, problem: str, status: int) -> HTMLResponse:
    return page.show("accounts/second_step.html", problems={"code": problem}, status=status)


@router.post("/sign-out", include_in_schema=False, dependencies=[CheckedForm])
def sign_out(request: Request, session: Write, settings: AppSettings) -> Response:
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        accounts.end_sign_in(session, cookie)
    reply = go_to("/")
    drop_cookie(reply, request, settings, SESSION_COOKIE)
    return reply
