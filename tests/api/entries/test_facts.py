"""Facts of the five first-class kinds: kept whole, shown whole, and guarded by the database itself."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.factories import FACTS, add, change, facts


def shown_facts(session: Session, slug: str) -> dict[str, Any]:
    detail = session.execute(text("SELECT detail FROM face.entries WHERE slug = :slug"), {"slug": slug})
    found: dict[str, Any] = json.loads(detail.scalar_one())["facts"]
    return found


@pytest.mark.parametrize("kind", FACTS)
def test_every_fact_comes_back_as_it_was_given(session: Session, kind: str) -> None:
    saved = add(session, kind=kind, name="One", facts=facts(kind))
    shown = shown_facts(session, saved.slug)
    for name, given in FACTS[kind].items():
        if name.startswith(("price", "fare_amount")):
            assert float(shown[name]) == float(given)
        elif isinstance(given, dict):
            assert given.items() <= shown[name].items()
        else:
            assert shown[name] == given


@pytest.mark.parametrize("kind", FACTS)
def test_facts_can_be_changed_and_taken_away(session: Session, kind: str) -> None:
    saved = add(session, kind=kind, name="One", facts=facts(kind))
    bare = {"kind": kind} | ({"scheme": "minibus"} if kind == "transport" else {})
    change(session, saved, kind=kind, name="One", facts=bare)
    left = {name for name, value in shown_facts(session, saved.slug).items() if value not in (None, [])}
    assert left == ({"scheme"} if kind == "transport" else set())
    change(session, saved, kind=kind, name="One")
    assert shown_facts(session, saved.slug) == {}


@pytest.mark.parametrize("given", [None, True, False])
def test_unknown_is_neither_yes_nor_no(session: Session, given: bool | None) -> None:
    chosen = {} if given is None else {"wheelchair_access": given}
    bus = {"kind": "transport", "scheme": "minibus", **chosen}
    saved = add(session, kind="transport", name="Bus", facts=bus)
    assert shown_facts(session, saved.slug)["wheelchair_access"] is given
    body = text("SELECT body FROM face.entries WHERE slug = :slug")
    words = session.execute(body, {"slug": saved.slug}).scalar_one()
    assert ("takes wheelchairs" in words) == (given is True)


def refuse(session: Session, statement: str, **values: Any) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(statement), values)


@pytest.mark.parametrize("kind", ["drop_in", "transport"])
def test_a_drop_in_cannot_have_a_fare(session: Session, kind: str) -> None:
    """Not even by a hand in the database: `kind` is the row's own claim about the entry's kind."""
    saved = add(session, kind="drop_in", name="Tea")
    insert = "INSERT INTO directory.transport_facts (entry_id, kind, scheme) VALUES (:id, :kind, 'minibus')"
    refuse(session, insert, id=saved.entry_id, kind=kind)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("transport", "fare_type = 'free', fare_amount = 2"),
        ("transport", "fare_amount = -1"),
        ("transport", "scheme = 'rocket'"),
        ("transport", "booking = jsonb_build_object('booking_type', 7)"),
        ("micro_enterprise", "price_hour_from = 20, price_hour_to = 10"),
        ("micro_enterprise", "hours_free_week = 200"),
        ("micro_enterprise", "dbs_month = '2026-13'"),
        ("micro_enterprise", "personal_care = false"),
        ("drop_in", "capacity = 0"),
        ("drop_in", "booking = 'maybe'"),
        ("mutual_aid", "scale = 'county'"),
        ("mutual_aid", "balance = 'odd'"),
        ("timebank", "kind = 'drop_in'"),
    ],
)
def test_the_database_refuses_facts_that_cannot_be(session: Session, kind: str, wrong: str) -> None:
    add(session, kind=kind, name="One", facts=facts(kind))
    refuse(session, f"UPDATE directory.{kind}_facts SET {wrong}")


@pytest.mark.parametrize(
    "wrong",
    [
        "kind = 'pub'",
        "privacy = 'secret'",
        "cost = 'cheap'",
        "state = 'sleeping'",
        "stage = 'live'",
        "slug = 'Has Spaces'",
        "age_from = -1",
        "age_from = 50, age_to = 40",
        """access = '{"lift": true}'""",
    ],
)
def test_the_database_refuses_an_entry_that_cannot_be(session: Session, wrong: str) -> None:
    add(session, name="One")
    refuse(session, f"UPDATE directory.entry SET {wrong}")


def test_a_point_has_a_precision_and_no_point_has_none(session: Session) -> None:
    add(session, name="One")
    refuse(session, "UPDATE directory.place SET precision = NULL")
    refuse(session, "UPDATE directory.place SET point = NULL")
    refuse(session, "UPDATE face.entries SET lon = NULL")
