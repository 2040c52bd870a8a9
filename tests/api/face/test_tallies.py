"""The tallies of values say what the entries say: after every save, and when they are rebuilt."""

from collections import Counter
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.entries.service import Saved
from api.face.service import rebuild_face
from tests.conftest import Directory
from tests.factories import ELY, SOHAM, add, change

NEEDS = ("loneliness", "shopping", "getting-about", "caring")


def kept(session: Session) -> dict[tuple[str, str], int]:
    rows = session.execute(text("SELECT value, beside, entries FROM face.tallies"))
    return {(value, beside): entries for value, beside, entries in rows}


def counted(session: Session) -> dict[tuple[str, str], int]:
    """Counted anew from the entries, one after the other."""
    found: Counter[tuple[str, str]] = Counter()
    for facets, areas in session.execute(
        text("SELECT facets, areas FROM face.entries WHERE state <> 'closed'")
    ):
        for value in ["", *facets, *(f"area:{code}" for code in areas)]:
            for beside in ["", *facets]:
                if value != beside or not value:
                    found[value, beside] += 1
    return dict(found)


def edit(session: Session, random: Random, saved: list[Saved]) -> None:
    given: dict[str, Any] = {
        "name": f"Entry {random.randrange(1000)}",
        "kind": random.choice(("group", "venue", "food")),
        "at": random.choice((SOHAM, ELY)),
        "needs": random.sample(NEEDS, random.randint(0, 3)),
        "cost": random.choice(("free", "paid", None)),
        "languages": random.sample(("en", "pl", "ru"), random.randint(0, 2)),
        "state": random.choice(("running", "running", "paused", "closed")),
        "stage": random.choice(("published", "published", "published", "archived", "draft")),
    }
    if saved and random.random() < 0.6:
        change(session, random.choice(saved), **given)
    else:
        saved.append(add(session, **given))


def test_random_edits_leave_the_tallies_exact(session: Session) -> None:
    random = Random(20261122)
    saved: list[Saved] = []
    for number in range(36):
        edit(session, random, saved)
        if number % 12 == 11:
            assert kept(session) == counted(session)
    before = kept(session)
    assert len(before) > 50
    rebuild_face(session)
    assert kept(session) == before


def test_the_examples_are_tallied_with_their_areas(example_database: Directory) -> None:
    with example_database.write() as session:
        held = kept(session)
        assert held == counted(session)
        assert any(value.startswith("area:") for value, _ in held)


def test_a_rebuild_mends_tallies_that_went_wrong(session: Session) -> None:
    add(session, name="Choir", needs=["loneliness"])
    right = kept(session)
    session.execute(text("UPDATE face.tallies SET entries = 7 WHERE beside = 'need:loneliness'"))
    session.execute(text("DELETE FROM face.tallies WHERE value = '' AND beside = ''"))
    session.execute(text("INSERT INTO face.tallies VALUES ('need:nobody', '', 3)"))
    version = session.execute(text("SELECT version FROM face.data_version")).scalar_one()
    rebuild_face(session)
    assert kept(session) == right
    assert session.execute(text("SELECT version FROM face.data_version")).scalar_one() > version


def test_the_last_one_with_a_value_takes_it_away(session: Session) -> None:
    saved = add(session, name="Choir", needs=["loneliness"])
    assert kept(session)["need:loneliness", ""] == 1
    change(session, saved, name="Choir", stage="archived")
    assert kept(session) == {}
