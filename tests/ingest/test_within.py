"""A list held to some areas: each row is mapped once, whatever else has to know what it says."""

import gc
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from api.entries.schemas import EntryDraft
from ingest import within
from ingest.report import IngestReport
from ingest.run import ingest_file
from ingest.saved import ColumnMap, Mapping
from ingest.table import Row
from ingest.within import OUTSIDE, hold_to
from tests.factories import add_areas, square

HEADINGS = {"Ref": "key", "Name": "name", "Postcode": "postcode", "Mail": "email"}
CLUBS = Mapping(
    name="clubs", columns=[ColumnMap(heading=heading, means=means) for heading, means in HEADINGS.items()]
).to_source("clubs")
# CB6 1AD lies elsewhere.
POSTCODES = ("CB6 1AA", "CB6 1AB", "CB6 1AD", "CB6 1AE")


class Desk:
    """Brings lists in for HERE, and counts what is mapped and what is in memory meanwhile."""

    def __init__(self, factory: sessionmaker[Session], path: Path) -> None:
        self.factory, self.path = factory, path
        self.mapped: list[int] = []
        self.most = 0

    def bring_in(self, names: list[str]) -> IngestReport:
        self.mapped.clear()
        mails = {3: "nobody at home"}
        lines = [f"R{n},{name},{POSTCODES[n % 4]},{mails.get(n, '')}" for n, name in enumerate(names)]
        self.path.write_text("\n".join([",".join(HEADINGS), *lines]), encoding="utf-8")
        source = replace(CLUBS, map_row=self._map)
        with hold_to(self.factory, source, {"HERE"}) as held:
            return ingest_file(self.factory, self.path, source=held, apply=True, find_duplicates=None)

    def _map(self, row: Row) -> EntryDraft:
        self.mapped.append(row.number)
        self.most = max(self.most, sum(isinstance(one, EntryDraft) for one in gc.get_objects()))
        return CLUBS.map_row(row)


@pytest.fixture
def desk(
    session: Session, factory: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    add_areas(session, tmp_path, {"HERE": square(0.27, 52.41), "THERE": square(0.0, 52.3)})
    session.commit()
    monkeypatch.setattr(within, "_AT_ONCE", 7)
    monkeypatch.setattr(within, "_MOST_IN_MEMORY", 2_000)
    return Desk(factory, tmp_path / "clubs.csv")


def test_each_row_is_mapped_once_and_few_at_a_time_are_in_memory(desk: Desk) -> None:
    names = [f"Club number {n}" for n in range(60)]
    first = desk.bring_in(names)
    assert (first.count("new"), first.count("refused")) == (45, 15)
    assert desk.mapped == list(range(2, 62))
    assert desk.most < 20
    # The second time its keys are read before its rows are.
    second = desk.bring_in([name.replace("number 4", "no. 4") for name in names])
    assert (second.count("changed"), second.count("refused")) == (9, 15)
    assert second.count("unchanged") == 36
    assert desk.mapped == list(range(2, 62))


def test_what_is_wrong_with_a_row_is_said_once(desk: Desk) -> None:
    report = desk.bring_in(["In the first", "In the second", "Elsewhere", "No address"])
    said = {row.name: [one.what for one in row.problems] for row in report.rows}
    assert said["In the first"] == []
    assert said["Elsewhere"] == [OUTSIDE[0]]
    assert len(said["No address"]) == 1
    assert "mail" in said["No address"][0]
