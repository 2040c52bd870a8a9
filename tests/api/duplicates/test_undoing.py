"""Any merges, undone, end in the exact earlier state; and two merges at once do not spoil each other."""

import re
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.duplicates.choosing import FIELDS, LISTS
from api.duplicates.merging import Merged, merge_entries, undo_merge
from api.duplicates.queries.rows import TABLES
from api.entries.service import Saved
from api.errors import BadInput, EditConflict
from tests.conftest import Directory
from tests.factories import ELY, SOHAM, add, change, facts, square

# What goes on however things go back: an entry's version and its times.
GOES_ON = re.compile(r'"(version|updated_at|changed_at)": ("[^"]*"|\d+),?')


def state(session: Session) -> dict[str, list[str]]:
    """Every row of the directory and its face, but for histories, the outbox and what goes on."""
    session.flush()
    tables = [f"directory.{table.name}" for table in TABLES] + ["face.sessions", "face.words"]
    found = {
        table: sorted(
            GOES_ON.sub("", row) for row in session.scalars(text(f"SELECT to_jsonb(t)::text FROM {table} t"))
        )
        for table in tables
    }
    faces = text(
        "SELECT (to_jsonb(f) || jsonb_build_object('detail', f.detail::jsonb - 'version'))::text "
        "FROM face.entries f"
    )
    found["face"] = sorted(GOES_ON.sub("", row) for row in session.scalars(faces))
    return found


def fill(session: Session) -> list[Saved]:
    """Six entries that share places and organisations, with every kind of part, tied to one another."""
    hall = {"name": "Hall", "town": "Soham", "address": ["1 High Street"], "lon": SOHAM[0], "lat": SOHAM[1]}
    weekly = [{"rrule": "FREQ=WEEKLY;BYDAY=WE", "starts_on": "2026-01-07", "starts_at": "10:00"}]
    check = [{"group": "name", "how": "phoned", "by": "Curator", "on": "2026-05-05"}]
    phone = [{"kind": "phone", "value": "01632 960001", "public": False}]
    trust = {"name": "Clay Street Trust", "url": "https://trust.example.org"}
    saved = [
        add(session, name="Alpha", kind="timebank", place=hall, facts=facts("timebank"), contacts=phone),
        add(session, name="Beta", kind="timebank", at=ELY, organisation=trust, sessions=weekly, checks=check),
        add(
            session,
            name="Gamma",
            kind="drop_in",
            place=hall | {"access": {"toilet": True}},
            facts=facts("drop_in"),
        ),
        add(session, name="Delta", at=None, coverage=[{"how": "shape", "shape": square(*SOHAM)}]),
        add(session, name="Epsilon", privacy="street", organisation={"name": "Clay Street Trust"}),
        add(session, name="Zeta", kind="venue", place=hall, access={"dogs": True}, needs=["loneliness"]),
    ]
    for position, one in enumerate(saved[3:]):
        ties = [{"type": "partner_of", "to": saved[other].slug} for other in range(3) if other != position]
        given: dict[str, Any] = [
            {"name": "Delta", "at": None, "coverage": [{"how": "shape", "shape": square(*SOHAM)}]},
            {"name": "Epsilon", "privacy": "street", "organisation": {"name": "Clay Street Trust"}},
            {"name": "Zeta", "kind": "venue", "place": hall, "slug": "zeta-two"},
        ][position]
        change(session, one, links=ties, **given)
    return saved


def some_choices(random: Random) -> dict[str, str]:
    choices = {}
    for field in random.sample(FIELDS, random.randrange(6)):
        choices[field] = random.choice(("keep", "merge", "both") if field in LISTS else ("keep", "merge"))
    return choices


def merge_or_refuse(session: Session, keep: UUID, other: UUID, choices: dict[str, str]) -> Merged | None:
    """None when the choices do not fit together: then nothing may have happened."""
    given: dict[str, Any] = {"keep_id": keep, "merge_id": other, "choices": choices}
    try:
        with session.begin_nested():
            return merge_entries(session, **given, by="Curator", why="A test")
    except BadInput:
        return None


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_any_merges_undone_leave_everything_as_it_was(session: Session, seed: int) -> None:
    random = Random(seed)
    with session.begin_nested() as whole:
        living = [one.entry_id for one in fill(session)]
        states, done = [state(session)], []
        for _ in range(random.randrange(1, 5)):
            keep, other = random.sample(living, 2)
            merged = merge_or_refuse(session, keep, other, some_choices(random))
            if merged is None:
                assert state(session) == states[-1]
                continue
            living.remove(other)
            done.append(merged)
            states.append(state(session))
            assert states[-1] != states[-2]
        for merged in reversed(done):
            assert state(session) == states.pop()
            undo_merge(session, merged.merge_id, by="Curator", why="A test")
        assert state(session) == states[0]
        whole.rollback()


def test_two_merges_that_share_an_entry_at_once(scratch: Directory) -> None:
    """A into B and B into C at the same time: one is done, the other is told."""
    with scratch.write() as session:
        a, b, c = (add(session, name=name) for name in ("Alpha", "Beta", "Gamma"))

    def merge(keep: UUID, other: UUID, go: Barrier) -> str:
        go.wait(timeout=10)
        try:
            with scratch.write() as session:
                merge_entries(
                    session,
                    keep_id=keep,
                    merge_id=other,
                    choices={},
                    by="Curator",
                    why="At once",
                    keep_version=1,
                    merge_version=1,
                )
        except (EditConflict, BadInput):
            return "told"
        return "done"

    go = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        pairs = ((b.entry_id, a.entry_id), (c.entry_id, b.entry_id))
        outcomes = sorted(pool.map(lambda pair: merge(*pair, go), pairs))
    assert outcomes == ["done", "told"]
    with scratch.write() as session:
        assert session.scalar(text("SELECT count(*) FROM face.entries")) == 2
        assert session.scalar(text("SELECT count(*) FROM directory.entry_merge")) == 1
