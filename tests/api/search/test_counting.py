"""Searches are counted without any person: no postcode, no digits, no name beside what was looked for."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from api.db import make_engine, make_session_factory
from api.search.counting import MOST_LETTERS, MOST_WAITING, SearchTally
from api.search.words import Term
from tests.conftest import Directory
from tests.factories import NOW, add

TODAY = NOW.date()
Row = tuple[date, str, str, int, int]


@pytest.fixture
def factory(scratch: Directory) -> Iterator[sessionmaker[Session]]:
    with scratch.engine() as engine:
        yield make_session_factory(engine)


@pytest.fixture
def tally(factory: sessionmaker[Session]) -> SearchTally:
    return SearchTally(factory)


def rows(factory: sessionmaker[Session]) -> list[Row]:
    """(day, words, district, results, searches)."""
    statement = (
        "SELECT day, words, district, results, searches FROM directory.search_count ORDER BY words, district"
    )
    with factory() as session:
        return [tuple(row) for row in session.execute(text(statement))]  # type: ignore[misc]


def note(tally: SearchTally, *words: str, unknown: tuple[str, ...] = (), **given: object) -> None:
    terms = [Term(word) for word in words] + [Term(word, known=False, optional=True) for word in unknown]
    tally.note(**({"day": TODAY, "terms": terms, "district": None, "results": 3} | given))  # type: ignore[arg-type]


def counted(tally: SearchTally, factory: sessionmaker[Session]) -> dict[str, int]:
    tally.flush()
    return {words: searches for _, words, _, _, searches in rows(factory)}


def test_the_same_words_are_one_row(tally: SearchTally, factory: sessionmaker[Session]) -> None:
    note(tally, "tea", "company", district="E07000009", results=5)
    note(tally, "company", "tea", district="E07000009", results=7)
    note(tally, "tea", "company", district="E07000010", results=1)
    assert rows(factory) == [], "nobody waits for a write"
    tally.flush()
    both = [(TODAY, "company tea", "E07000009", 7, 2), (TODAY, "company tea", "E07000010", 1, 1)]
    assert rows(factory) == both
    tally.flush()
    assert rows(factory) == both
    note(tally, "tea", "company", district="E07000009", results=0)
    tally.flush()
    assert rows(factory)[0] == (TODAY, "company tea", "E07000009", 0, 3)


def test_another_day_is_another_row(tally: SearchTally, factory: sessionmaker[Session]) -> None:
    for day in (TODAY, date(2026, 11, 22)):
        note(tally, "tea", day=day)
    tally.flush()
    assert [row[0] for row in rows(factory)] == [TODAY, date(2026, 11, 22)]


def test_words_that_nobody_here_uses_stand_alone(tally: SearchTally, factory: sessionmaker[Session]) -> None:
    """ "Help for Zebedee Quagmire": the name may not be read beside what was looked for, nor as a whole."""
    note(tally, "bereavement", unknown=("zebedee", "quagmire"))
    assert counted(tally, factory) == {"bereavement": 1, "? quagmire": 1, "? zebedee": 1}


def test_a_slip_is_counted_as_what_was_meant(tally: SearchTally, factory: sessionmaker[Session]) -> None:
    tally.note(day=TODAY, terms=[Term("lonley", ("lonely",))], district=None, results=1)
    assert counted(tally, factory) == {"lonely": 1}


@pytest.mark.parametrize("words", ["cb7 5hj", "07700 900123", "flat 3", "nhs 943 476 5919", "1984", "٣"])
def test_nothing_with_a_digit_is_kept(tally: SearchTally, factory: sessionmaker[Session], words: str) -> None:
    note(tally, "tea", words)
    note(tally, "company", unknown=tuple(words.split()))
    assert not [row for row in counted(tally, factory) if any(letter.isdigit() for letter in row)]
    assert "tea" not in " ".join(counted(tally, factory)), "what is left out is left out whole"


def test_a_long_text_is_cut(tally: SearchTally, factory: sessionmaker[Session]) -> None:
    note(tally, *(chr(97 + number) * 9 for number in range(20)))
    (words,) = counted(tally, factory)
    assert len(words) == MOST_LETTERS


def test_a_flood_of_words_takes_no_more_memory(tally: SearchTally, factory: sessionmaker[Session]) -> None:
    def letters(number: int) -> str:
        return "".join(chr(97 + int(digit)) for digit in str(number))

    for number in range(MOST_WAITING + 50):
        note(tally, letters(number))
    note(tally, letters(0))
    assert len(tally._waiting) == MOST_WAITING
    assert tally._waiting[(TODAY, "a", "")] == (3, 2), "what is counted already still is"


def test_a_count_outlives_a_database_that_is_away(factory: sessionmaker[Session], scratch: Directory) -> None:
    away = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    away_factory = make_session_factory(away)
    tally = SearchTally(away_factory)
    with pytest.raises(OperationalError):
        away_factory().execute(text("SELECT 1"))
    note(tally, "tea", results=4)

    def search_meanwhile() -> AbstractContextManager[Session]:
        note(tally, "tea", results=5)
        return away_factory.begin()

    tally._write = SimpleNamespace(begin=search_meanwhile)  # type: ignore[assignment]
    tally.flush()
    tally._write = factory
    tally.flush()
    assert rows(factory) == [(TODAY, "tea", "", 5, 2)]
    away.dispose()


SEARCHES = [
    {"q": "choir", "near": "CB7 5HJ"},
    {"q": "choir near cb75hj"},
    {"q": "choir CB7 5HJ"},
    {"q": "choir for zebedee quagmire"},
    {"q": "ring 01632 960991"},
    {"q": "zebedee@quagga.example"},
    {"near": "CB7 5HJ"},
    {"q": "choir", "near": "52.3336,0.3369"},
]


@pytest.fixture
def visited(scratch: Directory) -> Iterator[TestClient]:
    with scratch.write() as session:
        add(session, name="Soham Choir", place={"town": "Soham", "postcode": "CB7 5HJ"})
    with scratch.client() as client:
        yield client


@pytest.mark.parametrize("path", ["/api/v1/entries", "/search"])
def test_searches_of_visitors_leave_no_trace_of_them(
    visited: TestClient, factory: sessionmaker[Session], path: str
) -> None:
    for params in SEARCHES:
        assert visited.get(path, params=params).status_code == 200
    visited.app.state.directory.tally.flush()  # type: ignore[attr-defined]
    kept = rows(factory)
    assert {row[1] for row in kept} >= {"choir"}
    everything = " ".join(f"{words} {district}" for _, words, district, _, _ in kept).lower()
    for private in ("cb7", "5hj", "960991", "52.33", "0.33"):
        assert private not in everything
    # A word that may be somebody's name is never in one row with another.
    assert all(words.count(" ") == 1 for _, words, *_ in kept if "?" in words)
    assert not [words for _, words, *_ in kept if "zebedee" in words and "?" not in words]


def test_what_is_gathered_is_written_when_the_app_ends(
    scratch: Directory, factory: sessionmaker[Session]
) -> None:
    with scratch.client() as client:
        client.get("/api/v1/entries", params={"q": "xylophone"})
        assert rows(factory) == []
    assert [words for _, words, *_ in rows(factory)] == ["? xylophone"]


def test_the_district_and_not_the_village_is_kept(example_database: Directory) -> None:
    from tests.api.search.conftest import opened_asking

    with opened_asking(example_database, None) as asking:
        reply = asking.find("tea", near="CB7 5AA")
        assert reply.district == "east-cambridgeshire"
        assert asking.find("tea").district is None
