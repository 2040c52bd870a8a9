"""Recording a check: the newest of each group counts, what was said before stays in the history."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.checks import notes, service
from api.entries.service import Saved, get_draft
from api.errors import BadInput, EditConflict, NotAllowed, NotFound
from api.models import Revision
from tests.factories import NOW, add, change
from tests.people import make_actor

TODAY = NOW.date()
OLD = {"how": "visited", "by": "Curator", "on": "2026-01-05"}


def check(session: Session, saved: Saved, groups: list[str], **given: object) -> Saved:
    plain = {"how": "phoned", "note": None, "on": TODAY, "now": NOW} | given
    how, note = plain.pop("how"), plain.pop("note")
    actor = plain.pop("actor", None) or make_actor(session, "curator")
    return service.record_check(session, actor, saved.entry_id, groups, how, note, **plain)  # type: ignore[arg-type]


def stands(session: Session, entry_id: UUID) -> dict[str, tuple[str, date]]:
    return {one.group: (one.how, one.on) for one in get_draft(session, entry_id).draft.checks}


def test_the_newest_of_each_group_counts_and_the_earlier_stays_in_the_history(session: Session) -> None:
    saved = add(session, checks=[OLD | {"group": "times"}, OLD | {"group": "place"}])
    check(session, saved, ["times", "cost"])
    assert stands(session, saved.entry_id) == {
        "times": ("phoned", TODAY),
        "place": ("visited", date(2026, 1, 5)),
        "cost": ("phoned", TODAY),
    }
    revisions = session.query(Revision).filter_by(entry_id=saved.entry_id).order_by(Revision.version).all()
    assert [one["on"] for one in revisions[0].document["checks"]] == ["2026-01-05", "2026-01-05"]
    assert revisions[1].made_why == "Checked by phone: times, cost"
    assert revisions[1].made_by == "Curator"


def test_a_check_of_an_earlier_day_takes_no_later_one_away(session: Session) -> None:
    saved = add(session, checks=[OLD | {"group": "times", "on": TODAY.isoformat()}])
    check(session, saved, ["times"], on=TODAY - timedelta(days=9))
    assert stands(session, saved.entry_id)["times"] == ("visited", TODAY)


def test_the_note_is_for_curators_alone(session: Session) -> None:
    saved = add(session)
    check(session, saved, ["times"], note="Pat's neighbour answered")
    shown = text("SELECT detail || card || body FROM face.entries WHERE id = :id")
    assert "neighbour" not in str(session.scalar(shown, {"id": saved.entry_id}))
    sheet = service.get_sheet(session, make_actor(session, "curator"), saved.entry_id)
    found = sheet.check_of("times")
    assert found is not None
    assert found.note == "Pat's neighbour answered"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"groups": []}, "at least one"),
        ({"groups": ["times", "colour"]}, "at least one"),
        ({"how": "guessed"}, "how you checked"),
        ({"on": TODAY + timedelta(days=1)}, "not come yet"),
        ({"note": "x" * 201}, "at most 200"),
    ],
)
def test_what_cannot_be_a_check_is_refused(session: Session, given: dict[str, object], words: str) -> None:
    saved = add(session)
    with pytest.raises(BadInput, match=words):
        check(session, saved, **({"groups": ["times"]} | given))  # type: ignore[arg-type]
    assert stands(session, saved.entry_id) == {}


def test_only_curators_of_the_place_check(session: Session) -> None:
    saved = add(session)
    for actor in (make_actor(session, "navigator"), make_actor(session)):
        with pytest.raises(NotAllowed):
            check(session, saved, ["times"], actor=actor)
    with pytest.raises(NotFound):
        check(session, Saved(UUID(int=7), "none", 1, True), ["times"])


def test_a_check_is_taken_back_unless_something_came_after(session: Session) -> None:
    actor = make_actor(session, "curator")
    saved = add(session, checks=[OLD | {"group": "times"}])
    done = check(session, saved, ["times", "place"])
    service.take_back(session, actor, saved.entry_id, version=done.version)
    assert stands(session, saved.entry_id) == {"times": ("visited", date(2026, 1, 5))}
    # Nor an edit, though it is the last thing done.
    edited = change(session, saved, name="Soham Choir")
    with pytest.raises(EditConflict):
        service.take_back(session, actor, saved.entry_id, version=edited.version)


def test_a_check_answers_what_waited_for_one(session: Session) -> None:
    saved = add(session)
    for kind in ("silent", "hiding", "bounced", "changed"):
        notes.add_note(session, saved.entry_id, kind, now=NOW, words="New times")  # type: ignore[arg-type]
    check(session, saved, ["times"])
    assert {note.kind for note in notes.notes_of(session, saved.entry_id)} == {"bounced", "changed"}
    check(session, saved, ["contact"])
    assert {note.kind for note in notes.notes_of(session, saved.entry_id)} == {"changed"}
