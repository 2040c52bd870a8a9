"""Deciding: all, some, edited, refused, undone; stale bases are asked about; others' areas are unknown."""

import pytest

from api.duplicates.merging import merge_entries
from api.errors import BadInput, EditConflict, NotFound
from api.models import Mail, Revision, Suggestion
from api.suggestions import deciding, listing, service
from api.suggestions.schemas import Sender
from tests.api.suggestions.conftest import CONTACTS, Desk
from tests.factories import NOW, add, change
from tests.people import make_actor

THREE = {"name": "Soham Community Choir", "summary": "We sing together.", "cost": "donation"}


def test_two_of_three_fields_are_taken(desk: Desk) -> None:
    made = desk.change(**THREE)
    done = desk.accept(made, "name", "cost")
    assert done.state == "part_accepted"
    draft = desk.stored().draft
    assert (draft.name, draft.summary, draft.cost) == ("Soham Community Choir", "We sing.", "donation")
    face = service.get_public(desk.session, desk.entry.slug).detail
    assert (face["name"], face["summary"]) == ("Soham Community Choir", "We sing.")
    status = service.get_status(desk.session, done.reference)
    assert status.state == "part_accepted"
    assert status.taken == ["Name", "Cost"]
    newest = desk.session.query(Revision).filter_by(version=desk.stored().version).one()
    assert newest.made_by == "Curator"
    assert done.reference not in newest.made_why


def test_the_curators_own_words_win(desk: Desk) -> None:
    made = desk.change(name="soham community CHOIR", cost="paid")
    desk.accept(made, edited={"name": "Soham Community Choir"})
    assert desk.stored().draft.name == "Soham Community Choir"
    assert desk.stored().draft.cost == "paid"


def test_contacts_that_are_not_public_stay(desk: Desk) -> None:
    made = desk.change(contacts=[{"kind": "phone", "value": "01632 960202"}])
    shown = desk.look(made).fields[0]
    assert "960999" not in str((shown.was, shown.now, shown.suggested))
    desk.accept(made)
    kept = [(one.value, one.public) for one in desk.stored().draft.contacts]
    assert kept == [("01632 960202", True), ("01632 960999", False)]
    everything_gone = desk.change(contacts=None)
    desk.accept(everything_gone)
    assert [one.value for one in desk.stored().draft.contacts] == ["01632 960999"]


def test_a_field_that_moved_meanwhile_is_asked_about(desk: Desk) -> None:
    made = desk.change(**THREE)
    change(desk.session, desk.entry, contacts=CONTACTS, cost="paid", summary="We sing.")
    cost = next(one for one in desk.look(made).fields if one.field == "cost")
    assert (cost.was, cost.now, cost.suggested, cost.has_moved) == ("free", "paid", "donation", True)
    with pytest.raises(EditConflict, match="Cost"):
        desk.accept(made)
    assert desk.stored().draft.cost == "paid"
    desk.accept(made, "name", "cost")
    assert desk.stored().draft.cost == "donation", "named, it is taken"


def test_deciding_on_what_one_did_not_see_is_refused(desk: Desk) -> None:
    made = desk.change(cost="paid")
    seen = desk.look(made).version
    change(desk.session, desk.entry, contacts=CONTACTS, cost="free", summary="We all sing.")
    with pytest.raises(EditConflict, match="while you read this"):
        desk.accept(made, "cost", seen_version=seen)


def test_it_is_decided_once(desk: Desk) -> None:
    made = desk.change(cost="paid")
    desk.accept(made)
    for again in (desk.accept, desk.refuse):
        with pytest.raises(EditConflict):
            again(made)


def test_undo_puts_the_exact_earlier_state_back(desk: Desk) -> None:
    before = desk.stored()
    made = desk.change(**THREE, contacts=[], place__postcode="CB7 5AA", access__toilet=True)
    desk.accept(made)
    assert desk.stored().document != before.document
    assert desk.undo(made).state == "waiting"
    assert desk.stored().document == before.document
    assert desk.stored().version == before.version + 2
    assert desk.accept(made).state == "accepted", "and it can be decided again"


def test_undo_after_another_change_is_refused(desk: Desk) -> None:
    made = desk.change(cost="paid")
    assert desk.accept(made).can_undo
    change(desk.session, desk.entry, name="Soham Voices")
    assert not desk.look(made).can_undo
    with pytest.raises(EditConflict):
        desk.undo(made)
    assert desk.stored().draft.name == "Soham Voices"


def test_another_postcode_is_looked_up_again(desk: Desk) -> None:
    made = desk.change(place__postcode="CB7 5AA")
    desk.accept(made)
    place = desk.stored().draft.place
    assert place
    assert (place.postcode, place.lon) == ("CB7 5AA", None)
    assert service.get_public(desk.session, desk.entry.slug).detail["point"] is not None


