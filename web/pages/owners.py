"""For the people who run an entry: claiming it, changing it; for coordinators: who looks after what."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Request
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import SESSION_COOKIE, Write, needs
from api.dependencies import Now, client_address
from api.entries.vocabulary import CONTACT_KIND_LABELS, COST_LABELS
from api.errors import BadInput, EditConflict
from api.owners import proposing, service
from api.owners.proposing import FIELDS
from api.reminders.rules import NO_ADDRESS_OF_OURS
from web.pages.browser import keep_cookie
from web.pages.checks import DONE
from web.pages.forms import Typed, problems_by_field, read_whole
from web.pages.page import CuratePage, PageRouter, SignedInPage, ThisPage, go_to, keep_secret

router = PageRouter()
NEEDS_SIGN_IN = [needs()]
NEEDS_COORDINATOR = [needs("coordinator")]
OWN_DONE = {
    "published": "Saved. People see it now.",
    "proposed": "Thank you. Someone who looks after the directory will read it before it is shown.",
    "nothing": "Nothing was changed.",
    "checked": "Thank you. People now see that you confirmed this today.",
}


@router.page("/claim/{slug}")
def show_claim(page: ThisPage, session: Write, slug: str) -> HTMLResponse:
    return page.show(
        "owners/claim.html",
        name=service.get_claim_name(session, slug),
        slug=slug,
        sent=page.typed("done") == "sent",
        problem=None if page.settings.public_url else NO_ADDRESS_OF_OURS,
    )


@router.form("/claim/{slug}")
def ask_for_link(request: Request, page: ThisPage, session: Write, now: Now, slug: str) -> Response:
    service.ask_for_link(session, page.settings, slug, network_address=client_address(request), now=now)
    return go_to(f"/claim/{slug}?done=sent")


@router.page("/claim/link/{token}")
def show_link(page: ThisPage, session: Write, now: Now, token: str) -> HTMLResponse:
    _entry_id, name = service.look_at_claim(session, token, now=now)
    return keep_secret(page.show("owners/link.html", name=name, token=token))


@router.form("/claim/link/{token}")
def use_link(request: Request, page: ThisPage, session: Write, now: Now, token: str) -> Response:
    browser = request.headers.get("User-Agent")
    claimed = service.claim_entry(session, token, browser=browser, now=now)
    # Who is not signed in by this is asked to sign in there, and comes back.
    reply = go_to(f"/owner/{claimed.entry_id}")
    if claimed.cookie:
        keep_cookie(reply, request, page.settings, SESSION_COOKIE, claimed.cookie)
    return reply


@router.page("/owner")
def show_own_entries(page: CuratePage, session: Write) -> HTMLResponse:
    return page.show("owners/index.html", entries=service.list_own_entries(session, page.actor))


@router.page("/owner/{entry_id}")
def show_own_entry(page: CuratePage, session: Write, entry_id: UUID) -> HTMLResponse:
    return _own_page(page, session, entry_id, {}, {})


@router.post("/owner/{entry_id}", include_in_schema=False, dependencies=NEEDS_SIGN_IN)
def change_own_entry(page: CuratePage, session: Write, now: Now, entry_id: UUID, typed: Typed) -> Response:
    given = {name: value for name, value in typed.items() if name in FIELDS or name.startswith("contact_")}
    try:
        outcome = proposing.change_own_entry(
            session, page.actor, entry_id, given, words=typed.get("words", ""),
            version=read_whole(typed.get("version", "")) or 0, now=now,
        )  # fmt: skip
    except BadInput as error:
        problems = problems_by_field(error, otherwise="words")
        return _own_page(page, session, entry_id, typed, problems, status=error.status)
    except EditConflict as error:
        return _own_page(page, session, entry_id, typed, {"words": error.detail}, status=error.status)
    return go_to(f"/owner/{entry_id}?done={outcome}")


@router.post("/owner/{entry_id}/still-right", include_in_schema=False, dependencies=NEEDS_SIGN_IN)
def confirm_own_entry(page: CuratePage, session: Write, now: Now, entry_id: UUID) -> Response:
    proposing.confirm_own_entry(session, page.actor, entry_id, now=now)
    return go_to(f"/owner/{entry_id}?done=checked")


def _own_page(
    page: SignedInPage,
    session: Write,
    entry_id: UUID,
    typed: dict[str, str],
    problems: dict[str, str],
    *,
    status: int = 200,
) -> HTMLResponse:
    own = proposing.get_own_entry(session, page.actor, entry_id)
    context: dict[str, Any] = {
        "values": own.values | typed,
        "problems": problems,
        "costs": COST_LABELS,
        "contact_kinds": CONTACT_KIND_LABELS,
    }
    said = OWN_DONE.get(page.typed("done")) if status == 200 else None
    return page.show(
        "owners/entry.html", status=status, own=own, entry=own.stored.draft, entry_id=entry_id, said=said,
        labels=FIELDS, **context,
    )  # fmt: skip


@router.get(
    "/curate/owners",
    response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=NEEDS_COORDINATOR,
)
def show_owners(page: CuratePage, session: Write) -> HTMLResponse:
    owners = service.list_owners(session, page.actor)
    return page.show("owners/list.html", owners=owners, said=DONE.get(page.typed("done")))


@router.post("/curate/owners/{owner_id}", include_in_schema=False, dependencies=NEEDS_COORDINATOR)
def look_after_owner(
    page: CuratePage,
    session: Write,
    now: Now,
    owner_id: UUID,
    what: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    if what == "end":
        service.end_owner(session, page.actor, owner_id, now=now)
        return go_to("/curate/owners?done=ended")
    if what not in ("trust", "distrust"):
        raise BadInput("Choose what to do.")
    service.set_trust(session, page.actor, owner_id, trusted=what == "trust")
    return go_to("/curate/owners?done=trust")
