"""`hereabouts ingest`: brings a file in, or shows what that would do; its reports, conflicts and undoing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from web.cli.reporting import describe_report
from web.cli.shared import REFUSED, current_database, plain_errors, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from ingest.mapping import KnownSource
    from ingest.report import IngestReport, Progress
    from ingest.saved import Mapping

SOME_REFUSED = 3
BRING_IN = "file"


class FileOrCommand(TyperGroup):
    """`hereabouts ingest FILE` is what people type most: what is no command of the group is a file."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [BRING_IN, *args]
        return super().parse_args(ctx, args)


ingest = typer.Typer(
    cls=FileOrCommand,
    help="Bring a file in: hereabouts ingest FILE --source NAME [--map FILE] [--apply]. Without --apply it "
    "only shows what would happen.",
    no_args_is_help=True,
)


@ingest.command(BRING_IN)
def bring_in(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of any kind we can read.")],
    source: Annotated[str, typer.Option(help="Which source the file is from.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it. Without this, nothing but the report is kept.")
    ] = False,
    map_: Annotated[
        str | None,
        typer.Option("--map", help="A mapping: a YAML file, or the name of one we keep. Kept with --apply."),
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Print a mapping for this file to look at and mend, and stop.")
    ] = False,
    may_vanish: Annotated[
        float | None,
        typer.Option(help="The share of rows that may be gone at once, 0.3 for 30 %. Kept for next time."),
    ] = None,
    canary: Annotated[
        list[str] | None,
        typer.Option(help="A name that must be in the file. Can be given again. Kept for next time."),
    ] = None,
    when_gone: Annotated[
        str | None,
        typer.Option(help="What happens to entries that are gone: keep, close or archive. Kept."),
    ] = None,
) -> None:
    """Bring a file in. Shows what would happen; --apply does it.

    Exit code 0: clean. 3: some rows were refused or wait for a person. 1: nothing was done.
    """
    from ingest.readers import check_file, read_bytes, read_sheet
    from ingest.run import Rules, ingest_file

    with plain_errors():
        # Before a database is started for nothing.
        check_file(file)
        rules = Rules(may_vanish, tuple(canary) if canary else None, when_gone)
        if propose:
            from ingest.proposing import propose_mapping

            say(propose_mapping(read_sheet(file.name, read_bytes(file)), name=source).as_yaml())
            return
        given = _given_mapping(source, map_)
    with session_factory() as factory:
        known = _known_source(factory, source, map_, given, keep=apply)
        with _progress() as progress:
            report = ingest_file(factory, file, source=known, apply=apply, progress=progress, rules=rules)
    for line in describe_report(report):
        say(line)
    raise typer.Exit(exit_code(report))


def _given_mapping(source: str, given: str | None) -> "Mapping | None":
    """The mapping of a file on disk. Raises BadInput for a source that nobody can know."""
    from ingest.saved import read_mapping

    if given is None:
        return None
    path = Path(given)
    return read_mapping(path) if path.is_file() or path.suffix in (".yaml", ".yml") else None


def _known_source(
    factory: "sessionmaker[Session]", source: str, given: str | None, mapping: "Mapping | None", *, keep: bool
) -> "KnownSource":
    """The source as code, with the mapping given, or with the one kept by that name or the source's."""
    from ingest.saved import find_mapping, keep_mapping
    from ingest.sources import KNOWN_SOURCES, get_source

    if given is None and source in KNOWN_SOURCES:
        return KNOWN_SOURCES[source]
    with plain_errors(), factory.begin() as session:
        mapping = mapping or find_mapping(session, given or source)
        if mapping is not None and keep:
            keep_mapping(session, mapping)
        return mapping.to_source(source) if mapping else get_source(source)


def exit_code(report: "IngestReport") -> int:
    if report.does_nothing:
        return REFUSED
    return SOME_REFUSED if report.count("refused") or report.count("conflict") else 0


@contextmanager
def session_factory() -> "Iterator[sessionmaker[Session]]":
    """Sessions on the directory: an import takes more than one transaction."""
    from api.db import make_engine, make_session_factory
    from api.settings import get_settings

    with current_database(get_settings()) as database:
        engine = make_engine(database.url)
        try:
            yield make_session_factory(engine)
        finally:
            engine.dispose()


@contextmanager
def _progress() -> Iterator["Progress | None"]:
    """A bar with rate and time left, for a person who watches; nothing into a pipe."""
    if not sys.stdout.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    rate = TextColumn("{task.fields[rate]} rows a second")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate)
    with Bar(*columns, TimeRemainingColumn(), transient=True) as bar:
        task = bar.add_task("Rows", total=None, rate="…")

        def show(done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=total, rate=f"{speed:,.0f}" if speed else "…")

        yield show
