"""Saving entries: versions, revisions, slugs, links, conflicts, and what is refused in which words."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.entries.service import ToSave, save_entries, save_entry
from api.errors import BadInput, EditConflict
from api.models import Entry, Link, OldSlug, OutboxRow, Revision
from tests.conftest import Directory
from tests.factories import add, change, draft


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def fields_of(error: pytest.ExceptionInfo[BadInput]) -> list[str]:
    return [problem.field for problem in error.value.errors]


def test_each_change_is_a_revision_that_holds_the_whole_entry(session: Session) -> None:
    saved = add(session, name="Choir", summary="We sing")
    changed = change(session, saved, name="Choir", summary="We sing on Mondays")
    assert (saved.version, changed.version) == (1, 2)
    rows = session.scalars(select(Revision).order_by(Revision.version)).all()
    assert [row.document["summary"] for row in rows] == ["We sing", "We sing on Mondays"]
    assert [(row.made_by, row.made_why) for row in rows] == [
        ("Test", "A test needs it"),
        ("Test", "A test changes it"),
    ]


def test_the_same_again_changes_nothing(session: Session) -> None:
    everything: dict[str, Any] = {
        "name": "Choir",
        "sessions": [{"rrule": "FREQ=DAILY;COUNT=3", "starts_on": "2026-01-01", "starts_at": "10:00"}],
        "contacts": [{"kind": "phone", "value": "01632 960100"}],
        "coverage": [{"how": "radius", "radius_m": 900}],
        "checks": [{"group": "name", "how": "phoned", "by": "Curator", "on": "2026-05-05"}],
    }
    saved = add(session, **everything)
    before = session.get_one(Entry, saved.entry_id).updated_at
    again = change(session, saved, **everything)
    assert (again.version, again.changed) == (1, False)
    assert (count(session, Revision), count(session, OutboxRow)) == (1, 1)
    assert session.get_one(Entry, saved.entry_id).updated_at == before


def test_the_search_index_hears_of_a_change_in_the_same_transaction(scratch: Directory) -> None:
    with scratch.write() as session:
        kept = add(session, name="Kept")
    with scratch.write() as session:
        add(session, name="Lost")
        assert count(session, OutboxRow) == 2
        session.rollback()
    with scratch.write() as session:
        assert list(session.scalars(select(OutboxRow.entry_id))) == [kept.entry_id]
        assert list(session.scalars(select(Entry.name))) == ["Kept"]
        assert count(session, Revision) == 1


def test_the_second_of_two_editors_is_told_and_sees_both(session: Session) -> None:
    saved = add(session, name="Choir", summary="First words")
    mine = ToSave(draft(name="Choir", summary="Mine"), saved.entry_id, expected_version=1)
    theirs = ToSave(draft(name="Choir", summary="Theirs"), saved.entry_id, expected_version=1)
    save_entry(session, theirs, by="Their", why="Quicker")
    with pytest.raises(EditConflict) as refusal:
        save_entry(session, mine, by="Me", why="Slower")
    told = refusal.value.problem()
    assert told["status"] == 412
    assert told["current"]["version"] == 2
    assert told["current"]["document"]["summary"] == "Theirs"
    assert told["yours"]["document"]["summary"] == "Mine"
    assert told["yours"]["document"].keys() == told["current"]["document"].keys()
    assert session.get_one(Entry, saved.entry_id).summary == "Theirs"


def test_an_edit_of_the_newest_version_passes(session: Session) -> None:
    saved = add(session, name="Choir")
    item = ToSave(draft(name="Choir", summary="New"), saved.entry_id, expected_version=1)
    assert save_entry(session, item, by="Me", why="Newer").version == 2


def test_slugs_are_free_of_each_other(session: Session) -> None:
    names = ["Repair Café", "Repair Café", "Repair Café", "Дружба", "Дружба", "St. Mary's & All Saints"]
    slugs = [add(session, name=name).slug for name in names]
    assert slugs[:2] == ["repair-cafe", "repair-cafe-soham"]
    assert len(set(slugs)) == 6
    assert slugs[5] == "st-marys-and-all-saints"


def test_a_rename_keeps_the_address_unless_asked(session: Session) -> None:
    saved = add(session, name="Choir")
    assert change(session, saved, name="Singers").slug == "choir"
    assert change(session, saved, name="Singers", slug="singers").slug == "singers"
    assert list(session.scalars(select(OldSlug.slug))) == ["choir"]
    # Nobody else gets an address that still leads here, unless they ask for it.
    assert add(session, name="Choir", place={"town": "Choir", "lon": 0.3, "lat": 52.3}).slug == "choir-2"


def test_a_slug_can_be_taken_back(session: Session) -> None:
    saved = add(session, name="Choir")
    for slug in ("singers", "choir", "singers"):
        assert change(session, saved, name="Choir", slug=slug).slug == slug
    assert list(session.scalars(select(OldSlug.slug))) == ["choir"]


def test_a_slug_of_another_entry_is_refused(session: Session) -> None:
    add(session, name="Choir")
    bingo = add(session, name="Bingo")
    for attempt in (
        lambda: change(session, bingo, name="Bingo", slug="choir"),
        lambda: add(session, name="Other", slug="choir"),
    ):
        with pytest.raises(BadInput, match="belongs to another entry, Choir") as refusal:
            attempt()
        assert fields_of(refusal) == ["slug"]


def test_entries_of_one_batch_may_link_to_each_other(session: Session) -> None:
    hall = draft(slug="hall", name="Hall", kind="venue", links=[{"type": "partner_of", "to": "choir"}])
    choir = draft(slug="choir", name="Choir", links=[{"type": "meets_at", "to": "hall", "note": "Mondays"}])
    save_entries(session, [ToSave(choir), ToSave(hall)], by="Test", why="Both at once")
    ids = {one.slug: one.id for one in session.scalars(select(Entry))}
    links = {(link.from_id, link.type, link.to_id, link.note) for link in session.scalars(select(Link))}
    assert links == {
        (ids["choir"], "meets_at", ids["hall"], "Mondays"),
        (ids["hall"], "partner_of", ids["choir"], None),
    }


def test_links_are_replaced_and_outlive_a_rename_of_the_other(session: Session) -> None:
    hall = add(session, slug="hall", name="Hall")
    add(session, slug="club", name="Club")
    links = [{"type": "meets_at", "to": "hall"}, {"type": "part_of", "to": "club"}]
    choir = add(session, slug="choir", name="Choir", links=links)
    change(session, hall, name="Hall", slug="great-hall")
    # A source that still knows the hall by its old address must not fail on its next import.
    change(session, choir, name="Choir", links=[{"type": "meets_at", "to": "hall", "note": "Now at 7"}])
    (link,) = session.scalars(select(Link))
    assert (link.to_id, link.note) == (hall.entry_id, "Now at 7")
    change(session, choir, name="Choir")
    assert count(session, Link) == 0


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"links": [{"type": "part_of", "to": "nowhere"}]}, "links", "“nowhere”"),
        ({"slug": "me", "links": [{"type": "part_of", "to": "me"}]}, "links", "itself"),
        ({"coverage": [{"how": "area", "area": "E99"}]}, "coverage", "E99"),
        (
            {"coverage": [{"how": "shape", "shape": {"type": "Point", "coordinates": [0, 52]}}]},
            "coverage",
            "area",
        ),
        (
            {"coverage": [{"how": "shape", "shape": {"type": "Polygon", "coordinates": "x"}}]},
            "coverage",
            "GeoJSON",
        ),
        ({"sessions": [{"rrule": "FREQ=YEARLY", "starts_on": "2026-01-01"}]}, "sessions.0", "weekly"),
        (
            {"sessions": [{"rrule": "FREQ=WEEKLY;INTERVAL=x", "starts_on": "2026-01-01"}]},
            "sessions.0",
            "INTERVAL",
        ),
        ({"sessions": [{"rrule": "FREQ=DAILY;COUNT=0", "starts_on": "2026-01-01"}]}, "sessions.0", "COUNT"),
        ({"sessions": [{"rrule": "FREQ=DAILY;COUNT=-1", "starts_on": "2026-01-01"}]}, "sessions.0", "COUNT"),
        (
            {"sessions": [{"rrule": "FREQ=DAILY;COUNT=9999999", "starts_on": "2026-01-01"}]},
            "sessions.0",
            "COUNT",
        ),
        (
            {"sessions": [{"rrule": "FREQ=DAILY;UNTIL=soon", "starts_on": "2026-01-01"}]},
            "sessions.0",
            "UNTIL",
        ),
        (
            {"sessions": [{"rrule": "FREQ=DAILY;UNTIL=20250101", "starts_on": "2026-01-01"}]},
            "sessions.0",
            "no date",
        ),
        (
            {"sessions": [{"starts_on": "2026-01-01", "starts_at": "10:00", "ends_at": "09:00"}]},
            "sessions.0",
            "09:00",
        ),
    ],
)
def test_a_refusal_names_the_field_and_the_cause(
    session: Session, given: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words) as refusal:
        add(session, **given)
    assert fields_of(refusal) == [field]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"at": None}, "needs a place, a coverage"),
        ({"at": None, "everywhere": True}, "phone or online"),
        ({"age_from": 60, "age_to": 50}, "highest age"),
        ({"languages": ["en", "xx"]}, "xx"),
        ({"place": {"lon": 0.3}}, "both lon and lat"),
        ({"coverage": [{"how": "radius"}]}, "needs its radius"),
        ({"kind": "timebank", "facts": {"kind": "drop_in"}}, "drop_in"),
        (
            {"kind": "mutual_aid", "facts": {"kind": "mutual_aid", "how_to_ask": "https://t.me/+abc"}},
            "invite link",
        ),
        (
            {
                "kind": "transport",
                "facts": {"kind": "transport", "scheme": "minibus", "fare_type": "free", "fare_amount": 2},
            },
            "no amount",
        ),
        (
            {"kind": "micro_enterprise", "facts": {"kind": "micro_enterprise", "cqc_registration": "1"}},
            "personal care",
        ),
        ({"price": 3}, "price"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        draft(**given)


def test_an_entry_can_become_another_kind(session: Session) -> None:
    """A drop-in that turns into a plain group keeps its history and loses the facts only a drop-in has."""
    facts = {"kind": "drop_in", "host": "The Legion"}
    saved = add(session, kind="drop_in", name="Tea", facts=facts)
    assert change(session, saved, kind="group", name="Tea").version == 2
    entry = session.get_one(Entry, saved.entry_id)
    session.refresh(entry)
    assert (entry.kind, entry.drop_in) == ("group", None)
    aid = {"kind": "mutual_aid", "scale": "village"}
    assert change(session, saved, kind="mutual_aid", name="Tea", facts=aid).version == 3


def test_one_entry_in_a_batch_that_cannot_be_kept_keeps_none(scratch: Directory) -> None:
    good, bad = draft(name="Good"), draft(name="Bad", links=[{"type": "part_of", "to": "nowhere"}])
    with pytest.raises(BadInput), scratch.write() as session:
        save_entries(session, [ToSave(good), ToSave(bad)], by="Test", why="Both")
    with scratch.write() as session:
        assert count(session, Entry) == 0


def test_what_was_looked_at_and_rolled_back_hinders_no_later_save(session: Session) -> None:
    with session.begin_nested() as tried:
        saved = add(session, name="Choir")
        looked_at = session.get(Entry, saved.entry_id)
        change(session, saved, name="Choir of men")
        tried.rollback()
    add(session, name="Walk")
    assert session.scalars(select(Entry.name)).all() == ["Walk"]
    assert looked_at is not None


def test_two_editors_at_the_very_same_time(scratch: Directory) -> None:
    """The second waits for the first and is then told, however close they are."""
    with scratch.write() as session:
        saved = add(session, name="Choir")

    def edit(who: str, go: Barrier) -> str:
        item = ToSave(draft(name="Choir", summary=who), saved.entry_id, expected_version=1)
        go.wait(timeout=10)
        try:
            with scratch.write() as session:
                save_entry(session, item, by=who, why="At once")
        except EditConflict:
            return "told"
        return "saved"

    go = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(edit, ("One", "Two"), (go, go)))
    assert outcomes == ["saved", "told"]
