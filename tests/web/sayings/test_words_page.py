"""The page of words: what curators add is known to searches, what they remove comes back by undo."""

import re

import pytest
from sqlalchemy import text

from tests.conftest import Directory
from tests.factories import SOHAM, add
from tests.people import sign_in


def test_a_word_of_a_new_group_finds_what_the_other_names(scratch: Directory) -> None:
    with scratch.write() as session:
        add(session, name="Soham Blatherers", at=SOHAM)
    with scratch.client() as client:
        assert client.get("/api/v1/entries?q=chinwag").json()["total"] == 0
        csrf = sign_in(client, scratch, "curator")
        form = {"csrf": csrf, "words": "chinwag, blatherers"}
        assert client.post("/curate/words/groups", data=form).status_code == 303
        found = client.get("/api/v1/entries?q=chinwag").json()
    assert [item["name"] for item in found["items"]] == ["Soham Blatherers"]


def test_what_is_removed_comes_back_by_undo(scratch: Directory) -> None:
    with scratch.client() as client:
        csrf = sign_in(client, scratch, "curator")
        page = client.get("/curate/words").text
        remove = re.search(r'action="(/curate/words/groups/\d+/remove)"', page)
        assert remove
        how_many = count(scratch)
        done = client.post(remove[1], data={"csrf": csrf})
        assert count(scratch) == how_many - 1
        undo = re.search(r'action="(/curate/words/undo/[^"]+)"', client.get(done.headers["location"]).text)
        assert undo
        client.post(undo[1], data={"csrf": csrf})
        assert count(scratch) == how_many
        assert client.post(remove[1], data={"csrf": csrf}).status_code == 404


def count(directory: Directory) -> int:
    with directory.write() as session:
        return session.scalar(text("SELECT count(*) FROM directory.synonym_group")) or 0


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("groups", {"words": "alone"}, "at least two different words"),
        ("stop-words", {"word": "two words"}, "A stop word is one word"),
        ("terms", {"scheme": "need", "label": ""}, "Give it a label"),
        ("terms", {"scheme": "kind", "label": "Tenth kind"}, "the kinds are fixed"),
    ],
)
def test_what_cannot_be_kept_is_said(scratch: Directory, path: str, form: dict[str, str], said: str) -> None:
    with scratch.client() as client:
        csrf = sign_in(client, scratch, "admin")
        reply = client.post(f"/curate/words/{path}", data={"csrf": csrf} | form)
    assert reply.status_code == 422
    assert said in reply.text


def test_a_renamed_term_shows_on_the_entries_that_carry_it(scratch: Directory) -> None:
    with scratch.write() as session:
        add(session, name="Soham Shoppers", at=SOHAM, needs=["shopping"])
    with scratch.client() as client:
        csrf = sign_in(client, scratch, "admin")
        form = {"csrf": csrf, "scheme": "need", "code": "shopping", "label": "Errands and shops"}
        assert client.post("/curate/words/terms", data=form).status_code == 303
        assert "Errands and shops" in client.get("/entries/soham-shoppers").text


def test_terms_are_changed_only_by_who_looks_after_everything(scratch: Directory) -> None:
    with scratch.client() as client:
        csrf = sign_in(client, scratch, "curator")
        form = {"csrf": csrf, "scheme": "need", "label": "New need"}
        assert client.post("/curate/words/terms", data=form).status_code == 403
        assert 'name="term_words"' not in client.get("/curate/words").text
