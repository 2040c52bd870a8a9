"""When it happens: rules, next dates, clock changes, open or closed or unknown, and words for all that."""

from datetime import date, datetime, time, timedelta
from json import loads
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.entries.schemas import SessionDraft
from api.entries.service import next_times
from api.entries.sessions import (
    RuleError,
    describe_session,
    describe_time,
    is_open,
    next_occurrences,
    normalise_session,
)
from tests.factories import LONDON, add

WEDNESDAYS = {"purpose": "session", "rrule": "FREQ=WEEKLY;BYDAY=WE", "starts_on": "2024-01-03"}
TEN_TO_NOON = {"starts_at": "10:00", "ends_at": "12:00"}


def london(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=LONDON)


# --- Every rule we keep, against dateutil and against PostgreSQL -------------------------------------------

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FIRST, LAST = date(2019, 12, 1), date(2029, 3, 31)
HORIZON = timedelta(days=700)
dates = st.dates(FIRST, date(2028, 12, 31))


@st.composite
def rules(draw: st.DrawFn) -> str | None:
    freq = draw(st.sampled_from(["once", "DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY"]))
    if freq == "once":
        return None
    parts = [f"FREQ={freq}"]
    if freq != "DAILY":
        parts.append(f"INTERVAL={draw(st.sampled_from([1, 1, 2, 3, 4, 5]))}")
        days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True))
        nth = st.sampled_from(["1", "2", "+3", "4", "5", "-1"])
        parts.append("BYDAY=" + ",".join((draw(nth) if freq == "MONTHLY" else "") + day for day in days))
    ending = draw(st.sampled_from(["none", "none", "until", "count"]))
    if ending == "until":
        parts.append(f"UNTIL={draw(dates):%Y%m%d}")
    if ending == "count":
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    return ";".join(parts)


@st.composite
def session_drafts(draw: st.DrawFn) -> SessionDraft:
    starts_on = draw(dates)
    near = st.dates(starts_on, min(LAST, starts_on + timedelta(days=90)))
    few = st.lists(near, max_size=3, unique=True)
    return SessionDraft(rrule=draw(rules()), starts_on=starts_on, not_on=draw(few), also_on=draw(few))


def dates_by_dateutil(session: SessionDraft) -> list[date]:
    """The dates as RFC 5545 has them, from the rule as it was written, before we changed a letter."""
    if session.rrule is None:
        regular = [session.starts_on]
    else:
        start = datetime.combine(session.starts_on, time())
        rule = rrulestr(session.rrule, dtstart=start)
        regular = [one.date() for one in rule.between(start, datetime.combine(LAST, time()), inc=True)]
    kept = {day for day in regular if day not in session.not_on} | set(session.also_on)
    return sorted(kept)


@given(drafts=st.lists(session_drafts(), min_size=4, max_size=8), today=st.dates(FIRST, date(2027, 1, 31)))
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_postgres_and_the_next_dates_agree_with_dateutil(
    session: Session, drafts: list[SessionDraft], today: date
) -> None:
    kept = []
    for one in drafts:
        try:
            normalise_session(one)
        except RuleError:
            assert not [day for day in dates_by_dateutil(one) if day not in one.also_on or one.rrule is None]
        else:
            kept.append(one)
    if not kept:
        return
    with session.begin_nested() as savepoint:
        add(session, name="Rules", sessions=[one.model_dump() for one in kept])
        happening = dict(
            session.execute(
                text(
                    "SELECT s.position, array_agg(DISTINCT d::date ORDER BY d::date) FROM face.sessions s, "
                    "generate_series(CAST(:first AS date), CAST(:last AS date), '1 day') d "
                    "WHERE face.happens_on(s, d::date) GROUP BY s.position"
                ),
                {"first": FIRST, "last": LAST},
            ).all()
        )
        stored = session.execute(text("SELECT sessions FROM face.entries")).scalar_one()
        savepoint.rollback()
    for position, (one, item) in enumerate(zip(kept, loads(stored), strict=True)):
        wanted = dates_by_dateutil(one)
        assert happening.get(position, []) == [day for day in wanted if FIRST <= day <= LAST], one
        now = datetime.combine(today, time(9), tzinfo=LONDON)
        shown = [coming.on for coming in next_occurrences([item], now=now, count=5)]
        soon = [day for day in wanted if today <= day <= today + HORIZON]
        assert [day for day in shown if day <= today + HORIZON] == soon[:5], one
        assert (is_open([item], state="running", at=now) == "unknown") is (today in wanted)


