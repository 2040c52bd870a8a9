"""Finding duplicates in a real directory: for a draft, for many at once, and over everything."""

import re
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.duplicates.contacts import read_contact
from api.duplicates.names import read_name
from api.duplicates.reading import name_keys
from api.duplicates.service import (
    ListedPair,
    find_duplicates,
    find_duplicates_of_all,
    list_pairs,
    search_directory,
    tell_apart,
)
from api.entries.service import Saved
from api.errors import BadInput, NotFound
from tests.api.duplicates.labelled import place_names
from tests.factories import ELY, SOHAM, add, change, draft

PHONE = [{"kind": "phone", "value": "01632 960001"}]
MAIL = {"kind": "email", "value": "hours@claystreet.example.org"}
WEDNESDAY = [{"rrule": "FREQ=WEEKLY;BYDAY=WE", "starts_on": "2026-01-07", "starts_at": "10:00"}]


def timebank(**given: Any) -> dict[str, Any]:
    return {"name": "Soham Timebank", "kind": "timebank", "contacts": PHONE} | given


def names(session: Session) -> list[tuple[str, str]]:
    return [(one.first_name, one.second_name) for one in list_pairs(session)]


def only(session: Session) -> ListedPair:
    (pair,) = list_pairs(session)
    return pair


@pytest.mark.parametrize(
    "given",
    [
        {"name": "Time Bank Soham", "kind": "timebank"},
        {"name": "Soham Tmebank", "kind": "timebank"},
        {"name": "TIMEBANK (Soham)", "kind": "timebank", "place": {"town": "Soham", "postcode": "CB7 5HJ"}},
        {
            "name": "Soham Timebank",
            "kind": "timebank",
            "at": None,
            "coverage": [{"how": "area", "area": "X"}],
        },
        {
            "name": "Clay Street Hours",
            "kind": "timebank",
            "sessions": WEDNESDAY,
            "contacts": [{"kind": "phone", "value": "+44 (0)1632 960001"}, MAIL],
        },
    ],
    ids=["turned round", "a slip", "by postcode", "no place", "renamed, all else the same"],
)
def test_a_draft_finds_what_it_may_be(session: Session, given: dict[str, Any]) -> None:
    saved = add(session, **timebank(sessions=WEDNESDAY, contacts=[*PHONE, MAIL]))
    for name in ("Soham Singers", "Soham Library", "Ely Timebank"):
        add(session, name=name, at=ELY if "Ely" in name else SOHAM)
    (found,) = find_duplicates(session, draft(**given))
    assert (found.entry_id, found.slug) == (saved.entry_id, "soham-timebank")
    assert found.verdict.speaks_for


def test_a_draft_of_something_else_finds_nothing(session: Session) -> None:
    add(session, **timebank())
    for name in ("Soham Toddlers", "Knit and Natter", "Time Out for Carers"):
        assert find_duplicates(session, draft(name=name)) == []


def test_an_edit_does_not_find_itself_nor_what_was_told_apart(session: Session) -> None:
    saved = add(session, **timebank())
    twin = add(session, **timebank(name="Time Bank Soham"))
    mine = draft(**timebank())
    assert [one.slug for one in find_duplicates(session, mine, entry_id=saved.entry_id)] == [twin.slug]
    tell_apart(session, saved.entry_id, twin.entry_id, by="Curator", why="Two banks")
    assert find_duplicates(session, mine, entry_id=saved.entry_id) == []


def test_what_is_not_published_is_not_found(session: Session) -> None:
    add(session, **timebank(stage="draft"))
    assert find_duplicates(session, draft(**timebank())) == []


def test_many_drafts_at_once_find_what_each_finds_alone(session: Session) -> None:
    for name in ("Soham Timebank", "Soham Friendly Walkers", "Fen Harriers", "Ely Embroiderers"):
        add(session, name=name)
    drafts = [draft(name=name) for name in ("Time Bank Soham", "Bingo", "Fen Hariers", "Embroiderers of Ely")]
    together = find_duplicates_of_all(session, drafts)
    assert [[one.slug for one in found] for found in together] == [
        ["soham-timebank"],
        [],
        ["fen-harriers"],
        ["ely-embroiderers"],
    ]
    assert together == [find_duplicates(session, one) for one in drafts]


def test_the_whole_directory_is_searched_and_the_reasons_are_kept(session: Session) -> None:
    add(session, **timebank())
    add(session, **timebank(name="Time Bank Soham", contacts=[]))
    add(session, name="Ely Timebank", kind="timebank", at=ELY)
    add(session, name="Soham Library", kind="venue")
    told: list[tuple[int, int]] = []
    report = search_directory(session, progress=lambda done, total: told.append((done, total)))
    assert (report.entries, report.found) == (4, 1)
    assert told[-1][0] == told[-1][1] == report.compared
    pair = only(session)
    assert {pair.first_slug, pair.second_slug} == {"soham-timebank", "time-bank-soham"}
    assert any("the same name" in words for words in pair.speaks_for)
    assert pair.earlier is None


