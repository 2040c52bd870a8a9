"""Checks of rows: what each finds, what it says, and that nothing private stays in public words."""

import csv
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from api.models import Contact, Entry, Place
from geo import sql
from ingest.proposing import propose_for_file
from ingest.report import IngestReport, RowFate
from ingest.run import ingest_file
from ingest.saved import ColumnMap, Mapping

Factory = sessionmaker[Session]
MAPPING = Mapping(
    name="checked",
    columns=[
        ColumnMap(heading="Name", means="name"),
        ColumnMap(heading="About", means="description"),
        ColumnMap(heading="Kind", means="kind"),
        ColumnMap(heading="Address", means="address"),
        ColumnMap(heading="Town", means="town"),
        ColumnMap(heading="Postcode", means="postcode"),
        ColumnMap(heading="X", means="lon"),
        ColumnMap(heading="Y", means="lat"),
    ],
)
HEADINGS = "Name,About,Kind,Address,Town,Postcode,X,Y"


def bring_in(factory: Factory, tmp_path: Path, *rows: str) -> IngestReport:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([HEADINGS, *rows]), encoding="utf-8")
    return ingest_file(factory, path, source=MAPPING.to_source("checked"), apply=True)


def only(report: IngestReport) -> RowFate:
    assert len(report.rows) == 1
    return report.rows[0]


def said(row: RowFate) -> str:
    return " | ".join(f"{one.column}: {one.value}: {one.what} {one.todo}" for one in row.problems)


def point(factory: Factory) -> tuple[float, float] | None:

    with factory() as session:
        row = session.execute(
            text(
                f"SELECT {sql.lon('point')}, {sql.lat('point')} FROM directory.place WHERE point IS NOT NULL"
            )
        ).one_or_none()
    return (round(row[0], 3), round(row[1], 3)) if row else None


@pytest.mark.parametrize(
    ("row", "words", "where"),
    [
        ("Hall,,,,,CB6 IAA,,", "Did they mean CB6 1AA?", None),
        (
            "Hall,,,1 Quay Street CB6 1AA,Ely,,,",
            "The postcode CB6 1AA stands in the address. We moved it.",
            (0.26, 52.4),
        ),
        ("Hall,,,,,CB6 1AA,0,0", "We left it out", (0.26, 52.4)),
        ("Hall,,,,,CB6 1AA,52.401,0.261", "wrong way round", (0.261, 52.401)),
        ("Hall,,,,,CB6 1AA,554100,280400", "metres of the British National Grid", (0.264, 52.4)),
        ("Hall,,,,,CB6 1AA,0.30,52.40", "2.7 km (1.7 miles) in a straight line apart", (0.3, 52.4)),
        ("Hall,,,,,,-3.2,55.9", "outside the area this directory covers", (-3.2, 55.9)),
        ("Hall,,,,,CB6 1AA,9999999,1", "No point in Britain", (0.26, 52.4)),
        ("Hall,,Teashop,,,CB6 1AA,,", "We do not know this kind", (0.26, 52.4)),
    ],
)
def test_places_and_kinds(
    factory: Factory, tmp_path: Path, row: str, words: str, where: tuple[float, float] | None
) -> None:
    fate = only(bring_in(factory, tmp_path, row))
    assert fate.fate == "new"
    assert words in said(fate)
    assert point(factory) == where
    assert all(one.row == 2 and one.todo for one in fate.problems)


@pytest.mark.parametrize(
    ("cells", "words", "where", "precision"),
    [
        (",TL 541 804", "", (0.264, 52.4), "postcode"),
        (",TL5410080400", "", (0.264, 52.4), "exact"),
        (",TL 54 80", "", (0.27, 52.401), "sector"),
        ("CB6 1AA,TL 54 80", "a square of 1 km, so we took the postcode", (0.26, 52.4), "postcode"),
        ("CB6 1AA,TL 54 8", "We cannot read this as a point", (0.26, 52.4), "postcode"),
    ],
)
def test_grid_references(
    factory: Factory, tmp_path: Path, cells: str, words: str, where: tuple[float, float], precision: str
) -> None:
    path = tmp_path / "squares.csv"
    path.write_text(f"Name,Postcode,Grid ref\nHall,{cells}", encoding="utf-8")
    found = propose_for_file(path, name="squares")
    report = ingest_file(factory, path, source=found.to_source("squares"), apply=True)
    fate = only(report)
    assert (fate.fate, fate.precision) == ("new", precision)
    assert words in said(fate)
    assert point(factory) == where


# In metres of the National Grid: 100 m each way, 300 m, and 2 km.
HALL = "POLYGON ((554100 280400, 554200 280400, 554200 280500, 554100 280500, 554100 280400))"
FIELD = "POLYGON ((554100 280400, 554400 280400, 554400 280700, 554100 280700, 554100 280400))"
PARISH = "MULTIPOLYGON (((554000 280000, 556000 280000, 556000 282000, 554000 282000, 554000 280000)))"
IN_DEGREES = '{"type": "Polygon", "coordinates": [[[0.2, 52.3], [0.3, 52.3], [0.3, 52.4], [0.2, 52.3]]]}'


