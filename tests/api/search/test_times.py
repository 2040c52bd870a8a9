"""Open at a time, on a day: what has sessions then, and what may have, counted apart."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.factories import add

MORNING = {"starts_at": "10:00", "ends_at": "12:00"}
WEEKLY = {"rrule": "FREQ=WEEKLY;BYDAY=WE", "starts_on": "2026-01-07"}
SESSIONS: dict[str, list[dict[str, Any]]] = {
    "wednesdays": [WEEKLY | MORNING],
    "not-at-christmas": [WEEKLY | MORNING | {"not_on": ["2026-12-23"]}],
    "second-tuesday": [{"rrule": "FREQ=MONTHLY;BYDAY=2TU", "starts_on": "2026-01-13"} | MORNING],
    "hours-unknown": [WEEKLY],
    "end-unknown": [WEEKLY | {"starts_at": "10:00"}],
    "no-sessions": [],
    "phone-only": [WEEKLY | MORNING | {"purpose": "phone"}],
    "over": [WEEKLY | MORNING | {"rrule": "FREQ=WEEKLY;BYDAY=WE;UNTIL=20260601"}],
    "once": [{"starts_on": "2026-12-09"} | MORNING],
    "weekend": [{"rrule": "FREQ=WEEKLY;BYDAY=SA,SU", "starts_on": "2026-01-03"} | MORNING],
    "paused": [WEEKLY | MORNING],
    "also-a-friday": [
        {"rrule": "FREQ=WEEKLY;BYDAY=TH", "starts_on": "2026-01-08", "also_on": ["2099-01-02"]} | MORNING
    ],
}


@pytest.fixture(scope="module")
def visitor(shared_scratch: Directory) -> Iterator[TestClient]:
    with shared_scratch.write() as session:
        for slug, sessions in SESSIONS.items():
            state = "paused" if slug == "paused" else "running"
            add(session, slug=slug, name=f"Entry {slug}", sessions=sessions, state=state)
    with shared_scratch.client() as client:
        yield client


def found(visitor: TestClient, **params: Any) -> tuple[set[str], dict[str, Any]]:
    reply = visitor.get("/api/v1/entries", params=params)
    assert reply.status_code == 200, reply.text
    body = reply.json()
    return {item["slug"] for item in body["items"]}, body


@pytest.mark.parametrize(
    ("at", "wanted", "unknown"),
    [
        ("2026-12-02T10:30", {"wednesdays", "not-at-christmas"}, 4),
        ("2026-12-02T10:00", {"wednesdays", "not-at-christmas"}, 4),
        ("2026-12-02T12:00", set(), 4),
        ("2026-12-02T09:00", set(), 3),  # what starts at ten is not open at nine, whenever it ends
        ("2026-12-23T11:00", {"wednesdays"}, 4),
        ("2026-12-08T11:00", {"second-tuesday"}, 2),
        ("2026-12-15T11:00", set(), 2),
        ("2026-12-09T11:00", {"wednesdays", "not-at-christmas", "once"}, 4),
        ("2026-12-06T11:00", {"weekend"}, 2),
        # The same wall time in summer, when the clocks are another hour on.
        ("2026-07-22T11:30", {"wednesdays", "not-at-christmas"}, 4),
    ],
)
def test_open_at_a_time(visitor: TestClient, at: str, wanted: set[str], unknown: int) -> None:
    slugs, body = found(visitor, at=at)
    assert slugs == wanted
    assert {item["open"] for item in body["items"]} <= {"open"}
    assert body["times_unknown"] == unknown


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("wed", {"wednesdays", "not-at-christmas", "hours-unknown", "end-unknown", "paused"}),
        ("tue", {"second-tuesday"}),
        ("sun", {"weekend"}),
        ("thu", {"also-a-friday"}),
        ("fri", {"also-a-friday"}),
        ("mon", set()),
    ],
)
def test_has_a_session_on_a_day(visitor: TestClient, day: str, wanted: set[str]) -> None:
    slugs, _ = found(visitor, day=day)
    assert slugs - {"once"} == wanted


def test_the_counts_follow_the_time(visitor: TestClient) -> None:
    _, body = found(visitor, at="2026-12-02T10:30")
    assert body["facets"]["kind"] == {"group": body["total"]}