def test_a_second_search_finds_the_same_and_forgets_what_is_so_no_longer(session: Session) -> None:
    saved = add(session, **timebank())
    add(session, **timebank(name="Time Bank Soham"))
    for _ in range(2):
        assert search_directory(session).found == 1
    change(session, saved, name="Quilters", contacts=[])
    assert search_directory(session).found == 0
    assert names(session) == []


def test_what_was_told_apart_is_not_offered_again(session: Session) -> None:
    one, other = add(session, **timebank()), add(session, **timebank(name="Time Bank Soham"))
    search_directory(session)
    tell_apart(session, other.entry_id, one.entry_id, by="Curator", why="One is for Wicken")
    assert names(session) == []
    assert search_directory(session).remembered == 1
    assert names(session) == []


@pytest.mark.parametrize(
    "now",
    [
        {"name": "The Soham Hours and Timebank"},
        {"name": "Timebank", "contacts": [*PHONE, MAIL]},
    ],
    ids=["one has another name", "they share an e-mail address now"],
)
def test_after_a_large_change_two_that_were_told_apart_are_offered_again(
    session: Session, now: dict[str, Any]
) -> None:
    one = add(session, **timebank(name="Timebank"))
    other = add(session, **timebank(name="Soham Time Bank", contacts=[*PHONE, MAIL]))
    tell_apart(session, one.entry_id, other.entry_id, by="Curator", why="One is for Wicken")
    change(session, one, **timebank(name="Timebank", summary="A small change"))
    assert search_directory(session).found == 0
    change(session, one, **timebank(**now))
    assert search_directory(session).found == 1
    assert "told apart" in str(only(session).earlier)
    assert "One is for Wicken" in str(only(session).earlier)


def test_only_two_published_entries_can_be_told_apart(session: Session) -> None:
    one, hidden = add(session, **timebank()), add(session, **timebank(stage="draft"))
    with pytest.raises(BadInput, match="one and the same"):
        tell_apart(session, one.entry_id, one.entry_id, by="Curator", why="")
    with pytest.raises(NotFound, match="not a published entry"):
        tell_apart(session, one.entry_id, hidden.entry_id, by="Curator", why="")


def test_a_number_that_a_whole_council_shares_makes_no_candidates(session: Session) -> None:
    for number in range(30):
        add(session, name=f"{chr(65 + number % 26)}{number}qx", contacts=PHONE, at=(0.2 + number / 50, 52.4))
    report = search_directory(session)
    assert (report.found, report.compared) == (0, 0)


def test_the_examples_have_no_duplicates(example_database: Any) -> None:
    with example_database.write() as session:
        report = search_directory(session)
        found = names(session)
        session.rollback()
    assert report.entries > 200
    assert found == []


CONTACTS = [
    ("phone", "01353 720000"),
    ("phone", "+44 (0)1353 720 000"),
    ("phone", "01353-720000 ext 21"),
    ("phone", "01353 720000 / 07700 900001"),
    ("phone", "999"),
    ("phone", "Ask inside"),
    ("email", " Mailto:Info@Example.ORG "),
    ("email", "not one"),
    ("web", "https://www.Example.org/"),
    ("web", "http://example.org/index.html"),
    ("web", "example.org/a/?utm=1#top"),
    ("web", "m.example.org/a"),
    ("web", "nowhere"),
    ("social", "https://facebook.com/groups/fen/"),
    ("post", "1 High Street"),
    ("visit", "Come in"),
]


def test_the_database_reads_contacts_as_the_rules_do(session: Session) -> None:
    """The index and the comparison must mean the same number, however it is written."""
    for kind, value in CONTACTS:
        sign = read_contact(kind, value, public=True)
        stored = session.scalar(text("SELECT directory.contact_sign(:k, :v)"), {"k": kind, "v": value})
        assert stored == (f"{sign.kind}:{sign.value}" if sign else None), value


def test_the_database_reads_names_as_the_rules_do(session: Session) -> None:
    for name in ("Fen Harriers", "Café Ōtautahi Zed", "St. Edward's Ringers", "Owls of Qx"):
        ours = set(name_keys(read_name(name, place_names())))
        theirs = session.scalar(text("SELECT face.name_keys(face.fold(:n))"), {"n": name})
        assert ours <= set(theirs or ()), name


def test_no_reason_ever_holds_a_private_number(session: Session) -> None:
    hidden = [{"kind": "phone", "value": "07700 900123", "public": False}]
    home: dict[str, Any] = {"kind": "micro_enterprise", "privacy": "area", "contacts": hidden}
    saved: list[Saved] = [add(session, name=name, **home) for name in ("Fen Foot Care", "Fen Footcare")]
    assert len(saved) == 2
    search_directory(session)
    pair = only(session)
    said = " ".join([*pair.speaks_for, *pair.speaks_against])
    assert "same private phone number" in said
    assert "900123" not in re.sub(r"\D", "", said)
    assert not re.search(r"\d m apart", said)
