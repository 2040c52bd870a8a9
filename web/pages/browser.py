"""The browser at hand: its cookies, its address, and letting a person in with it."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from api.accounts import second_step
from api.accounts import service as accounts
from api.accounts.dependencies import SESSION_COOKIE
from api.accounts.letters import Site
from api.errors import Unavailable
from api.models import Person
from api.permissions import Role
from api.secrets import keyed_hash, same, secret_key
from api.settings import Settings
from web.pages.page import go_to

AFTER_SIGN_IN: Final = "/curate"
# For those whom nothing waits for at the desk.
YOUR_PAGE: Final = "/account"
STEP_COOKIE: Final = "hereabouts_step"
STEP_S: Final = 600
NO_ADDRESS: Final = (
    "This directory cannot send links by e-mail yet: whoever runs it has to say which address it has "
    "(HEREABOUTS_PUBLIC_URL)."
)


def safe_next(address: str) -> str:
    """A path of ours, or the desk: never another site, however it is written."""
    parts = urlsplit(address)
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    plain = "\\" not in address and not any(ord(letter) < 32 for letter in address)
    return address if ours and plain else AFTER_SIGN_IN


def is_secure(request: Request, settings: Settings) -> bool:
    """A plain http address of this machine is the one place where the cookie may travel in the open."""
    public = (settings.public_url or "").startswith("https://")
    return public or request.url.scheme == "https" or settings.environment == "production"


def site_of(request: Request, settings: Settings) -> Site:
    """What links in letters begin with: the address that is set. Without one, where nobody relies on it, the
    address this machine was reached at; never what the request says of itself, which anyone can write.
    Raises Unavailable."""
    if settings.public_site:
        return Site(settings.title, settings.public_site)
    if settings.environment == "production":
        raise Unavailable(NO_ADDRESS)
    host, port = request.scope.get("server") or ("127.0.0.1", None)
    name = f"[{host}]" if ":" in host else host
    return Site(settings.title, f"{request.url.scheme}://{name}:{port}" if port else f"http://{name}")


def let_in(
    request: Request,
    settings: Settings,
    session: Session,
    person: Person,
    *,
    how: str,
    next: str = "",
    now: datetime,
) -> Response:
    """Signed in, or to the page that asks for the second step."""
    if second_step.has_second_step(person):
        return _ask_second_step(request, settings, person, how=how, next=next)
    return finish(request, settings, session, person, how=how, next=next, now=now)


def finish(
    request: Request,
    settings: Settings,
    session: Session,
    person: Person,
    *,
    how: str,
    next: str = "",
    now: datetime,
) -> RedirectResponse:
    """Signed in: a new cookie, and what the browser held before opens nothing more."""
    before = request.cookies.get(SESSION_COOKIE)
    if before:
        accounts.end_sign_in(session, before)
    browser = request.headers.get("User-Agent")
    token = accounts.open_sign_in(session, person, how=how, browser=browser, now=now)
    reply = go_to(_way_on(person, safe_next(next)))
    keep_cookie(reply, request, settings, SESSION_COOKIE, token)
    drop_cookie(reply, request, settings, STEP_COOKIE)
    return reply


def _way_on(person: Person, next: str) -> str:
    desk: Role = "curator"
    return YOUR_PAGE if next == AFTER_SIGN_IN and not accounts.as_actor(person).has(desk) else next


def keep_cookie(
    reply: Response,
    request: Request,
    settings: Settings,
    name: str,
    value: str,
    *,
    seconds: int | None = None,
) -> None:
    """For this browser alone: no script reads it, no other site sends it. It ends with the browser."""
    reply.set_cookie(
        name,
        value,
        path="/",
        max_age=seconds,
        secure=is_secure(request, settings),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(reply: Response, request: Request, settings: Settings, name: str) -> None:
    reply.delete_cookie(
        name, path="/", secure=is_secure(request, settings), httponly=True, samesite="lax"
    )  # fmt: skip


def sign(settings: Settings, purpose: str, said: dict[str, Any]) -> str:
    """What a browser keeps for us for some minutes: readable, but not to be changed."""
    return URLSafeTimedSerializer(secret_key(settings), salt=purpose).dumps(said)


def read_signed(
    settings: Settings, purpose: str, cookie: str | None, *, seconds: int
) -> dict[str, Any] | None:
    """None when it is not ours or too old."""
    try:
        said = URLSafeTimedSerializer(secret_key(settings), salt=purpose).loads(cookie or "", max_age=seconds)
    except BadData:
        return None
    return said if isinstance(said, dict) else None


def _ask_second_step(
    request: Request, settings: Settings, person: Person, *, how: str, next: str
) -> RedirectResponse:
    said = {"person": str(person.id), "how": how, "next": safe_next(next), "as": _as_it_is(settings, person)}
    reply = go_to("/sign-in/second-step")
    keep_cookie(reply, request, settings, STEP_COOKIE, sign(settings, STEP_COOKIE, said), seconds=STEP_S)
    return reply


def first_step(request: Request, settings: Settings) -> dict[str, Any] | None:
    """Who has passed the first step in this browser, how, and where they want to go."""
    return read_signed(settings, STEP_COOKIE, request.cookies.get(STEP_COOKIE), seconds=STEP_S)


def still_counts(settings: Settings, said: dict[str, Any], person: Person) -> bool:
    """A first step with a password that was changed since leads nowhere."""
    return same(str(said["as"]), _as_it_is(settings, person))


def _as_it_is(settings: Settings, person: Person) -> str:
    return keyed_hash(settings, STEP_COOKIE, f"{person.id} {person.password_hash} {person.totp_on_at}")
