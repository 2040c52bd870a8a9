"""What is due a check: by kind, in one's areas, the oldest and most leant on first; how often can be set."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.checks import notes, service
from api.clock import london_now
from api.errors import BadInput, NotAllowed, NotFound
from tests.conftest import Directory
from tests.factories import NOW, SOHAM, add, add_areas, square
from tests.people import make_actor

TODAY = NOW.date()


def checked(days_ago: int) -> list[dict[str, Any]]:
    on = (TODAY - timedelta(days=days_ago)).isoformat()
    return [{"group": "name", "how": "phoned", "by": "Curator", "on": on}]


def due(session: Session, **given: Any) -> list[str]:
    actor = given.pop("actor", None) or make_actor(session, "curator")
    return [row["name"] for row in service.list_due(session, actor, today=TODAY, **given).rows]


def test_the_oldest_come_first_and_of_one_day_those_that_others_lean_on(session: Session) -> None:
    add(session, name="Old", checks=checked(500))
    add(session, name="Alone", checks=checked(400))
    hall = add(session, name="Hall", kind="venue", checks=checked(400))
    add(session, name="New", checks=checked(300), links=[{"type": "meets_at", "to": hall.slug}])
    add(session, name="Neighbours", kind="mutual_aid", checks=checked(200))
    add(session, name="Closed", checks=checked(900), state="closed")
    add(session, name="Paused", checks=checked(900), state="paused")
    add(session, name="Draft", checks=checked(900), stage="draft")
    add(session, name="Soon", checks=checked(350))
    assert due(session) == ["Old", "Hall", "Alone", "Neighbours"]
    assert due(session, kind="venue") == ["Hall"]
    assert due(session, when="coming") == ["Soon"]
    assert due(session, when="overdue") == []
    add(session, name="Stale", checks=checked(560))
    assert due(session, when="overdue") == ["Stale"]


def test_what_nobody_checked_is_due_four_weeks_after_it_came(session: Session) -> None:
    saved = add(session, name="Never")
    session.execute(text("UPDATE directory.entry SET created_at = :at"), {"at": NOW - timedelta(days=27)})
    assert due(session) == []
    session.execute(text("UPDATE directory.entry SET created_at = :at"), {"at": NOW - timedelta(days=28)})
    assert due(session) == ["Never"]
    sheet = service.get_sheet(session, make_actor(session, "curator"), saved.entry_id)
    assert (sheet.checked_on, sheet.due_on) == (None, TODAY)


def test_everyone_sees_their_own_areas(session: Session, tmp_path: Path) -> None:
    add_areas(session, tmp_path, {"COUNTY": square(*SOHAM, size=1)}, type_="county")
    add_areas(session, tmp_path, {"DISTRICT": square(*SOHAM)}, type_="district")
    inside = add(session, name="Inside", checks=checked(400))
    outside = add(session, name="Outside", at=(SOHAM[0] + 0.2, SOHAM[1]), checks=checked(400))
    here = make_actor(session, "curator", area="DISTRICT")
    assert due(session, actor=here) == ["Inside"]
    assert due(session, actor=make_actor(session, "navigator", area="COUNTY")) == ["Inside", "Outside"]
    assert due(session, actor=make_actor(session, "curator", area="COUNTY"), area="DISTRICT") == ["Inside"]
    for one in (inside, outside):
        notes.note_change(session, one.entry_id, "New times", now=NOW)
    assert [note.name for note in notes.list_notes(session, here)] == ["Inside"]
    with pytest.raises(NotAllowed):
        service.get_sheet(session, here, outside.entry_id)
    hidden = add(session, name="Hidden", at=(SOHAM[0] + 0.2, SOHAM[1]), stage="draft")
    with pytest.raises(NotFound):
        service.get_sheet(session, here, hidden.entry_id)


def test_who_logs_calls_does_not_see_what_is_private(session: Session) -> None:
    private = {"kind": "phone", "value": "01632 960009", "public": False}
    saved = add(
        session, contacts=[private], privacy="area", place={"address": ["1 Quiet Row"], "town": "Ely"}
    )
    seen = service.get_sheet(session, make_actor(session, "navigator"), saved.entry_id)
    assert seen.held is None
    assert "960009" not in str(seen.public)
    assert "Quiet Row" not in str(seen.public)
    held = service.get_sheet(session, make_actor(session, "curator"), saved.entry_id).held
    assert "960009 (not shown to the public)" in str(held)


def test_how_often_is_set_for_the_list_the_page_and_the_search(scratch: Directory) -> None:
    today = london_now().date()
    with scratch.write() as session:
        check = checked(0)[0] | {"on": (today - timedelta(days=100)).isoformat()}
        add(session, name="Choir", checks=[check])
        admin = make_actor(session, "admin")
        with pytest.raises(NotAllowed):
            service.set_rules(session, make_actor(session, "coordinator"), {"group": 3})
        with pytest.raises(BadInput):
            service.set_rules(session, admin, {"group": 0})
    with scratch.client() as client:
        assert client.get("/api/v1/entries/choir").json()["freshness"] == "fresh"
        with scratch.write() as session:
            service.set_rules(session, admin, {"group": 3})
            assert service.list_rules(session)["group"] == 3
            assert service.list_due(session, admin, today=today).total == 1
        assert client.get("/api/v1/entries/choir").json()["freshness"] == "due"
        assert client.get("/api/v1/entries").json()["items"][0]["freshness"] == "due"
