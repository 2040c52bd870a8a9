"""Saving many entries at once gives what saving them one by one would, also beside others who save."""

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from api.entries.service import ToSave, save_entries, save_entry
from api.errors import EditConflict
from api.models import Entry, Organisation, Place, Revision
from tests.conftest import Directory
from tests.factories import FACTS, add, draft, facts, square

HALL = {"name": "Village Hall", "postcode": "CB7 5ZQ", "town": "Soham"}
CHANGING = {"id", "created_at", "updated_at", "made_at", "changed_at"}
TABLES = (
    "directory.organisation directory.place directory.entry directory.coverage directory.session "
    "directory.contact directory.entry_check directory.link directory.old_slug directory.revision "
    "directory.timebank_facts directory.mutual_aid_facts directory.drop_in_facts "
    "directory.micro_enterprise_facts directory.transport_facts face.entries face.sessions face.words"
).split()
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def everything(session: Session) -> list[str]:
    """Every row of the directory and its face, with keys people know instead of random ids."""
    keys = {
        str(row[0]): row[1]
        for table, key in (("entry", "slug"), ("place", "place_key"), ("organisation", "name_key"))
        for row in session.execute(text(f"SELECT id, {key} FROM directory.{table}"))
    }

    def known(match: re.Match[str]) -> str:
        return UUIDS.sub(known, keys[match[0]])

    rows = []
    for table in TABLES:
        for document in session.scalars(text(f"SELECT to_jsonb(t) FROM {table} t")):
            kept = {name: value for name, value in document.items() if name not in CHANGING}
            rows.append(f"{table} {UUIDS.sub(known, json.dumps(kept, sort_keys=True))}")
    waiting = session.scalars(text("SELECT DISTINCT entry_id::text FROM directory.outbox"))
    return sorted([*rows, *(f"waits for the index: {keys[one]}" for one in waiting)])


def saves(session: Session) -> list[ToSave]:
    """Entries that share, rename, hand over, change kind and change twice, over some that are there."""
    choir = add(session, slug="choir", name="Choir", place=HALL, organisation={"name": "Arts Trust"})
    tea = add(
        session, name="Tea", kind="drop_in", facts=facts("drop_in"), sessions=[{"starts_on": "2026-12-01"}]
    )
    hall = add(session, slug="hall", name="Hall", links=[{"type": "partner_of", "to": "choir"}])
    weekly = {"rrule": "FREQ=DAILY;COUNT=9", "starts_on": "2026-01-05", "starts_at": "10:00"}
    new = [
        draft(kind=kind, name=f"A {kind}", facts=facts(kind), sessions=[weekly], place={"town": "Ely"})
        for kind in FACTS
    ]
    return [
        ToSave(draft(slug="singers", name="Singers", place=HALL), choir.entry_id),
        ToSave(
            draft(
                slug="choir",
                name="Another choir",
                organisation={"name": "ARTS trust", "url": "https://a.org"},
            )
        ),
        ToSave(draft(kind="group", name="Tea", place=HALL | {"lon": 0.33, "lat": 52.33}), tea.entry_id),
        ToSave(draft(name="Bingo", place=HALL | {"town": None, "access": {"toilet": True}})),
        *(ToSave(one) for one in new),
        ToSave(draft(name="Hall", coverage=[{"how": "radius", "radius_m": 900}]), hall.entry_id),
        ToSave(draft(name="Hall", links=[{"type": "part_of", "to": "choir", "note": "Now"}]), hall.entry_id),
        ToSave(
            draft(name="Choir", privacy="street", coverage=[{"how": "shape", "shape": square(0.2, 52.2)}])
        ),
        ToSave(draft(name="Bingo", place=HALL, is_example=True, contacts=[{"kind": "phone", "value": "1"}])),
        ToSave(draft(name="Bingo", place={"town": "Atlantis", "postcode": "CB7 5ZZ"}, stage="draft")),
    ]


def test_at_once_is_as_one_by_one(session: Session) -> None:
    outcomes = []
    for at_once in (True, False):
        with session.begin_nested() as attempt:
            items = saves(session)
            for some in [items] if at_once else [[item] for item in items]:
                save_entries(session, some, by="Test", why="All of them")
            outcomes.append(everything(session))
            attempt.rollback()
    assert outcomes[0] == outcomes[1]
    assert sum("Atlantis" in row for row in outcomes[0]) > 0


def test_a_slug_given_up_is_taken_in_the_same_call(session: Session) -> None:
    one, two = add(session, slug="one", name="One"), add(session, slug="two", name="Two")
    swap = [
        ToSave(draft(slug="free", name="One"), one.entry_id),
        ToSave(draft(slug="one", name="Two"), two.entry_id),
        ToSave(draft(slug="two", name="One"), one.entry_id),
    ]
    save_entries(session, swap, by="Test", why="They swap")
    now = {entry.id: (entry.slug, entry.version) for entry in session.scalars(select(Entry))}
    assert now == {one.entry_id: ("two", 3), two.entry_id: ("one", 2)}


def test_many_of_one_name_each_get_an_address(session: Session) -> None:
    add(session, name="Mobile library", place={"town": "Ely"})
    items = [ToSave(draft(name="Mobile library", place={"town": "Ely"})) for _ in range(250)]
    slugs = [one.slug for one in save_entries(session, items, by="Test", why="A round of stops")]
    assert slugs == ["mobile-library-ely", *(f"mobile-library-ely-{number}" for number in range(2, 251))]


