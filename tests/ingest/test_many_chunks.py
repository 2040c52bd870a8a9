"""An import of many chunks: what is counted of all entries together is exact, and rows are read the same."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from api.face.service import rebuild_face
from ingest import chunks, run, storing
from ingest.report import Fate, IngestReport
from ingest.run import Rules, ingest_file
from ingest.saved import ColumnMap, Mapping

Factory = sessionmaker[Session]
POSTCODES = ("CB6 1AA", "CB6 1AB", "CB6 1AD", "CB6 1AE", "")
SOURCE = Mapping(
    name="many",
    columns=[
        ColumnMap(heading="Ref", means="key"),
        ColumnMap(heading="Name", means="name"),
        ColumnMap(heading="Type", means="kind"),
        ColumnMap(heading="Town", means="town"),
        ColumnMap(heading="Postcode", means="postcode"),
    ],
).to_source("many")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 7)
    monkeypatch.setattr(chunks, "MOST_WAITING", 25)


def write(path: Path, rows: list[tuple[str, ...]]) -> Path:
    lines = [",".join(row) for row in [("Ref", "Name", "Type", "Town", "Postcode"), *rows]]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def rows() -> list[tuple[str, ...]]:
    """Every fifth is in a town that nobody knows and has no postcode, so no pin."""
    return [
        (
            f"R{n}",
            f"Bellringers of hamlet {'abcdef'[n % 6] * 4}",
            ("group", "venue")[n % 2],
            "Ely" if POSTCODES[n % 5] else "Atlantis",
            POSTCODES[n % 5],
        )
        for n in range(40)
    ]


def bring_in(factory: Factory, path: Path, **rules: Any) -> IngestReport:
    return ingest_file(factory, path, source=SOURCE, apply=True, rules=Rules(**rules), find_duplicates=None)


def fates(report: IngestReport) -> dict[int, Fate]:
    return {row.row: row.fate for row in report.rows if row.row is not None}


def counted(session: Session) -> list[Any]:
    """The words, the tallies, the squares of the map, and the entries without a pin, as they are kept."""
    tables = ("words", "tallies", "squares", "without_pin")
    return [list(session.scalars(text(f"SELECT t::text FROM face.{one} t ORDER BY 1"))) for one in tables]


def assert_exact(factory: Factory) -> None:
    with factory.begin() as session:
        kept = counted(session)
        assert all(kept)
        assert rebuild_face(session).changed == 0
        assert counted(session) == kept


def test_words_and_squares_are_exact_after_every_run(factory: Factory, tmp_path: Path) -> None:
    given = rows()
    first = bring_in(factory, write(tmp_path / "many.csv", given))
    assert first.count("new") == 40
    assert_exact(factory)
    changed = [
        (ref, name.replace("Bellringers", "Campanologists"), kind, town, POSTCODES[(at + 1) % 5])
        if at % 3 == 0
        else (ref, name, kind, town, postcode)
        for at, (ref, name, kind, town, postcode) in enumerate(given[:36])
    ]
    second = bring_in(factory, write(tmp_path / "many.csv", changed), may_vanish=0.5, when_gone="close")
    assert (second.count("changed"), second.count("unchanged"), second.count("gone")) == (12, 24, 4)
    assert_exact(factory)


def test_a_row_that_is_refused_late_leaves_no_count_behind(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database takes the row and then cannot show it: its chunk is saved again in parts, without it."""
    plain = storing.project_entries

    def refuse(session: Session, ids: Any, **others: Any) -> None:
        plain(session, ids, **others)
        session.execute(
            text(
                "SELECT 1 / (CASE WHEN name = 'Unlucky' THEN 0 ELSE 1 END) FROM face.entries "
                "WHERE id = ANY (:ids)"
            ),
            {"ids": list(ids)},
        ).all()

    monkeypatch.setattr(storing, "project_entries", refuse)
    given = rows()
    given[17] = ("R17", "Unlucky", "group", "Ely", "CB6 1AA")
    report = bring_in(factory, write(tmp_path / "many.csv", given))
    assert (report.count("new"), report.count("refused")) == (39, 1)
    assert fates(report)[19] == "refused"
    assert_exact(factory)


def test_a_row_that_is_refused_late_takes_nothing_from_the_chunk_after_it(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next chunk was worked out while the row still seemed to be in: its address is free again."""
    plain = storing.project_entries
    fail = text(
        "SELECT 1 / (CASE WHEN name = 'Unlucky' AND kind = 'group' THEN 0 ELSE 1 END) FROM face.entries "
        "WHERE id = ANY (:ids)"
    )

    def refuse(session: Session, ids: Any, **others: Any) -> None:
        plain(session, ids, **others)
        session.execute(fail, {"ids": list(ids)}).all()

    monkeypatch.setattr(storing, "project_entries", refuse)
    given = rows()
    given[17] = ("R17", "Unlucky", "group", "Ely", "CB6 1AA")
    given[22] = ("R22", "Unlucky", "venue", "Ely", "CB6 1AA")
    report = bring_in(factory, write(tmp_path / "many.csv", given))
    assert (report.count("new"), report.count("refused")) == (39, 1)
    with factory.begin() as session:
        slugs = session.scalars(text("SELECT slug FROM face.entries WHERE name = 'Unlucky'")).all()
    assert slugs == ["unlucky"]
    assert_exact(factory)


def test_a_second_row_of_the_same_key_is_refused_in_a_later_chunk_too(
    factory: Factory, tmp_path: Path
) -> None:
    given = rows()
    given[30] = ("R2", "Another name", "no kind of ours", "Ely", "CB6 1AA")
    report = bring_in(factory, write(tmp_path / "many.csv", given))
    (refused,) = [row for row in report.rows if row.fate == "refused"]
    assert refused.row == 32
    # It is not looked at any further: nothing is said of its kind.
    assert [problem.what for problem in refused.problems] == ["This row is the same thing as row 4."]
