"""What known sources become: stops as sessions, honest precision, private contacts, reasons to refuse."""

import csv
from collections import Counter
from datetime import date, time
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy.orm import Session, sessionmaker

from api.entries.schemas import EntryDraft
from ingest.mapping import MappedRow, map_row
from ingest.readers.door import open_tables
from ingest.run import ingest_file
from ingest.sources import get_source
from ingest.sources.mutual_aid_cambs import read_whereabouts
from ingest.sources.outpost import gather

FIXTURES = Path(__file__).parents[1] / "fixtures"
LIBRARIES = [
    "libraries_cp1252.csv",
    "libraries_title_rows.xlsx",
    "libraries_utf16le_bom.tsv",
    "libraries_utf16le_nobom.csv",
]


def bring_in(path: Path, source: str) -> list[MappedRow]:
    known = get_source(source)
    (table,) = open_tables(path, columns=known.columns)
    return [map_row(known, row) for row in (gather(table) if source == "outpost" else table).rows]


def draft(mapped: MappedRow) -> EntryDraft:
    assert mapped.draft is not None, mapped.row.problems
    return mapped.draft


def why(mapped: MappedRow) -> str:
    return " ".join(problem.what for problem in mapped.row.problems)


def point(one: EntryDraft) -> tuple[object, object, object]:
    assert one.place is not None
    return one.place.lon, one.place.lat, one.place.precision


def test_the_libraries_are_the_same_in_every_file(test_data: Path) -> None:
    files = [bring_in(test_data / "directories" / name, "cambridgeshire-libraries") for name in LIBRARIES]
    one, *others = [[(row.key, row.fingerprint, draft(row)) for row in rows] for rows in files]
    assert len(one) == 44
    assert others == [one, one, one]


@pytest.mark.parametrize(
    ("name", "encoding"), [("libraries_cambridgeshire.csv", "utf-8-sig"), ("libraries_cp1252.csv", "cp1252")]
)
def test_either_list_of_libraries_is_the_same_in_all_five_shapes(
    name: str, encoding: str, test_data: Path, tmp_path: Path
) -> None:
    with (test_data / "directories" / name).open(encoding=encoding, newline="") as opened:
        rows = list(csv.reader(opened))
    made = [
        bring_in(shape, "cambridgeshire-libraries") for shape in in_five_shapes(rows, tmp_path / "libraries")
    ]
    one, *others = [[(row.key, row.fingerprint, draft(row)) for row in rows] for rows in made]
    assert len(one) == 44
    assert others == [one] * 4


