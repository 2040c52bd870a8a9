"""The public face says what the tables say: after every save, and after a rebuild."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.face.service import get_data_version, rebuild_face
from tests.conftest import Directory
from tests.factories import FACTS, add, add_areas, change, facts, square


def snapshot(session: Session) -> dict[str, list[Any]]:
    """Every row of the face but the rising data version."""
    tables = ("entries", "sessions", "words")
    return {
        table: sorted(session.execute(text(f"SELECT f::text FROM face.{table} f")).scalars())
        for table in tables
    }


def assert_rebuild_changes_nothing(session: Session) -> None:
    before = snapshot(session)
    report = rebuild_face(session)
    assert (report.changed, report.removed) == (0, 0)
    assert snapshot(session) == before
    assert report.total == len(before["entries"])


def test_a_rebuild_after_many_kinds_of_saves_changes_no_row(session: Session, tmp_path: Path) -> None:
    add_areas(session, tmp_path, {"W1": square(0.33, 52.33), "W2": square(0.0, 52.3)})
    for kind in FACTS:
        add(session, kind=kind, name=f"A {kind}", facts=facts(kind), needs=["loneliness"])
    weekly = {"rrule": "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20271231", "starts_on": "2026-01-05"}
    monthly = {"rrule": "FREQ=MONTHLY;BYDAY=-1FR", "starts_on": "2026-01-05", "not_on": ["2026-12-25"]}
    once = {"starts_on": "2026-12-01", "starts_at": "10:00", "ends_at": "12:30", "note": "Bring a mug"}
    held = add(session, name="Choir", sessions=[weekly, monthly, once])
    change(session, held, name="Choir", sessions=[monthly, once])
    moved = add(session, name="Walkers", coverage=[{"how": "area", "area": "W1"}])
    change(session, moved, name="Walkers", coverage=[{"how": "radius", "radius_m": 900}], at=(0.0, 52.3))
    add(session, name="Line", at=None, everywhere=True, delivery=["phone"])
    add(session, name="Drawn", at=None, coverage=[{"how": "shape", "shape": square(0.2, 52.2)}])
    add(session, name="Mystery", place={"name": "Somewhere", "town": "Nowhereville"})
    gone = add(
        session, name="Gone", checks=[{"group": "name", "how": "phoned", "by": "Curator", "on": "2026-05-05"}]
    )
    change(session, gone, name="Gone", stage="archived")
    add(session, name="Draft", stage="draft")
    assert_rebuild_changes_nothing(session)


def test_a_shared_place_that_changes_changes_for_everybody(session: Session) -> None:
    place = {"name": "Village Hall", "postcode": "CB7 5ZQ", "lon": 0.33, "lat": 52.33}
    add(session, slug="choir", name="Choir", place=place)
    add(session, slug="bingo", name="Bingo", place=place | {"access": {"hearing_loop": True}})
    shown = dict(session.execute(text("SELECT slug, access FROM face.entries")).all())
    assert shown == {"choir": ["hearing_loop"], "bingo": ["hearing_loop"]}
    add(session, name="Lunch", place=place | {"lon": 0.34})
    points = set(session.execute(text("SELECT lon FROM face.entries")).scalars())
    assert points == {0.34}
    assert_rebuild_changes_nothing(session)


def test_an_organisation_that_changes_changes_for_everybody(session: Session) -> None:
    add(session, slug="choir", name="Choir", organisation={"name": "Arts Trust"})
    add(session, name="Bingo", organisation={"name": "ARTS trust", "url": "https://arts.example.org"})
    detail = session.execute(text("SELECT detail FROM face.entries WHERE slug = 'choir'")).scalar_one()
    assert "https://arts.example.org" in detail
    assert_rebuild_changes_nothing(session)


def test_areas_that_come_later_are_learnt_by_a_rebuild(session: Session, tmp_path: Path) -> None:
    add(session, slug="choir", name="Choir", at=(0.33, 52.33))
    add_areas(session, tmp_path, {"W1": square(0.33, 52.33)})
    report = rebuild_face(session)
    assert (report.changed, report.removed) == (1, 0)
    assert session.execute(text("SELECT areas FROM face.entries")).scalar_one() == ["W1"]
    assert_rebuild_changes_nothing(session)


@pytest.mark.parametrize(
    ("words", "folded"),
    [
        ("Men's  Shed", "mens shed"),
        (" —Café & Tea,\tEly\n", "cafe tea ely"),
        ("a-b c - d", "a b c d"),
        ("Дружба 2!", "дружба 2"),
        ("one two", "one two"),
        ("...", ""),
    ],
)
def test_words_are_folded_to_letters_with_single_spaces(session: Session, words: str, folded: str) -> None:
    assert session.scalar(text("SELECT face.fold(:words)"), {"words": words}) == folded


def test_a_word_is_known_while_a_public_entry_uses_it(session: Session) -> None:
    def entries(word: str) -> int | None:
        return session.scalar(text("SELECT entries FROM face.words WHERE word = :word"), {"word": word})

    saved = add(session, name="Rummikub rummikub", summary="Rummikub")
    assert entries("rummikub") == 1
    other = add(session, name="Rummikub again")
    assert entries("rummikub") == 2
    change(session, other, name="Dominoes again")
    assert (entries("rummikub"), entries("dominoes")) == (1, 1)
    change(session, saved, name="Rummikub", stage="archived")
    assert (entries("rummikub"), entries("again")) == (None, 1)
    assert_rebuild_changes_nothing(session)


@pytest.mark.parametrize("stage", ["draft", "archived"])
def test_what_is_not_published_is_nowhere(scratch: Directory, stage: str) -> None:
    weekly = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "starts_on": "2026-01-05"}
    with scratch.write() as session:
        shown = add(session, slug="shown", name="Shown")
        add(session, slug="secret", name="Secretest", stage=stage, sessions=[weekly])
        was = add(session, slug="was", name="Formerly", sessions=[weekly])
    with scratch.write() as session:
        change(session, was, name="Formerly", stage=stage, sessions=[weekly])
        change(
            session,
            shown,
            name="Shown",
            links=[{"type": "part_of", "to": "secret"}, {"type": "part_of", "to": "was"}],
        )
        assert session.execute(text("SELECT count(*) FROM face.sessions")).scalar_one() == 0
    with scratch.client() as client:
        everything = client.get("/api/v1/entries").json()
        assert [item["slug"] for item in everything["items"]] == ["shown"]
        for slug in ("secret", "was", str(was.entry_id)):
            assert client.get(f"/api/v1/entries/{slug}").status_code == 404
        assert client.get("/api/v1/entries/shown").json()["links"] == []
        assert client.get("/api/v1/map").json()["total"] == 1


def test_what_is_published_again_is_back(session: Session) -> None:
    saved = add(session, name="Choir", stage="archived")
    assert session.execute(text("SELECT count(*) FROM face.entries")).scalar_one() == 0
    change(session, saved, name="Choir")
    assert session.execute(text("SELECT version FROM face.entries")).scalar_one() == 2


def test_the_data_version_rises_with_a_change_and_not_without(scratch: Directory) -> None:
    seen = [scratch.ask(get_data_version)]
    with scratch.write() as session:
        saved = add(session, name="Choir")
    seen.append(scratch.ask(get_data_version))
    with scratch.write() as session:
        change(session, saved, name="Choir")
        rebuild_face(session)
    seen.append(scratch.ask(get_data_version))
    assert seen[0] < seen[1] == seen[2]


def test_the_face_of_the_examples_is_what_the_tables_say(example_database: Directory) -> None:
    with example_database.engine() as engine, engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            assert_rebuild_changes_nothing(session)
        outer.rollback()
