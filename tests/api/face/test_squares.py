"""The counts of entries in squares say what the entries say: after every save, side by side, and rebuilt."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.entries.service import Saved
from api.face.service import rebuild_face
from tests.conftest import Directory
from tests.factories import SOHAM, add, change

LEVELS = range(0, 15, 2)
EDITS = 36
KINDS = ("group", "venue", "food")
# Far and near, on the meridian, and two on one spot.
SPOTS: tuple[tuple[float, float] | None, ...] = (
    SOHAM,
    SOHAM,
    (0.0, 52.3),
    (-0.0001, 52.3),
    (0.3371, 52.3336),
    (-0.24, 52.57),
    None,
)


def kept(session: Session) -> list[Any]:
    return list(session.execute(text("SELECT s::text FROM face.squares s ORDER BY 1")).scalars())


def counted(session: Session) -> list[Any]:
    """Counted anew from the entries, each level on its own."""
    levels = (
        f"""SELECT {level}::smallint AS level, face.column_at(lon, {level}) AS x,
          face.row_at(lat, {level}) AS y,
          kind, count(*)::int AS entries, sum(round(lon * 1e6))::bigint AS lon_sum,
          sum(round(lat * 1e6))::bigint AS lat_sum, min(square) AS first, min(lon) AS west,
          min(lat) AS south, max(lon) AS east, max(lat) AS north
        FROM face.entries WHERE lon IS NOT NULL AND state <> 'closed' GROUP BY 2, 3, kind"""
        for level in LEVELS
    )
    return list(
        session.execute(text(f"SELECT s::text FROM ({' UNION ALL '.join(levels)}) s ORDER BY 1")).scalars()
    )


def without_pin(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    """What is kept, and what a count gives."""
    held = session.execute(text("SELECT kind, entries FROM face.without_pin"))
    truly = session.execute(
        text(
            "SELECT kind, count(*) AS entries FROM face.entries WHERE lon IS NULL AND state <> 'closed' "
            "GROUP BY kind"
        )
    )
    return {row.kind: row.entries for row in held}, {row.kind: row.entries for row in truly}


def assert_exact(session: Session) -> None:
    assert kept(session) == counted(session)
    held, truly = without_pin(session)
    assert held == truly


def edit(session: Session, random: Random, saved: list[Saved]) -> None:
    at = random.choice(SPOTS)
    given: dict[str, Any] = {
        "name": f"Entry {random.randrange(1000)}",
        "kind": random.choice(KINDS),
        "at": at,
        "state": random.choice(("running", "running", "paused", "closed")),
        "stage": random.choice(("published", "published", "published", "archived", "draft")),
        "privacy": random.choice(("exact", "exact", "street", "area")) if at else "exact",
    }
    if at is None:
        given |= {"everywhere": True, "delivery": ["phone"]}
    if saved and random.random() < 0.6:
        change(session, random.choice(saved), **given)
    else:
        saved.append(add(session, **given))


def test_random_edits_leave_the_counts_exact(session: Session) -> None:
    random = Random(20261121)
    saved: list[Saved] = []
    for number in range(EDITS):
        edit(session, random, saved)
        if number % 12 == 11:
            assert_exact(session)
    before = kept(session)
    assert len(before) > len(LEVELS)
    report = rebuild_face(session)
    assert (report.changed, report.removed) == (0, 0)
    assert kept(session) == before


def test_a_rebuild_mends_counts_that_went_wrong(session: Session) -> None:
    add(session, name="Choir")
    add(session, name="Line", at=None, everywhere=True, delivery=["phone"])
    right = kept(session)
    session.execute(text("UPDATE face.squares SET entries = 7 WHERE level = 8"))
    session.execute(text("UPDATE face.squares SET x = x + 5 WHERE level IN (4, 14)"))
    session.execute(text("UPDATE face.without_pin SET entries = 9"))
    assert rebuild_face(session).changed > 0
    assert kept(session) == right
    assert_exact(session)


def test_the_last_one_that_leaves_a_square_takes_it_away(session: Session) -> None:
    saved = add(session, name="Choir")
    assert len(kept(session)) == len(LEVELS)
    change(session, saved, name="Choir", stage="archived")
    assert kept(session) == []


def test_savers_side_by_side_lose_no_count_and_wait_for_each_other(scratch: Directory) -> None:
    """Both move entries between the same squares, in opposite order."""
    with scratch.write() as session:
        saved = [add(session, name=f"Entry {number}", at=SPOTS[number % 6]) for number in range(6)]

    def save(order: int) -> None:
        for turn in range(4):
            with scratch.write() as session:
                for number, one in list(enumerate(saved))[::order]:
                    if number % 2 == (order > 0):
                        change(session, one, name=f"Entry {number}", at=SPOTS[(number + turn + order) % 6])
                add(session, name=f"New {order} {turn}", at=SPOTS[turn % 6])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(save, (1, -1)))
    with scratch.write() as session:
        assert_exact(session)
        total = session.execute(text("SELECT sum(entries) FROM face.squares WHERE level = 0")).scalar_one()
    assert total == 6 + 8
