"""Checked is not updated: fresh until the check is due, due for six months more, then stale."""

from datetime import date

import pytest

from api.entries.freshness import freshness
from tests.conftest import Directory
from tests.factories import add, change

CHECKED = date(2025, 8, 31)


@pytest.mark.parametrize(
    ("kind", "today", "wanted"),
    [
        ("drop_in", date(2025, 8, 31), "fresh"),
        ("drop_in", date(2026, 8, 30), "fresh"),
        ("drop_in", date(2026, 8, 31), "due"),
        ("drop_in", date(2027, 2, 27), "due"),
        ("drop_in", date(2027, 2, 28), "stale"),
        # People move on fastest in mutual aid: checked twice as often.
        ("mutual_aid", date(2026, 2, 27), "fresh"),
        ("mutual_aid", date(2026, 2, 28), "due"),
        ("mutual_aid", date(2026, 8, 27), "due"),
        ("mutual_aid", date(2026, 8, 31), "stale"),
    ],
)
def test_the_days_it_turns(kind: str, today: date, wanted: str) -> None:
    assert freshness(CHECKED, kind=kind, today=today) == wanted
    assert freshness(CHECKED.isoformat(), kind=kind, today=today) == wanted


def test_never_checked_is_said_so() -> None:
    assert freshness(None, kind="drop_in", today=CHECKED) == "unchecked"


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
