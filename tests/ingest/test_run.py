"""Whole imports: nothing lost, nothing doubled, nothing overwritten that a curator had put right."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from api.entries.schemas import EntryDraft
from api.entries.service import ToSave, save_entry
from api.errors import BadInput, NotFound
from api.models import Entry, IngestRowFate, IngestRun, PostcodeRow, Revision, Source, SourceRow
from ingest.conflicts import list_conflicts, settle_conflict
from ingest.report import IngestReport
from ingest.run import ingest_file

SOURCE = "cambridgeshire-libraries"
Factory = sessionmaker[Session]
Rewrite = Callable[[Callable[[list[list[str]]], None]], Path]
NAME, POSTCODE, SUNDAY = 1, 5, 17


def bring_in(factory: Factory, path: Path, *, apply: bool = True) -> IngestReport:
    return ingest_file(factory, path, source=SOURCE, apply=apply)


def count(factory: Factory, model: Any) -> int:
    with factory() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def entries(factory: Factory) -> dict[str, Entry]:
    with factory() as session:
        return {entry.name: entry for entry in session.scalars(select(Entry))}


def correct(factory: Factory, name: str, changes: dict[str, Any]) -> None:
    """A curator's correction."""
    entry = entries(factory)[name]
    with factory.begin() as session:
        document = session.scalar(
            select(Revision.document)
            .where(Revision.entry_id == entry.id)
            .order_by(Revision.version.desc())
            .limit(1)
        )
        draft = EntryDraft.model_validate({**(document or {}), **changes})
        save_entry(session, ToSave(draft, entry.id), by="Curator", why="Put right by phone")


def test_a_dry_run_keeps_its_report_and_nothing_else(factory: Factory, libraries: Path) -> None:
    report = bring_in(factory, libraries, apply=False)
    assert report.counts == {
        "rows": 5,
        "new": 5,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
        "gone": 0,
        "conflict": 0,
        "possible_duplicates": 0,
        "located": {"nowhere": 1, "postcode": 4},
        "problems": 6,
    }
    assert (count(factory, Entry), count(factory, SourceRow), count(factory, Revision)) == (0, 0, 0)
    with factory() as session:
        run = session.get(IngestRun, report.run_id)
        assert run is not None
        assert (run.applied, run.file_name, run.counts) == (False, "libraries.csv", report.counts)
        assert session.get(Source, SOURCE) is not None
    assert count(factory, IngestRowFate) == 5
    assert all(row.entry_id is None for row in report.rows)


def test_apply_then_the_same_again(factory: Factory, libraries: Path) -> None:
    assert bring_in(factory, libraries).count("new") == 5
    before = {name: (entry.id, entry.version, entry.updated_at) for name, entry in entries(factory).items()}
    revisions = count(factory, Revision)
    again = bring_in(factory, libraries)
    assert again.count("unchanged") == 5
    assert again.located == {"nowhere": 1, "postcode": 4}
    after = {name: (entry.id, entry.version, entry.updated_at) for name, entry in entries(factory).items()}
    assert after == before
    assert count(factory, Revision) == revisions


def test_a_library_on_longitude_zero_is_located(factory: Factory, libraries: Path) -> None:
    report = bring_in(factory, libraries)
    assert [row.precision for row in report.rows if row.name == "Meridian Library"] == ["postcode"]


def test_a_place_we_cannot_find_is_in_and_said(factory: Factory, libraries: Path) -> None:
    report = bring_in(factory, libraries)
    row = next(row for row in report.rows if row.name == "Long Drove Library")
    assert (row.fate, row.precision) == ("new", None)
    assert any("do not know where" in problem.what for problem in row.problems)


def test_a_changed_row_changes_its_entry(factory: Factory, libraries: Path, rewritten: Rewrite) -> None:
    bring_in(factory, libraries)
    old = entries(factory)["Marsh Ely Library"]

    def change(rows: list[list[str]]) -> None:
        rows[1][NAME], rows[1][SUNDAY] = "Marsh Ely New Library", "12:00-16:00"

    report = bring_in(factory, rewritten(change))
    row = report.rows[0]
    assert (row.fate, row.entry_id, row.fields) == ("changed", old.id, ("name", "place name", "times"))
    assert report.count("unchanged") == 4
    new = entries(factory)["Marsh Ely New Library"]
    assert (new.id, new.version, new.slug) == (old.id, old.version + 1, old.slug)


def test_a_curators_correction_outlives_the_same_file(factory: Factory, libraries: Path) -> None:
    bring_in(factory, libraries)
    correct(factory, "Marsh Ely Library", {"summary": "Moved upstairs."})
    report = bring_in(factory, libraries)
    assert report.count("unchanged") == 5
    assert entries(factory)["Marsh Ely Library"].summary == "Moved upstairs."


def test_what_a_curator_and_the_file_changed_apart_both_stay(
    factory: Factory, libraries: Path, rewritten: Rewrite
) -> None:
    bring_in(factory, libraries)
    correct(factory, "Marsh Ely Library", {"summary": "Moved upstairs."})

    def change(rows: list[list[str]]) -> None:
        rows[1][SUNDAY] = "12:00-16:00"

    row = bring_in(factory, rewritten(change)).rows[0]
    assert (row.fate, row.fields) == ("changed", ("times",))
    assert "Sunday" in row.changes[0].words
    assert entries(factory)["Marsh Ely Library"].summary == "Moved upstairs."
    assert bring_in(factory, rewritten(change)).count("unchanged") == 5


