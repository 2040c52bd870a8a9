"""The libraries' mapping: hours, what is shared, what is closed, and what is left as it was written."""

from datetime import time
from pathlib import Path

from api.entries.schemas import EntryDraft, SessionDraft
from ingest.mapping import MappedRow, map_row
from ingest.sources import get_source
from ingest.table import make_table
from tests.ingest.sheets import read_sheet

SOURCE = get_source("cambridgeshire-libraries")
DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday"}
DAYS |= {"SA": "Saturday", "SU": "Sunday"}


def mapped(path: Path) -> list[MappedRow]:
    table = make_table(read_sheet(path.name, path.read_bytes()), columns=SOURCE.columns)
    return [map_row(SOURCE, row) for row in table.rows]


def draft(row: MappedRow) -> EntryDraft:
    assert row.draft is not None
    return row.draft


def hours(one: SessionDraft) -> str:
    return f"{one.starts_at:%H:%M}-{one.ends_at:%H:%M}"


def test_hours_become_sessions(libraries: Path) -> None:
    first = draft(mapped(libraries)[0])
    assert [(one.rrule, hours(one), one.purpose) for one in first.sessions] == [
        ("FREQ=WEEKLY;BYDAY=MO,SA", "10:00-13:00", "staffed"),
        ("FREQ=WEEKLY;BYDAY=MO", "14:00-17:00", "staffed"),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "09:30-17:00", "staffed"),
    ]
    assert [f"{one.starts_on:%a}" for one in first.sessions] == ["Mon", "Mon", "Tue"]


def test_a_library_run_by_the_council(libraries: Path) -> None:
    first = draft(mapped(libraries)[0])
    assert first.kind == "venue"
    assert first.summary == "Public library in Marsh Ely run by Fenshire County Council."
    assert first.organisation is not None
    assert first.organisation.name == "Fenshire County Council"
    assert (first.cost, first.delivery, first.state) == ("free", ["in_person"], "running")
    assert [(one.kind, one.public) for one in first.contacts] == [("email", True), ("web", True)]
    assert first.needs == []


def test_a_library_run_by_the_community(libraries: Path) -> None:
    second = draft(mapped(libraries)[1])
    assert second.summary is not None
    assert "run by the community" in second.summary
    assert second.cost is None
    assert second.description == "It shares its building with Café Anna."
    assert second.place is not None
    assert (second.place.postcode, second.place.address) == ("CB6 1AB", ["The Hub, High Street"])
    unstaffed = [(one.rrule, hours(one)) for one in second.sessions if one.label == "Unstaffed"]
    assert unstaffed == [
        ("FREQ=WEEKLY;BYDAY=WE", "08:00-14:00"),
        ("FREQ=WEEKLY;BYDAY=WE", "18:00-20:00"),
        ("FREQ=WEEKLY;BYDAY=SU", "10:00-16:00"),
    ]


def test_a_closed_library(libraries: Path) -> None:
    third = draft(mapped(libraries)[2])
    assert (third.state, third.sessions) == ("closed", [])
    assert third.state_note is not None
    assert "2019" in third.state_note
    assert [one.kind for one in third.contacts] == ["web"]


def test_what_is_not_understood_is_kept_in_its_own_words(libraries: Path) -> None:
    row = mapped(libraries)[3]
    words, early = draft(row).sessions
    assert (words.rrule, words.starts_at, words.note) == ("FREQ=WEEKLY;BYDAY=MO", None, "by appointment")
    assert early.starts_at == time(1)
    assert early.note is not None
    assert "slip" in early.note
    problems = {one.column: one for one in row.row.problems}
    assert set(problems) == {"Monday staffed hours", "Saturday staffed hours", "Special hours", "Postcode"}
    assert "CB6 0AA" in problems["Postcode"].todo
    place = draft(row).place
    assert place is not None
    assert place.postcode == "CB6 OAA"  # offered a repair, never repaired unasked


def test_the_key_outlives_a_new_name(libraries: Path) -> None:
    rows = mapped(libraries)
    assert rows[1].key == "fenshire.example/libraries/st-anna"
    assert rows[4].key == "meridian library|cb6 1ad"


def test_all_hours_of_the_real_libraries(test_data: Path) -> None:
    rows = mapped(test_data / "directories" / "libraries_cambridgeshire.csv")
    assert len(rows) == 44
    for row in rows:
        for code, day in DAYS.items():
            held = [hours(one) for one in draft(row).sessions if code in str(one.rrule).split("BYDAY=")[1]]
            assert ",".join(held) == (row.row.text(f"{day} staffed hours") or "")
