"""The index says what the public may see: after every save, every rebuild, and whatever went wrong before."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from api.db import make_session_factory
from api.search.engine import EngineAway
from api.search.indexing import Drift, find_drift, index_waiting, mend_drift, reindex, write_settings
from api.search.meili import INDEX, MeiliIndex
from api.search.queries.index import all_documents
from api.search.sayings import save_group
from tests.api.search.conftest import opened_asking
from tests.conftest import Directory
from tests.factories import NOW, add, change
from tests.meilisearch import Meilisearch, running_meilisearch

NO_DRIFT = Drift([], [], [])


@pytest.fixture(scope="module")
def server() -> Iterator[Meilisearch]:
    with running_meilisearch() as running:
        yield running


@pytest.fixture
def factory(scratch: Directory) -> Iterator[sessionmaker[Session]]:
    """Saves to an empty directory of the test's own."""
    with scratch.engine() as engine:
        yield make_session_factory(engine)


@pytest.fixture
def indexed(factory: sessionmaker[Session], server: Meilisearch) -> Meilisearch:
    """The index of that empty directory."""
    assert reindex(factory, server.index) == 0
    return server


def waiting(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM directory.outbox")).scalar_one())


def ids_in(server: Meilisearch) -> set[str]:
    return {entry_id for entry_id, _ in server.index.stamps()}


def put(server: Meilisearch, *documents: dict[str, Any]) -> None:
    server.index.add(list(documents))


def test_a_save_and_its_outbox_row_are_one(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        add(session, name="Never Was")
        assert waiting(session) == 1
        with factory() as other:
            assert waiting(other) == 0
        session.rollback()
        assert waiting(session) == 0
    with factory.begin() as session:
        saved = add(session, name="Soham Choir")
    with factory.begin() as session:
        assert waiting(session) == 1
        assert not change(session, saved, name="Soham Choir").changed
        assert waiting(session) == 1, "nothing changed, so nothing is to be indexed"


def test_what_waits_is_indexed_and_then_waits_no_more(
    factory: sessionmaker[Session], indexed: Meilisearch
) -> None:
    with factory.begin() as session:
        saved = [add(session, name=f"Choir {number}") for number in range(3)]
        change(session, saved[0], name="Choir zero")
    assert index_waiting(factory, indexed.index) == 4
    assert ids_in(indexed) == {str(one.entry_id) for one in saved}
    with factory() as session:
        assert waiting(session) == 0
        assert find_drift(session, indexed.index) == NO_DRIFT


@pytest.mark.parametrize("gone", [{"stage": "draft"}, {"state": "closed"}, {"stage": "archived"}])
def test_what_the_public_may_not_see_leaves_the_index(
    factory: sessionmaker[Session], indexed: Meilisearch, gone: dict[str, str]
) -> None:
    with factory.begin() as session:
        stays, leaves = add(session, name="Soham Choir"), add(session, name="Ely Choir")
    index_waiting(factory, indexed.index)
    with factory.begin() as session:
        change(session, leaves, name="Ely Choir", **gone)
    index_waiting(factory, indexed.index)
    assert ids_in(indexed) == {str(stays.entry_id)}


def test_nothing_is_forgotten_while_the_index_is_away(
    factory: sessionmaker[Session], indexed: Meilisearch
) -> None:
    indexed.kill()
    try:
        with factory.begin() as session:
            saved = add(session, name="Soham Choir")
        with pytest.raises(EngineAway):
            index_waiting(factory, indexed.index)
        with pytest.raises(EngineAway):
            indexed.index.exists()
        with pytest.raises(EngineAway):
            reindex(factory, indexed.index)
        with factory() as session:
            assert waiting(session) == 1
    finally:
        indexed.start()
    assert index_waiting(factory, indexed.index) == 1
    assert ids_in(indexed) == {str(saved.entry_id)}


def test_without_an_index_nothing_waits_for_one(factory: sessionmaker[Session]) -> None:
    with factory.begin() as session:
        add(session, name="Soham Choir")
    assert index_waiting(factory, None) == 0
    with factory() as session:
        assert waiting(session) == 0


def test_drift_is_found_and_mended(factory: sessionmaker[Session], indexed: Meilisearch) -> None:
    with factory.begin() as session:
        saved = [add(session, name=f"Choir {number}") for number in range(4)]
        session.flush()
    index_waiting(factory, indexed.index)
    ids = sorted(str(one.entry_id) for one in saved)
    stranger = "00000000-0000-4000-8000-000000000000"
    put(indexed, {"id": ids[1], "stamp": "of an older form", "name": "Choir"})
    put(indexed, {"id": stranger, "stamp": "of what was deleted by hand", "name": "Choir"})
    indexed.index.remove([ids[0]])
    wanted = Drift(missing=[ids[0]], stale=[ids[1]], extra=[stranger])
    with factory() as session:
        assert find_drift(session, indexed.index) == wanted
    assert mend_drift(factory, indexed.index) == wanted
    assert index_waiting(factory, indexed.index) == 3
    with factory() as session:
        assert find_drift(session, indexed.index) == NO_DRIFT
    assert mend_drift(factory, indexed.index) == NO_DRIFT
    assert index_waiting(factory, indexed.index) == 0


def test_an_entry_deleted_by_hand_is_drift(factory: sessionmaker[Session], indexed: Meilisearch) -> None:
    with factory.begin() as session:
        saved = add(session, name="Soham Choir")
    index_waiting(factory, indexed.index)
    with factory.begin() as session:
        session.execute(text("DELETE FROM face.entries"))
        session.execute(text("DELETE FROM directory.entry"))
    assert mend_drift(factory, indexed.index).extra == [str(saved.entry_id)]
    index_waiting(factory, indexed.index)
    assert ids_in(indexed) == set()


def test_a_change_of_a_shared_organisation_reaches_every_entry_that_shows_it(
    factory: sessionmaker[Session], indexed: Meilisearch
) -> None:
    with factory.begin() as session:
        first = add(session, name="Choir", organisation={"name": "Fen Arts"})
        add(session, name="Band", organisation={"name": "Fen Arts"})
    index_waiting(factory, indexed.index)
    with factory.begin() as session:
        change(session, first, name="Choir", organisation={"name": "Fen Arts", "url": "https://fen.example"})
    index_waiting(factory, indexed.index)
    with factory() as session:
        assert find_drift(session, indexed.index) == NO_DRIFT


@contextmanager
def searching_all_the_while(scratch: Directory, server: Meilisearch, q: str) -> Iterator[list[int | None]]:
    """How many each search found while the block ran; None: the engine said it was away."""
    found: list[int | None] = []
    stop = Event()

    def search() -> None:
        with opened_asking(scratch, server) as asking:
            while not stop.is_set():
                try:
                    found.append(len(asking.matches(q)))
                except EngineAway:
                    found.append(None)

    thread = Thread(target=search)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join(20)


def test_a_rebuild_has_no_empty_moment(
    scratch: Directory, factory: sessionmaker[Session], indexed: Meilisearch
) -> None:
    with factory.begin() as session:
        for number in range(30):
            add(session, name=f"Choir {number}")
    index_waiting(factory, indexed.index)
    with searching_all_the_while(scratch, indexed, "choir") as found:
        for _ in range(4):
            assert reindex(factory, indexed.index) == 30
    assert set(found) == {30}
    assert len(found) > 20
    assert indexes_of(indexed) == {INDEX}


def test_the_first_build_is_never_seen_half_done(scratch: Directory, factory: sessionmaker[Session]) -> None:
    """Until there is an index PostgreSQL answers; an empty index would say that there is nothing."""
    with factory.begin() as session:
        for number in range(30):
            add(session, name=f"Choir {number}")
    for _ in range(3):
        with running_meilisearch() as new:
            assert not new.index.exists()
            with searching_all_the_while(scratch, new, "choir") as found:
                reindex(factory, new.index)
            assert set(found) <= {None, 30}


def indexes_of(server: Meilisearch) -> set[str]:
    key = {"Authorization": f"Bearer {server.key}"}
    return {one["uid"] for one in httpx.get(f"{server.url}/indexes", headers=key).json()["results"]}


def test_a_save_that_ends_after_the_rebuild_is_not_lost(
    factory: sessionmaker[Session], indexed: Meilisearch
) -> None:
    with factory.begin() as session:
        saved = add(session, name="Ely Choir")
    index_waiting(factory, indexed.index)
    with factory() as late:
        change(late, saved, name="Ely Great Choir")
        new = add(late, name="Late Choir")
        reindex(factory, indexed.index)
        late.commit()
    index_waiting(factory, indexed.index)
    assert str(new.entry_id) in ids_in(indexed)
    with factory() as session:
        assert find_drift(session, indexed.index) == NO_DRIFT


def test_what_the_old_index_was_told_during_a_rebuild_reaches_the_new(
    factory: sessionmaker[Session], indexed: Meilisearch
) -> None:
    class Meanwhile(MeiliIndex):
        def swap_in(self, index: str) -> None:
            with factory.begin() as session:
                add(session, name="Saved Meanwhile")
            index_waiting(factory, indexed.index)
            super().swap_in(index)

    reindex(factory, Meanwhile(indexed.url, indexed.key))
    assert ids_in(indexed) == set()
    index_waiting(factory, indexed.index)
    assert len(ids_in(indexed)) == 1


def test_a_rebuild_follows_what_people_say(
    scratch: Directory, factory: sessionmaker[Session], indexed: Meilisearch
) -> None:
    with factory.begin() as session:
        add(session, slug="skips", name="Zorbing for Beginners", summary="Roll down a hill inside a ball.")
        save_group(session, ["ball for the brave", "zorbing", "sphereing"])
    reindex(factory, indexed.index)
    with opened_asking(scratch, indexed) as asking:
        assert asking.matches("sphereing") == {"skips"}
        # Longer than what Meilisearch itself takes for a synonym.
        assert asking.matches("ball for the brave") == {"skips"}


def test_what_people_say_reaches_a_live_index(
    scratch: Directory, factory: sessionmaker[Session], indexed: Meilisearch
) -> None:
    with factory.begin() as session:
        add(session, slug="zorbing", name="Zorbing for Beginners")
    index_waiting(factory, indexed.index)
    with factory.begin() as session:
        save_group(session, ["zorbing", "sphereing"])
    write_settings(factory, indexed.index)
    with opened_asking(scratch, indexed) as asking:
        assert asking.matches("sphereing") == {"zorbing"}


def test_a_rebuild_cut_short_leaves_nothing_for_good(
    factory: sessionmaker[Session], indexed: Meilisearch
) -> None:
    indexed.index.make(f"{INDEX}_20200101000000000000", {})
    reindex(factory, indexed.index)
    assert indexes_of(indexed) == {INDEX}


SECRETS = {
    "address": "Zebedee",
    "place": "Quagmire",
    "postcode": "CB7 5ZD",
    "phone": "960991",
    "email": "quagga",
    "point": "52.335791",
}


@pytest.mark.parametrize("privacy", ["street", "area", "hidden"])
def test_nothing_of_a_private_home_is_in_a_document(
    scratch: Directory, factory: sessionmaker[Session], indexed: Meilisearch, privacy: str
) -> None:
    home = {
        "name": SECRETS["place"],
        "address": [f"7 {SECRETS['address']} Row"],
        "postcode": SECRETS["postcode"],
        "lon": 0.341357,
        "lat": 52.335791,
    }
    contacts = [
        {"kind": "phone", "value": f"01632 {SECRETS['phone']}", "public": False},
        {"kind": "email", "value": f"zoe@{SECRETS['email']}.invalid", "public": False},
    ]
    with factory.begin() as session:
        add(session, name="Home help", place=home, contacts=contacts, privacy=privacy)
        add(session, slug="open", name="Open house", place=home, privacy="exact")
        documents = {one["name"]: str(one) for one in all_documents(session, size=10)}
    assert SECRETS["place"].lower() in documents["Open house"].lower()
    shown = [
        what
        for what, secret in SECRETS.items()
        if secret.lower() in documents["Home help"].lower()
        or secret.replace(" ", "").lower() in documents["Home help"].lower()
    ]
    assert shown == []
    assert bool(re.search(r"'[pqr]\d", documents["Home help"])) is (privacy == "street")
    index_waiting(factory, indexed.index)
    with opened_asking(scratch, indexed) as asking:
        assert asking.matches("quagmire") == {"open"}
        assert asking.matches("zebedee") == asking.matches("quagga") == set()


def test_the_index_gives_no_text_back(factory: sessionmaker[Session], indexed: Meilisearch) -> None:
    """It is asked for ids: whoever reaches it reads nothing else."""
    with factory.begin() as session:
        add(session, name="Soham Choir")
    index_waiting(factory, indexed.index)
    headers = {"Authorization": f"Bearer {indexed.key}"}
    search = httpx.post(
        f"{indexed.url}/indexes/{INDEX}/search",
        json={"q": "choir", "attributesToRetrieve": ["*"]},
        headers=headers,
    )
    assert [set(hit) for hit in search.json()["hits"]] == [{"id", "stamp"}]
    assert httpx.get(f"{indexed.url}/indexes").status_code == 401


def test_a_stamp_changes_with_all_that_is_searched_or_shown(factory: sessionmaker[Session]) -> None:
    changes: list[dict[str, Any]] = [
        {"name": "Ely Choir"},
        {"summary": "Songs."},
        {"description": "Old songs."},
        {"at": (0.1, 52.2)},
        {"needs": ["loneliness"]},
        {"sessions": [{"starts_on": NOW.date(), "rrule": "FREQ=WEEKLY;BYDAY=TU"}]},
        {"coverage": [{"how": "radius", "radius_m": 900}]},
        {"coverage": [{"how": "radius", "radius_m": 901}]},
    ]
    seen = []
    with factory() as session:
        saved = add(session, name="Soham Choir")
        for one in changes:
            change(session, saved, **one)
            seen += [document["stamp"] for document in all_documents(session, size=10)]
    assert len(set(seen)) == len(changes)
