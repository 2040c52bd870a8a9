"""Signing in and out."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form, Request, Response
from starlette.responses import HTMLResponse

from api.accounts import service as accounts
from api.accounts import signing_in
from api.accounts.dependencies import SESSION_COOKIE, CheckedForm, Write
from api.dependencies import AppSettings, Now
from api.settings import Settings
from web.pages.page import PageRouter, ThisPage, go_to

router = PageRouter()
AFTER_SIGN_IN = "/curate"


@router.page("/sign-in")
async def show_sign_in(page: ThisPage) -> HTMLResponse:
    return page.show("accounts/sign_in.html", next=safe_next(page.typed("next")), problems={}, email="")


@router.form("/sign-in")
def sign_in(
    request: Request,
    page: ThisPage,
    session: Write,
    now: Now,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    tried = signing_in.try_password(
        session, page.settings, email=email, password=password, address=client_address(request), now=now
    )
    if tried.person is None:
        problems = {"email": tried.problem}
        return page.show(
            "accounts/sign_in.html", status=tried.status, next=safe_next(next), problems=problems, email=email
        )
    browser = request.headers.get("User-Agent")
    token = accounts.open_sign_in(session, tried.person, how="password", browser=browser, now=now)
    reply = go_to(safe_next(next))
    keep_cookie(reply, request, page.settings, token)
    return reply


@router.post("/sign-out", include_in_schema=False, dependencies=[CheckedForm])
def sign_out(request: Request, session: Write, settings: AppSettings) -> Response:
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        accounts.end_sign_in(session, cookie)
    reply = go_to("/")
    reply.delete_cookie(SESSION_COOKIE, path="/", secure=is_secure(request, settings), httponly=True)
    return reply


def safe_next(address: str) -> str:
    """A path of ours, or the desk: never another site, however it is written."""
    parts = urlsplit(address)
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    plain = "\\" not in address and not any(ord(letter) < 32 for letter in address)
    return address if ours and plain else AFTER_SIGN_IN


def keep_cookie(reply: Response, request: Request, settings: Settings, token: str) -> None:
    """For this browser alone: no script reads it, no other site sends it. It ends with the browser."""
    reply.set_cookie(
        SESSION_COOKIE, token, path="/", secure=is_secure(request, settings), httponly=True, samesite="lax"
    )


def is_secure(request: Request, settings: Settings) -> bool:
    """A plain http address of this machine is the one place where the cookie may travel in the open."""
    public = (settings.public_url or "").startswith("https://")
    return public or request.url.scheme == "https" or settings.environment == "production"


def client_address(request: Request) -> str:
    """The network address, for counting tries; behind a proxy uvicorn is told whom to believe."""
    return request.client.host if request.client else ""
