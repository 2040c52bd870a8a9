"""What an entry says now comes back as the draft it was saved from."""

from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from api.entries.differences import differences, flatten, with_field
from api.entries.service import ToSave, get_draft, save_entry
from api.errors import NotFound
from tests.factories import add, facts

CONTACT = {"kind": "phone", "value": "01353 000000", "public": False}


def test_a_stored_draft_saved_again_changes_nothing(session: Session) -> None:
    saved = add(session, kind="timebank", name="Ely Timebank", facts=facts("timebank"), contacts=[CONTACT])
    stored = get_draft(session, saved.entry_id)
    assert (stored.slug, stored.version) == (saved.slug, 1)
    again = save_entry(session, ToSave(stored.draft, saved.entry_id, stored.version), by="Test", why="Again")
    assert not again.changed


def test_an_entry_that_is_not_there_is_said(session: Session) -> None:
    with pytest.raises(NotFound):
        get_draft(session, uuid4())


def test_differences_are_fields_in_words(session: Session) -> None:
    document = get_draft(session, add(session, name="Old name").entry_id).document
    changed = with_field(with_field(document, "name", "New name"), "place.town", "Ely")
    assert [change.words for change in differences(flatten(document), flatten(changed))] == [
        "name: Old name → New name",
        "town: Soham → Ely",
    ]