def test_a_curators_correction_is_never_overwritten_and_the_new_value_is_offered(
    factory: Factory, libraries: Path, rewritten: Rewrite
) -> None:
    bring_in(factory, libraries)
    correct(factory, "Marsh Ely Library", {"name": "Marsh Ely Library and Hub"})

    def change(rows: list[list[str]]) -> None:
        rows[1][NAME] = "Marsh Ely Community Library"

    report = bring_in(factory, rewritten(change))
    assert report.rows[0].fate == "conflict"
    with factory() as session:
        waiting = list_conflicts(session)
        assert [(one.field, one.ours, one.theirs) for one in waiting] == [
            ("name", "Marsh Ely Library and Hub", "Marsh Ely Community Library")
        ]
    assert "Marsh Ely Library and Hub" in entries(factory)
    again = bring_in(factory, rewritten(change))
    assert again.rows[0].fate == "unchanged"
    assert "still waits" in again.rows[0].problems[0].what
    with factory.begin() as session:
        settle_conflict(session, waiting[0].id, take_source=True, by="Curator")
    assert "Marsh Ely Community Library" in entries(factory)
    settled = bring_in(factory, rewritten(change))
    assert (settled.rows[0].fate, settled.rows[0].problems) == ("unchanged", ())
    with factory.begin() as session, pytest.raises(NotFound):
        settle_conflict(session, waiting[0].id, take_source=False, by="Curator")


def test_a_source_that_comes_to_agree_withdraws_its_offer(
    factory: Factory, libraries: Path, rewritten: Rewrite
) -> None:
    bring_in(factory, libraries)
    correct(factory, "Marsh Ely Library", {"name": "Marsh Ely Hub"})

    def change(name: str) -> Callable[[list[list[str]]], None]:
        return lambda rows: rows[1].__setitem__(NAME, name)

    assert bring_in(factory, rewritten(change("Marsh Ely Centre"))).count("conflict") == 1
    report = bring_in(factory, rewritten(change("Marsh Ely Hub")))
    assert report.count("conflict") == 0
    with factory() as session:
        assert list_conflicts(session) == []


def test_file_and_curator_who_agree_have_no_conflict(
    factory: Factory, libraries: Path, rewritten: Rewrite
) -> None:
    bring_in(factory, libraries)
    correct(factory, "Old Wash Library", {"state": "running", "state_note": None})

    def change(rows: list[list[str]]) -> None:
        rows[3][10] = ""

    assert bring_in(factory, rewritten(change)).count("unchanged") == 5


def test_a_row_whose_entry_was_merged_into_another_overwrites_nothing_there(
    factory: Factory, libraries: Path, rewritten: Rewrite
) -> None:
    bring_in(factory, libraries)
    held = entries(factory)
    with factory.begin() as session:
        session.execute(
            update(SourceRow)
            .where(SourceRow.entry_id == held["Marsh Ely Library"].id)
            .values(entry_id=held["Old Wash Library"].id)
        )

    def change(rows: list[list[str]]) -> None:
        rows[1][SUNDAY] = "12:00-16:00"

    report = bring_in(factory, rewritten(change))
    assert report.rows[0].fate == "conflict"
    assert "Old Wash Library" in entries(factory)


def test_a_row_that_is_gone_leaves_its_entry(factory: Factory, libraries: Path, rewritten: Rewrite) -> None:
    bring_in(factory, libraries)

    def change(rows: list[list[str]]) -> None:
        del rows[2]

    report = bring_in(factory, rewritten(change))
    assert (report.count("gone"), report.count("unchanged")) == (1, 4)
    gone = report.rows[-1]
    assert (gone.row, gone.name) == (None, "Café Library – St Anna’s")
    assert len(entries(factory)) == 5
    with factory() as session:
        numbers = session.scalars(select(IngestRowFate.row_no).where(IngestRowFate.run_id == report.run_id))
        assert sorted(numbers) == [-1, 2, 3, 4, 5]


def test_a_faulty_row_is_refused_and_its_neighbours_stored(
    factory: Factory, libraries: Path, rewritten: Rewrite
) -> None:
    def change(rows: list[list[str]]) -> None:
        rows[1][NAME] = ""
        rows[2][NAME] = "x" * 600
        rows[4] = list(rows[3])

    report = bring_in(factory, rewritten(change))
    assert [row.fate for row in report.rows] == ["refused", "refused", "new", "refused", "new"]
    whats = [" ".join(problem.what for problem in row.problems) for row in report.rows]
    assert "no name" in whats[0]
    assert "200 characters" in whats[1]
    assert "row 4" in whats[3]
    assert len(entries(factory)) == 2


def test_an_import_that_stops_half_way_leaves_nothing(factory: Factory, libraries: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest_file(factory, libraries, source=SOURCE, apply=True, progress=stop)
    assert (count(factory, Entry), count(factory, IngestRowFate), count(factory, SourceRow)) == (0, 0, 0)
    with factory() as session:
        assert [run.state for run in session.scalars(select(IngestRun))] == ["stopped"]


def test_an_unknown_source_lists_the_known(factory: Factory, libraries: Path) -> None:
    with pytest.raises(BadInput, match="cambridgeshire-libraries"):
        ingest_file(factory, libraries, source="nope", apply=True)


def test_the_real_libraries(factory: Factory, test_data: Path) -> None:
    path = test_data / "directories" / "libraries_cambridgeshire.csv"
    codes = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
    with factory.begin() as session:
        for number, code in enumerate(sorted(_postcodes(codes))):
            session.add(PostcodeRow(code=code, quality=10, lon=0.1 + number / 1000, lat=52.3))
    report = bring_in(factory, path)
    assert (report.count("new"), report.located) == (44, {"postcode": 44})
    assert bring_in(factory, path).count("unchanged") == 44


def _postcodes(lines: list[str]) -> set[str]:
    return {found for line in lines for found in re.findall(r"\b[A-Z]{2}\d{1,2} \d[A-Z]{2}\b", line)}
