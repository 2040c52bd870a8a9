"""A small directory to import into: five invented libraries, and the postcodes of four of them."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from api.models import PostcodeRow

LIBRARIES = Path(__file__).parent.parent / "fixtures" / "ingest" / "libraries.csv"
SOURCE = "cambridgeshire-libraries"
Rewrite = Callable[[Callable[[list[list[str]]], None]], Path]


def add_postcodes(session: Session) -> None:
    """The invented postcodes. CB6 1AD lies on longitude 0."""
    points = {
        "CB61AA": (0.26, 52.40),
        "CB61AB": (0.27, 52.41),
        "CB61AE": (0.28, 52.42),
        "CB61AD": (0.0, 52.3),
    }
    for code, (lon, lat) in points.items():
        session.add(PostcodeRow(code=f"{code[:3]} {code[3:]}", quality=10, lon=lon, lat=lat))


@pytest.fixture
def libraries() -> Path:
    return LIBRARIES


@pytest.fixture
def factory(session: Session) -> sessionmaker[Session]:
    """Sessions whose commits the test rolls back, on a gazetteer that holds the invented postcodes."""
    add_postcodes(session)
    session.commit()
    return sessionmaker(
        session.connection(), join_transaction_mode="create_savepoint", expire_on_commit=False
    )


@pytest.fixture
def rewritten(tmp_path: Path) -> Rewrite:
    """The five libraries with a change made to their rows, as a file of its own."""

    def rewrite(change: Callable[[list[list[str]]], None]) -> Path:
        rows = list(csv.reader(StringIO(LIBRARIES.read_text(encoding="utf-8"), newline="")))
        change(rows)
        path = tmp_path / "libraries.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        return path

    return rewrite
