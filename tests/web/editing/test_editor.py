"""The editor as a curator without JavaScript meets it: open, change, save, see it in public; nothing lost."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from api.accounts import service as accounts
from api.accounts.dependencies import SESSION_COOKIE
from api.cluster import PrivateCluster
from api.entries.schemas import EntryDraft
from api.entries.service import Saved, get_draft
from api.entries.sessions import normalise_session
from tests.conftest import Directory, copied, new_directory
from tests.factories import LONDON, NOW, add, add_areas, square
from tests.people import make_person, sign_in
from tests.web.editing.forms import Form
from tests.web.pages.static_files import check_files
from tests.yaml_files import read_yaml
from web.pages.editing_form import fields_of, read_form

FILES = sorted(Path(__file__).parents[3].glob("data/examples/entries/*.yaml"))


def read_examples() -> list[EntryDraft]:
    """As they are stored: their repeat rules in the forms we keep."""
    found = [EntryDraft.model_validate(one) for file in FILES for one in read_yaml(file)]
    return [
        one.model_copy(update={"sessions": [normalise_session(s) for s in one.sessions]}) for one in found
    ]


@pytest.fixture(scope="session")
def pattern(
    cluster: PrivateCluster, base_database: Directory, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Directory, Saved]:
    """An entry in area HERE; THERE is elsewhere. Only ever copied."""
    directory = new_directory(cluster, "edited", template=base_database.name)
    with directory.write() as session:
        folder = tmp_path_factory.mktemp("areas")
        add_areas(session, folder, {"HERE": square(0.33, 52.33), "THERE": square(0.9, 52.9)})
        saved = add(
            session,
            name="Soham Singers",
            sessions=[{"rrule": "FREQ=WEEKLY;BYDAY=WE", "starts_on": "2024-01-03", "starts_at": "10:00"}],
        )
    return directory, saved


@pytest.fixture
def scratch(cluster: PrivateCluster, pattern: tuple[Directory, Saved]) -> Iterator[Directory]:
    with copied(cluster, pattern[0]) as directory:
        yield directory


@pytest.fixture
def here(pattern: tuple[Directory, Saved]) -> Saved:
    return pattern[1]


@pytest.fixture
def client(scratch: Directory) -> Iterator[TestClient]:
    with scratch.client() as opened:
        yield opened


def test_a_new_name_is_on_the_public_page(scratch: Directory, client: TestClient, here: Saved) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    form = Form.of(client, f"/curate/entries/{here.entry_id}")
    reply = form.send("save", {"name": "Soham Community Singers", "why": "They told us"})
    assert reply.status_code == 303, reply.text
    assert "Saved." in client.get(reply.headers["location"]).text
    assert "Soham Community Singers" in client.get(f"/entries/{here.slug}").text
    history = client.get(f"/curate/entries/{here.entry_id}/history").text
    assert "They told us" in history


def document(scratch: Directory, entry_id: UUID) -> dict[str, Any]:
    with scratch.write() as session:
        return get_draft(session, entry_id).document


def test_rows_come_and_go_without_scripts_and_keep_what_was_typed(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    form = Form.of(client, f"/curate/entries/{here.entry_id}")
    form = form.press("add:contacts", {"summary": "Typed before a row was added"})
    assert form.value("summary") == "Typed before a row was added"
    form = form.press(
        "add:coverage:area",
        {"contacts.0.value": "01353 000000", "contacts.0.public": "no", "name": "X & <Y>"},
    )
    form = form.press("add:sessions", {"coverage.0.area": "area here, ward"})
    form = form.press("show", {"sessions.1.words": "second Tuesday of the month, 2pm to 4pm"})
    form = form.press("remove:sessions:0")
    assert form.send("save").status_code == 303
    saved = document(scratch, here.entry_id)
    assert saved["name"] == "X & <Y>"
    assert saved["contacts"] == [{"kind": "phone", "value": "01353 000000", "public": False}]
    assert saved["coverage"] == [{"how": "area", "area": "HERE"}]
    assert [one["rrule"] for one in saved["sessions"]] == ["FREQ=MONTHLY;BYDAY=2TU"]


def test_days_and_times_in_words_are_shown_back_with_the_next_dates(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    form = Form.of(client, f"/curate/entries/{here.entry_id}")
    typed = {"sessions.0.words": "every Wednesday 9.30am to 12 noon, term time only"}
    reply = form.send("show", typed | {"sessions.0.not_on": "25/12/2024, 1 January 2025"})
    assert "Every Wednesday, 9:30am to 12 noon" in reply.text
    assert reply.text.count("<li><span>Wednesday ") == 10
    again = Form.on(client, reply)
    assert again.value("sessions.0.note") == "Term time only"
    assert again.value("sessions.0.not_on") == "2024-12-25\r\n2025-01-01"
    assert again.send("save").status_code == 303
    [session] = document(scratch, here.entry_id)["sessions"]
    assert (session["rrule"], session["ends_at"]) == ("FREQ=WEEKLY;BYDAY=WE", "12:00:00")
    assert session["not_on"] == ["2024-12-25", "2025-01-01"]


def test_words_we_cannot_read_are_kept_as_the_note_and_set_by_hand(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    form = Form.of(client, f"/curate/entries/{here.entry_id}")
    reply = form.send("save", {"sessions.0.words": "when the moon is full"})
    assert reply.status_code == 422
    assert "We could not read “when the moon is full”" in reply.text
    again = Form.on(client, reply)
    assert again.value("sessions.0.note") == "when the moon is full"
    by_hand = {
        "sessions.0.days": ["MO", "FR"],
        "sessions.0.nths": ["1", "-1"],
        "sessions.0.repeat": "monthly",
    }
    assert again.send("save", by_hand).status_code == 303
    [session] = document(scratch, here.entry_id)["sessions"]
    assert (session["rrule"], session["note"]) == (
        "FREQ=MONTHLY;BYDAY=-1MO,1MO,-1FR,1FR",
        "when the moon is full",
    )


def test_saving_what_was_not_changed_is_no_new_version(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    reply = Form.of(client, f"/curate/entries/{here.entry_id}").send("save")
    assert reply.headers["location"].endswith("?done=same")
    with scratch.write() as session:
        assert get_draft(session, here.entry_id).version == 1


def test_two_who_edit_at_once_both_keep_their_work(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    mine = Form.of(client, f"/curate/entries/{here.entry_id}")
    with scratch.client() as other:
        sign_in(other, scratch, "coordinator", area="HERE")
        theirs = Form.of(other, f"/curate/entries/{here.entry_id}")
        theirs.send("save", {"name": "Their name", "cost": "free", "why": "They said so"})
    reply = mine.send("save", {"name": "My name", "summary": "My summary"})
    assert reply.status_code == 412
    for words in ("Their name", "My name", "My summary", "They said so"):
        assert words in reply.text
    choice = Form.on(client, reply, form_id=None, action="/settle")
    # What only one of us changed is chosen beforehand; the name is mine unless I say otherwise.
    assert (choice.value("pick.cost"), choice.value("pick.summary")) == ("theirs", "mine")
    assert choice.send("", {"pick.name": "theirs"}).status_code == 303
    saved = document(scratch, here.entry_id)
    assert (saved["name"], saved["summary"], saved["cost"]) == ("Their name", "My summary", "free")


def test_what_was_typed_is_kept_and_offered_again_after_signing_in(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    with scratch.write() as session:
        person = make_person(session, "curator", area="HERE")
        first, second = (
            accounts.open_sign_in(session, person, how="password", browser=None, now=datetime.now(LONDON))
            for _ in range(2)
        )
    page = f"/curate/entries/{here.entry_id}"
    client.cookies.set(SESSION_COOKIE, first)
    form = Form.of(client, page)
    form.fields["name"] = ["Half a na"]
    assert client.post(f"{page}/keep", data=form.fields).status_code == 204
    with scratch.write() as session:
        accounts.end_sign_in(session, first)
    assert client.post(f"{page}/keep", data=form.fields).status_code == 401
    client.cookies.set(SESSION_COOKIE, second)
    assert "You have unsaved changes" in client.get(page).text
    assert Form.of(client, page).value("name") == "Soham Singers"
    again = Form.of(client, f"{page}?draft=on")
    assert again.value("name") == "Half a na"
    assert again.send("save", {"name": "A whole name"}).status_code == 303
    assert "unsaved" not in client.get(page).text


def test_a_kept_draft_can_be_thrown_away(scratch: Directory, client: TestClient, here: Saved) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    page = f"/curate/entries/{here.entry_id}"
    assert Form.of(client, page).send("keep", {"name": "Never mind"}).status_code == 303
    Form.of(client, f"{page}?draft=on").send("discard")
    assert "unsaved" not in client.get(page).text
    assert document(scratch, here.entry_id)["name"] == "Soham Singers"


def test_what_is_wrong_stands_beside_its_field_with_all_that_was_typed(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    form = Form.of(client, f"/curate/entries/{here.entry_id}")
    wrong = {"name": "", "age_from": "old", "place.point": "somewhere", "contacts.0.label": "To book"}
    reply = form.send("save", wrong | {"summary": "Kept"})
    assert reply.status_code == 422
    for name in ("name", "age_from", "place.point", "contacts.0.value"):
        assert f'<a href="#{name}">' in reply.text
        assert f'id="{name}-error"' in reply.text
    assert Form.on(client, reply).value("summary") == "Kept"


@pytest.mark.parametrize(
    "text", ["</textarea><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"]
)
def test_hostile_text_stays_text(scratch: Directory, client: TestClient, here: Saved, text: str) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    page = f"/curate/entries/{here.entry_id}"
    changes = {"name": text, "description": text, "place.town": text, "why": text}
    shown = Form.of(client, page).send("show", changes)
    assert Form.on(client, shown).value("description") == text
    assert Form.of(client, page).send("save", changes).status_code == 303
    for path in (page, f"{page}/history", "/curate/entries"):
        html = client.get(path).text
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert Form.of(client, page).value("name") == text


def test_here_and_elsewhere(scratch: Directory, client: TestClient, here: Saved) -> None:
    page = f"/curate/entries/{here.entry_id}"
    assert client.get(page).headers["location"].startswith("/sign-in?next=")
    for role, area, status in (
        ("curator", "THERE", 403),
        ("navigator", "HERE", 403),
        ("coordinator", "HERE", 200),
        ("admin", None, 200),
    ):
        sign_in(client, scratch, role, area=area)
        assert client.get(page).status_code == status, role
        assert client.get(f"{page}/history").status_code == status
    with scratch.write() as session:
        hidden = add(session, name="Not yet", stage="draft")
    sign_in(client, scratch, "curator", area="THERE")
    assert client.get(f"/curate/entries/{hidden.entry_id}").status_code == 404
    assert "Soham Singers" not in client.get("/curate/entries").text


def test_a_form_of_another_site_changes_nothing(scratch: Directory, client: TestClient, here: Saved) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    form = Form.of(client, f"/curate/entries/{here.entry_id}")
    assert form.send("save", {"name": "Taken over", "csrf": "guessed"}).status_code == 403
    assert document(scratch, here.entry_id)["name"] == "Soham Singers"


def test_a_new_entry_is_a_draft_first_and_its_twin_is_named(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    new = Form.of(client, "/curate/entries/new")
    typed = {
        "name": "Soham Singers",
        "kind": "group",
        "place.town": "Soham",
        "place.point": "52.3336, 0.3369",
    }
    reply = new.send("save", typed)
    assert reply.status_code == 422
    assert "We may hold this already" in reply.text
    reply = Form.on(client, reply).send("save", {"not_a_twin": "yes", "name": "Soham Singers Two"})
    assert reply.status_code == 303
    page = reply.headers["location"].partition("?")[0]
    assert client.get("/entries/soham-singers-two").status_code == 404
    assert Form.of(client, page).send("publish").status_code == 303
    assert client.get("/entries/soham-singers-two").status_code == 200


def test_a_grid_reference_is_a_spot_as_good_as_its_figures(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    new = Form.of(client, "/curate/entries/new")
    reply = new.send("publish", {"name": "Barway Bell Ringers", "kind": "group", "place.point": "TL 59 731"})
    assert reply.status_code == 422
    assert "such as TL 593 732" in reply.text
    reply = Form.on(client, reply).send("publish", {"place.point": "TL 593 731"})
    assert reply.status_code == 303
    point = client.get("/api/v1/entries/barway-bell-ringers").json()["point"]
    assert point == {"lon": 0.33726, "lat": 52.3333, "precision": "postcode"}


def test_a_home_is_asked_about_before_it_is_a_pin(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    new = Form.of(client, "/curate/entries/new?kind=micro_enterprise")
    typed = {"name": "Pat mends", "place.address": "1 High Street", "place.point": "52.3336, 0.3369"}
    reply = new.send("publish", typed)
    assert reply.status_code == 422
    assert "a home is never a pin" in reply.text
    assert Form.on(client, reply).send("publish", {"privacy": "street"}).status_code == 303
    point = client.get("/api/v1/entries/pat-mends").json()["point"]
    assert (point["lon"], point["lat"]) != (0.3369, 52.3336)


def test_a_drawn_shape_is_mended_and_made_lighter(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    bow = {
        "type": "Polygon",
        "coordinates": [[[0.3, 52.3], [0.4, 52.4], [0.4, 52.3], [0.3, 52.4], [0.3, 52.3]]],
    }
    form = Form.of(client, f"/curate/entries/{here.entry_id}").press("add:coverage:shape")
    assert form.send("save", {"coverage.0.shape": json.dumps(bow)}).status_code == 303
    [piece] = document(scratch, here.entry_id)["coverage"]
    assert piece["shape"]["type"] == "MultiPolygon"
    form = Form.of(client, f"/curate/entries/{here.entry_id}")
    for nonsense in (
        "{}",
        "[[[",
        '{"type": "Point", "coordinates": [0, 0]}',
        '{"type": "Polygon", "coordinates": 5}',
    ):
        reply = form.send("save", {"coverage.0.shape": nonsense})
        assert reply.status_code == 422
        assert 'id="coverage.0.shape-error"' in reply.text


def test_a_version_is_put_back_from_the_history(scratch: Directory, client: TestClient, here: Saved) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    page = f"/curate/entries/{here.entry_id}"
    reply = Form.of(client, page).send("save", {"name": "Wrong name"})
    undo = Form.on(client, client.get(reply.headers["location"]), form_id=None, action="/restore")
    assert undo.send("").status_code == 303
    assert document(scratch, here.entry_id)["name"] == "Soham Singers"
    assert "As it was in version 1" in client.get(f"{page}/history").text


def test_stopping_for_now_is_seen_in_public(scratch: Directory, client: TestClient, here: Saved) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    form = Form.of(client, f"/curate/entries/{here.entry_id}")
    form.send("pause", {"pause.until": "2027-01-04", "pause.note": "The hall is being mended"})
    public = client.get(f"/entries/{here.slug}").text
    assert "until 4 January 2027" in public
    assert "The hall is being mended" in public
    again = Form.of(client, f"/curate/entries/{here.entry_id}")
    assert again.send("close", {"close.reason": " "}).status_code == 422


def test_the_form_says_back_every_example_to_the_letter() -> None:
    for entry in read_examples():
        read = read_form(fields_of(entry), before=entry, today=NOW.date())
        assert (read.problems, read.draft) == ({}, entry)


def test_every_file_of_the_editor_is_asked_for_by_its_version(
    scratch: Directory, client: TestClient, here: Saved
) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    files = check_files(client, f"/curate/entries/{here.entry_id}")
    assert {"/static/curate/keeping.js", "/static/curate/where.js", "/static/map/controls.js"} <= files