# --- What a visitor is told ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        # The clocks go back on Sunday 25 October 2026 and forward on Sunday 28 March 2027.
        ("2026-10-20T12:00", ["2026-10-21T10:00:00+01:00", "2026-10-28T10:00:00+00:00"]),
        ("2027-03-23T12:00", ["2027-03-24T10:00:00+00:00", "2027-03-31T10:00:00+01:00"]),
    ],
)
def test_ten_o_clock_stays_ten_o_clock_when_the_clocks_change(now: str, wanted: list[str]) -> None:
    coming = next_times([WEDNESDAYS | TEN_TO_NOON], now=london(now), count=2)
    assert [one["starts_at"] for one in coming] == wanted
    assert {one["time_words"] for one in coming} == {"10am to 12 noon"}


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2026-11-25T09:00", "2026-11-25"),
        ("2026-11-25T11:59", "2026-11-25"),  # on now: counts until it ends
        ("2026-11-25T12:00", "2026-12-02"),
        ("2026-11-25T23:59", "2026-12-02"),
    ],
)
def test_a_session_that_is_on_counts_until_it_ends(now: str, first: str) -> None:
    coming = next_times([WEDNESDAYS | TEN_TO_NOON], now=london(now), count=1)
    assert coming[0]["starts_at"].startswith(first)


def test_the_next_five_of_several_sessions_are_in_order() -> None:
    friday = {
        "purpose": "session",
        "rrule": "FREQ=MONTHLY;BYDAY=1FR",
        "starts_on": "2026-01-02",
        "label": "Quiz",
    }
    once = {"purpose": "session", "starts_on": "2026-12-05", "starts_at": "09:00"}
    coming = next_times([friday, WEDNESDAYS | TEN_TO_NOON, once], now=london("2026-11-26T09:00"), count=5)
    assert [one["starts_at"][:10] for one in coming] == [
        "2026-12-02",
        "2026-12-04",
        "2026-12-05",
        "2026-12-09",
        "2026-12-16",
    ]
    assert (coming[1]["label"], coming[1]["time_words"]) == ("Quiz", "Time not known")
    assert coming[2]["date_words"] == "Saturday 5 December 2026"


def test_dates_left_out_and_put_in() -> None:
    item = WEDNESDAYS | TEN_TO_NOON | {"not_on": ["2026-12-23", "2026-12-30"], "also_on": ["2026-12-21"]}
    coming = next_times([item], now=london("2026-12-17T09:00"), count=2)
    assert [one["starts_at"][:10] for one in coming] == ["2026-12-21", "2027-01-06"]


def test_hours_of_a_telephone_are_no_date_to_come() -> None:
    phone = WEDNESDAYS | TEN_TO_NOON | {"purpose": "phone"}
    assert next_times([phone], now=london("2026-11-21T09:00"), count=5) == []
    assert is_open([phone], state="running", at=london("2026-11-25T11:00")) == "unknown"


