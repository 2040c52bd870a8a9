"""The rules on the labelled pairs, and the few that must never break."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.duplicates.rules import LIKELY, compare
from api.duplicates.schemas import Signs
from tests.api.duplicates.labelled import judge, make_signs, place_names, read_pairs

HALL = [0.3369, 52.3336]


def test_there_are_enough_pairs_of_both_kinds_and_a_fifth_is_held_out() -> None:
    pairs = read_pairs()
    assert len(pairs) >= 400
    assert 150 < sum(pair.same for pair in pairs) < 250
    assert 0.17 < sum(pair.held_out for pair in pairs) / len(pairs) < 0.22
    assert len({pair.family for pair in pairs}) >= 20


@pytest.mark.parametrize("held_out", [None, True, False], ids=["all", "held out", "looked at"])
def test_the_labelled_pairs_are_judged_as_a_curator_would(held_out: bool | None) -> None:
    figures = judge([pair for pair in read_pairs() if held_out in (None, pair.held_out)])
    assert figures.precision >= 0.95, figures
    assert figures.recall >= 0.90, figures


def test_a_village_hall_hosts_nine_things() -> None:
    names = (
        "Pilates",
        "Bell Ringers",
        "Bingo",
        "Youth Theatre",
        "Quilters",
        "Karate",
        "Bridge",
        "Choir",
        "Art",
    )
    nine = [make_signs({"name": name, "kind": "group", "town": "Soham", "at": HALL}) for name in names]
    for one in nine:
        assert [other.name for other in nine if other is not one and compare(one, other).score > 0] == []


def test_sharing_the_halls_phone_and_page_as_well_does_not_make_them_one() -> None:
    shared = {"town": "Soham", "at": HALL, "kind": "group", "phone": "01632 960001"}
    page = {"web": "https://hall.example.org", "email": "hall@example.org", "org": "Hall Trust"}
    one = make_signs({"name": "Bell Ringers", **shared, **page})
    other = make_signs({"name": "Quilters", **shared, **page})
    assert compare(one, other).score < LIKELY


def test_the_reasons_are_words_a_person_can_follow() -> None:
    one = {"name": "Soham Timebank", "kind": "timebank", "town": "Soham", "at": HALL, "org": "Clay Street"}
    phone = {"phone": "01632 960001", "web": "http://www.bank.example.org/", "sessions": ["WE 10:00"]}
    other = {"phone": "+44 1632 960001", "web": "https://bank.example.org", "sessions": ["WE 10:00"]}
    verdict = compare(make_signs(one | phone), make_signs(one | other | {"name": "Time Bank Soham"}))
    assert verdict.score > 0.95
    assert set(verdict.speaks_for) >= {
        "the same name: “Soham Timebank” and “Time Bank Soham”",
        "same phone number",
        "same web address",
        "same organisation",
        "10 m apart",
        "same day and time: Wednesday 10:00",
        "both in Soham",
    }
    assert verdict.speaks_against == []


def test_a_chain_is_told_by_the_villages_in_its_names() -> None:
    branch = {"kind": "drop_in", "org": "Age UK", "phone": "01632 960001", "web": "https://age.example.org"}
    ely = make_signs({"name": "Age UK Ely", "town": "Ely", "at": [0.2626, 52.3981], **branch})
    march = make_signs({"name": "Age UK March", "town": "March", "at": [0.088, 52.551], **branch})
    verdict = compare(ely, march)
    assert verdict.score < 0.2
    assert verdict.speaks_against[0] == "different villages in their names: Ely and March"


def test_a_private_phone_is_evidence_and_is_never_written_out() -> None:
    given = {"kind": "micro_enterprise", "town": "Soham", "at": HALL, "phone": "07700 900123"}
    one = make_signs({"name": "Meadow Companions", "private": True, "at_home": True, **given})
    other = make_signs({"name": "Meadow Companion Care", **given})
    verdict = compare(one, other)
    assert "same private phone number" in verdict.speaks_for
    said = " ".join([*verdict.speaks_for, *verdict.speaks_against])
    assert "900123" not in said.replace(" ", "")
    # A distance from a home would give the home away.
    assert " m apart" not in said
    assert "close to each other" in verdict.speaks_for


def test_two_points_of_a_village_say_nothing_of_how_near_two_things_are() -> None:
    given = {"kind": "mutual_aid", "town": "Soham", "at": HALL}
    one, other = (make_signs({"name": name, **given}) for name in ("Soham Aid", "Soham Mutual Aid"))
    rough = [replace(side, precision="place") for side in (one, other)]
    assert "close" in compare(one, other).codes
    assert "close" not in compare(*rough).codes


def test_an_example_is_never_a_real_entry() -> None:
    one = make_signs({"name": "Soham Timebank", "kind": "timebank", "phone": "01632 960001"})
    assert compare(one, one).score > LIKELY
    assert compare(one, replace(one, is_example=True)).score == 0


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_order_of_the_two_makes_no_difference(data: st.DataObject) -> None:
    every = [side for pair in read_pairs() for side in (pair.one, pair.other)]
    one, other = data.draw(st.sampled_from(every)), data.draw(st.sampled_from(every))
    there, back = compare(one, other), compare(other, one)
    assert there == back
    assert 0 <= there.score <= 1


def test_two_of_one_name_are_told_in_one_order() -> None:
    one, other = (
        make_signs({"name": "Ukulele Beginners", "kind": "group", "town": town, "phone": "01632 960001"})
        for town in ("Soham", "Littleport")
    )
    assert "one in Littleport, one in Soham" in [reason.words for reason in compare(one, other).reasons]
    assert compare(one, other) == compare(other, one)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_name_can_be_compared(one: str, other: str) -> None:
    def named(name: str) -> Signs:
        return make_signs({"name": name, "kind": "group", "town": "Ely", "phone": "01632 960001"})

    assert place_names()
    assert compare(named(one), named(one)).score >= LIKELY
    assert 0 <= compare(named(one), named(other)).score <= 1
