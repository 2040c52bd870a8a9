"""Merging two entries and undoing it: what is kept, what leads where, what is refused."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.duplicates.merging import Merged, list_merges, merge_entries, undo_merge
from api.entries.service import Saved
from api.errors import BadInput, EditConflict, NotFound
from api.models import Entry, EntryMerge, Link, OutboxRow, Revision, Source, SourceRow
from tests.conftest import Directory
from tests.factories import add, change, facts

PHONE = {"kind": "phone", "value": "01632 960001"}
MAIL = {"kind": "email", "value": "bank@example.org"}


def merge(session: Session, keep: Saved, other: Saved, **given: Any) -> Merged:
    plain: dict[str, Any] = {"choices": {}, "by": "Curator", "why": "The same timebank"}
    return merge_entries(session, keep_id=keep.entry_id, merge_id=other.entry_id, **(plain | given))


def undo(session: Session, done: Merged) -> None:
    undo_merge(session, done.merge_id, by="Curator", why="A mistake")


def two(session: Session, **other: Any) -> tuple[Saved, Saved]:
    keep = add(session, name="Soham Timebank", kind="timebank", contacts=[PHONE], summary="Hours for hours")
    return keep, add(session, **({"name": "Time Bank Soham", "kind": "timebank"} | other))


def document(session: Session, entry_id: UUID) -> dict[str, Any]:
    rows = select(Revision.document).where(Revision.entry_id == entry_id).order_by(Revision.version.desc())
    found: dict[str, Any] = session.scalars(rows).first() or {}
    return found


def test_the_kept_entry_wins_gaps_are_filled_and_nothing_checked_is_lost(session: Session) -> None:
    check = {"group": "name", "how": "phoned", "by": "Curator", "on": "2026-05-05"}
    written_otherwise = {"kind": "phone", "value": "+44 1632 960001"}
    keep, other = two(
        session,
        summary="Other words",
        description="Long",
        contacts=[written_otherwise, MAIL],
        checks=[check],
        facts=facts("timebank"),
    )
    done = merge(session, keep, other)
    assert (done.entry_id, done.slug, done.version) == (keep.entry_id, "soham-timebank", 2)
    says = document(session, keep.entry_id)
    assert (says["summary"], says["description"]) == ("Hours for hours", "Long")
    assert [one["value"] for one in says["contacts"]] == ["01632 960001", "bank@example.org"]
    assert len(says["checks"]) == 1
    assert says["facts"]["hub"] == "The Pavilion"


def test_each_field_can_be_chosen(session: Session) -> None:
    keep, other = two(session, summary="Other words", needs=["shopping"], contacts=[MAIL], cost="free")
    choices = {"name": "merge", "summary": "merge", "contacts": "keep", "cost": "keep", "needs": "both"}
    merge(session, keep, other, choices=choices)
    says = document(session, keep.entry_id)
    assert (says["name"], says["summary"]) == ("Time Bank Soham", "Other words")
    assert [one["value"] for one in says["contacts"]] == ["01632 960001"]
    assert says["needs"] == ["shopping"]
    assert "cost" not in says


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"colour": "keep"}, "not a field"),
        ({"name": "other"}, "not a choice"),
        ({"name": "both"}, "one of the two"),
        ({"slug": "merge"}, "not a field"),
        ({"place": "keep", "coverage": "keep", "kind": "merge", "facts": "keep"}, "do not fit"),
    ],
)
def test_choices_that_cannot_be_are_refused(session: Session, choices: dict[str, str], words: str) -> None:
    keep = add(session, name="Tea", kind="drop_in", facts=facts("drop_in"))
    other = add(session, name="Tea Bank", kind="timebank", facts=facts("timebank"))
    with pytest.raises(BadInput, match=words):
        merge(session, keep, other, choices=choices)


def test_facts_follow_the_kind(session: Session) -> None:
    keep = add(session, name="Tea", kind="drop_in", facts=facts("drop_in"))
    other = add(session, name="Tea Bank", kind="timebank", facts=facts("timebank"))
    merge(session, keep, other, choices={"kind": "merge"})
    entry = session.get_one(Entry, keep.entry_id)
    session.refresh(entry)
    assert entry.kind == "timebank"
    assert entry.timebank is not None
    assert entry.drop_in is None


def test_a_home_and_a_private_number_stay_private(session: Session) -> None:
    hidden = PHONE | {"public": False, "value": "+44 1632 960001"}
    keep, other = two(session, privacy="street", contacts=[hidden])
    merge(session, keep, other, choices={"place": "merge", "privacy": "keep"})
    says = document(session, keep.entry_id)
    assert says["privacy"] == "street"
    assert [one["public"] for one in says["contacts"]] == [False]


def test_both_histories_stay_and_the_index_hears(session: Session) -> None:
    keep, other = two(session)
    merge(session, keep, other)
    rows = session.execute(select(Revision.entry_id, Revision.version, Revision.made_why)).all()
    told = {(row[0], row[1]): row[2] for row in rows}
    assert told[keep.entry_id, 2] == "Time Bank Soham was merged into this. The same timebank"
    assert told[other.entry_id, 2] == "Merged into Soham Timebank. The same timebank"
    assert (keep.entry_id, 1) in told
    assert (other.entry_id, 1) in told
    outbox = list(session.scalars(select(OutboxRow.entry_id)))
    assert outbox.count(keep.entry_id) == outbox.count(other.entry_id) == 2


def test_a_merge_that_changes_no_words_is_history_too(session: Session) -> None:
    keep, other = add(session, name="Choir"), add(session, name="Choir")
    assert merge(session, keep, other).version == 2


def test_ties_lead_to_the_kept_entry_and_never_to_itself(session: Session) -> None:
    hall = add(session, name="Hall", kind="venue")
    keep, other = two(
        session, links=[{"type": "meets_at", "to": "hall"}, {"type": "partner_of", "to": "soham-timebank"}]
    )
    ties = [{"type": "partner_of", "to": slug} for slug in ("soham-timebank", "time-bank-soham")]
    friend = add(session, name="Friend", links=ties)
    member = add(session, name="Member", links=[{"type": "part_of", "to": "time-bank-soham"}])
    done = merge(session, keep, other)
    links = {(link.from_id, link.type, link.to_id) for link in session.scalars(select(Link))}
    assert links == {
        (keep.entry_id, "meets_at", hall.entry_id),
        (friend.entry_id, "partner_of", keep.entry_id),
        (member.entry_id, "part_of", keep.entry_id),
    }
    # A source that still knows the old address must not fail on its next import.
    again = [{"type": "part_of", "to": "time-bank-soham", "note": "Since May"}]
    change(session, member, name="Member", links=again)
    undo(session, done)
    assert len(session.scalars(select(Link)).all()) == 5


def test_rows_of_a_source_mean_the_kept_entry_from_now_on(session: Session) -> None:
    keep, other = two(session)
    session.add(Source(code="parish", name="Parish"))
    session.flush()
    session.add(
        SourceRow(
            source_code="parish",
            row_key="7",
            entry_id=other.entry_id,
            fingerprint="f",
        )
    )
    session.flush()
    done = merge(session, keep, other)
    assert session.scalars(select(SourceRow.entry_id)).all() == [keep.entry_id]
    undo(session, done)
    assert session.scalars(select(SourceRow.entry_id)).all() == [other.entry_id]


def test_old_addresses_and_the_old_id_lead_to_the_kept_entry(scratch: Directory) -> None:
    with scratch.write() as session:
        keep, other = two(session)
        change(session, other, name="Time Bank Soham", kind="timebank", slug="soham-time-bank")
        third = add(session, name="Soham Bank of Time", kind="timebank")
    with scratch.write() as session:
        done = merge(session, keep, other)
        later = merge(session, third, keep)
    with scratch.client() as client:
        for old in ("soham-time-bank", "time-bank-soham", str(other.entry_id), "soham-timebank"):
            for path in (f"/api/v1/entries/{old}", f"/entries/{old}"):
                reply = client.get(path)
                assert reply.status_code == 308, path
                assert reply.headers["location"].endswith("soham-bank-of-time")
        upper = client.get(f"/api/v1/entries/{str(other.entry_id).upper()}")
        assert upper.headers["location"] == "/api/v1/entries/soham-bank-of-time"
        listed = client.get("/api/v1/entries").json()
        assert [item["slug"] for item in listed["items"]] == ["soham-bank-of-time"]
    with scratch.write() as session:
        undo(session, later)
        undo(session, done)
    with scratch.client() as client:
        for slug in ("soham-time-bank", "soham-timebank", "soham-bank-of-time", str(other.entry_id)):
            assert client.get(f"/api/v1/entries/{slug}").status_code == 200, slug
        assert client.get("/api/v1/entries/time-bank-soham").headers["location"].endswith("soham-time-bank")


def test_what_cannot_be_merged_is_refused_in_words(session: Session) -> None:
    keep, other = two(session)
    hidden = add(session, name="Not yet", stage="draft")
    example = add(session, name="Example", is_example=True)
    with pytest.raises(BadInput, match="into itself"):
        merge(session, keep, keep)
    with pytest.raises(BadInput, match="Not yet is not published"):
        merge(session, keep, hidden)
    with pytest.raises(BadInput, match="example"):
        merge(session, keep, example)
    with pytest.raises(NotFound, match="no entry"):
        merge(session, keep, Saved(UUID(int=7), "none", 1, True))
    merge(session, keep, other)
    with pytest.raises(BadInput, match="Time Bank Soham was merged into Soham Timebank already"):
        merge(session, example, other)


def test_a_merge_of_something_seen_too_long_ago_is_a_conflict_with_both(session: Session) -> None:
    keep, other = two(session)
    change(session, other, name="Time Bank Soham", kind="timebank", summary="New words")
    with pytest.raises(EditConflict, match="Time Bank Soham was saved by someone else") as refusal:
        merge(session, keep, other, keep_version=1, merge_version=1)
    told = refusal.value.problem()
    assert told["status"] == 412
    assert [one["version"] for one in told["current"]] == [1, 2]
    assert told["current"][1]["document"]["summary"] == "New words"
    assert merge(session, keep, other, keep_version=1, merge_version=2).version == 2


def test_what_cannot_be_undone_is_refused_in_words(session: Session) -> None:
    keep, other = two(session)
    third, fourth = add(session, name="Third"), add(session, name="Fourth")
    first = merge(session, keep, other)
    second = merge(session, keep, third)
    with pytest.raises(BadInput, match="Third was merged into Soham Timebank since"):
        undo(session, first)
    last = merge(session, fourth, keep)
    with pytest.raises(BadInput, match="itself merged into Fourth since"):
        undo(session, second)
    for done in (last, second):
        undo(session, done)
    with pytest.raises(BadInput, match="undone already"):
        undo(session, second)
    change(session, keep, name="Soham Timebank", kind="timebank", summary="Edited since")
    with pytest.raises(EditConflict, match="changed since the merge"):
        undo(session, first)
    with pytest.raises(NotFound):
        undo_merge(session, UUID(int=7), by="Curator", why="")
    assert session.get_one(Entry, keep.entry_id).summary == "Edited since"


def test_every_merge_is_listed_with_who_and_why(session: Session) -> None:
    keep, other = two(session)
    done = merge(session, keep, other)
    undo(session, done)
    (listed,) = list_merges(session)
    assert (listed.merge_id, listed.kept, listed.merged) == (
        done.merge_id,
        "Soham Timebank",
        "Time Bank Soham",
    )
    assert "by Curator: The same timebank (undone on" in listed.words
    assert session.get_one(EntryMerge, done.merge_id).undone_why == "A mistake"
