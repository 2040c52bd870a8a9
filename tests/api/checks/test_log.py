"""The log of who tried to reach them only grows: the database itself holds to it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.checks import notes, service
from api.duplicates.merging import merge_entries, undo_merge
from api.entries.service import Saved
from api.errors import BadInput, NotAllowed
from api.models import ContactAttempt, Entry, Person
from api.permissions import Actor
from tests.factories import NOW, add
from tests.people import make_actor


def log(session: Session, actor: Actor, saved: Saved, **given: object) -> None:
    plain = {"how": "phoned", "outcome": "no_answer", "note": "Try on Mondays", "tried_on": NOW.date()}
    service.log_contact(session, actor, saved.entry_id, now=NOW, **(plain | given))  # type: ignore[arg-type]


def test_a_navigator_adds_to_it_and_the_next_person_reads_it(session: Session) -> None:
    saved, actor = add(session), make_actor(session, "navigator")
    log(session, actor, saved, tried_on=NOW.date() - timedelta(days=2))
    log(session, actor, saved, outcome="spoke", note=None)
    told = service.get_sheet(session, make_actor(session, "curator"), saved.entry_id).attempts
    assert [(one.outcome, one.note, one.made_by) for one in told] == [
        ("spoke", None, "Navigator"),
        ("no_answer", "Try on Mondays", "Navigator"),
    ]
    with pytest.raises(NotAllowed):
        log(session, make_actor(session), saved)
    for wrong in ({"how": "shouted"}, {"outcome": "?"}, {"tried_on": NOW.date() + timedelta(days=1)}):
        with pytest.raises(BadInput):
            log(session, actor, saved, **wrong)


@pytest.mark.parametrize(
    "statement",
    [
        update(ContactAttempt).values(note="Nobody rang"),
        update(ContactAttempt).values(made_at=NOW - timedelta(days=99)),
        delete(ContactAttempt),
    ],
)
def test_nothing_in_it_is_changed_or_deleted(session: Session, statement: object) -> None:
    log(session, make_actor(session, "navigator"), add(session))
    with pytest.raises(DBAPIError, match="only grows"), session.begin_nested():
        session.execute(statement)  # type: ignore[call-overload]
    assert session.scalars(select(ContactAttempt.note)).all() == ["Try on Mondays"]


def test_it_goes_with_its_entry_and_outlives_its_writer(session: Session) -> None:
    saved, actor = add(session), make_actor(session, "navigator")
    log(session, actor, saved)
    session.execute(delete(Person).where(Person.id == actor.id))
    assert session.scalars(select(ContactAttempt.person_id)).all() == [None]
    session.execute(delete(Entry).where(Entry.id == saved.entry_id))
    assert session.scalar(text("SELECT count(*) FROM directory.contact_attempt")) == 0


def test_a_merge_takes_it_along_and_its_undoing_gives_it_back(session: Session) -> None:
    keep, gone = add(session, name="Choir"), add(session, name="The Choir")
    log(session, make_actor(session, "navigator"), gone)
    notes.note_change(session, gone.entry_id, "New times", now=NOW)
    done = merge_entries(
        session, keep_id=keep.entry_id, merge_id=gone.entry_id, choices={}, by="Curator", why="One"
    )
    assert session.scalars(select(ContactAttempt.entry_id)).all() == [keep.entry_id]
    assert [note.words for note in notes.notes_of(session, keep.entry_id)] == ["New times"]
    undo_merge(session, done.merge_id, by="Curator", why="Two")
    assert session.scalars(select(ContactAttempt.entry_id)).all() == [gone.entry_id]
    assert [note.words for note in notes.notes_of(session, gone.entry_id)] == ["New times"]
