"""A stored run as a CSV file: each row's fate, what changed, what is wrong and what to do."""

import csv
from collections.abc import Iterator
from typing import IO, Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.entries.differences import Change
from api.errors import NotFound
from api.models import IngestRowFate, IngestRun
from ingest import queries_runs

_COLUMNS: Final = (
    "row",
    "key",
    "name",
    "fate",
    "entry",
    "changes",
    "may be a duplicate of",
    "column",
    "value",
    "problem",
    "what to do",
)
# Spreadsheets run what starts with these as a formula; a tab or a line end before them is no help.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_report(session: Session, run_id: UUID, file: IO[str]) -> int:
    """A line for each row of the run and each of its problems. Returns how many. Raises NotFound."""
    get_run(session, run_id)
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    written = 0
    for fate in queries_runs.run_fates(session, run_id):
        for line in _lines(fate):
            writer.writerow([harmless(cell) for cell in line])
            written += 1
    return written


def _lines(fate: IngestRowFate) -> Iterator[list[str]]:
    changes = "; ".join(Change(**one).words for one in fate.changes)
    number = str(fate.row_no) if fate.row_no > 0 else ""
    like = " ".join(map(str, fate.looks_like))
    start = [number, fate.row_key, fate.name, fate.fate, str(fate.entry_id or ""), changes, like]
    problems: list[dict[str, Any]] = fate.problems or [{}]
    for one in problems:
        cells = [*start, one.get("column"), one.get("value"), one.get("what"), one.get("todo")]
        yield [cell or "" for cell in cells]


def harmless(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def get_run(session: Session, run_id: UUID) -> IngestRun:
    run = queries_runs.find_run(session, run_id)
    if run is None:
        raise NotFound("There is no such import. The list of imports shows those there are.")
    return run


def list_runs(session: Session, *, limit: int = 20) -> list[IngestRun]:
    """The newest runs, newest first."""
    return queries_runs.newest_runs(session, limit)
