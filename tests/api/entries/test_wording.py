"""Every difference of two versions can be read aloud: plain words, no code, no name of a column."""

from typing import Any

import pytest

from api.entries.differences import Change, flatten
from api.entries.schemas import EntryDraft
from api.entries.service import as_document
from api.entries.wording import area_codes, capital, field_words, value_lines, value_words
from tests.factories import facts

PHONE = {"kind": "phone", "value": "01353 555 012"}
CHOIR = {"rrule": "FREQ=WEEKLY;BYDAY=WE", "starts_on": "2026-11-25", "starts_at": "10:00", "ends_at": "12:00"}
SHAPE = {"type": "Polygon", "coordinates": [[[0, 52], [0.1, 52], [0.1, 52.1], [0, 52]]]}


@pytest.mark.parametrize(
    ("field", "old", "new", "said"),
    [
        ("contacts", [PHONE], [PHONE | {"value": "01353 555 013"}],
         "contacts: telephone 01353 555 012 → telephone 01353 555 013"),
        ("contacts", None, [{"kind": "email", "value": "a@example.org", "label": "Office", "public": False}],
         "contacts: nothing → e-mail a@example.org (Office; not shown to the public)"),
        ("sessions", [CHOIR], [CHOIR | {"not_on": ["2026-12-23"], "label": "Choir", "note": "Bring a cup"}],
         "times: Every Wednesday, 10am to 12 noon → "
         "Choir: Every Wednesday, 10am to 12 noon (not on 23 December 2026; Bring a cup)"),
        ("sessions", [CHOIR], [CHOIR | {"starts_on": "2026-12-02"}],
         "times: Every Wednesday, 10am to 12 noon (from 25 November 2026) → "
         "Every Wednesday, 10am to 12 noon (from 2 December 2026)"),
        ("links", [], [{"type": "meets_at", "to": "ely-library", "note": "First floor"}],
         "ties to other entries: nothing → meets at ely library (First floor)"),
        ("checks", [], [{"group": "times", "how": "phoned", "by": "Connector", "on": "2026-10-02"}],
         "checks: nothing → times checked by phone on 2 October 2026, Connector"),
        ("cost", "free", "paid", "cost: free → there is a charge"),
        ("delivery", ["phone"], ["home_visit"], "how it is given: by phone → in your home"),
        ("needs", ["getting_about"], ["getting_about", "loneliness"],
         "what it helps with: nothing → loneliness"),
        ("languages", ["en"], ["en", "pl"], "languages: nothing → Polish"),
        ("privacy", "street", "hidden", "how much of the place is shown: about where it is → nothing of it"),
        ("coverage", [{"how": "area", "area": "E05"}], [{"how": "radius", "radius_m": 2500}],
         "area it serves: the area E05 → within 2.5 km of the place"),
        ("coverage", [{"how": "shape", "shape": SHAPE}], [{"how": "shape", "shape": {**SHAPE, "bbox": []}}],
         "area it serves: drawn on the map → drawn on the map (changed)"),
        ("access", {"step_free": True, "toilet": True}, {"step_free": True, "toilet": False},
         "getting in: accessible toilet: yes → accessible toilet: no"),
        ("place.access", None, {"step_free": True}, "getting into the place: nothing → step-free: yes"),
        ("place.point", None, {"lon": 0.0, "lat": 52.3341, "precision": "postcode"},
         "point on the map: nothing → 52.33410, 0.00000 (known by its postcode)"),
        ("facts.fare_amount", "3.50", "0.45", "fare: £3.50 → 45p"),
        ("facts.dbs_month", None, "2026-03", "month of the newest DBS check: nothing → March 2026"),
        ("facts.booking", {"booking_type": 1}, {"booking_type": 2, "prior_notice_last_day": 3},
         "booking: notice: book on the day → notice: book on an earlier day; days before: 3"),
        ("facts.professionals", [], [{"who": "Nurse", "when": "First Monday"}],
         "who else you can meet there: nothing → Nurse: First Monday"),
        ("paused_until", None, "2026-12-01", "paused until: nothing → 1 December 2026"),
        ("audiences", ["a", "b"], ["b", "a"], "audiences: in one order → in another order"),
        ("everywhere", False, True, "for everyone, wherever they live: no → yes"),
    ],
)  # fmt: skip
def test_a_difference_is_said_as_a_person_would(field: str, old: Any, new: Any, said: str) -> None:
    assert Change(field, old, new).words == said


def test_of_two_long_texts_the_part_is_shown_where_they_differ() -> None:
    same = "Come for tea and a chat with your neighbours in the warm room of the hall. " * 5
    old, new = Change("description", f"{same}Closed in August.", f"{same}Open in August.").sides()
    assert (old[-17:], new[-15:]) == ("Closed in August.", "Open in August.")
    assert max(len(old), len(new)) < 120


def test_an_area_is_named_where_its_name_is_known() -> None:
    served = [{"how": "area", "area": "E07000009"}]
    names = {"E07000009": "East Cambridgeshire"}
    assert value_words("coverage", served, areas=names) == "East Cambridgeshire"
    assert area_codes("coverage", served, None) == {"E07000009"}
    assert area_codes("needs", ["loneliness"]) == set()


@pytest.mark.parametrize("kind", ["timebank", "mutual_aid", "drop_in", "micro_enterprise", "transport"])
def test_no_fact_of_any_kind_shows_how_we_store_it(kind: str) -> None:
    draft = EntryDraft.model_validate(
        {"kind": kind, "name": "A name", "place": {"town": "Ely"}, "facts": facts(kind)}
    )
    flat = flatten(as_document(draft))
    said = [
        f"{field_words(field)}: {line}" for field, value in flat.items() for line in value_lines(field, value)
    ]
    assert len(said) > 3
    for line in said:
        assert not set("{}[]_") & set(line), line


def test_names_of_fields_keep_their_own_capitals() -> None:
    assert capital(field_words("facts.cqc_registration")) == "CQC registration"
    assert capital(field_words("facts.dbs_month")) == "Month of the newest DBS check"
