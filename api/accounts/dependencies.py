"""What routes of signed-in people ask for: who is asking, the writer's session, and that a form is ours."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from api.accounts import service
from api.db import writing
from api.dependencies import Now, State
from api.errors import NotAllowed, NotSignedIn
from api.permissions import SIGN_IN_FIRST, Actor, Role, holds_role, may_use_scope, require
from api.secrets import keyed_hash, same
from api.settings import Settings

SESSION_COOKIE: Final = "hereabouts_session"
CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "X-CSRF-Token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
STALE_FORM: Final = (
    "This form was open for too long or came from another site. Go back, load the page again and send it "
    "once more: what you typed is kept there."
)


def get_write(state: State) -> Iterator[Session]:
    """One transaction a request, committed before the reply is sent (`scope="function"`)."""
    with writing(state.write) as session:
        yield session


Write = Annotated[Session, Depends(get_write, scope="function")]


def get_actor(request: Request, session: Write, now: Now) -> Actor | None:
    """Who is asking, by cookie or by a partner's key; None is nobody we know. What they save in this request
    is kept under their name."""
    key = bearer_key(request)
    if key:
        actor = service.find_token_actor(session, key, now=now)
    else:
        cookie = request.cookies.get(SESSION_COOKIE)
        actor = service.find_actor(session, cookie, now=now) if cookie else None
    if actor is not None:
        service.act_as(session, actor)
    return actor


MaybeActor = Annotated[Actor | None, Depends(get_actor, scope="function")]


def bearer_key(request: Request) -> str | None:
    """The key of `Authorization: Bearer …`."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def get_signed_in(request: Request, actor: MaybeActor) -> Actor:
    if actor is None:
        raise NotSignedIn(SIGN_IN_FIRST)
    require(may_use_scope(actor, "read" if request.method in SAFE_METHODS else "edit"))
    return actor


SignedIn = Annotated[Actor, Depends(get_signed_in, scope="function")]


def csrf_token(settings: Settings, cookie: str) -> str:
    """What a form of this browser must bring back: another site cannot know it."""
    return keyed_hash(settings, "csrf", cookie)


async def keep_form(request: Request, **limits: int) -> FormData:
    """The form, kept beside the request: whoever answers a failure can only have what was read before it."""
    form = await request.form(**limits)
    request.state.form = form
    return form


async def read_form(request: Request) -> FormData:
    return await keep_form(request)


async def check_form(request: Request, state: State) -> None:
    """Refuses a form that another site sent in a signed-in person's name. Nobody signed in, or a partner's
    key: nothing to borrow."""
    cookie = request.cookies.get(SESSION_COOKIE)
    if request.method in SAFE_METHODS or cookie is None or bearer_key(request):
        return
    given = request.headers.get(CSRF_HEADER)
    if given is None and "form" in request.headers.get("Content-Type", ""):
        field = (await read_form(request)).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not same(given, csrf_token(state.settings, cookie)):
        raise NotAllowed(STALE_FORM)


CheckedForm = Depends(check_form)


class Gate:
    """Who may come in at all; what they may do to one thing is the service's question. `role` None is
    everyone who is signed in. Forms are checked as well."""

    def __init__(self, role: Role | None) -> None:
        self.role = role

    def __call__(self, actor: SignedIn, _form: Annotated[None, CheckedForm]) -> None:
        if self.role is not None:
            require(holds_role(actor, self.role))


def needs(role: Role | None = None) -> Any:
    """The gate of a route or a router: `dependencies=[needs("curator")]`."""
    return Depends(Gate(role))
