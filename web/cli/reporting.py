"""An import's report in plain lines for a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.report import IngestReport, Problem, RowFate

MOST_LINES = 40
FATE_WORDS = {
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "refused": "refused",
    "gone": "gone from the source",
    "conflict": "in conflict with a curator",
}
_MARKS = {"refused": "REFUSED", "gone": "GONE", "conflict": "CONFLICT"}


def describe_report(report: "IngestReport") -> Iterator[str]:
    """Totals, what changes, then every problem with what to do."""
    from ingest.report import ALWAYS_SHOWN, LOCATED_WORDS

    yield f"{report.file_name} as {report.source} ({report.read_as})"
    counts = report.counts
    yield f"{counts['rows']} rows: " + ", ".join(
        f"{counts[fate]} {words}"
        for fate, words in FATE_WORDS.items()
        if counts[fate] or fate in ALWAYS_SHOWN
    )
    if counts["possible_duplicates"]:
        yield f"Possible duplicates: {counts['possible_duplicates']}"
    if report.located:
        yield "Located: " + ", ".join(f"{n} {LOCATED_WORDS[how]}" for how, n in report.located.items())
    changed = [row for row in report.rows if row.changes]
    yield from _shortened([line for row in changed for line in _changes(row)], "changes")
    problems: list[tuple[RowFate | None, Problem]] = [(None, note) for note in report.notes]
    problems += [(row, problem) for row in report.rows for problem in row.problems]
    most = counts["problems"] + len(report.notes)
    yield from _shortened([_problem_line(row, problem) for row, problem in problems], "problems", most)
    yield from _ending(report)


def _ending(report: "IngestReport") -> Iterator[str]:
    from ingest.report import SAY_SO

    stored = f"Report {report.run_id} is stored."
    if report.refused:
        refused = report.refused.replace(f"{SAY_SO}.", f"{SAY_SO}: --may-vanish 1.")
        yield f"Nothing was done. {refused} {stored}"
    elif report.does_nothing:
        yield f"Nothing was done: no row could be used. {stored}"
    elif report.applied:
        yield f"Done. {stored}"
        yield f"To take it back: hereabouts ingest undo {report.run_id}"
    else:
        yield f"This was a dry run: no entry was touched. {stored}"
        yield "Add --apply to do it."


def _changes(row: "RowFate") -> Iterator[str]:
    yield f"  row {row.row}, {row.name}:"
    for change in row.changes:
        yield f"    {change.words}"


def _problem_line(row: "RowFate | None", problem: "Problem") -> str:
    mark = _MARKS.get(row.fate, "look at") if row else "look at"
    name = f" ({row.name})" if row and row.name else ""
    where = _where(problem) or "the file"
    return f"  {mark} {where}{name}: {problem.what} {problem.todo}"


def _where(problem: "Problem") -> str:
    parts = [f"row {problem.row}" if problem.row is not None else "", problem.column or ""]
    shown = f"“{problem.value}”" if problem.value else ""
    return " ".join(part for part in (", ".join(part for part in parts if part), shown) if part)


def _shortened(lines: list[str], what: str, most: int | None = None) -> Iterator[str]:
    if not lines:
        return
    yield f"{what.capitalize()}:"
    yield from lines[:MOST_LINES]
    left = max(len(lines), most or 0) - MOST_LINES
    if left > 0:
        yield f"  and {left} more {what}"