def test_a_new_one_becomes_an_entry_that_nobody_has_checked(desk: Desk) -> None:
    made = desk.new({"kind": "drop_in", "name": "Soham Knit and Natter", "place.town": "Soham"})
    done = desk.accept(made)
    assert done.result
    face = service.get_public(desk.session, done.result.slug or "").detail
    assert (face["name"], face["kind"]) == ("Soham Knit and Natter", "drop_in")
    assert face["source"]["name"] == "Suggested by a visitor"
    assert face["checks"] == []
    desk.undo(made)
    with pytest.raises(NotFound):
        service.get_public(desk.session, done.result.slug or "")


def test_a_new_one_without_a_place_asks_for_one(desk: Desk) -> None:
    everywhere = make_actor(desk.session, "curator")
    made = desk.new({"name": "Somewhere"})
    with pytest.raises(BadInput, match="needs a place"):
        desk.accept(made, actor=everywhere)
    assert desk.look(made, everywhere).state == "waiting"


def test_closed_closes_and_anything_else_is_dealt_with(desk: Desk) -> None:
    other = desk.report("wrong_time")
    version = desk.stored().version
    assert desk.accept(other).state == "accepted"
    assert desk.stored().version == version
    closed = desk.report("closed")
    desk.accept(closed)
    assert desk.stored().draft.state == "closed"
    desk.undo(closed)
    assert desk.stored().draft.state == "running"


def test_the_outcome_is_mailed_once_without_typed_words(desk: Desk) -> None:
    made = desk.change(
        Sender(email="ann@example.org", note="Joan said so"), name="Typed <b>name</b>", cost="paid"
    )
    desk.accept(made, "cost", why="Thank you, we rang them.")
    receipt, outcome = desk.mails()
    assert outcome.to_address == "ann@example.org"
    assert "put in part of it" in outcome.text
    assert "Soham Singers" in outcome.text
    for words in ("Typed", "Joan", "we rang them"):
        assert words not in receipt.text + outcome.text + outcome.html
    outcome.sent_at = NOW
    desk.session.flush()
    assert service.forget_addresses(desk.session, now=NOW) == 1
    desk.session.expire_all()
    desk.undo(made)
    desk.accept(made)
    assert len(desk.mails()) == 2


def test_an_outcome_that_was_undone_in_time_is_not_sent(desk: Desk) -> None:
    made = desk.change(Sender(email="ann@example.org"), cost="paid")
    desk.refuse(made)
    desk.undo(made)
    assert len(desk.mails()) == 1
    desk.accept(made)
    assert "put it in" in desk.mails()[1].text


def test_nobody_is_written_to_about_an_example(desk: Desk) -> None:
    change(desk.session, desk.entry, is_example=True)
    made = desk.change(Sender(email="ann@example.org"), cost="paid")
    desk.refuse(made)
    assert {one.held for one in desk.session.query(Mail)} == {"an example"}


def test_outside_ones_areas_there_is_no_such_suggestion(desk: Desk) -> None:
    made = desk.change(cost="paid")
    elsewhere = make_actor(desk.session, "curator", area="W2")
    navigator = make_actor(desk.session, "navigator", area="W1")
    for actor in (elsewhere, navigator):
        with pytest.raises(NotFound):
            desk.look(made, actor)
        with pytest.raises(NotFound):
            desk.accept(made, actor=actor)
        with pytest.raises(NotFound):
            deciding.undo(desk.session, actor, made)
    assert listing.list_suggestions(desk.session, elsewhere).total == 0
    assert listing.list_suggestions(desk.session, desk.curator).total == 1
    assert desk.session.get_one(Suggestion, made).state == "waiting"


def test_it_follows_an_entry_that_was_merged(desk: Desk) -> None:
    made = desk.change(cost="paid")
    kept = add(desk.session, name="Soham Singers and Friends", cost="free")
    both = {"keep_id": kept.entry_id, "merge_id": desk.entry.entry_id}
    merge_entries(desk.session, **both, choices={}, by="Curator", why="One thing")
    view = desk.look(made)
    assert view.entry
    assert view.entry.slug == kept.slug
    desk.accept(made)
    assert service.get_public(desk.session, kept.slug).detail["cost"] == "paid"
    status = service.get_status(desk.session, view.reference)
    assert status.entry
    assert status.entry.slug == kept.slug


def test_what_waits_longest_comes_first(desk: Desk) -> None:
    first, second = desk.report("closed"), desk.change(cost="paid")
    desk.session.get_one(Suggestion, second).made_at = NOW.replace(year=2025)
    desk.session.flush()
    listed = listing.list_suggestions(desk.session, desk.curator)
    assert [one.id for one in listed.items] == [second, first]
    desk.refuse(first)
    assert listing.list_suggestions(desk.session, desk.curator).total == 1
    assert listing.list_suggestions(desk.session, desk.curator, waiting=False).total == 1


def test_refusing_needs_a_reason_that_the_sender_reads(desk: Desk) -> None:
    made = desk.change(cost="paid")
    with pytest.raises(BadInput):
        desk.refuse(made, "  ")
    done = desk.refuse(made, "It is still free: we rang them.")
    assert service.get_status(desk.session, done.reference).answer == "It is still free: we rang them."
