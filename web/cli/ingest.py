"""`hereabouts ingest`: brings a file of a known source in, or shows what that would do."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from web.cli.shared import REFUSED, current_database, plain_errors, say

if TYPE_CHECKING:
    from ingest.report import IngestReport, Problem, Progress

SOME_REFUSED = 3
MOST_LINES = 40
FATE_WORDS = {
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "refused": "refused",
    "gone": "gone from the file",
}
PRECISION_WORDS = {
    "exact": "exactly",
    "postcode": "by postcode",
    "sector": "by part of the postcode",
    "outcode": "by postcode district",
    "place": "by town or village only",
    "nowhere": "nowhere",
}


def ingest(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or TSV file, in any usual encoding.")],
    source: Annotated[str, typer.Option(help="Which known source the file is from.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it. Without this, nothing but the report is kept.")
    ] = False,
) -> None:
    """Bring a file in. Shows what would happen; --apply does it.

    Exit code 0: clean. 3: some rows were refused. 1: nothing was done.
    """
    from api.db import make_engine, make_session_factory
    from api.settings import get_settings
    from ingest.readers import check_file
    from ingest.run import ingest_file
    from ingest.sources import get_source

    with plain_errors():
        # Before a database is started for nothing.
        get_source(source)
        check_file(file)
    with current_database(get_settings()) as database:
        engine = make_engine(database.url)
        try:
            with _progress() as progress:
                factory = make_session_factory(engine)
                report = ingest_file(factory, file, source=source, apply=apply, progress=progress)
        finally:
            engine.dispose()
    for line in describe_report(report):
        say(line)
    raise typer.Exit(exit_code(report))


def exit_code(report: "IngestReport") -> int:
    if report.does_nothing:
        return REFUSED
    return SOME_REFUSED if report.count("refused") else 0


def describe_report(report: "IngestReport") -> Iterator[str]:
    """The report in plain lines: totals, what changes, then every problem with what to do."""
    yield f"{report.file_name} as {report.source} ({report.read_as})"
    counts = report.counts
    yield f"{counts['rows']} rows: " + ", ".join(
        f"{counts[fate]} {words}" for fate, words in FATE_WORDS.items() if counts[fate] or fate != "gone"
    )
    if report.located:
        yield "Located: " + ", ".join(
            f"{count} {PRECISION_WORDS[how]}" for how, count in report.located.items()
        )
    yield from _shortened(list(_changes(report)), "changes")
    yield from _shortened(list(_problem_lines(report)), "problems")
    if report.does_nothing:
        yield f"Nothing was done: no row could be used. Report {report.run_id} is stored."
    elif report.applied:
        yield f"Done. Report {report.run_id} is stored."
    else:
        yield f"This was a dry run: no entry was touched. Report {report.run_id} is stored."
        yield "Add --apply to do it."


def _changes(report: "IngestReport") -> Iterator[str]:
    for row in report.rows:
        if row.fate == "changed":
            yield f"  row {row.row}, {row.name}: changed {', '.join(row.fields)}"


def _problem_lines(report: "IngestReport") -> Iterator[str]:
    for row, problem in report.problems():
        mark = "REFUSED" if row.fate == "refused" else "GONE" if row.fate == "gone" else "look at"
        name = f" ({row.name})" if row.name else ""
        yield f"  {mark} {_where(problem)}{name}: {problem.what} {problem.todo}"


def _where(problem: "Problem") -> str:
    parts = [f"row {problem.row}" if problem.row is not None else "", problem.column or ""]
    shown = f"“{problem.value}”" if problem.value else ""
    return " ".join(part for part in (", ".join(part for part in parts if part), shown) if part)


def _shortened(lines: list[str], what: str) -> Iterator[str]:
    if not lines:
        return
    yield f"{what.capitalize()}:"
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"  and {len(lines) - MOST_LINES} more {what}"


@contextmanager
def _progress() -> Iterator["Progress | None"]:
    """A bar with rate and time left, for a person who watches; nothing into a pipe."""
    if not sys.stdout.isatty():
        yield None
        return
    from rich.progress import Progress as Bar

    with Bar(transient=True) as bar:
        task = bar.add_task("Rows", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
