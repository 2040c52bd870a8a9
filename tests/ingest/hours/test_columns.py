"""A week in seven columns."""

import pytest

from api.entries.sessions import DAY_NAMES
from ingest.hours import read_week
from ingest.hours.columns import read_day_cell
from ingest.hours.read import SINCE
from ingest.table import Row


@pytest.mark.parametrize(
    ("text", "ranges", "words"),
    [
        (None, [], None),
        ("Closed", [], None),
        ("closed all day", [], None),
        ("-", [], None),
        ("9-5", ["09:00-17:00"], None),
        ("9.30 - 17.00", ["09:30-17:00"], None),
        ("0930-1700", ["09:30-17:00"], None),
        ("9am–12.30pm, 1.30pm–5pm", ["09:00-12:30", "13:30-17:00"], None),
        ("9-5 (closed 1-2)", ["09:00-13:00", "14:00-17:00"], None),
        ("10:00 to 12:00 and 13:00 to 15:00", ["10:00-12:00", "13:00-15:00"], None),
        ("14:00-16:00; 10:00-12:00", ["10:00-12:00", "14:00-16:00"], None),
        ("24 hours", ["00:00-23:59"], None),
        ("01:00-13:00", ["01:00-13:00"], None),
        ("17:00-09:00", [], "17:00-09:00"),
        ("25:00-26:00", [], "25:00-26:00"),
        ("7-9", [], "7-9"),
        ("by appointment", [], "by appointment"),
        ("first of the month 10-12", [], "first of the month 10-12"),
        ("Tue 10-12", [], "Tue 10-12"),
        ("fortnightly 10-12", [], "fortnightly 10-12"),
        ("ask", [], "ask"),
        (",", [], ","),
    ],
)
def test_hours_in_a_cell(text: str | None, ranges: list[str], words: str | None) -> None:
    cells = read_day_cell(text, "MO")
    assert [f"{one[0]:%H:%M}-{one[1]:%H:%M}" for one, _ in cells if one and one[1]] == ranges
    assert [note for one, note in cells if one is None] == ([words] if words else [])


def test_days_with_the_same_hours_share_a_rule() -> None:
    cells = ["9-5", "9-5", "9-1", "9-5", "by appointment", "", "Closed"]
    row = Row(2, dict(zip((day.lower() for day in DAY_NAMES), cells, strict=True)))
    sessions = read_week(row, DAY_NAMES, purpose="staffed", label=None, since=SINCE)
    assert [(one.rrule, str(one.starts_at), one.note) for one in sessions] == [
        ("FREQ=WEEKLY;BYDAY=MO,TU,TH", "09:00:00", None),
        ("FREQ=WEEKLY;BYDAY=WE", "09:00:00", None),
        ("FREQ=WEEKLY;BYDAY=FR", "None", "by appointment"),
    ]
    assert [problem.column for problem in row.problems] == ["Friday"]
