"""Checked is not updated: fresh until the check is due, due for six months more, then stale."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.entries.freshness import freshness
from tests.conftest import Directory
from tests.factories import add, change

CHECKED = date(2025, 8, 31)


@pytest.mark.parametrize(
    ("due_on", "today", "wanted"),
    [
        (date(2026, 8, 31), date(2025, 8, 31), "fresh"),
        (date(2026, 8, 31), date(2026, 8, 30), "fresh"),
        (date(2026, 8, 31), date(2026, 8, 31), "due"),
        (date(2026, 8, 31), date(2027, 2, 27), "due"),
        (date(2026, 8, 31), date(2027, 2, 28), "stale"),
    ],
)
def test_the_days_it_turns(due_on: date, today: date, wanted: str) -> None:
    assert freshness(due_on, today=today) == wanted
    assert freshness(due_on.isoformat(), today=today) == wanted


def test_never_checked_is_said_so() -> None:
    assert freshness(None, today=CHECKED) == "unchecked"


# People move on fastest in mutual aid: checked twice as often. A month without a 31st ends earlier.
@pytest.mark.parametrize(("kind", "due_on"), [("drop_in", "2026-08-31"), ("mutual_aid", "2026-02-28")])
def test_each_kind_is_due_in_its_time(session: Session, kind: str, due_on: str) -> None:
    checks = [{"group": "name", "how": "phoned", "by": "Community connector", "on": CHECKED.isoformat()}]
    saved = add(session, name="Neighbours", kind=kind, checks=checks)
    wanted = text("SELECT due_on FROM face.entries WHERE id = :id")
    assert session.scalar(wanted, {"id": saved.entry_id}) == date.fromisoformat(due_on)


def test_an_update_is_no_check(scratch: Directory) -> None:
    check = {"how": "phoned", "by": "Community connector"}
    checks = [check | {"group": "name", "on": "2020-05-01"}, check | {"group": "times", "on": "2020-06-01"}]
    with scratch.write() as session:
        saved = add(session, name="Choir", checks=checks)
        change(session, saved, name="Choir", summary="Changed today", checks=checks)
    with scratch.client() as client:
        entry = client.get("/api/v1/entries/choir").json()
        listed = client.get("/api/v1/entries").json()["items"][0]
    assert (entry["checked_on"], entry["freshness"]) == ("2020-06-01", "stale")
    assert (listed["checked_on"], listed["freshness"]) == ("2020-06-01", "stale")
    assert [(one["group"], one["on"]) for one in entry["checks"]] == [
        ("times", "2020-06-01"),
        ("name", "2020-05-01"),
    ]
