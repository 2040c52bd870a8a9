"""A reminder from the letter to the public page: one tap, a new date, and a link that is spent."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from api.accounts.dependencies import SESSION_COOKIE
from api.clock import LONDON
from api.db import make_session_factory
from api.models import Mail
from api.reminders.service import run_reminders
from tests.browser.site import serve
from tests.conftest import Directory
from tests.factories import add
from tests.people import session_cookie
from web.pages.words import day_words

OLD = [{"group": "name", "how": "phoned", "by": "Community connector", "on": "2021-05-05"}]
MAIL = {"kind": "email", "value": "keeper@choir.example", "public": False}
OURS = "https://here.example"


@pytest.fixture
def place(scratch: Directory) -> Iterator[tuple[Directory, str, str]]:
    """The directory, its address, and the id of an entry that is long due a check."""
    with scratch.write() as session:
        saved = add(session, name="Soham Choir", summary="We sing", checks=OLD, contacts=[MAIL])
    with serve(scratch.settings(public_url=OURS)) as address:
        yield scratch, address, str(saved.entry_id)


def letter_of(directory: Directory) -> str:
    with directory.engine() as engine:
        write = make_session_factory(engine)
        settings = directory.settings(public_url=OURS)
        assert run_reminders(write, settings, datetime.now(LONDON)).letters == 1
        with write() as session:
            mail = session.scalars(select(Mail)).one()
    return re.findall(rf"{OURS}(/still-right/[\w-]+)#still_right", mail.text)[0]


def test_from_the_letter_to_the_public_page(
    place: tuple[Directory, str, str],
    visit: Callable[..., Page],
    find_faults: Callable[[Page], list[str]],
) -> None:
    directory, address, entry_id = place
    path = letter_of(directory)
    today = day_words(datetime.now(LONDON).date())
    page = visit(path, base=address, width=360, java_script_enabled=True, expected=("status of 404",))
    assert page.get_by_text("We sing").count() == 1
    assert find_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Yes, it is still right").click()
    page.get_by_role("link", name="See what people read").click()
    assert f"Checked {today}" in page.locator(".checks").inner_text()
    assert "by the people who run it" in page.locator(".checks").inner_text()
    page.goto(address + path)
    assert "has been used" in page.locator("main").inner_text()

    for width in (360, 1280):
        desk = visit("/", base=address, width=width)
        desk.context.add_cookies(
            [{"name": SESSION_COOKIE, "value": session_cookie(directory, "admin"), "url": address}]
        )
        for room in (
            "/curate/checks?when=coming",
            f"/curate/checks/{entry_id}",
            "/curate/checks/rules",
            "/curate/owners",
        ):
            desk.goto(address + room)
            assert find_faults(desk) == [], room
            assert desk.evaluate("document.documentElement.scrollWidth") <= width, room
