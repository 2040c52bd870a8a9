"""Reporting that something is wrong in two taps, and the page where a sender sees what became of it."""

from typing import Any, Final

from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write
from api.dependencies import Now, Read
from api.errors import BadInput, NotFound
from api.suggestions import service
from api.suggestions.guard import LEAST_OPEN_REPORT, SmallBodyRoute
from api.suggestions.letters import spell
from api.suggestions.schemas import REASON_WORDS, Status
from web.pages.forms import Typed, problems_by_field
from web.pages.page import Page, PageRouter, ThisPage, go_to, keep_secret
from web.pages.suggestions_forms import (
    NotNow,
    get_entry_at,
    new_seal,
    sender_of,
    why_not_now,
)

router = PageRouter(route_class=SmallBodyRoute)
# What was just done, by a short code: words in an address could be anyone's.
DONE: Final = {
    "new": "Thank you. We have what you sent.",
    "change": "Thank you. We have what you sent.",
    "report": "Thank you for telling us.",
    "withdrawn": "You took it back. Nothing will be changed.",
}


@router.page("/entries/{slug}/report")
async def show_report(slug: str, page: ThisPage, read: Read, now: Now) -> HTMLResponse:
    detail = await get_entry_at(read, slug, now=now, then="report")
    typed = {"reason": page.typed("reason")}
    return _show_report(page, detail["name"], detail["slug"], now=now, typed=typed)


@router.form("/entries/{slug}/report")
def send_report(slug: str, page: ThisPage, session: Write, form: Typed, now: Now) -> Response:
    entry = service.get_public(session, slug)
    again: dict[str, Any] = {"now": now, "typed": form}
    not_now = why_not_now(page, session, form, now=now, least=LEAST_OPEN_REPORT)
    if not_now:
        return _show_report(page, entry.name, entry.slug, **again, not_now=not_now)
    reason: Any = form.get("reason", "")
    try:
        receipt = service.report(
            session, slug, reason, sender=sender_of(form), settings=page.settings, now=now
        )
    except BadInput as problem:
        return _show_report(
            page, entry.name, entry.slug, **again, problems=problems_by_field(problem, otherwise="fields")
        )
    return go_to(f"/suggestions/{spell(receipt.reference)}?done=report")


def _show_report(
    page: Page,
    name: str,
    slug: str,
    *,
    now: Any,
    typed: dict[str, str],
    problems: dict[str, str] | None = None,
    not_now: NotNow | None = None,
) -> HTMLResponse:
    return page.show(
        "suggestions/report.html",
        status=not_now.status if not_now else 422 if problems else 200,
        name=name,
        slug=slug,
        typed=typed,
        reasons=list(REASON_WORDS.items()),
        problems=problems or {},
        not_now=not_now.words if not_now else None,
        seal=new_seal(page, now),
    )


@router.page("/suggestions")
def find_status(page: ThisPage, session: Write) -> Response:
    """Where a reference from a slip of paper is typed."""
    typed = page.typed("reference")
    problems = {}
    if typed:
        try:
            return go_to(f"/suggestions/{spell(service.get_status(session, typed).reference)}")
        except NotFound as unknown:
            problems = {"reference": unknown.detail}
    status = 404 if problems else 200
    return page.show("suggestions/find.html", status=status, typed=typed, problems=problems)


@router.page("/suggestions/{reference}")
def show_status(reference: str, page: ThisPage, session: Write) -> Response:
    found = service.get_status(session, reference)
    done = page.typed("done")
    reply = page.show(
        "suggestions/status.html",
        status_of=found,
        reference=spell(found.reference),
        what_words=_what_words(found),
        said=DONE.get(done),
        sent=done == "new",
        reason=REASON_WORDS.get(found.reason) if found.reason else None,
    )
    return keep_secret(reply)


def _what_words(found: Status) -> str:
    if found.what == "new":
        return "something new for the directory"
    name = found.entry.name if found.entry else "an entry that is not shown now"
    return f"a change to {name}" if found.what == "change" else f"that something is wrong with {name}"


@router.form("/suggestions/{reference}/withdraw")
def take_back(reference: str, page: ThisPage, session: Write, now: Now) -> Response:
    service.withdraw(session, reference, now=now)
    return go_to(f"/suggestions/{spell(service.read_reference(reference))}?done=withdrawn")
