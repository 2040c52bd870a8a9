"""Editing: who may, what a conflict carries, and the stages of an entry."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.editing import drafts, rules, service
from api.editing.schemas import Wanted
from api.entries.schemas import EntryDraft
from api.entries.service import Saved, get_draft
from api.errors import BadInput, EditConflict, NotAllowed, NotFound
from api.permissions import Actor
from tests.factories import ELY, NOW, SOHAM, add, add_areas, draft, square
from tests.people import make_actor
from web.pages.editing_actions import in_state
from web.pages.editing_fields import Typed

HERE, THERE = "HERE", "THERE"


@pytest.fixture(autouse=True)
def areas(session: Session, tmp_path: Path) -> None:
    add_areas(session, tmp_path, {HERE: square(*SOHAM, size=0.05), THERE: square(*ELY, size=0.05)})


@pytest.fixture
def curator(session: Session) -> Actor:
    return make_actor(session, "curator", area=HERE)


def save(session: Session, actor: Actor, saved: Saved, version: int | None = None, **given: object) -> Saved:
    new = draft(**given)
    return service.save_edit(session, actor, saved.entry_id, new, expected_version=version, why="A test")


def test_whoever_looks_after_the_area_may_and_others_hear_why_not(session: Session, curator: Actor) -> None:
    mine, other = add(session, name="Choir"), add(session, name="Far choir", at=ELY)
    assert save(session, curator, mine, name="The Choir").version == 2
    with pytest.raises(NotAllowed, match="outside your areas"):
        save(session, curator, other, name="Mine now", at=ELY)
    with pytest.raises(NotAllowed, match="role curator"):
        service.open_entry(session, make_actor(session, "navigator"), mine.entry_id)


def test_a_draft_elsewhere_is_not_known_to_exist(session: Session, curator: Actor) -> None:
    hidden = [add(session, name=stage, at=ELY, stage=stage) for stage in ("draft", "archived")]
    for one in hidden:
        with pytest.raises(NotFound):
            service.open_entry(session, curator, one.entry_id)
    there = make_actor(session, "curator", area=THERE)
    assert service.open_entry(session, there, hidden[0].entry_id).draft.stage == "draft"


def test_an_edit_takes_no_entry_out_of_ones_areas(session: Session, curator: Actor) -> None:
    mine = add(session)
    with pytest.raises(NotAllowed, match="outside your areas"):
        save(session, curator, mine, at=ELY)
    assert get_draft(session, mine.entry_id).version == 1


def test_a_new_entry_elsewhere_leaves_nothing_behind(session: Session, curator: Actor) -> None:
    assert service.create_entry(session, curator, draft(name="Here"), why="New").version == 1
    with pytest.raises(NotAllowed, match="outside your areas"):
        service.create_entry(session, curator, draft(name="There", at=ELY), why="New")
    names = session.execute(text("SELECT name FROM directory.entry")).scalars().all()
    assert names == ["Here"]


def test_who_saves_second_gets_both_versions(session: Session, curator: Actor) -> None:
    mine = add(session, name="Choir")
    save(session, curator, mine, 1, name="First")
    with pytest.raises(EditConflict) as caught:
        save(session, curator, mine, 1, name="Second")
    assert caught.value.extra["current"]["document"]["name"] == "First"
    assert caught.value.extra["yours"]["document"]["name"] == "Second"
    assert get_draft(session, mine.entry_id).draft.name == "First"


def test_publish_pause_resume_close_archive(session: Session, curator: Actor) -> None:
    entry = service.create_entry(session, curator, draft(stage="draft"), why="New").entry_id

    def put(change: Callable[..., EntryDraft], why: str, **given: Any) -> None:
        changed = change(get_draft(session, entry).draft, **given)
        service.save_edit(session, curator, entry, changed, expected_version=None, why=why)

    shown = text("SELECT state, detail::jsonb ->> 'state_note' FROM face.entries WHERE id = :id")
    assert session.execute(shown, {"id": entry}).all() == []
    put(rules.published, "Published")
    assert session.execute(shown, {"id": entry}).one() == ("running", None)
    put(rules.paused, "Stopped for now", until=date(2027, 1, 4), note="Back in January")
    assert session.execute(shown, {"id": entry}).one() == ("paused", "Back in January")
    put(rules.resumed, "Runs again")
    assert session.execute(shown, {"id": entry}).one() == ("running", None)
    put(rules.closed, "Closed", reason="The hall was sold")
    assert session.execute(shown, {"id": entry}).one() == ("closed", "The hall was sold")
    put(rules.archived, "It was never here")
    assert session.execute(shown, {"id": entry}).all() == []
    whys = [line.why for line in service.list_revisions(session, curator, entry)]
    assert whys[0] == "It was never here"
    assert len(whys) == 6


def test_closing_needs_a_reason() -> None:
    with pytest.raises(BadInput, match="why"):
        in_state(draft(), "close", Typed({"close.reason": ["  "]}))


def test_history_says_who_when_why_and_what(session: Session, curator: Actor) -> None:
    mine = add(session, name="Choir")
    accounts.act_as(session, curator)
    save(session, curator, mine, name="The Choir", cost="free")
    newest, first = service.list_revisions(session, curator, mine.entry_id)
    assert (newest.person, newest.made_by, newest.why) == (curator.name, "Curator", "A test")
    assert [change.words for change in newest.changes or ()] == [
        "cost: nothing → free",
        "name: Choir → The Choir",
    ]
    assert (newest.is_now, first.is_now, first.changes) == (True, False, None)


@pytest.mark.parametrize("kind", ["micro_enterprise", "mutual_aid"])
def test_a_door_becomes_a_pin_only_when_someone_says_that_nobody_lives_there(
    session: Session, curator: Actor, kind: str
) -> None:
    door = {"address": ["1 High Street"], "town": "Soham", "lon": SOHAM[0], "lat": SOHAM[1]}
    with pytest.raises(BadInput, match="home"):
        service.create_entry(session, curator, draft(kind=kind, place=door), why="New")
    for fine in ({"place": door, "privacy": "street"}, {"place": door | {"name": "The Shop"}}):
        service.create_entry(session, curator, draft(kind=kind, **fine), why="New")
    shop = service.create_entry(session, curator, draft(kind=kind, place=door), why="New", not_a_home=True)
    save(session, curator, shop, kind=kind, place=door, name="What was said once need not be said again")
    with pytest.raises(BadInput, match="home"):
        save(session, curator, shop, kind=kind, place=door | {"address": ["2 High Street"]})


def test_checks_are_not_edited(session: Session, curator: Actor) -> None:
    check = {"group": "name", "how": "phoned", "by": "Nobody", "on": "2026-11-01"}
    with pytest.raises(BadInput, match="checks"):
        save(session, curator, add(session), checks=[check])


def test_only_what_one_may_edit_is_found(session: Session, curator: Actor) -> None:
    add(session, name="Soham Choir")
    add(session, name="Soham Sketching", stage="draft", kind="venue")
    add(session, name="Ely Choir", at=ELY)

    def names(**wanted: str) -> list[str]:
        return [one.name for one in service.find_entries(session, curator, Wanted(**wanted)).items]

    assert names() == ["Soham Choir", "Soham Sketching"]
    assert names(words="choir") == ["Soham Choir"]
    assert names(words="skeching") == ["Soham Sketching"]
    assert names(words="100%") == []
    assert names(stage="draft") == names(kind="venue") == ["Soham Sketching"]
    assert names(area=THERE) == []
    assert service.find_entries(session, make_actor(session, "admin"), Wanted()).total == 3
    assert (
        service.find_entries(session, curator, Wanted(), page=2, per_page=1).items[0].name
        == "Soham Sketching"
    )


def test_what_is_kept_is_for_its_typist_alone(session: Session, curator: Actor) -> None:
    mine = add(session).entry_id
    for typed in ("one", "two"):
        drafts.keep_draft(session, curator, mine, {"name": [typed]}, base_version=1, now=NOW)
    kept = drafts.find_kept(session, curator, mine)
    assert kept is not None
    assert (kept.fields, kept.base_version) == ({"name": ["two"]}, 1)
    assert drafts.find_kept(session, make_actor(session, "admin"), mine) is None
    assert drafts.find_kept(session, curator, None) is None
    drafts.drop_kept(session, curator, mine)
    assert drafts.find_kept(session, curator, mine) is None
