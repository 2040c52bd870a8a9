"""Keys of partners' systems: made, shown once, listed and ended by the person they act for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Form, Response
from starlette.responses import HTMLResponse

from api.accounts import keys
from api.accounts.dependencies import Write, needs
from api.clock import LONDON
from api.dependencies import Now
from api.errors import BadInput
from web.pages.at_browser import AT_BROWSER, Me
from web.pages.forms import problems_by_field, read_day
from web.pages.page import CuratePage, PageRouter, go_to

router = PageRouter(dependencies=[needs(), AT_BROWSER])
DONE = {"ended": "The key was ended. What used it is refused from now on."}


@router.page("/account/keys")
def show_keys(page: CuratePage, session: Write, me: Me, now: Now) -> HTMLResponse:
    return _show(page, session, me, now, said=DONE.get(page.typed("done")))


def _show(
    page: CuratePage,
    session: Write,
    me: Me,
    now: Now,
    *,
    said: str | None = None,
    new_key: str | None = None,
    typed: Mapping[str, object] | None = None,
    problems: dict[str, str] | None = None,
) -> HTMLResponse:
    listed = [
        (one.id, one.name, [keys.SCOPE_WORDS[scope] for scope in one.scopes],
         one.expires_at.astimezone(LONDON).date(), one.seen_at and one.seen_at.astimezone(LONDON).date())
        for one in keys.list_keys(session, me.id, now=now)
    ]  # fmt: skip
    return page.show(
        "accounts/keys.html",
        status=422 if problems else 200,
        keys=listed,
        new_key=new_key,
        scopes=list(keys.SCOPE_WORDS.items()),
        typed=typed or {"name": "", "scopes": ["read"], "ends_on": now.date() + timedelta(days=90)},
        problems=problems or {},
        said=said,
    )


@router.form("/account/keys")
def make_key(
    page: CuratePage,
    session: Write,
    me: Me,
    now: Now,
    name: Annotated[str, Form(max_length=300)] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
    ends_on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    chosen = scopes or []
    try:
        key = keys.make_key(session, me.id, name=name, scopes=chosen, ends_on=read_day(ends_on), now=now)
    except BadInput as refused:
        typed = {"name": name, "scopes": chosen, "ends_on": ends_on}
        problems = problems_by_field(refused)
        return _show(page, session, me, now, typed=typed, problems=problems)
    return _show(page, session, me, now, new_key=key)


@router.form("/account/keys/{key_id}/end")
def end_key(session: Write, me: Me, now: Now, key_id: UUID) -> Response:
    keys.end_key(session, me.id, key_id, now=now)
    return go_to("/account/keys?done=ended")