@pytest.mark.parametrize(
    ("postcode", "outline", "words", "where", "drawn_km2"),
    [
        ("", HALL, "", (0.264, 52.4), None),
        ("", f"SRID=27700;{HALL}", "", (0.264, 52.4), None),
        ("", "SRID=27700;POINT (554100 280400)", "", (0.264, 52.4), None),
        (
            "CB6 1AA",
            "SRID=27700;POINT (9999999 1)",
            "No point in Britain has these numbers",
            (0.26, 52.4),
            None,
        ),
        ("", '{"type": "Point", "coordinates": [0.0, 52.4]}', "", (0.0, 52.4), None),
        ("CB6 1AA", FIELD, "too large for a place and too small for an area", (0.26, 52.4), None),
        ("CB6 1AA", PARISH, "We took this outline (4 km²) as the area it serves", (0.26, 52.4), 4),
        ("", PARISH, "as the area it serves", None, 4),
        ("CB6 1AA", IN_DEGREES, "as the area it serves", (0.26, 52.4), 38),
        (
            "CB6 1AA",
            "LINESTRING (554100 280400, 554200 280400)",
            "no point and no outline",
            (0.26, 52.4),
            None,
        ),
        ("CB6 1AA", "POLYGON ((554100 280400, here))", "could not read where", (0.26, 52.4), None),
    ],
)
def test_outlines_of_places_and_of_areas(
    factory: Factory,
    tmp_path: Path,
    postcode: str,
    outline: str,
    words: str,
    where: tuple[float, float] | None,
    drawn_km2: float | None,
) -> None:
    path = tmp_path / "shapes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Name", "Postcode", "WKT"], ["Hall", postcode, outline]])
    found = propose_for_file(path, name="shapes")
    fate = only(ingest_file(factory, path, source=found.to_source("shapes"), apply=True))
    assert fate.fate == "new"
    assert words in said(fate)
    assert bool(words) == bool(said(fate))
    assert point(factory) == where
    with factory() as session:
        drawn = session.scalar(text("SELECT coverage_km2 FROM face.entries"))
    assert (drawn and round(drawn)) == drawn_km2


def test_a_repair_is_offered_and_never_used(factory: Factory, tmp_path: Path) -> None:
    bring_in(factory, tmp_path, "Hall,,,,,CB6 IAA,,")
    with factory() as session:
        assert session.scalars(select(Place.postcode)).one() == "CB6 IAA"


def test_the_moved_postcode_leaves_the_address(factory: Factory, tmp_path: Path) -> None:
    bring_in(factory, tmp_path, 'Hall,,,"1 Quay Street, CB61AA",,ELY,,')
    with factory() as session:
        place = session.scalars(select(Place)).one()
        assert (place.address, place.town, place.postcode) == (["1 Quay Street"], "ELY", "CB6 1AA")


def test_twins_missing_names_and_no_licence(factory: Factory, tmp_path: Path) -> None:
    report = bring_in(
        factory,
        tmp_path,
        "Hall,Tea,,,,CB6 1AA,,",
        "Hall,Tea,,,,CB6 1AA,,",
        "HALL,Coffee,,,,cb61aa,,",
        ",Tea,,,,CB6 1AA,,",
    )
    assert [row.fate for row in report.rows] == ["new", "refused", "refused", "refused"]
    assert "exactly the same as row 2" in said(report.rows[1])
    assert "the same thing as row 2" in said(report.rows[2])
    assert "no name" in said(report.rows[3])
    assert any("No licence is named" in note.what for note in report.notes)


@pytest.mark.parametrize(
    ("about", "kept", "held"),
    [
        ("Ring Ann on 07700 900123.", "Ring Ann on [held back].", ("phone", "07700 900123")),
        ("Mail ann.example@gmail.com now", "Mail [held back] now", ("email", "ann.example@gmail.com")),
        ("Mail ann.smith@hall.example.org", "Mail [held back]", ("email", "ann.smith@hall.example.org")),
        ("Ring 01353 700001", "Ring 01353 700001", None),
        ("Mail info@hall.example.org", "Mail info@hall.example.org", None),
        ("<p>Tea &amp; cake</p><script>alert(1)</script>", "Tea & cake", None),
        ("one<br>two", "one two", None),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3", None),
    ],
)
def test_words_are_plain_and_hold_nobodys_own_contact(
    factory: Factory, tmp_path: Path, about: str, kept: str, held: tuple[str, str] | None
) -> None:
    fate = only(bring_in(factory, tmp_path, f'Hall,"{about}",,,,CB6 1AA,,'))
    with factory() as session:
        description = session.scalars(select(Entry.description)).one() or ""
        contacts = session.execute(select(Contact.kind, Contact.value, Contact.public)).all()
        shown = session.scalars(text("SELECT detail FROM face.entries")).one()
    assert " ".join(description.split()) == kept
    assert [tuple(one) for one in contacts] == ([(*held, False)] if held else [])
    if held:
        assert held[1] not in shown
        assert "hold it back" in said(fate)
