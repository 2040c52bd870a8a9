"""Switching on and off the second step of signing in: a code from a phone."""

from typing import Annotated

import segno
from fastapi import Form, Request, Response
from markupsafe import Markup

from api.accounts import second_step
from api.accounts.dependencies import Write, needs
from api.dependencies import Now, client_address
from api.errors import BadInput
from web.pages.at_browser import AT_BROWSER, Me
from web.pages.browser import site_of
from web.pages.forms import problems_by_field
from web.pages.page import CuratePage, PageRouter, go_to

router = PageRouter(dependencies=[needs(), AT_BROWSER])
Code = Annotated[str, Form(max_length=60)]


@router.form("/account/second-step/start")
def start(me: Me) -> Response:
    second_step.start(me)
    return go_to("/account/second-step")


@router.page("/account/second-step")
def show(page: CuratePage, me: Me) -> Response:
    return _show(page, me)


def _show(page: CuratePage, me: Me, problems: dict[str, str] | None = None, status: int = 200) -> Response:
    if second_step.has_second_step(me):
        return page.show("accounts/second_step_off.html", me=me, problems=problems or {}, status=status)
    if me.totp_secret is None:
        return go_to("/account")
    address = second_step.phone_address(me, title=page.settings.title)
    return page.show(
        "accounts/second_step_on.html",
        qr=qr_code(address),
        secret=" ".join(me.totp_secret[at : at + 4] for at in range(0, len(me.totp_secret), 4)),
        problems=problems or {},
        status=status,
    )


def qr_code(text: str) -> Markup:
    """An inline SVG, black on white whatever the page's colours: phones read no other. Safe as markup: segno
    draws paths, and no text."""
    drawing = segno.make(text, error="m").svg_inline(
        scale=5, border=3, dark="#000", light="#fff", svgclass="qr", title="The square to point your phone at"
    )
    return Markup(drawing)


@router.form("/account/second-step")
def switch_on(
    request: Request, page: CuratePage, session: Write, me: Me, now: Now, code: Code = ""
) -> Response:
    if _too_often(request, page, session, me, now):
        return _show(page, me, {"code": second_step.TOO_OFTEN}, 429)
    try:
        codes = second_step.switch_on(session, me, page.settings, code, now=now)
    except BadInput as refused:
        return _show(page, me, problems_by_field(refused), refused.status)
    return page.show("accounts/recovery_codes.html", codes=codes)


@router.form("/account/second-step/off")
def switch_off(
    request: Request,
    page: CuratePage,
    session: Write,
    me: Me,
    now: Now,
    code: Code = "",
    password: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    if _too_often(request, page, session, me, now):
        return _show(page, me, {"code": second_step.TOO_OFTEN}, 429)
    site = site_of(request, page.settings)
    try:
        second_step.switch_off(session, me, page.settings, site, password=password, code=code, now=now)
    except BadInput as refused:
        return _show(page, me, problems_by_field(refused), refused.status)
    return go_to("/account?done=second-step-off")


def _too_often(request: Request, page: CuratePage, session: Write, me: Me, now: Now) -> bool:
    address = client_address(request)
    return second_step.tried_codes_too_often(session, me, page.settings, address=address, now=now)
