"""What searches remember of words and places: never longer than it is true, never more than some hundred."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.db import ReadConnection, face_conninfo, reading
from api.errors import BadInput, PlaceNotFound
from api.search.latest import MOST_KEPT, Latest
from api.search.memory import Memory
from api.search.sayings import add_stop_word, save_group
from api.search.schemas import SearchParams, SearchReply
from api.search.service import find_entries
from api.taxonomy.service import add_term
from tests.conftest import Directory
from tests.factories import NOW, add

PLACES = """
INSERT INTO gazetteer.settlement (name, aliases, name_keys, kind, district, lon, lat, rank) VALUES
  ('Northfen', '{}', '{northfen}', 'village', 'East Fenland', 0.33, 52.33, 1),
  ('Southfen', '{}', '{southfen}', 'village', 'East Fenland', -0.02, 52.21, 1)
"""
MOVE = "UPDATE gazetteer.settlement SET lon = -0.02, lat = 52.21 WHERE name = 'Northfen'"
NAMESAKE = """
INSERT INTO gazetteer.settlement (name, aliases, name_keys, kind, district, lon, lat, rank)
VALUES ('Northfen', '{}', '{northfen}', 'village', 'Elsewhere', 0.5, 52.5, 1)
"""


class Asker:
    """One connection and one memory, as a process has; `asked` counts the questions beside the page's."""

    def __init__(self, read: ReadConnection, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read, self.runner, self.memory, self.asked = read, runner, Memory(), 0
        execute = read.execute

        async def counted(*args: Any, **kwargs: Any) -> Any:
            self.asked += 1
            return await execute(*args, **kwargs)

        monkeypatch.setattr(read, "execute", counted)

    def find(self, *, memory: Memory | None = None, **params: Any) -> SearchReply:
        self.asked = 0
        given = SearchParams(**params)
        return self.runner.run(find_entries(self.read, given, now=NOW, memory=memory or self.memory))

    def find_same(self, **params: Any) -> SearchReply:
        """The reply with the memory, made sure to be what it is without one."""
        reply = self.find(**params)
        assert reply.as_json() == self.find(memory=Memory(), **params).as_json()
        return reply


@pytest.fixture
def asker(scratch: Directory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asker]:
    with scratch.write() as session:
        session.execute(text(PLACES))
        add(session, name="Fen Kettle Club", summary="Tea for the lonely.", at=(0.331, 52.331))
        add(session, name="Upland Walkers", summary="Walks on the hills.", at=(-0.021, 52.211))
    conninfo = face_conninfo(scratch.face_url, own_login=True)
    with asyncio.Runner() as runner:
        opened = reading(conninfo)
        read = runner.run(opened.__aenter__())
        yield Asker(read, runner, monkeypatch)
        runner.run(opened.__aexit__(None, None, None))


def names(reply: SearchReply) -> list[str]:
    return [item["name"] for item in reply.items]


def test_the_same_words_and_place_are_read_once(asker: Asker) -> None:
    first = asker.find(q="kettle in northfen")
    assert asker.asked > 0
    again = asker.find(q="kettle in northfen")
    assert asker.asked == 0
    assert again.as_json() == first.as_json()
    assert names(again) == ["Fen Kettle Club"]
    # Another filter and another page are the same words at the same place.
    assert asker.find(q="kettle in northfen", kind=("group",), page=2).total == 1
    assert asker.asked == 0


Change = Callable[[Session], object]


@pytest.mark.parametrize(
    ("query", "change"),
    [
        ({"q": "ketle"}, lambda session: add(session, name="Ketle Menders")),
        ({"q": "cuppa"}, lambda session: save_group(session, ["cuppa", "kettle"])),
        ({"q": "fen kettle"}, lambda session: add_stop_word(session, "fen")),
        ({"q": "walks", "near": "Northfen"}, lambda session: session.execute(text(MOVE))),
        ({"q": "kettle northfen"}, lambda session: session.execute(text(NAMESAKE))),
    ],
    ids=["words", "synonyms", "stop words", "places", "names of places"],
)
def test_what_has_changed_since_is_not_remembered(
    asker: Asker, scratch: Directory, query: dict[str, Any], change: Change
) -> None:
    before = asker.find(**query).as_json()
    assert asker.find(**query).as_json() == before
    with scratch.write() as session:
        change(session)
    after = asker.find_same(**query).as_json()
    asker.find(**query)
    asker.find(**query)
    assert asker.asked == 0
    assert after != before


def test_a_filter_added_since_is_no_error(asker: Asker, scratch: Directory) -> None:
    asker.find(q="kettle")
    with pytest.raises(BadInput, match="We know no need called"):
        asker.find(q="kettle", need=("kettles",))
    with scratch.write() as session:
        code = add_term(session, "need", label="Kettles", words=[])
    assert asker.find_same(q="kettle", need=(code,)).total == 0


def test_a_place_that_is_not_found_is_asked_for_again(asker: Asker, scratch: Directory) -> None:
    for _ in range(2):
        with pytest.raises(PlaceNotFound):
            asker.find(near="Midfen")
    with scratch.write() as session:
        session.execute(text(NAMESAKE.replace("Northfen", "Midfen").replace("northfen", "midfen")))
    assert asker.find_same(near="Midfen").place is not None


@pytest.mark.parametrize(
    "table",
    [
        "face.words",
        "directory.term",
        "directory.synonym_group",
        "directory.stop_word",
        "directory.area",
        "gazetteer.settlement",
        "gazetteer.postcode",
        "gazetteer.postcode_group",
    ],
)
def test_every_change_of_what_is_read_is_another_edition(session: Session, table: str) -> None:
    edition = text("SELECT sum(edition) FROM face.editions")
    seen = [session.execute(edition).scalar_one()]
    column = session.execute(
        text(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema || '.' || table_name = :table AND is_generated = 'NEVER' LIMIT 1"
        ),
        {"table": table},
    ).scalar_one()
    for statement in (
        f"INSERT INTO {table} SELECT * FROM {table} WHERE false",
        f"UPDATE {table} SET {column} = {column} WHERE false",
        f"DELETE FROM {table} WHERE false",
        f"TRUNCATE {table} CASCADE",
    ):
        session.execute(text(statement))
        seen.append(session.execute(edition).scalar_one())
    assert seen == sorted(set(seen))


def test_searches_that_fail_the_same_way_do_not_empty_the_memory(asker: Asker) -> None:
    asker.find(q="kettle", near="Northfen")
    with pytest.raises(PlaceNotFound):
        asker.find(q="kettle", near="Nowhere-on-Sea")
    asker.find(q="kettle", near="Northfen")
    assert asker.asked == 0


def test_only_the_latest_answers_are_kept() -> None:
    latest: Latest[int, str] = Latest()
    for number in range(MOST_KEPT + 10):
        latest.keep(number, str(number))
        assert latest.recall(0) == "0"
    assert latest.recall(1) is None
    assert sum(latest.recall(number) is not None for number in range(MOST_KEPT + 10)) == MOST_KEPT
