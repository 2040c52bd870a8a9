"""While a long list is brought in, another save waits a little; then it says so and can be sent again."""

from contextlib import ExitStack
from pathlib import Path
from threading import Thread

from fastapi.testclient import TestClient
from sqlalchemy import text

from api.db import make_engine, make_session_factory
from api.entries.service import Saved
from api.face.service import take_turn
from ingest.run import ingest_file
from tests.conftest import Directory
from tests.factories import add
from tests.ingest.conftest import LIBRARIES
from tests.people import sign_in
from tests.web.editing.forms import Form

PATIENCE_S = 0.2


def add_choir(scratch: Directory) -> Saved:
    with scratch.write() as session:
        return add(session, name="Soham Choir")


def test_what_was_typed_can_be_sent_again(scratch: Directory) -> None:
    choir = add_choir(scratch)
    with scratch.client(save_patience_s=PATIENCE_S) as client:
        sign_in(client, scratch, "admin")
        form = Form.of(client, f"/curate/entries/{choir.entry_id}")
        with scratch.write() as session:
            take_turn(session)
            reply = form.send("save", {"name": "Soham “Choir” & <Band>", "summary": "One\r\ntwo"})
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "10")
        assert "Others are saving just now" in reply.text
        assert "<Band>" not in reply.text
        again = Form.on(client, reply, form_id=None, action=form.action)
        reply = client.post(again.action, data=again.fields)
        assert reply.status_code == 303
        shown = client.get(f"/api/v1/entries/{choir.slug}").json()
        assert shown["name"] == "Soham “Choir” & <Band>"


def test_the_api_says_so_too(scratch: Directory) -> None:
    choir = add_choir(scratch)
    with scratch.client(save_patience_s=PATIENCE_S) as client:
        sign_in(client, scratch, "admin")
        form = Form.of(client, f"/curate/entries/{choir.entry_id}")
        token = {"X-CSRF-Token": form.value("csrf")}
        with scratch.write() as session:
            take_turn(session)
            reply = client.patch(
                f"/api/v1/entries/{choir.entry_id}",
                json={"name": "Soham Band"},
                headers={**token, "If-Match": '"1"'},
            )
        assert (reply.status_code, reply.json()["title"]) == (503, "The directory is busy")


def test_when_all_who_may_save_wait_the_next_hears_it_soon(scratch: Directory) -> None:
    add_choir(scratch)
    with scratch.client(save_patience_s=PATIENCE_S) as client, ExitStack() as held:
        for _ in range(8):
            held.enter_context(client_session(client))
        sent = client.post("/entries/soham-choir/report", data={"what": "closed"})
        assert sent.status_code == 503
        assert "Others are saving just now" in sent.text


def client_session(client: TestClient) -> ExitStack:
    """A session of the application's own, in a transaction until it is closed."""
    kept = ExitStack()
    session = kept.enter_context(client.app.state.directory.write())  # type: ignore[attr-defined]
    session.execute(text("SELECT 1"))
    return kept


def test_passwords_are_never_shown_again(scratch: Directory) -> None:
    with scratch.client(save_patience_s=PATIENCE_S) as client, ExitStack() as held:
        for _ in range(8):
            held.enter_context(client_session(client))
        reply = client.post("/sign-in", data={"email": "a@example.org", "password": "three-quiet-words"})
        assert reply.status_code == 503
        assert "three-quiet-words" not in reply.text
        assert "a@example.org" not in reply.text


def test_a_list_itself_waits_as_long_as_it_takes(scratch: Directory) -> None:
    add_choir(scratch)
    engine = make_engine(scratch.url, patience_s=PATIENCE_S)
    reports = []

    def bring_in(path: Path) -> None:
        source = "cambridgeshire-libraries"
        reports.append(ingest_file(make_session_factory(engine), path, source=source, apply=True))

    working = Thread(target=bring_in, args=(LIBRARIES,))
    with scratch.write() as session:
        take_turn(session)
        working.start()
        working.join(5 * PATIENCE_S)
        assert working.is_alive()
    working.join(30)
    engine.dispose()
    assert [report.counts["new"] for report in reports] == [5]
