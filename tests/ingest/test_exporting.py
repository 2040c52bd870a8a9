"""A stored run as CSV: every row and its problems, and no cell that a spreadsheet would run."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from api.editing.service import list_revisions
from api.errors import NotFound
from ingest.exporting import harmless, list_runs, write_report
from ingest.provenance import list_origins, provenance
from ingest.run import ingest_file
from tests.ingest.test_checks import bring_in
from tests.ingest.test_run import bring_in as bring_in_libraries
from tests.ingest.test_run import correct, entries
from tests.people import make_actor

Factory = sessionmaker[Session]


def report_of(factory: Factory, run_id: object) -> list[dict[str, str]]:
    file = StringIO(newline="")
    with factory() as session:
        write_report(session, run_id, file)  # type: ignore[arg-type]
    file.seek(0)
    return list(csv.DictReader(file))


def test_every_row_is_there_with_what_to_do(factory: Factory, tmp_path: Path) -> None:
    report = bring_in(factory, tmp_path, "Hall,,,,,CB6 IAA,,", ",Tea,,,,CB6 1AA,,", "Barn,,,,,CB6 1AB,,")
    lines = report_of(factory, report.run_id)
    assert {line["row"]: line["fate"] for line in lines} == {"2": "new", "3": "refused", "4": "new"}
    bad = next(line for line in lines if line["value"] == "CB6 IAA")
    assert (bad["column"], bad["name"]) == ("Postcode", "Hall")
    assert "CB6 1AA" in bad["what to do"]


def test_hostile_cells_are_kept_as_text(factory: Factory, tmp_path: Path) -> None:
    hostile = "=HYPERLINK(1)"
    report = bring_in(factory, tmp_path, f"{hostile},@x,-1+1,+44,=1,=cmd|x,,", f"{hostile},,,,,=cmd|x,,")
    with factory() as session:
        assert hostile in entries(factory)
        assert list_runs(session)[0].id == report.run_id
    cells = [cell for line in report_of(factory, report.run_id) for cell in line.values()]
    assert f"'{hostile}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"])
def test_a_formula_becomes_words(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("a=1") == "a=1"


def test_changes_are_told_old_and_new(factory: Factory, tmp_path: Path) -> None:
    bring_in(factory, tmp_path, "Hall,Tea,,,,CB6 1AA,,")
    report = bring_in(factory, tmp_path, "Hall,Cake,,,,CB6 1AA,,")
    assert report_of(factory, report.run_id)[0]["changes"] == "description: Tea → Cake"


def test_a_run_that_is_not_there(factory: Factory, libraries: Path) -> None:
    report = ingest_file(factory, libraries, source="cambridgeshire-libraries", apply=False)
    assert len(report_of(factory, report.run_id)) >= 5
    with factory() as session, pytest.raises(NotFound):
        write_report(session, report.run_id.__class__(int=7), StringIO())


def test_every_fact_knows_where_it_came_from(factory: Factory, libraries: Path) -> None:
    bring_in_libraries(factory, libraries)
    correct(factory, "Marsh Ely Library", {"summary": "Moved upstairs."})
    with factory() as session:
        library = entries(factory)["Marsh Ely Library"].id
        lines = list_revisions(session, make_actor(session, "admin"), library)
        origins = provenance(lines, list_origins(session, library, lines))
    assert (origins["summary"].by, origins["summary"].source) == ("Curator", None)
    name = origins["place.postcode"]
    assert (name.source, name.file_name, name.row) == (
        "Public libraries in Cambridgeshire",
        "libraries.csv",
        2,
    )
