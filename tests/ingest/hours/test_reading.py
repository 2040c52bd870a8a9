"""What a reading says beside its sessions: why it is unsure, what it kept, and what it never shows."""

import csv
from datetime import date, time
from pathlib import Path

import pytest

from api.entries.sessions import DAY_NAMES, DAYS
from ingest.hours import read_hours

TODAY = date(2026, 3, 1)


def test_every_other_week_says_what_is_missing() -> None:
    read = read_hours("every other Friday 10-12", today=TODAY)
    assert (read.understood, read.sessions) == ("not", ())
    assert read.issue is not None
    assert "from which date to count" in read.issue.what
    counted = read_hours("every other Friday 10-12", today=TODAY, counted_from=date(2026, 1, 9))
    assert [(one.rrule, one.starts_on) for one in counted.sessions] == [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", date(2026, 1, 9))
    ]


def test_a_rule_counted_from_another_column() -> None:
    """Mobile libraries: the rule in one column, its first date in another."""
    read = read_hours("FREQ=WEEKLY;INTERVAL=3", today=TODAY, counted_from=date(2019, 10, 14))
    assert [(one.rrule, one.starts_on) for one in read.sessions] == [
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO", date(2019, 10, 14))
    ]


def test_a_date_on_another_weekday_is_not_believed() -> None:
    read = read_hours("fortnightly on Mondays from 6 January 2026", today=TODAY)
    assert read.sessions == ()
    assert read.issue is not None
    assert "another weekday" in read.issue.what


def test_a_telephone_number_never_gets_into_a_note() -> None:
    read = read_hours("Tue 10-12, ring Ann on 01353 720123, e-mail ann@example.org", today=TODAY)
    assert read.sessions[0].starts_at == time(10)
    assert read.sessions[0].note is not None
    assert "720123" not in read.sessions[0].note
    assert "@" not in read.sessions[0].note
    assert "720123" in read.text


def test_the_purpose_label_and_note_of_all_sessions() -> None:
    read = read_hours(
        "Mon 10-12 (term time), Tue 2-4", today=TODAY, purpose="phone", label="Line", default_note="Ask"
    )
    assert {(one.purpose, one.label) for one in read.sessions} == {("phone", "Line")}
    assert all("term time" in (one.note or "") for one in read.sessions)
    plain = read_hours("Mon 10-12", today=TODAY, default_note="Ask for Ann")
    assert [one.note for one in plain.sessions] == ["Ask for Ann"]


def test_the_same_text_makes_the_same_sessions_every_day() -> None:
    words = "Mon-Fri 9-5, 1st Sat 10-12"
    assert read_hours(words, today=TODAY).sessions == read_hours(words, today=date(2027, 9, 9)).sessions


@pytest.mark.parametrize("text", [None, "", "  ", "n/a", "Closed", "-"])
def test_nothing_said_is_nothing_to_ask_about(text: str | None) -> None:
    read = read_hours(text, today=TODAY)
    assert (read.understood, read.sessions, read.issue) == ("whole", (), None)


@pytest.mark.parametrize(
    "words", ["Mon 9-5, closed Sundays and bank holidays", "Mon 9-5, bank holidays closed"]
)
def test_a_holiday_that_is_off_is_said_to_be_off(words: str) -> None:
    read = read_hours(words, today=TODAY)
    assert [one.note for one in read.sessions] == ["Not on bank holidays"]


def test_a_note_is_no_longer_than_a_line() -> None:
    read = read_hours("Mon 10-12 " + "lovely tea and cake " * 30, today=TODAY)
    assert read.sessions[0].note is not None
    assert len(read.sessions[0].note) <= 200


def test_a_whole_page_is_kept_unread() -> None:
    read = read_hours("Mon 10-12. " * 500, today=TODAY)
    assert read.understood == "not"
    assert read.issue is not None
    assert "too long" in read.issue.what


def test_the_rules_of_real_mobile_libraries(test_data: Path) -> None:
    """216 stops: the rule, its first date and the day of the week each have their own column."""
    with (test_data / "directories" / "mobile_essex.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 216
    for row in rows:
        read = read_hours(row["frequency"], today=TODAY, counted_from=date.fromisoformat(row["start"]))
        assert read.understood == "whole"
        session = read.sessions[0]
        day = DAYS[DAY_NAMES.index(row["day"])]
        assert (session.rrule, session.starts_on) == (
            f"FREQ=WEEKLY;INTERVAL=3;BYDAY={day}",
            date.fromisoformat(row["start"]),
        )
        again = read_hours(
            f"{row['day']} {row['arrival']}-{row['departure']}, every 3 weeks",
            today=TODAY,
            counted_from=date.fromisoformat(row["start"]),
        )
        assert again.sessions[0].rrule == session.rrule
        assert f"{again.sessions[0].starts_at:%H:%M}" == row["arrival"]
        assert f"{again.sessions[0].ends_at:%H:%M}" == row["departure"]
