"""Laying entries out: neighbours on the ground stand beside each other, and nothing else changes."""

from itertools import pairwise
from math import dist
from random import Random

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.face.service import lay_out
from tests.factories import add

TOWNS = ((0.26, 52.4), (0.12, 52.2), (-0.24, 52.57), (0.16, 52.66))


def test_neighbours_stand_beside_each_other_and_no_entry_changes(session: Session) -> None:
    random = Random(3)
    for number in range(120):
        lon, lat = random.choice(TOWNS)
        at = (lon + random.uniform(-0.01, 0.01), lat + random.uniform(-0.01, 0.01))
        add(session, slug=f"group-{number}", name=f"Group {number}", at=at)
    entries = all_entries(session)
    before = steps(session)
    assert lay_out(session, least=100)
    assert steps(session) < before / 3
    assert all_entries(session) == entries


def test_a_few_entries_are_left_as_they_stand(session: Session) -> None:
    add(session, slug="choir", name="Choir", at=TOWNS[0])
    assert not lay_out(session)


def steps(session: Session) -> float:
    """Degrees from each entry to the one stored after it, all together."""
    points = session.execute(text("SELECT lon, lat FROM face.entries ORDER BY ctid")).all()
    return sum(dist(one, other) for one, other in pairwise([tuple(point) for point in points]))


def all_entries(session: Session) -> list[tuple[object, ...]]:
    rows = session.execute(text("SELECT * FROM face.entries ORDER BY id"))
    return [tuple(row) for row in rows]
