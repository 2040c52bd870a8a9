"""The answers to a letter: one tap, once, for one entry; what changed or stopped waits for a curator."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.checks import notes
from api.duplicates.merging import merge_entries
from api.entries.service import Saved, get_draft
from api.errors import BadInput, NotFound
from api.models import Mail, Revision
from api.reminders import answers
from api.tickets.service import make_ticket
from tests.factories import NOW, add

OLD = [{"group": "name", "how": "phoned", "by": "Curator", "on": "2025-11-01"}]


def link(session: Session, saved: Saved, **given: object) -> str:
    plain = {"lasts": timedelta(days=90), "now": NOW, "entry_id": saved.entry_id}
    return make_ticket(session, "still_right", **(plain | given))  # type: ignore[arg-type]


def test_still_right_checks_every_group_today_by_those_who_run_it(session: Session) -> None:
    saved = add(session, checks=OLD)
    token, other = link(session, saved), link(session, saved)
    # A mail scanner opens every link: that uses nothing up.
    for _ in range(3):
        assert answers.look(session, token, now=NOW).entry_id == saved.entry_id
    answers.answer(session, token, "still_right", now=NOW)
    checks = get_draft(session, saved.entry_id).draft.checks
    assert len(checks) == 6
    assert {(one.how, one.by, one.on) for one in checks} == {
        ("owner_confirmed", "The people who run it", NOW.date())
    }
    for spent in (token, other):
        with pytest.raises(NotFound):
            answers.answer(session, spent, "stopped", now=NOW)


@pytest.mark.parametrize(("given", "words"), [("changed", "Thursdays now"), ("stopped", "")])
def test_nothing_goes_live_by_what_they_say(session: Session, given: str, words: str) -> None:
    saved = add(session, checks=OLD)
    answers.answer(session, link(session, saved), given, words=words, now=NOW)
    (note,) = notes.notes_of(session, saved.entry_id)
    assert (note.kind, note.words or "") == (given, words)
    stored = get_draft(session, saved.entry_id)
    assert (stored.version, stored.draft.stage, stored.draft.state) == (saved.version, "published", "running")


@pytest.mark.parametrize(("given", "words"), [("changed", "  "), ("changed", "x" * 12_001), ("maybe", "")])
def test_an_answer_that_is_none_leaves_the_link_good(session: Session, given: str, words: str) -> None:
    saved = add(session)
    token = link(session, saved)
    with pytest.raises(BadInput):
        answers.answer(session, token, given, words=words, now=NOW)
    answers.answer(session, token, "still_right", now=NOW)


def test_a_link_is_good_for_its_own_entry_and_time(session: Session) -> None:
    one, other = add(session, name="One"), add(session, name="Other", checks=OLD)
    token = link(session, one)
    answers.answer(session, token, "still_right", now=NOW)
    assert get_draft(session, other.entry_id).version == other.version
    late = link(session, one)
    with pytest.raises(NotFound):
        answers.look(session, late, now=NOW + timedelta(days=91))
    claim = make_ticket(session, "claim", lasts=timedelta(days=1), now=NOW, entry_id=one.entry_id)
    with pytest.raises(NotFound):
        answers.look(session, claim, now=NOW)


def test_the_link_of_a_merged_entry_changes_nothing_of_the_one_that_stays(session: Session) -> None:
    keep, gone = add(session, name="Choir"), add(session, name="The Choir")
    token = link(session, gone)
    merge_entries(session, keep_id=keep.entry_id, merge_id=gone.entry_id, choices={}, by="Test", why="One")
    with pytest.raises(NotFound):
        answers.answer(session, token, "still_right", now=NOW)
    assert get_draft(session, keep.entry_id).draft.checks == []


def test_the_history_names_no_person_and_no_secret_is_kept(session: Session) -> None:
    saved = add(session)
    token = link(session, saved)
    answers.answer(session, token, "still_right", now=NOW)
    newest = session.scalars(select(Revision).order_by(Revision.version.desc())).first()
    assert newest is not None
    assert (newest.made_by, newest.person_id) == ("The people who run it", None)
    assert not re.search(token, str(newest.document))
    assert session.scalars(select(Mail)).all() == []
