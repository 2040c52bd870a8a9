"""Where a reminder leads: the facts of one entry, and three answers that need no account."""

import re
from typing import Annotated, Final

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write
from api.dependencies import Now
from api.errors import BadInput
from api.reminders import answers
from web.pages.page import Page, PageRouter, ThisPage, go_to, keep_secret

router = PageRouter()
THANKS: Final = {
    "still_right": "Thank you. People now see that you confirmed this today.",
    "changed": "Thank you. Someone who looks after the directory will read this and put it right.",
    "stopped": "Thank you for telling us. Someone will take it out of the list, or ask you first if unsure.",
}
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@router.page("/still-right/done")
async def show_thanks(page: ThisPage) -> HTMLResponse:
    given, slug = page.typed("answer"), page.typed("entry")
    words = THANKS.get(given, THANKS["changed"])
    return page.show("checks/thanks.html", words=words, slug=slug if SLUG.fullmatch(slug) else None)


@router.page("/still-right/{token}")
def show_question(page: ThisPage, session: Write, now: Now, token: str) -> HTMLResponse:
    return _question(page, token, answers.look(session, token, now=now), {}, words="")


@router.form("/still-right/{token}")
def answer(
    page: ThisPage,
    session: Write,
    now: Now,
    token: str,
    answer: Annotated[str, Form(max_length=20)] = "",
    words: Annotated[str, Form(max_length=12_000)] = "",
) -> Response:
    try:
        asked = answers.answer(session, token, answer, words=words, now=now)
    except BadInput as error:
        problems = {"words": error.detail}
        asked = answers.look(session, token, now=now)
        return _question(page, token, asked, problems, words=words, status=error.status)
    return go_to(f"/still-right/done?answer={answer}&entry={asked.detail['slug']}")


def _question(
    page: Page, token: str, asked: answers.Asked, problems: dict[str, str], *, words: str, status: int = 200
) -> HTMLResponse:
    reply = page.show(
        "checks/still_right.html", status=status, asked=asked, entry=asked.detail, token=token,
        problems=problems, words=words,
    )  # fmt: skip
    return keep_secret(reply)