@pytest.mark.parametrize(
    ("sessions", "state", "at", "wanted"),
    [
        ([WEDNESDAYS | TEN_TO_NOON], "running", "2026-11-25T10:00", "open"),
        ([WEDNESDAYS | TEN_TO_NOON], "running", "2026-11-25T11:59", "open"),
        ([WEDNESDAYS | TEN_TO_NOON], "running", "2026-11-25T12:00", "closed"),
        ([WEDNESDAYS | TEN_TO_NOON], "running", "2026-11-25T09:59", "closed"),
        ([WEDNESDAYS | TEN_TO_NOON], "running", "2026-11-26T11:00", "closed"),
        ([WEDNESDAYS | TEN_TO_NOON], "paused", "2026-11-25T11:00", "closed"),
        ([WEDNESDAYS | TEN_TO_NOON], "closed", "2026-11-25T11:00", "closed"),
        ([], "running", "2026-11-25T11:00", "unknown"),
        ([WEDNESDAYS], "running", "2026-11-25T11:00", "unknown"),
        ([WEDNESDAYS], "running", "2026-11-26T11:00", "closed"),
        ([WEDNESDAYS | {"starts_at": "10:00"}], "running", "2026-11-25T09:00", "closed"),
        ([WEDNESDAYS | {"starts_at": "10:00"}], "running", "2026-11-25T11:00", "unknown"),
        ([WEDNESDAYS, WEDNESDAYS | TEN_TO_NOON], "running", "2026-11-25T11:00", "open"),
        # The same wall time on both sides of a clock change.
        ([WEDNESDAYS | TEN_TO_NOON], "running", "2026-07-22T11:30", "open"),
    ],
)
def test_open_closed_or_unknown(sessions: list[dict[str, Any]], state: str, at: str, wanted: str) -> None:
    assert is_open(sessions, state=state, at=london(at)) == wanted


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (WEDNESDAYS | TEN_TO_NOON, "Every Wednesday, 10am to 12 noon"),
        (WEDNESDAYS | {"starts_at": "18:30"}, "Every Wednesday, from 6:30pm"),
        (WEDNESDAYS, "Every Wednesday"),
        ({"rrule": "FREQ=DAILY"}, "Every day"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}, "Every weekday (Monday to Friday)"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=SA,MO"}, "Every Monday and Saturday"),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"}, "Every other Thursday"),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=3;BYDAY=TH"}, "Every 3 weeks on Thursday"),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR"}, "Every 3 weeks, Monday to Friday"),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR,SA,SU"}, "Every 3 weeks, every day"),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR,SA,SU"}, "Every other week, every day"),
        ({"rrule": "FREQ=MONTHLY;BYDAY=2TU"}, "The second Tuesday of the month"),
        ({"rrule": "FREQ=MONTHLY;BYDAY=1WE,3WE"}, "The first Wednesday and third Wednesday of the month"),
        ({"rrule": "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR"}, "The last Friday of every other month"),
        ({"rrule": "FREQ=MONTHLY;INTERVAL=3;BYDAY=5SU"}, "The fifth Sunday of every 3 months"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=WE;UNTIL=20270331"}, "Every Wednesday, until 31 March 2027"),
        (
            {"starts_on": "2026-12-05", "starts_at": "00:00", "ends_at": "00:30"},
            "Saturday 5 December 2026, midnight to 12:30am",
        ),
    ],
)
def test_a_session_in_words(item: dict[str, Any], words: str) -> None:
    given_on = item | {"starts_on": item.get("starts_on", "2026-01-05")}
    kept = normalise_session(SessionDraft.model_validate(given_on)).model_dump(mode="json", exclude_none=True)
    assert describe_session(kept) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("00:00", "midnight"),
        ("00:30", "12:30am"),
        ("09:05", "9:05am"),
        ("12:00", "12 noon"),
        ("12:15", "12:15pm"),
        ("23:00", "11pm"),
    ],
)
def test_a_time_in_words(at: str, words: str) -> None:
    assert describe_time(time.fromisoformat(at)) == words


def test_the_first_date_is_one_of_the_rule_s_own() -> None:
    """A rule for Wednesdays that "starts on" a Monday starts two days later."""
    kept = normalise_session(SessionDraft(rrule="FREQ=WEEKLY;BYDAY=WE", starts_on=date(2026, 11, 23)))
    assert kept.starts_on == date(2026, 11, 25)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=3",
        "FREQ=DAILY;INTERVAL=2",
        "FREQ=WEEKLY;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=53",
        "FREQ=WEEKLY;FREQ=DAILY",
        "INTERVAL=2",
        "every Wednesday",
        "",
    ],
)
def test_a_rule_we_do_not_keep_is_refused_in_words(rule: str) -> None:
    with pytest.raises(RuleError) as refusal:
        normalise_session(SessionDraft(rrule=rule, starts_on=date(2026, 1, 1)))
    assert len(str(refusal.value)) > 15


@pytest.mark.parametrize(
    "rule", ["RRULE:FREQ=WEEKLY;BYDAY=WE", "freq=weekly;byday=we;", "FREQ=WEEKLY;WKST=MO;BYDAY=WE"]
)
def test_harmless_ways_of_writing_a_rule_are_read(rule: str) -> None:
    kept = normalise_session(SessionDraft(rrule=rule, starts_on=date(2026, 1, 7)))
    assert kept.rrule == "FREQ=WEEKLY;BYDAY=WE"


def test_a_rare_rule_still_has_five_dates() -> None:
    """The fifth Friday of every sixth month comes years apart; the page promises the next five dates."""
    rare = {"purpose": "session", "rrule": "FREQ=MONTHLY;INTERVAL=6;BYDAY=5FR", "starts_on": "2026-01-30"}
    assert len(next_occurrences([rare], now=london("2026-11-21T09:00"), count=5)) == 5


def test_years_of_left_out_dates_hide_neither_the_end_nor_what_comes_after() -> None:
    skipped = [(date(2026, 11, 25) + timedelta(weeks=week)).isoformat() for week in range(400)]
    item = WEDNESDAYS | {"not_on": skipped}
    now = london("2026-11-21T09:00")
    assert next_occurrences([item], now=now, count=1)[0].on == date(2034, 7, 26)
    ended = item | {"rrule": "FREQ=WEEKLY;BYDAY=WE;UNTIL=20340725"}
    assert next_occurrences([ended], now=now, count=5) == []
