"""A file on its way in, as somebody who doubts it uses it: twice, unknown, half described, and stopped."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from api.db import make_session_factory
from api.models import Entry, Upload
from ingest import queries_uploads
from ingest.upload_work import work
from ingest.uploads import STOPPED
from tests.ingest.conftest import LIBRARIES
from tests.web.imports.conftest import SOURCE, Desk

CLUBS = b"""Group Name,Post Code,Category,Website
Knit and Natter,CB6 1AA,Coffee morning,www.knit.example.org
Walk and Talk,CB6 1AB,Walk,
Men in Sheds,CB6 1AD,Drop-in,
"""
MEANINGS = {"means-0": "name", "means-1": "postcode", "means-2": "kind", "means-3": "web"}


def hand_in_new(desk: Desk, content: bytes, name: str = "Parish clubs") -> str:
    return str(desk.hand_in(content, file_name="clubs.csv", read_as="", name=name).headers["location"])


def kind_words(page: str) -> dict[str, str]:
    rows = re.findall(r'name="kind-word-\d+" value="([^"]+)">(.*?)</select>', page, re.DOTALL)
    return {word: next(iter(re.findall(r'value="(\w+)" selected', choices)), "") for word, choices in rows}


def entries_of(desk: Desk) -> int:
    with desk.directory.write() as session:
        return session.scalar(select(func.count()).select_from(Entry)) or 0


def put(desk: Desk, **values: Any) -> Any:
    """What is written down of the one file there is."""
    with desk.directory.write() as session:
        session.execute(update(Upload).values(beat_at=datetime.now(UTC), **values))
        return session.scalars(select(Upload.id)).one()


def test_the_same_file_again_says_so_and_offers_no_yes(desk: Desk) -> None:
    desk.bring_in()
    file = desk.hand_in(LIBRARIES).headers["location"]
    page = desk.page(file)
    assert "There is nothing new in this file." in page
    assert f"{file}/apply" not in page


def test_a_list_we_know_is_recognised_and_read_as_itself(desk: Desk) -> None:
    file = hand_in_new(desk, LIBRARIES.read_bytes(), "Some libraries")
    assert "This looks like a list we know: Public libraries in Cambridgeshire." in desk.page(file)
    assert "Nothing has been changed yet" in desk.page(desk.post(f"{file}/read-as", code=SOURCE))
    desk.post(f"{file}/apply")
    assert entries_of(desk) == 5
    assert "There is nothing new in this file." in desk.page(desk.hand_in(LIBRARIES))
    unknown = hand_in_new(desk, CLUBS)
    assert "This looks like" not in desk.page(unknown)
    assert desk.post(f"{unknown}/read-as", code="nobody-knows-it").status_code == 422


def test_a_list_that_was_described_is_recognised_under_another_name(desk: Desk) -> None:
    file = hand_in_new(desk, CLUBS)
    assert 'value="Parish clubs"' in desk.page(file)
    desk.post(f"{file}/mapping", **MEANINGS, **{"source-name": "Clubs of the parish"})
    desk.post(f"{file}/apply")
    assert '<option value="parish-clubs">Clubs of the parish</option>' in desk.page("/curate/imports")
    again = hand_in_new(desk, CLUBS, "Clubs")
    assert "This looks like a list we know: Clubs of the parish." in desk.page(again)
    assert "3 of the new ones may be in the directory already" in desk.page(
        desk.post(f"{again}/mapping", **MEANINGS)
    )
    desk.post(f"{again}/mapping", **MEANINGS)
    assert "There is nothing new" in desk.page(desk.post(f"{again}/read-as", code="parish-clubs"))


def test_its_words_for_kinds_stand_there_to_be_turned_into_ours(desk: Desk) -> None:
    file = hand_in_new(desk, CLUBS)
    # What is a word of ours needs nothing.
    assert kind_words(desk.page(file)) == {"Coffee morning": "", "Walk": ""}
    said = {"kind-word-0": "Coffee morning", "kind-0": "drop_in", "kind-word-1": "Walk", "kind-1": "castle"}
    desk.post(f"{file}/mapping", **MEANINGS, **said)
    assert "We do not know this kind" not in desk.page(file)
    assert kind_words(desk.page(f"{file}?edit=true")) == {"Coffee morning": "drop_in", "Walk": "group"}
    desk.post(f"{file}/apply")
    with desk.directory.write() as session:
        kinds = dict(session.execute(select(Entry.name, Entry.kind)).all())
    assert kinds == {"Knit and Natter": "drop_in", "Walk and Talk": "group", "Men in Sheds": "drop_in"}
    assert 'href="https://www.knit.example.org"' in desk.client.get("/entries/knit-and-natter").text


def test_a_column_that_turns_out_to_be_the_kind_brings_its_words(desk: Desk) -> None:
    file = hand_in_new(desk, CLUBS.replace(b"Category", b"Colour"))
    assert kind_words(desk.page(file)) == {}
    assert "where you say what the columns mean" in desk.page(desk.post(f"{file}/mapping", **MEANINGS))
    assert kind_words(desk.page(f"{file}?edit=true")) == {"Coffee morning": "", "Walk": ""}


def test_one_row_is_shown_as_it_was_read_until_the_file_is_in(desk: Desk) -> None:
    file = hand_in_new(desk, CLUBS)
    page = desk.page(desk.post(f"{file}/mapping", **MEANINGS, contacts="internal"))
    assert "For example, row 2 as we read it" in page
    facts = dict(re.findall(r"<div><dt>([^<]+)</dt><dd>([^<]+)</dd></div>", page))
    assert facts == {
        "Kind": "Group",
        "Name": "Knit and Natter",
        "Postcode": "CB6 1AA",
        "Contacts": "Web page https://www.knit.example.org",
    }
    desk.post(f"{file}/apply")
    assert "as we read it" not in desk.page(file)
    with desk.directory.write() as session:
        assert "Knit" not in str(session.scalars(select(Upload.options)).one())


def test_a_list_without_rows_or_without_places_is_said_before_anything_is_tried(desk: Desk) -> None:
    assert "not one row under them" in desk.page(hand_in_new(desk, b"Name,Postcode\n"))
    file = hand_in_new(desk, CLUBS)
    reply = desk.post(f"{file}/mapping", **(MEANINGS | {"means-1": "ignore"}))
    assert reply.status_code == 422
    assert "No column says where things are" in reply.text


@pytest.mark.parametrize("task", ["try", "apply"])
def test_what_is_stopped_keeps_nothing_and_can_be_tried_again(desk: Desk, task: str) -> None:
    file = desk.hand_in(LIBRARIES).headers["location"]
    upload_id = put(desk, state="waiting", task=task)
    with desk.directory.engine() as engine:
        factory = make_session_factory(engine)
        put(desk, state="working")
        with factory() as holder:
            # Somebody is at work on it.
            assert queries_uploads.try_turn(holder)
            assert "It is being stopped." not in desk.page(file)
            assert "It is being stopped." in desk.page(desk.post(f"{file}/stop"))
        put(desk, state="waiting")
        work(factory, desk.home / "imports", upload_id)
    assert STOPPED in desk.page(file)
    assert entries_of(desk) == 0
    desk.post(f"{file}/try")
    desk.post(f"{file}/apply")
    assert entries_of(desk) == 5


def test_what_waits_for_its_turn_stops_at_once_and_what_is_done_stays(desk: Desk) -> None:
    file = desk.hand_in(LIBRARIES).headers["location"]
    assert "Nothing has been changed yet" in desk.page(desk.post(f"{file}/stop"))
    put(desk, state="waiting")
    assert STOPPED in desk.page(desk.post(f"{file}/stop"))


def test_what_was_only_looked_at_stands_apart_from_what_was_brought_in(desk: Desk) -> None:
    desk.hand_in(LIBRARIES)
    page = desk.page("/curate/imports")
    assert page.index("Nothing has been brought in yet.") < page.index("Only looked at: nothing was changed")
    desk.bring_in()
    page = desk.page("/curate/imports")
    assert page.index("Brought in</p>") < page.index("Only looked at, and not brought in</summary>")
