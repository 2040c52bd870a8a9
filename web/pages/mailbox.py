"""The letters of a copy that is being tried out: on this machine alone, and never where people rely on it."""

import ipaddress
from typing import Any, Final
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from api.accounts.dependencies import Write
from api.clock import LONDON
from api.dependencies import AppSettings, client_address
from api.errors import NotFound
from api.mail.service import get_mail, list_mail
from api.models import Mail
from web.pages.page import PageRouter, ThisPage

NOT_HERE: Final = (
    "The mailbox is shown in development alone, and only on the machine that Hereabouts runs on."
)
# The letter's own styles, and nothing else of it: no script, no picture, no form.
LETTER_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def _only_at_home(request: Request, settings: AppSettings) -> None:
    """Letters hold ways in, and a copy may be reached from outside before anyone thought of it."""
    try:
        at_home = ipaddress.ip_address(client_address(request)).is_loopback
    except ValueError:
        at_home = False
    if settings.environment != "development" or not at_home:
        raise NotFound(NOT_HERE)


ONLY_AT_HOME: Any = Depends(_only_at_home)
router = PageRouter(dependencies=[ONLY_AT_HOME])


@router.page("/dev/mailbox")
def show_mailbox(page: ThisPage, session: Write) -> HTMLResponse:
    return page.show(
        "accounts/mailbox.html", letters=list_mail(session), state_words=state_words, zone=LONDON
    )


@router.page("/dev/mailbox/{mail_id}")
def show_letter(page: ThisPage, session: Write, mail_id: UUID) -> HTMLResponse:
    return page.show(
        "accounts/letter.html", letter=get_mail(session, mail_id), state_words=state_words, zone=LONDON
    )


@router.page("/dev/mailbox/{mail_id}/html")
def show_html(session: Write, mail_id: UUID) -> HTMLResponse:
    """The HTML part by itself, shut in: the page about it holds it in a frame."""
    html = get_mail(session, mail_id).html.replace("<head>", '<head><base target="_blank">', 1)
    headers = {"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(html, headers=headers)


def state_words(letter: Mail) -> str:
    if letter.sent_at is not None:
        return "sent"
    if letter.bounced_at is not None:
        return f"came back: {letter.error}"
    if letter.held is not None:
        return f"not sent: {letter.held}"
    return f"waiting, tried {letter.failures} times" if letter.failures else "waiting"
