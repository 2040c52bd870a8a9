"""Undoing an import: the directory and its face are, row for row, what they were."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.entries.schemas import EntryDraft
from api.entries.service import ToSave, save_entry
from api.errors import BadInput, NotFound
from api.models import Entry, IngestRun, Revision
from ingest.report import IngestReport
from ingest.run import Rules, ingest_file
from ingest.undo import Undone, undo_run
from tests.conftest import Directory
from tests.ingest.conftest import SOURCE, add_postcodes
from tests.ingest.snapshots import snapshot

Rewrite = Callable[[Callable[[list[list[str]]], None]], Path]
NAME, POSTCODE, SUNDAY = 1, 5, 17


@pytest.fixture
def factory_of(scratch: Directory) -> Iterator[sessionmaker[Session]]:
    with scratch.engine() as engine:
        factory = sessionmaker(engine, expire_on_commit=False)
        with factory.begin() as session:
            add_postcodes(session)
        yield factory


def bring_in(factory: sessionmaker[Session], path: Path, **more: Any) -> IngestReport:
    return ingest_file(factory, path, source=SOURCE, apply=True, **more)


def undo(factory: sessionmaker[Session], run_id: UUID, **more: Any) -> Undone:
    with factory.begin() as session:
        return undo_run(session, run_id, **more)


def correct(factory: sessionmaker[Session], name: str, changes: dict[str, Any]) -> None:
    with factory.begin() as session:
        entry = session.scalars(select(Entry).where(Entry.name == name)).one()
        newest = select(Revision.document).where(
            Revision.entry_id == entry.id, Revision.version == entry.version
        )
        draft = EntryDraft.model_validate({**(session.scalar(newest) or {}), **changes})
        save_entry(session, ToSave(draft, entry.id), by="Curator", why="Put right by phone")


def much_changed(rows: list[list[str]]) -> None:
    """One renamed and its hours changed, one moved, one gone, one new in the building of another."""
    rows[1][NAME], rows[1][SUNDAY] = "Marsh Ely New Library", "12:00-16:00"
    rows[4][POSTCODE] = "CB6 1AE"
    rows.append(["Another council", "Hub beside the library", *rows[3][2:]])
    rows[-1][-2] = "https://libraries.example.org/hub"
    del rows[2]


def test_the_first_import_undone_leaves_nothing(
    scratch: Directory, factory_of: sessionmaker[Session], libraries: Path
) -> None:
    bring_in(factory_of, libraries)
    empty = snapshot(scratch)
    undone = undo(factory_of, last_run(factory_of))
    assert (undone.removed, undone.restored) == (5, 0)
    left = {table: len(rows) for table, rows in snapshot(scratch).items() if rows != empty[table]}
    assert {table for table, count in left.items() if count} == set()
    with factory_of() as session:
        assert session.scalars(select(Entry)).all() == []
    again = bring_in(factory_of, libraries)
    assert again.count("new") == 5


def last_run(factory: sessionmaker[Session]) -> UUID:
    with factory() as session:
        return session.scalars(select(IngestRun.id).order_by(IngestRun.started_at.desc()).limit(1)).one()


def test_a_later_import_undone_restores_every_row(
    scratch: Directory, factory_of: sessionmaker[Session], libraries: Path, rewritten: Rewrite
) -> None:
    first = bring_in(factory_of, libraries, rules=Rules(when_gone="close"))
    correct(factory_of, "Old Wash Library", {"summary": "Ring first.", "contacts": []})
    before = snapshot(scratch)
    report = bring_in(factory_of, rewritten(much_changed))
    assert (report.count("new"), report.count("gone")) == (1, 1)
    assert report.count("changed") + report.count("conflict") >= 2
    assert snapshot(scratch) != before
    with pytest.raises(BadInput, match="Undo that one first"):
        undo(factory_of, first.run_id)
    undone = undo(factory_of, report.run_id)
    assert (undone.removed, undone.kept, undone.shared) == (1, (), 0)
    assert snapshot(scratch) == before
    with pytest.raises(BadInput, match="undone already"):
        undo(factory_of, report.run_id)
    assert bring_in(factory_of, libraries).count("unchanged") == 5


def test_an_undone_version_is_history_and_not_lost(
    factory_of: sessionmaker[Session], libraries: Path, rewritten: Rewrite
) -> None:
    bring_in(factory_of, libraries)
    report = bring_in(factory_of, rewritten(much_changed))
    undo(factory_of, report.run_id)
    with factory_of() as session:
        entry = session.scalars(select(Entry).where(Entry.name == "Marsh Ely Library")).one()
        history = session.scalars(
            select(Revision).where(Revision.entry_id == entry.id).order_by(Revision.version)
        ).all()
    assert [one.version for one in history] == [1, 2, 3]
    assert entry.version == 3
    assert history[2].document == history[0].document
    assert "Undid the import" in history[2].made_why


def test_what_somebody_changed_since_is_kept_or_stops_the_undoing(
    scratch: Directory, factory_of: sessionmaker[Session], libraries: Path, rewritten: Rewrite
) -> None:
    bring_in(factory_of, libraries)
    report = bring_in(factory_of, rewritten(much_changed))
    correct(factory_of, "Marsh Ely New Library", {"summary": "Moved upstairs."})
    before = snapshot(scratch)
    with pytest.raises(BadInput, match="Marsh Ely New Library"):
        undo(factory_of, report.run_id)
    assert snapshot(scratch) == before
    undone = undo(factory_of, report.run_id, keep_edited=True)
    assert undone.kept == ("Marsh Ely New Library",)
    with factory_of() as session:
        names = set(session.scalars(select(Entry.name)))
    assert "Marsh Ely New Library" in names
    assert "Hub beside the library" not in names


def test_only_an_applied_import_can_be_undone(factory_of: sessionmaker[Session], libraries: Path) -> None:
    dry = ingest_file(factory_of, libraries, source=SOURCE, apply=False)
    with pytest.raises(BadInput, match="changed nothing"):
        undo(factory_of, dry.run_id)
    with pytest.raises(NotFound):
        undo(factory_of, UUID(int=1))
