"""Sending: only what differs is kept, nothing live moves, and nothing private can be seen or reached."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from api.errors import BadInput, NotFound
from api.models import Suggestion
from api.suggestions import likely, service
from api.suggestions.schemas import Sender
from tests.api.suggestions.conftest import SETTINGS, Desk
from tests.factories import NOW, SOHAM, add, add_areas, change, square

HOME = {"name": "12 Rose Lane", "address": ["12 Rose Lane"], "town": "Soham", "postcode": "CB7 5HJ",
        "lon": 0.33691, "lat": 52.33361}  # fmt: skip


def test_a_suggestion_touches_nothing_that_is_live(desk: Desk) -> None:
    before = desk.stored()
    face = service.get_public(desk.session, desk.entry.slug).detail
    desk.change(name="Another name", cost="paid", contacts=[])
    desk.report("closed")
    assert desk.stored() == before
    assert service.get_public(desk.session, desk.entry.slug).detail == face


def test_only_what_differs_is_kept(desk: Desk) -> None:
    found = desk.look(desk.change(name="Soham Singers ", summary="We sing, and have tea.", cost="free"))
    assert [(one.field, one.was, one.suggested) for one in found.fields] == [
        ("summary", "We sing.", "We sing, and have tea.")
    ]
    with pytest.raises(BadInput, match="Nothing here is different"):
        desk.change(name="Soham Singers", cost="free")
    note_alone = desk.change(Sender(note="They have moved to the chapel"), cost="free")
    assert desk.look(note_alone).note == "They have moved to the chapel"


@pytest.mark.parametrize("privacy", ["street", "area", "hidden"])
def test_a_private_place_is_in_no_form_and_cannot_be_suggested_about(session: Session, privacy: str) -> None:
    saved = add(session, place=HOME, privacy=privacy, contacts=[{"kind": "phone", "value": "01632 960999",
                "public": False}])  # fmt: skip
    shown = str(service.get_public(session, saved.slug).fields)
    for private in ("Rose Lane", "5HJ", "0.336", "960999"):
        assert private not in shown
    for field in ("place.postcode", "place.name", "place.address"):
        with pytest.raises(BadInput, match="kept private"):
            service.suggest_change(
                session, saved.slug, {field: "CB7 5AA"}, sender=Sender(), settings=SETTINGS, now=NOW
            )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"age_from": 50, "age_to": 20}, "name"),
        ({"age_from": 500}, "age_from"),
        ({"cost": "cheap"}, "cost"),
        ({"sessions": [{"starts_on": "2026-12-01", "rrule": "FREQ=HOURLY"}]}, "sessions"),
        ({"contacts": [{"kind": "pigeon", "value": "coo"}]}, "contacts"),
        ({"name": None}, "name"),
        ({"stage": "archived"}, "stage"),
        ({"state": "closed"}, "state"),
        ({"checks": []}, "checks"),
        ({"privacy": "exact"}, "privacy"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_field(desk: Desk, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        desk.change(**changes)
    assert [one.field for one in refusal.value.errors] == [field]
    assert desk.session.query(Suggestion).count() == 0


def test_hostile_text_is_kept_as_text(desk: Desk) -> None:
    name = "<script>alert(1)</script> ‮dlrow‬ 👵🏽 \x00\ud800" + "x" * 400
    found = desk.look(desk.change(name=name))
    assert found.fields[0].suggested == name.replace("\x00", "").replace("\ud800", "")
    for bad in ("\x00", "\ud800"):
        with pytest.raises(NotFound):
            service.get_status(desk.session, bad)


def test_a_new_entry_is_for_the_curators_of_its_place(desk: Desk) -> None:
    for where in (
        {"place.postcode": "CB7 5HJ"},
        {"place.town": "Soham"},
        {"place.point": {"lon": SOHAM[0], "lat": SOHAM[1], "precision": "exact"}},
        {"coverage": [{"how": "area", "area": "W1"}]},
    ):
        made = desk.new({"name": "A new thing"} | where)
        assert "W1" in desk.session.get_one(Suggestion, made).area_codes, where
        assert desk.look(made).name == "A new thing"
    nowhere = desk.new({"name": "Somewhere else", "place.address": ["Behind the church"]})
    assert desk.session.get_one(Suggestion, nowhere).area_codes == []
    with pytest.raises(NotFound):
        desk.look(nowhere)


def test_longitude_zero_is_a_place(session: Session, tmp_path: Path) -> None:
    add_areas(session, tmp_path, {"M": square(0, 52.3)})
    point = {"lon": 0, "lat": 52.3, "precision": "exact"}
    fields = {"name": "On the line", "place.point": point}
    service.suggest_new(session, fields, sender=Sender(), settings=SETTINGS, now=NOW)
    assert session.query(Suggestion).one().area_codes == ["M"]


def test_likely_duplicates_are_shown_but_tell_nothing_private(session: Session) -> None:
    add(session, name="Soham Welcome Table", place={"town": "Soham", "postcode": "CB7 5HJ"})
    add(session, name="Rosalind's Sitting Service", place=HOME, privacy="hidden")

    def names(name: str, town: str) -> list[str]:
        return [one.name for one in likely.find_likely(session, name=name, town=town)]

    assert names("The Soham Welcome Table", "Soham") == ["Soham Welcome Table"]
    assert names("Something quite different", "Soham") == []
    assert names("Rosalind's Sitting Service", "Soham") == [], "that would tell where a hidden one is"
    assert names("", "Soham") == names("Soham Welcome Table", "") == []


def test_a_curator_is_shown_what_a_new_entry_may_be(desk: Desk) -> None:
    made = desk.new({"name": "Soham Singers", "place.town": "Soham",
                     "contacts": [{"kind": "phone", "value": "01632 960201"}]})  # fmt: skip
    assert [one.name for one in desk.look(made).duplicates] == ["Soham Singers"]


def test_the_status_page_knows_no_private_word(desk: Desk) -> None:
    sender = Sender(email="ann@example.org", note="My neighbour Joan told me")
    made = desk.change(sender, name="A better name", contacts=[{"kind": "phone", "value": "01632 960555"}])
    reference = desk.look(made).reference
    status = service.get_status(desk.session, reference.lower())
    assert status.asked == ["Name", "How to get in touch"]
    words = str(status)
    for private in ("ann@", "Joan", "960555", "A better name", "960999"):
        assert private not in words


def test_taking_it_back_forgets_the_address(desk: Desk) -> None:
    made = desk.change(Sender(email="ann@example.org"), name="A better name")
    reference = desk.look(made).reference
    service.withdraw(desk.session, reference, now=NOW)
    assert service.get_status(desk.session, reference).state == "withdrawn"
    assert desk.session.get_one(Suggestion, made).sender_email is None
    with pytest.raises(BadInput):
        service.withdraw(desk.session, reference, now=NOW)


def test_an_old_address_of_an_entry_still_leads_to_it(desk: Desk) -> None:
    change(desk.session, desk.entry, slug="soham-choir", contacts=[])
    assert desk.look(desk.report("other")).entry.name == "Soham Singers"


def test_a_reference_cannot_be_guessed_from_another(desk: Desk) -> None:
    references = [desk.look(desk.report("other")).reference for _ in range(5)]
    assert len(set(references)) == 5
    assert all(len(one) == 10 and not set(one) & set("AEIOUY") for one in references)
    assert service.read_reference(f" {references[0][:5].lower()}-{references[0][5:]} ") == references[0]


def test_letters_hold_no_typed_word_and_are_few(desk: Desk) -> None:
    sender = Sender(email="victim@example.org", note="BUY PILLS at pills.example")
    for number in range(5):
        desk.new({"name": f"BUY PILLS {number}", "place.town": "Soham"}, sender)
    letters = desk.mails()
    assert len(letters) == 3, "no more than three a day to one address"
    for one in letters:
        assert "PILLS" not in one.subject + one.text + one.html
        assert one.to_address == "victim@example.org"
        assert "https://hereabouts.example/suggestions/" in one.text
    kept = desk.session.query(Suggestion).filter(Suggestion.sender_email.is_not(None)).count()
    assert kept == 3, "nor an outcome to the others"


@pytest.mark.parametrize(
    "email", ["ann", "ann@here", "a b@example.org", "ann@example.org\nBcc: x@example.org"]
)
def test_an_address_that_is_none_is_said(desk: Desk, email: str) -> None:
    with pytest.raises(BadInput) as refusal:
        desk.report("closed", Sender(email=email))
    assert refusal.value.errors[0].field == "email"


def test_addresses_are_forgotten_after_a_quarter(desk: Desk) -> None:
    made = desk.report("other", Sender(email="ann@example.org"))
    assert service.forget_addresses(desk.session, now=NOW + timedelta(days=89)) == 0
    assert service.forget_addresses(desk.session, now=NOW + timedelta(days=91)) == 1
    desk.session.expire_all()
    assert desk.session.get_one(Suggestion, made).sender_email is None
