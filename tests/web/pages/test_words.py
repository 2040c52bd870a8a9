"""Dates, contacts, prices and booking rules in plain words."""

from datetime import UTC, date, datetime

import pytest

from api.entries.wording import money_words
from web.pages import words
from web.pages.contacts import breakable, contact_line
from web.pages.kind_facts import booking_words, cost_words, describe_facts, fare_words

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=words.LONDON)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-11-24T14:30:00+00:00", "Today, 2:30pm"),
        ("2026-11-25", "Tomorrow"),
        ("2026-12-02T10:00:00+00:00", "Wednesday 2 December, 10am"),
        ("2027-01-06T12:00:00+00:00", "Wednesday 6 January 2027, 12 noon"),
        (datetime(2026, 6, 3, 9, 0, tzinfo=UTC), "Wednesday 3 June, 10am"),
        (None, ""),
    ],
)
def test_when_it_is_next(value: str | datetime | None, said: str) -> None:
    assert words.coming_words(value, now=NOW) == said


def test_days() -> None:
    assert words.day_words("2026-10-02") == words.day_words(date(2026, 10, 2)) == "2 October 2026"
    assert words.day_words(None) == ""


@pytest.mark.parametrize(
    ("freshness", "on", "said"),
    [
        ("fresh", "2026-10-02", "Checked 2 October 2026"),
        ("due", "2025-10-02", "Checked 2 October 2025, due another check"),
        ("stale", "2024-10-02", "Not checked since 2 October 2024: ring before you go"),
        ("unchecked", None, "Not checked yet: ring before you go"),
    ],
)
def test_freshness(freshness: str, on: str | None, said: str) -> None:
    assert words.checked_words({"freshness": freshness, "checked_on": on}) == said


@pytest.mark.parametrize(
    ("kind", "value", "href"),
    [
        ("phone", "01632 960123", "tel:01632960123"),
        ("phone", "+44 (0)1632 960123", "tel:+441632960123"),
        ("phone", "01632 960123 extension 4", "tel:01632960123"),
        ("phone", "111", "tel:111"),
        ("phone", "ask at the desk", None),
        ("email", "tea@example.org", "mailto:tea@example.org"),
        ("email", "tea@example.org?bcc=all@example.org", None),
        ("email", "tea@example", None),
        ("web", "https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("web", "HTTP://example.org", "HTTP://example.org"),
        ("web", "example.org", None),
        ("web", "javascript:alert(1)", None),
        ("web", " java\nscript:alert(1)", None),
        ("web", "https://", None),
        ("web", "https://bank.example.org@evil.example.org/", None),
        ("web", "https://[", None),
        ("social", "https://example.org/group", "https://example.org/group"),
        ("post", "https://example.org", None),
        ("visit", "The desk", None),
    ],
)
def test_only_safe_contacts_are_links(kind: str, value: str, href: str | None) -> None:
    assert contact_line(kind, value).href == href


def test_addresses_break_at_their_joints_and_stay_text() -> None:
    assert breakable("tea@example.org/a<b") == "tea<wbr>@example<wbr>.org/<wbr>a&lt;b"


def test_paragraphs() -> None:
    assert words.paragraphs("One\r\ntwo\n\n \nThree ") == [["One", "two"], ["Three"]]
    assert words.paragraphs(None) == []


def test_lists_in_words() -> None:
    assert words.join_words(["tea"]) == "tea"
    assert words.join_words(["tea", "cake", "a chat"]) == "tea, cake and a chat"
    assert words.join_words([], "or") == ""


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (18, None, "Aged 18 and over"),
        (None, 25, "Aged 25 and under"),
        (0, 5, "Aged 0 to 5"),
        (None, None, ""),
    ],
)
def test_ages(low: int | None, high: int | None, said: str) -> None:
    assert words.age_words(low, high) == said


@pytest.mark.parametrize(
    ("amount", "said"), [(16, "£16"), ("16.00", "£16"), (12.5, "£12.50"), ("0.45", "45p"), (0, "£0")]
)
def test_money(amount: float | str, said: str) -> None:
    assert money_words(amount) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"fare_type": "flat", "fare_amount": 3}, "£3 a trip"),
        ({"fare_type": "per_mile", "fare_amount": "0.45"}, "45p a mile"),
        ({"fare_type": "per_mile"}, "A charge a mile. Ask how much."),
        ({"fare_type": "donation"}, "Give what you can"),
        ({"fare_type": "free"}, "Free"),
        ({}, None),
    ],
)
def test_fares(facts: dict[str, object], said: str | None) -> None:
    assert fare_words(facts) == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"booking_type": 0}, "Ask when you want to go: no need to book ahead."),
        ({"booking_type": 1, "prior_notice_duration_min": 120}, "Book on the day, at least 2 hours before."),
        (
            {"booking_type": 2, "prior_notice_last_day": 1, "prior_notice_last_time": "12:00"},
            "Book by 12 noon the day before.",
        ),
        ({"booking_type": 2, "prior_notice_last_day": 3}, "Book 3 days before."),
        ({"booking_type": 2}, "Book on an earlier day."),
    ],
)
def test_booking_rules(rule: dict[str, object], said: str) -> None:
    assert booking_words(rule) == [said]


@pytest.mark.parametrize("kind", ["timebank", "mutual_aid", "drop_in", "micro_enterprise", "transport"])
def test_unknown_facts_are_said_to_be_unknown(kind: str) -> None:
    lines = describe_facts(kind, {})
    assert lines
    assert not [line for line in lines if line.known]


def test_kinds_without_facts_of_their_own_have_none() -> None:
    assert describe_facts("group", None) == []


def test_cost_is_the_price_where_it_is_known() -> None:
    enterprise = {"kind": "micro_enterprise", "cost": "paid"}
    assert (
        cost_words(enterprise | {"facts": {"price_hour_from": 22, "price_hour_to": 26}})
        == "£22 to £26 an hour"
    )
    assert cost_words(enterprise | {"facts": {}}) == "There is a charge"
    assert cost_words({"kind": "group", "cost": None}) is None