def in_five_shapes(rows: list[list[str]], stem: Path) -> list[Path]:
    """The rows as plain UTF-8, and as in the four files that councils sent."""
    shapes = {"-8.csv": "utf-8", "-1252.csv": "cp1252", "-16.csv": "utf-16-le", "-16.tsv": "utf-16"}
    files = [stem.with_name(stem.name + ending) for ending in shapes]
    for file, encoding in zip(files, shapes.values(), strict=True):
        with file.open("w", encoding=encoding, newline="") as opened:
            csv.writer(opened, delimiter="\t" if file.suffix == ".tsv" else ",").writerows(rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Libraries")
    for row in [["Public libraries"], ["As of 2023"], [], *rows]:
        sheet.append(row)
    book.save(stem.with_suffix(".xlsx"))
    return [*files, stem.with_suffix(".xlsx")]


def test_the_libraries_differ_from_the_first_list_in_their_names_alone(test_data: Path) -> None:
    """The four others carry letters beyond ASCII in the name, so that their encodings differ at all."""
    plain = bring_in(test_data / "directories" / "libraries_cambridgeshire.csv", "cambridgeshire-libraries")
    other = bring_in(test_data / "directories" / LIBRARIES[0], "cambridgeshire-libraries")
    for here, there in zip(plain, other, strict=True):
        assert here.key == there.key
        columns = {name for name in here.row.cells if here.row.cells[name] != there.row.cells[name]}
        assert columns == {"library name"}


def test_mobile_library_stops_become_sessions() -> None:
    first, second, third, yearly = bring_in(FIXTURES / "mobile_library" / "stops.csv", "mobile-essex")
    stop = draft(first)
    (session,) = stop.sessions
    assert session.rrule == "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO;UNTIL=20261231"
    assert (session.starts_on, session.starts_at, session.ends_at) == (
        date(2026, 1, 5),
        time(9, 20),
        time(9, 50),
    )
    assert session.not_on == [date(2026, 5, 4)]
    assert "“someday” is not a date" in why(first)
    assert point(stop) == (0.0, 52.3, "exact")
    # The file names another day than its first date: the day wins, and that is said.
    assert (draft(second).sessions[0].rrule, draft(second).sessions[0].starts_on) == (
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU",
        date(2026, 1, 6),
    )
    assert "begins on a Monday" in why(second)
    assert point(draft(second))[0] == pytest.approx(0.13, abs=0.01)
    assert (point(draft(third))[0], draft(third).sessions[0].starts_at) == (None, None)
    assert draft(third).sessions[0].rrule == "FREQ=MONTHLY;BYDAY=1MO"
    assert (yearly.draft, "FREQ=YEARLY" in why(yearly)) == (None, True)


def test_every_real_stop_keeps_its_rule(test_data: Path) -> None:
    rows = bring_in(test_data / "directories" / "mobile_essex.csv", "mobile-essex")
    assert len({row.key for row in rows}) == 216
    for row in rows:
        (session,) = draft(row).sessions
        assert session.starts_on == date.fromisoformat(row.row.cells["start"])
        assert session.rrule is not None
        assert session.rrule.startswith(row.row.cells["frequency"])
        assert f"{session.starts_at:%H:%M}" == row.row.cells["arrival"]
        assert row.row.problems == []


def test_mutual_aid_groups_claim_no_more_than_they_know() -> None:
    rows = bring_in(FIXTURES / "mutual_aid" / "groups.csv", "mutual-aid-cambs")
    street, village, county, outcode, nowhere = [draft(row) for row in rows]
    assert point(street) == (0.05, 52.31, "outcode")
    assert (street.place.town, street.place.postcode, street.place.address) == ("Fen End", None, [])
    assert point(village) == (0.2603, 52.4001, "place")
    assert point(county) == (None, None, None)
    assert point(outcode) == (0.3, 52.1, "outcode")
    assert point(nowhere) == (None, None, None)
    assert [one.contacts and one.contacts[0].value for one in (street, village, county, outcode)] == [
        "https://www.fen.example/help",
        [],
        "https://www.facebook.com/groups/fen",
        [],
    ]
    assert "private chat" in why(rows[1])
    assert {one.kind for one in (street, village, county, outcode, nowhere)} == {"mutual_aid"}


@pytest.mark.parametrize(
    ("words", "town", "precision"),
    [
        ("Ely, Cambridgeshire", "Ely", "place"),
        ("Melbourn, S Cambs, UK ", "Melbourn", "place"),
        ("Meppershall Bedfordshire", "Meppershall", "place"),
        ("CB237PJ", None, "outcode"),
        ("Littlebury, Essex, CB11", "Littlebury", "outcode"),
        ("South Cambridgeshire", "South Cambridgeshire", None),
        ("Wakelin Avenue ", None, "place"),
        ("", None, None),
    ],
)
def test_words_for_a_place(words: str, town: str | None, precision: str | None) -> None:
    found = read_whereabouts(words.strip())
    assert (found.town, found.precision) == (town, precision)


def test_real_mutual_aid_groups(test_data: Path) -> None:
    rows = bring_in(test_data / "directories" / "mutual_aid_cambs.csv", "mutual-aid-cambs")
    found = Counter(point(draft(row))[2] for row in rows)
    assert found == {"place": 123, "outcode": 27, None: 5}
    shared = Counter((row.row.cells["lat"], row.row.cells["lng"]) for row in rows)
    assert max(shared.values()) == 5
    for row in rows:
        if "HJ" in row.row.cells["location name"]:
            assert point(draft(row)) == (0.17, 52.12, "outcode")


def test_open_referral_services() -> None:
    hall, chapel, lifts = bring_in(FIXTURES / "open_referral" / "version_3.json", "open-referral")
    lunch = draft(hall)
    assert (lunch.kind, lunch.name, lunch.age_from) == ("food", "Fen End lunch club", 60)
    assert (lunch.cost, lunch.cost_note) == ("paid", "£4 a meal; Meal £4 a meal")
    assert [(one.rrule, one.ends_at) for one in lunch.sessions] == [("FREQ=WEEKLY;BYDAY=WE", time(14, 0))]
    assert lunch.description is not None
    assert "Times: Quiz on the 15th" in lunch.description
    assert "Area served: Marsh parish" in lunch.description
    assert "Access: Ramp at the side door" in lunch.description
    assert [one.label for one in lunch.coverage] == ["Fen End and round about"]
    assert [(one.kind, one.value) for one in lunch.contacts][:1] == [("phone", "01632 960001")]
    assert lunch.languages == ["en", "pl"]
    assert point(lunch) == (0.0, 52.3, "exact")
    assert hall.key != chapel.key
    assert "could not read where" in why(chapel)
    assert (draft(lifts).kind, draft(lifts).place, draft(lifts).state) == ("transport", None, "paused")
    assert (draft(lifts).cost, len(draft(lifts).coverage)) == ("free", 1)


def test_an_older_open_referral_service() -> None:
    (cafe,) = bring_in(FIXTURES / "open_referral" / "version_1.json", "open-referral")
    found = draft(cafe)
    assert (found.age_from, found.age_to, found.eligibility) == (18, 120, "Anyone with memory loss")
    assert [(one.rrule, one.starts_at) for one in found.sessions] == [("FREQ=WEEKLY;BYDAY=TU", time(10, 0))]
    assert (found.delivery, point(found)[2]) == (["in_person"], "exact")
    assert "took it as a group" in why(cafe)
    assert "Reception" not in found.model_dump_json()


def test_a_feed_with_one_id_accounts_for_every_row(test_data: Path) -> None:
    rows = bring_in(test_data / "directories" / "oruk_v3_service_list_31.json", "open-referral")
    assert [row.row.number for row in rows] == list(range(1, 129))
    assert len({row.key for row in rows}) == 1
    assert all(draft(row).name == "Community Counselling" for row in rows)


def test_openstreetmap_places() -> None:
    rows = {row.key: row for row in bring_in(FIXTURES / "openstreetmap" / "overpass.json", "openstreetmap")}
    hall = draft(rows["node/1"])
    assert hall.place is not None
    assert (hall.kind, hall.place.address, hall.place.town) == ("venue", ["3 Mill Drove"], "Fen End")
    assert hall.place.access == {"step_free": True, "toilet": False}
    assert [one.value for one in hall.contacts] == [
        "+44 1632 960001",
        "+44 1632 960002",
        "https://hall.example",
    ]
    assert "Mo-Fr 09:00-17:00" in (hall.description or "")
    assert (draft(rows["way/2"]).kind, draft(rows["way/3"]).kind) == ("food", "venue")
    assert "People live here" in why(rows["relation/6"])
    assert "no kind of entry" in why(rows["node/7"])
    assert "no name" in why(rows["node/8"])
    assert get_source("openstreetmap").attribution == "© OpenStreetMap contributors"


def test_a_template_with_a_service_over_several_rows() -> None:
    lunch, refuge, lost = bring_in(FIXTURES / "outpost" / "services.csv", "outpost")
    found = draft(lunch)
    assert [(one.rrule, one.starts_at) for one in found.sessions] == [("FREQ=WEEKLY;BYDAY=WE", time(12, 0))]
    # The second contact is private; the first one's mark must not reach it.
    assert [(one.value, one.public) for one in found.contacts] == [
        ("01632 960001", True),
        ("cook@hall.example", False),
        ("https://hall.example", True),
    ]
    said = why(lunch)
    assert all(f"Row {number} adds to this one" in said for number in (3, 4, 5))
    assert "another place, Marsh Chapel" in said
    assert "could not read this time" in said
    assert (draft(refuge).privacy, draft(refuge).stage, draft(refuge).cost) == ("hidden", "draft", "free")
    assert (lost.draft, "no name" in why(lost)) == (None, True)


def test_the_real_template_accounts_for_every_row(test_data: Path) -> None:
    first, second = bring_in(test_data / "directories" / "outpost_import_sample.csv", "outpost")
    accounted = {first.row.number, second.row.number}
    accounted |= {n for n in range(3, 9) if f"Row {n} adds to this one" in why(first)}
    assert accounted == set(range(2, 10))
    private = [one.value for one in draft(first).contacts if not one.public]
    assert private == ["email2@email.com", "234234"]


def test_events_of_a_calendar() -> None:
    rows = bring_in(FIXTURES / "icalendar" / "hall.ics", "calendar")
    lunch, moved, off, walk, fair, private, yearly = rows
    (session,) = draft(lunch).sessions
    assert (session.rrule, session.not_on[0], session.also_on) == (
        "FREQ=WEEKLY;BYDAY=WE",
        date(2026, 3, 18),
        [date(2026, 4, 10)],
    )
    place = draft(lunch).place
    assert place is not None
    assert (place.name, place.address, place.town, place.postcode) == (
        "Fen End Hall",
        ["Mill Drove"],
        "Fen End",
        "CB6 1AD",
    )
    assert (draft(moved).sessions[0].rrule, draft(moved).sessions[0].starts_on) == (None, date(2026, 3, 19))
    assert (off.draft, "called off" in why(off)) == (None, True)
    assert draft(walk).sessions[0].rrule == "FREQ=MONTHLY;BYDAY=1WE"
    assert (draft(fair).state, draft(fair).sessions) == ("closed", [])
    assert (private.draft, "private" in why(private)) == (None, True)
    assert (draft(yearly).sessions, "FREQ=YEARLY" in (draft(yearly).description or "")) == ([], True)
    assert "kept in words" in why(yearly)
    assert len({row.key for row in rows}) == 7


@pytest.mark.parametrize(
    ("file", "source", "fates"),
    [
        ("mobile_library/stops.csv", "mobile-essex", {"new": 3, "refused": 1}),
        ("mutual_aid/groups.csv", "mutual-aid-cambs", {"new": 5}),
    ],
)
def test_the_same_file_twice_changes_nothing(
    factory: sessionmaker[Session], file: str, source: str, fates: dict[str, int]
) -> None:
    first = ingest_file(factory, FIXTURES / file, source=source, apply=True)
    assert Counter(row.fate for row in first.rows) == fates
    again = ingest_file(factory, FIXTURES / file, source=source, apply=True)
    unchanged = {"unchanged": fates["new"], **{fate: n for fate, n in fates.items() if fate != "new"}}
    assert Counter(row.fate for row in again.rows) == unchanged