def test_text_comes_back_as_it_was_given(session: Session) -> None:
    """Nothing that means something on the way to the database is lost or gains a meaning."""
    odd = 'a "b" \\N \\ {c}, NULL\t|\n\r — Дружба'
    place = {"name": odd, "town": "Soham", "address": [odd, "NULL", "{}", ","], "lon": 0.3, "lat": 52.3}
    saved = add(
        session,
        name=odd,
        description=odd,
        place=place,
        kind="timebank",
        facts=facts("timebank", people_give=[odd, "NULL"], hub=odd),
    )
    entry = session.get_one(Entry, saved.entry_id)
    assert entry.place is not None
    assert entry.timebank is not None
    assert (entry.name, entry.description, entry.place.name) == (odd, odd, odd)
    assert entry.place.address == [odd, "NULL", "{}", ","]
    assert (entry.timebank.people_give, entry.timebank.hub) == ([odd, "NULL"], odd)
    document = session.scalars(select(Revision.document)).one()
    assert document["place"]["address"] == [odd, "NULL", "{}", ","]


def test_what_the_database_cannot_hold_is_refused_as_ever(session: Session) -> None:
    with pytest.raises(DataError), session.begin_nested():
        add(session, name="Nul", description="a\x00b")
    assert add(session, name="Next").version == 1


def test_an_object_that_was_read_before_says_what_was_saved(session: Session) -> None:
    saved = add(session, name="Choir", place=HALL, contacts=[{"kind": "phone", "value": "1"}])
    entry = session.get_one(Entry, saved.entry_id)
    assert [one.value for one in entry.contacts] == ["1"]
    item = ToSave(draft(name="Singers", contacts=[{"kind": "phone", "value": "2"}]), saved.entry_id)
    save_entry(session, item, by="Test", why="Renamed")
    assert (entry.name, [one.value for one in entry.contacts]) == ("Singers", ["2"])


def test_a_hundred_entries_cost_as_many_queries_as_ten(session: Session) -> None:
    counts: list[int] = []

    def save(number: int) -> int:
        places: Sequence[dict[str, Any]] = [
            {"postcode": f"CB{at % 9 + 1} {at % 10}AA", "name": f"Hall {at}"} for at in range(number)
        ]
        items = [
            ToSave(draft(name=f"Club {number} {at}", place=one, organisation={"name": f"Trust {at}"}))
            for at, one in enumerate(places)
        ]
        counts.clear()
        save_entries(session, items, by="Test", why="Counted")
        return len(counts)

    save(3)
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *_: counts.append(1))
    assert save(100) <= save(10) + 5


def savers(works: Sequence[Any]) -> list[Any]:
    """What becomes of pieces of work that start at the same moment, each on a connection of its own."""
    go = Barrier(len(works))

    def start(work: Any) -> Any:
        go.wait(timeout=20)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, works))


def test_savers_of_the_same_things_wait_for_each_other(scratch: Directory) -> None:
    """Each saves, in its own order and in two steps, what wants the same place, organisation and slugs."""
    names = [f"Club {number}" for number in range(6)]
    shared: dict[str, Any] = {"place": HALL, "organisation": {"name": "Arts Trust"}}
    with scratch.write() as session:
        held = [add(session, name=f"Held {number}", **shared) for number in range(6)]

    def work(who: int) -> None:
        turned = 1 if who % 2 else -1
        for round_ in range(3):
            said = {**shared, "organisation": {"name": "Arts Trust", "description": f"{who} {round_}"}}
            edits = [ToSave(draft(name=f"By {who}", summary=f"{round_}"), one.entry_id) for one in held]
            news = [ToSave(draft(name=name, **said)) for name in names]
            with scratch.write() as session:
                for some in (edits[::turned], news[::turned])[::turned]:
                    save_entries(session, some, by=f"{who}", why=f"{round_}")

    savers([lambda who=who: work(who) for who in range(4)])  # type: ignore[misc]
    with scratch.write() as session:
        slugs = list(session.scalars(select(Entry.slug)))
        assert len(slugs) == len(set(slugs)) == 6 + 4 * 3 * 6
        assert session.scalar(select(func.count()).select_from(Organisation)) == 1
        named = select(func.count()).select_from(Place).where(Place.name == "Village Hall")
        assert session.scalar(named) == 1
        versions = session.scalars(select(Entry.version).where(Entry.id.in_([one.entry_id for one in held])))
        assert list(versions) == [1 + 4 * 3] * 6


def test_of_two_hundred_edits_at_once_none_is_lost(scratch: Directory) -> None:
    with scratch.write() as session:
        entry_id = add(session, name="Choir", audiences=[]).entry_id

    def edit(who: int) -> int:
        """Each edit adds a mark to what is there; a refused one begins again from what it is shown."""
        told, version, marks = 0, 1, list[str]()
        with scratch.engine() as engine:
            for number in range(100):
                mark = f"m{who}-{number}"
                while True:
                    item = ToSave(draft(name="Choir", audiences=[*marks, mark]), entry_id, version)
                    try:
                        with Session(engine) as session, session.begin():
                            version = save_entry(session, item, by=f"{who}", why=mark).version
                        marks = [*marks, mark]
                        break
                    except EditConflict as refusal:
                        told += 1
                        current = refusal.problem()["current"]
                        version, marks = current["version"], current["document"].get("audiences", [])
        return told

    told = savers([lambda who=who: edit(who) for who in range(2)])  # type: ignore[misc]
    with scratch.write() as session:
        entry = session.get_one(Entry, entry_id)
        assert entry.version == 201
        assert len(entry.audiences) == len(set(entry.audiences)) == 200
        assert session.scalar(select(func.count()).select_from(Revision)) == 201
    assert sum(told) > 0
