"""Files nobody has described: a mapping is proposed, mended, kept, and makes entries."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.errors import BadInput
from api.models import Contact, Entry, Place
from ingest.meanings import HEADINGS, MEANINGS, meaning_of, squash
from ingest.proposing import propose_for_file
from ingest.report import IngestReport
from ingest.run import ingest_file
from ingest.saved import Mapping, find_mapping, keep_mapping, list_mappings, read_mapping

Factory = sessionmaker[Session]

CLUBS = """\
Parish clubs 2026,,,,,,,,
,,,,,,,,
Group Name,Who is it for,Post Code,Tel No.,E-mail,X,yordinate,Opening Hours,addressline6
Knit and Natter,Anyone,CB6 1AA,01353 700001,knit@clubs.example.org,554100,280400,"Wed 10-12",1 Quay Street
Lads and Dads,Men,CB6 1AB,01353 700002,lads@clubs.example.org,554800,281600,"1st Tue 7pm",The Hub
Walk and Talk,,CB6 1AD,01353 700003,walk@clubs.example.org,,,"fortnightly",Old Hall
"""


def written(tmp_path: Path, text: str, name: str = "clubs.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def proposed(path: Path) -> Mapping:
    return propose_for_file(path, name="clubs")


def bring_in(factory: Factory, path: Path, mapping: Mapping, *, apply: bool = True) -> IngestReport:
    return ingest_file(factory, path, source=mapping.to_source("parish"), apply=apply)


def meanings(mapping: Mapping) -> dict[str, str]:
    return {column.heading: column.means for column in mapping.columns}


def table_of(headings: str, lines: list[str]) -> str:
    return "\n".join(
        [f"{headings},Postcode", *(f"{line},CB6 1A{'ABDE'[n % 4]}" for n, line in enumerate(lines))]
    )


def test_a_hundred_headings_and_each_means_one_thing() -> None:
    listed = yaml.safe_load(HEADINGS.read_text(encoding="utf-8"))
    assert set(listed) <= set(MEANINGS)
    squashed = Counter(
        squash(variant) for variants in listed.values() for variant in set(map(squash, variants))
    )
    assert len(squashed) > 300
    assert [name for name, times in squashed.items() if times > 1] == []


@pytest.mark.parametrize(
    ("heading", "means"),
    [
        ("Post Code", "postcode"),
        ("pcode", "postcode"),
        ("Easting", "easting"),
        ("X", "easting"),
        ("xordinate", "easting"),
        ("addressline6", "address"),
        ("Tel No.", "phone"),
        ("Opening Hours", "hours"),
        ("Who is it for", "eligibility"),
        ("E-MAIL ADDRESS", "email"),
        ("Sat", "hours_saturday"),
        ("Colour of the door", None),
    ],
)
def test_what_headings_mean(heading: str, means: str | None) -> None:
    assert meaning_of(heading) == means


def test_a_mapping_is_proposed_from_headings_and_values(tmp_path: Path) -> None:
    mapping = proposed(written(tmp_path, CLUBS))
    assert meanings(mapping) == {
        "Group Name": "name",
        "Who is it for": "eligibility",
        "Post Code": "postcode",
        "Tel No.": "phone",
        "E-mail": "email",
        "X": "easting",
        "yordinate": "northing",
        "Opening Hours": "hours",
        "addressline6": "address",
    }
    assert mapping.columns[0].samples == ["Knit and Natter", "Lads and Dads", "Walk and Talk"]


def test_values_are_believed_rather_than_a_heading_we_do_not_know(tmp_path: Path) -> None:
    text = (
        "Wer,Wo,Mobile,X,Y\nOne,CB6 1AA,Van 1,0.26,52.4\nTwo,CB6 1AB,Van 2,0.27,52.41\n"
        "Three,CB61AD,Van 3,0.0,52.3\n"
    )
    assert meanings(proposed(written(tmp_path, text))) == {
        "Wer": "name",
        "Wo": "postcode",
        "Mobile": "ignore",
        "X": "lon",
        "Y": "lat",
    }


KINDS_BY_THEIR_VALUES = [
    # What the column is called says something else, or nothing; the name stays the name.
    ("What,Name", ["Group,Knit and Natter", "Food,Community Larder", "Craft,Felt Makers"], "What", "Name"),
    ("Club,Sort", ["Larder,Food", "Natter,Groups", "Felters,Craft", "Shed,Drop-in"], "Sort", "Club"),
    ("Who,What", ["Larder,Food", "Natter,Group", "Shed,Group", "Chat,Group", "Den,Group"], "What", "Who"),
    # Of two that are called a kind, the one that holds kinds.
    ("Type,Name,Category", ["Indoor,Natter,Group", "Outdoor,Larder,Food"], "Category", "Name"),
    ("Name,What,Type", ["Natter,Group,Groups", "Larder,Food,Food schemes"], "Type", "Name"),
]


@pytest.mark.parametrize(("headings", "lines", "kind", "name"), KINDS_BY_THEIR_VALUES)
def test_a_column_of_kinds_is_the_kind_whatever_it_is_called(
    tmp_path: Path, headings: str, lines: list[str], kind: str, name: str
) -> None:
    mapping = proposed(written(tmp_path, table_of(headings, lines)))
    assert {column.means: column.heading for column in mapping.of("kind", "name")} == {
        "kind": kind,
        "name": name,
    }
    assert sum(column.means == "kind" for column in mapping.columns) == 1


NO_KINDS_BY_THEIR_VALUES = [
    # What people need, how it is given, what is on offer: words of ours, and no kinds.
    ("Name,Helps", ["Larder,Food", "Cars,Transport", "Debt line,Money"], "Helps"),
    ("Name,Format", ["Natter,Group", "Felters,One to one", "Shed,Group"], "Format"),
    ("Name,Remark", ["Natter,Group", "Felters,New", "Shed,Food", "Den,Ask first", "Chat,Full"], "Remark"),
    # A heading that we know is believed.
    ("Name,Keywords", ["Natter,Group", "Larder,Food", "Shed,Drop-in"], "Keywords"),
    ("Name,Venue", ["Natter,Venue", "Larder,Food", "Shed,Group"], "Venue"),
]


@pytest.mark.parametrize(("headings", "lines", "column"), NO_KINDS_BY_THEIR_VALUES)
def test_words_that_may_mean_something_else_make_no_kind(
    tmp_path: Path, headings: str, lines: list[str], column: str
) -> None:
    meant = meanings(proposed(written(tmp_path, table_of(headings, lines))))
    assert (meant["Name"], "kind" in meant.values()) == ("name", False), meant[column]


def test_names_that_are_kinds_stay_names_where_nothing_else_is_one(tmp_path: Path) -> None:
    lines = ["Timebank,Ely Trust", "Drop-in,Soham Church", "Food,Baptist Hall"]
    assert meanings(proposed(written(tmp_path, table_of("Name,Organisation", lines))))["Name"] == "name"
    lines = ["Group,A", "Food,A", "Group,A", "Food,A", "Drop-in,A"]
    assert meanings(proposed(written(tmp_path, table_of("What,Remark", lines))))["What"] == "name"


def test_the_kinds_of_such_a_column_come_in(factory: Factory, tmp_path: Path) -> None:
    lines = ["Group,Knit and Natter", "Food,Community Larder", "Craft,Felt Makers"]
    path = written(tmp_path, table_of("What,Name", lines))
    assert bring_in(factory, path, proposed(path)).count("new") == 3
    with factory() as session:
        kinds = {entry.name: entry.kind for entry in session.scalars(select(Entry))}
    assert kinds == {"Knit and Natter": "group", "Community Larder": "food", "Felt Makers": "group"}


def test_a_proposal_mended_and_kept_brings_the_file_in(factory: Factory, tmp_path: Path) -> None:
    path = written(tmp_path, CLUBS)
    yaml_text = proposed(path).as_yaml().replace("licence: null", "licence: OGL v3")
    mapping = read_mapping(written(tmp_path, yaml_text, "clubs.yaml"))
    assert mapping.source.licence == "OGL v3"
    report = bring_in(factory, path, mapping)
    assert (report.count("new"), report.located) == (3, {"exact": 2, "postcode": 1})
    with factory() as session:
        entry = session.scalars(select(Entry).where(Entry.name == "Knit and Natter")).one()
        place = session.scalars(select(Place).where(Place.id == entry.place_id)).one()
        assert (place.address, place.postcode, entry.eligibility) == (["1 Quay Street"], "CB6 1AA", "Anyone")
        contacts = session.scalars(select(Contact.value).where(Contact.entry_id == entry.id)).all()
        assert sorted(contacts) == ["01353 700001", "knit@clubs.example.org"]
        # Understood, or kept as it was written.
        assert entry.sessions or "Wed 10-12" in (entry.description or "")
    assert bring_in(factory, path, mapping).count("unchanged") == 3


def test_a_mapping_is_kept_without_the_files_own_rows(factory: Factory, tmp_path: Path) -> None:
    mapping = proposed(written(tmp_path, CLUBS))
    with factory.begin() as session:
        keep_mapping(session, mapping)
    with factory() as session:
        held = list_mappings(session)
        assert [one.name for one in held] == ["clubs"]
        assert "Knit and Natter" not in str(held[0].document)
        again = find_mapping(session, "clubs")
        assert again is not None
        assert meanings(again) == meanings(mapping)


def test_a_renamed_row_is_a_change_and_not_another_entry(factory: Factory, tmp_path: Path) -> None:
    path = written(tmp_path, CLUBS)
    mapping = proposed(path)
    bring_in(factory, path, mapping)
    changed = CLUBS.replace("Knit and Natter", "Knit & Natter Club").replace("CB6 1AB", "CB6 1AE")
    report = bring_in(factory, written(tmp_path, changed), mapping)
    assert {row.name: (row.fate, row.fields) for row in report.rows} == {
        "Knit & Natter Club": ("changed", ("name",)),
        "Lads and Dads": ("changed", ("postcode",)),
        "Walk and Talk": ("unchanged", ()),
    }
    with factory() as session:
        assert len(session.scalars(select(Entry)).all()) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("columns: []", "name"),
        ("name: a\ncolumns: [{heading: A, means: shoe}]", "means"),
        ("name: a\ncolumns: [{heading: A, means: phone}]", "mean name"),
        ("a: [", "could not read"),
        ("- 1", "not a mapping"),
    ],
)
def test_a_mapping_that_is_none_says_why(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_mapping(written(tmp_path, text, "bad.yaml"))


@pytest.mark.parametrize(
    ("file", "rows"),
    [("mutual_aid_cambs.csv", 155), ("outpost_import_sample.csv", 7), ("mobile_essex.csv", 216)],
)
def test_real_files_with_a_proposed_mapping_twice(
    factory: Factory, test_data: Path, file: str, rows: int
) -> None:
    """Every row is accounted for, and the second time nothing changes."""
    path = test_data / "directories" / file
    mapping = proposed(path)
    first = bring_in(factory, path, mapping)
    used = first.count("new")
    assert first.counts["rows"] == used + first.count("refused")
    assert used > rows // 8
    again = bring_in(factory, path, mapping)
    assert (again.count("unchanged"), again.count("refused")) == (used, first.count("refused"))
