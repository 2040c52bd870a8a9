"""From an invitation to signing out everywhere, with a phone's codes, as a new curator does it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page

from api.accounts import service as accounts
from api.accounts import settling
from api.accounts.letters import Site
from tests.browser.site import serve
from tests.conftest import Directory
from tests.factories import LONDON

Visit = Callable[..., Page]
FindFaults = Callable[[Page], list[str]]
PASSWORD = "kettle gate moth eleven"
EMAIL = "new@example.org"


@pytest.fixture
def trial(scratch: Directory, tmp_path: Path) -> Iterator[str]:
    """A copy that is tried out: its letters are in its mailbox."""
    settings = scratch.settings(environment="development", home=tmp_path)
    with serve(settings) as address:
        with scratch.write() as session:
            person = accounts.add_person(session, email=EMAIL, name="New One")
            accounts.give_role(session, person, "navigator", area=None)
            settling.invite(session, person, Site("Hereabouts", address), now=datetime.now(LONDON))
        yield address


def look(page: Page, find_faults: FindFaults) -> None:
    """As good at 360 px as it is wide, and open to all."""
    assert find_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_from_an_invitation_to_signing_out_everywhere(
    visit: Visit, find_faults: FindFaults, trial: str, scratch: Directory
) -> None:
    page = visit("/dev/mailbox", base=trial, width=360, expected=("status of 422",))
    look(page, find_faults)
    page.get_by_role("link", name="Help look after Hereabouts").click()
    page.frame_locator(".letter-html").get_by_role("link", name="Choose a password").wait_for()
    look(page, find_faults)
    page.locator(".letter-text").get_by_role("link").click()

    page.get_by_label("Choose a password").fill("password1234")
    page.get_by_role("button", name="Keep it and sign in").click()
    page.get_by_text("guessed first").first.wait_for()
    look(page, find_faults)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Keep it and sign in").click()
    page.wait_for_url(f"{trial}/account")
    look(page, find_faults)

    page.get_by_role("button", name="Set it up").click()
    look(page, find_faults)
    phone = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
    page.get_by_label("Code").fill(phone.now())
    page.get_by_role("button", name="Switch it on").click()
    page.get_by_role("heading", name="Write these down now").wait_for()
    paper = page.locator(".paper-codes code").first.inner_text()
    look(page, find_faults)
    page.get_by_role("link", name="I have written them down").click()
    page.get_by_text("Switched on.").wait_for()
    for path in ("/account/keys", "/account/second-step"):
        page.goto(trial + path)
        look(page, find_faults)

    page.goto(f"{trial}/account")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("heading", name="Sign in", exact=True).wait_for()
    page.goto(f"{trial}/account")
    look(page, find_faults)
    assert page.url.startswith(f"{trial}/sign-in?next=")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    look(page, find_faults)
    page.get_by_label("Code").fill(paper)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{trial}/account")
    assert "9 of the codes on paper are left" in page.locator("main").inner_text()
    for path in ("/sign-in/link", "/sign-in/forgotten", "/sign-in/sent"):
        page.goto(trial + path)
        look(page, find_faults)

    with scratch.write() as session:
        person = accounts.get_person_by_email(session, EMAIL)
        accounts.give_role(session, person, "admin", area=None)
    page.goto(f"{trial}/curate/people")
    look(page, find_faults)
    page.locator(".people").get_by_role("link", name="New One").click()
    look(page, find_faults)
