"""A file that lost too much, or a name that must be there, is not believed."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from api.models import Entry, IngestRun
from ingest.report import IngestReport
from ingest.run import Rules, ingest_file
from tests.ingest.conftest import SOURCE
from tests.ingest.test_run import correct

Factory = sessionmaker[Session]
Rewrite = Callable[[Callable[[list[list[str]]], None]], Path]


def bring_in(factory: Factory, path: Path, *, apply: bool = True, rules: Rules | None = None) -> IngestReport:
    return ingest_file(factory, path, source=SOURCE, apply=apply, rules=rules)


def keep_two(rows: list[list[str]]) -> None:
    del rows[3:]


def running(factory: Factory) -> int:
    with factory() as session:
        return session.scalar(select(func.count()).select_from(Entry).where(Entry.state == "running")) or 0


def test_half_a_file_is_refused_whole(factory: Factory, libraries: Path, rewritten: Rewrite) -> None:
    bring_in(factory, libraries, rules=Rules(when_gone="close"))
    before = running(factory)
    report = bring_in(factory, rewritten(keep_two))
    assert report.does_nothing
    assert "3 of 5 rows" in (report.refused or "")
    assert running(factory) == before
    with factory() as session:
        run = session.get_one(IngestRun, report.run_id)
        assert (run.state, run.note) == ("refused", report.refused)
    assert bring_in(factory, libraries).count("unchanged") == 5


def test_a_dry_run_shows_what_would_be_gone(factory: Factory, libraries: Path, rewritten: Rewrite) -> None:
    bring_in(factory, libraries)
    report = bring_in(factory, rewritten(keep_two), apply=False)
    assert report.refused
    assert (report.count("gone"), report.count("unchanged")) == (3, 2)


def test_a_person_may_allow_it(factory: Factory, libraries: Path, rewritten: Rewrite) -> None:
    bring_in(factory, libraries)
    before = running(factory)
    report = bring_in(factory, rewritten(keep_two), rules=Rules(may_vanish=1, when_gone="close"))
    assert (report.refused, report.count("gone")) == (None, 3)
    assert running(factory) == before - 2  # one of the three was closed already


def test_a_name_that_must_be_there(factory: Factory, libraries: Path, rewritten: Rewrite) -> None:
    assert bring_in(factory, libraries, rules=Rules(canaries=("marsh ely library",))).refused is None

    def change(rows: list[list[str]]) -> None:
        del rows[1]

    report = bring_in(factory, rewritten(change))
    assert "marsh ely library" in (report.refused or "")
    assert bring_in(factory, libraries).count("unchanged") == 5


def test_what_somebody_corrected_is_not_closed_for_being_gone(
    factory: Factory, libraries: Path, rewritten: Rewrite
) -> None:
    bring_in(factory, libraries, rules=Rules(when_gone="archive"))
    correct(factory, "Marsh Ely Library", {"summary": "Moved upstairs."})

    def change(rows: list[list[str]]) -> None:
        del rows[1:3]

    report = bring_in(factory, rewritten(change))
    gone = {row.name: row.problems[0].what for row in report.rows if row.fate == "gone"}
    assert "stays as it is" in gone["Marsh Ely Library"]
    assert "out of the public directory" in gone["Café Library – St Anna’s"]
    with factory() as session:
        stages = {entry.name: entry.stage for entry in session.scalars(select(Entry))}
    assert (stages["Marsh Ely Library"], stages["Café Library – St Anna’s"]) == ("published", "archived")
