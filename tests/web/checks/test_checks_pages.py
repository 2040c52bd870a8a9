"""The pages of checks: who may open them, one tap, taking it back, and what never shows."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.clock import london_now
from api.entries.service import get_draft
from api.tickets.service import make_ticket
from tests.conftest import Directory
from tests.factories import add
from tests.people import sign_in
from tests.web.pages.html_reader import read_html

OLD = [{"group": "name", "how": "phoned", "by": "Curator", "on": "2020-05-05"}]
INSIDE = {"kind": "phone", "value": "01632 960009", "public": False}


@pytest.fixture
def choir(scratch: Directory) -> UUID:
    with scratch.write() as session:
        return add(session, name="Soham Choir", checks=OLD, contacts=[INSIDE]).entry_id


def read(client: TestClient, path: str, **params: Any) -> str:
    reply = client.get(path, params=params)
    assert reply.status_code == 200, reply.text
    page = read_html(reply.text)
    assert not page.unclosed
    assert len(page.ids) == len(set(page.ids))
    return page.text


def test_who_may_open_what(scratch: Directory, choir: UUID) -> None:
    paths = ("/curate/checks", f"/curate/checks/{choir}", "/curate/checks/rules", "/curate/owners")
    wanted = {
        None: (403, 403, 403, 403),
        "navigator": (200, 200, 403, 403),
        "curator": (200, 200, 403, 403),
        "coordinator": (200, 200, 403, 200),
        "admin": (200, 200, 200, 200),
    }
    with scratch.client() as client:
        assert [client.get(path).status_code for path in paths] == [303] * 4
        for role, statuses in wanted.items():
            sign_in(client, scratch, role)  # type: ignore[arg-type]
            assert tuple(client.get(path).status_code for path in paths) == statuses, role
        assert client.get(f"/curate/checks/{uuid4()}").status_code == 404


def test_one_tap_says_still_right_and_is_taken_back(scratch: Directory, choir: UUID) -> None:
    with scratch.client() as client:
        csrf = sign_in(client, scratch, "curator")
        assert "Soham Choir" in read(client, "/curate/checks", when="overdue")
        form = {"groups": ["times", "place"], "how": "phoned", "back": "when=overdue&page=1&evil=//x"}
        assert client.post(f"/curate/checks/{choir}", data=form).status_code == 403
        reply = client.post(f"/curate/checks/{choir}", data={**form, "csrf": csrf})
        assert reply.headers["location"].startswith("/curate/checks?when=overdue&page=1&done=checked&entry=")
        after = client.get(reply.headers["location"]).text
        assert "Your check of Soham Choir was saved." in after
        assert "Nothing here." in after
        back = {"version": "2", "csrf": csrf}
        assert client.post(f"/curate/checks/{choir}/undo", data=back).status_code == 303
        assert "Soham Choir" in read(client, "/curate/checks", when="overdue")
        assert client.post(f"/curate/checks/{choir}/undo", data=back).status_code == 412


def test_what_was_typed_wrong_is_said_and_kept(scratch: Directory, choir: UUID) -> None:
    with scratch.client() as client:
        csrf = sign_in(client, scratch, "curator")
        form = {"how": "visited", "note": "Long talk", "on": "2999-01-01", "groups": ["times"], "csrf": csrf}
        reply = client.post(f"/curate/checks/{choir}", data=form)
        assert reply.status_code == 422
        page = read_html(reply.text)
        assert "That day has not come yet." in page.text
        assert page.one("input", name="note").attributes["value"] == "Long talk"
        log = {"tried_how": "phoned", "outcome": "spoke", "tried_on": "soon", "csrf": csrf}
        assert "Write the day as" in client.post(f"/curate/checks/{choir}/contact", data=log).text
        assert client.post(f"/curate/checks/{choir}/contact", data=log | {"tried_on": ""}).status_code == 303
        assert "Spoke to them" in read(client, f"/curate/checks/{choir}")


def test_a_navigator_logs_but_neither_checks_nor_sees_what_is_private(
    scratch: Directory, choir: UUID
) -> None:
    with scratch.client() as client:
        csrf = sign_in(client, scratch, "navigator")
        assert "960009" not in read(client, f"/curate/checks/{choir}")
        assert "Save this check" not in read(client, f"/curate/checks/{choir}")
        form = {"groups": ["times"], "how": "phoned", "csrf": csrf}
        assert client.post(f"/curate/checks/{choir}", data=form).status_code == 403
        log = {"tried_how": "phoned", "outcome": "no_answer", "csrf": csrf}
        assert client.post(f"/curate/checks/{choir}/contact", data=log).status_code == 303
        sign_in(client, scratch, "curator")
        assert "960009 (not shown to the public)" in read(client, f"/curate/checks/{choir}")


def test_the_page_says_why_no_letters_go_out(scratch: Directory) -> None:
    with scratch.client() as client:
        for role in ("navigator", "curator", "coordinator"):
            sign_in(client, scratch, role)  # type: ignore[arg-type]
            page = read(client, "/curate/checks")
            assert "this directory has not been told its own web address" in page
            # The name of a setting helps only whoever can set it.
            assert "HEREABOUTS_" not in page
        sign_in(client, scratch, "admin")
        assert "HEREABOUTS_PUBLIC_URL is not set" in read(client, "/curate/checks")
    with scratch.client(public_url="https://here.example") as client:
        for role in ("curator", "admin"):
            sign_in(client, scratch, role)  # type: ignore[arg-type]
            assert "No letters are sent" not in read(client, "/curate/checks")


def test_an_administrator_sets_how_often(scratch: Directory) -> None:
    with scratch.client() as client:
        csrf = sign_in(client, scratch, "admin")
        page = read_html(client.get("/curate/checks/rules").text)
        months = {one.attributes["name"]: one.attributes["value"] for one in page.all("input", type="number")}
        assert (len(months), months["months_mutual_aid"], months["months_group"]) == (9, "6", "12")
        wrong = client.post("/curate/checks/rules", data=months | {"months_food": "soon", "csrf": csrf})
        assert wrong.status_code == 422
        assert "#months_food" in read_html(wrong.text).links
        right = client.post("/curate/checks/rules", data=months | {"months_food": "4", "csrf": csrf})
        assert right.status_code == 303
    with scratch.write() as session:
        wanted = text("SELECT months FROM directory.check_rule WHERE kind = 'food'")
        assert session.scalar(wanted) == 4


def test_what_they_write_back_is_shown_as_words_and_dealt_with(scratch: Directory, choir: UUID) -> None:
    with scratch.write() as session:
        token = make_ticket(session, "still_right", lasts=timedelta(days=9), now=london_now(), entry_id=choir)
    with scratch.client() as client:
        asked = client.get(f"/still-right/{token}")
        assert asked.headers["Cache-Control"] == "no-store"
        assert "960009" not in asked.text
        form = {"answer": "changed", "words": "<b>Thursdays</b> now"}
        assert client.post(f"/still-right/{token}", data={**form, "words": " "}).status_code == 422
        sent = client.post(f"/still-right/{token}", data=form)
        assert sent.headers["location"] == "/still-right/done?answer=changed&entry=soham-choir"
        assert client.get(f"/still-right/{token}").status_code == 404
        csrf = sign_in(client, scratch, "curator")
        shown = client.get(f"/curate/checks/{choir}").text
        assert "&lt;b&gt;Thursdays&lt;/b&gt; now" in shown
        settle = next(
            one.attributes["action"]
            for one in read_html(shown).all("form")
            if "/notes/" in one.attributes.get("action", "")
        )
        assert client.post(settle, data={"csrf": csrf}).status_code == 303
        assert client.post(settle, data={"csrf": csrf}).status_code == 404
    with scratch.write() as session:
        assert get_draft(session, choir).version == 1
