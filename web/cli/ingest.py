"""`hereabouts ingest`: brings a file in, or shows what that would do; its reports, conflicts and undoing."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from typer.core import TyperGroup

from web.cli.reporting import FATE_WORDS, describe_report
from web.cli.shared import REFUSED, current_database, directory_session, plain_errors, say

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
    from ingest.readers import check_file
    from ingest.run import Rules, ingest_file

    with plain_errors():
        # Before a database is started for nothing.
        check_file(file)
        rules = Rules(may_vanish, tuple(canary) if canary else None, when_gone)
        if propose:
            from ingest.proposing import propose_for_file

            say(propose_for_file(file, name=source).as_yaml())
            return
        given = _given_mapping(source, map_)
    _look_for_rings_seldom()
    with session_factory() as factory:
        known = _known_source(factory, source, map_, given, keep=apply)
        with _progress() as progress:
            report = ingest_file(factory, file, source=known, apply=apply, progress=progress, rules=rules)
    for line in describe_report(report):
        say(line)
    raise typer.Exit(exit_code(report))


def _look_for_rings_seldom() -> None:
    """Rows come and go by the million and make no rings, but the collector would look at all of them, and at
    all that is loaded, again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


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


@ingest.command()
def runs(limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20) -> None:
    """The newest imports, dry runs too."""
    from ingest.exporting import list_runs

    with directory_session() as session:
        for run in list_runs(session, limit=limit):
            how = run.state if run.state != "done" else "applied" if run.applied else "dry run"
            counts = ", ".join(f"{n} {FATE_WORDS[fate]}" for fate, n in run.counts.items() if _told(fate, n))
            say(f"{run.id}  {run.started_at:%Y-%m-%d %H:%M}  {run.source_code}  {run.file_name}  {how}")
            say(f"    {counts or run.note or 'no rows'}")


def _told(fate: str, count: object) -> bool:
    return fate in FATE_WORDS and bool(count)


@ingest.command()
def report(
    run: Annotated[UUID, typer.Argument(help="The number of the import.")],
    csv: Annotated[Path, typer.Option(help="Where to write it.")],
) -> None:
    """Every row of an import as CSV: its fate, what changed, what is wrong and what to do."""
    from ingest.exporting import write_report

    with directory_session() as session, csv.open("w", newline="", encoding="utf-8-sig") as file:
        written = write_report(session, run, file)
    say(f"{written} lines in {csv}.")


@ingest.command()
def undo(
    run: Annotated[UUID, typer.Argument(help="The number of the import.")],
    keep_edited: Annotated[
        bool, typer.Option("--keep-edited", help="Leave entries that somebody has changed since.")
    ] = False,
) -> None:
    """Take a whole import back: the directory is as it was before it."""
    from ingest.undo import undo_run

    with directory_session() as session, plain_errors():
        undone = undo_run(session, run, keep_edited=keep_edited)
    say(f"Undone: {undone.removed} entries taken away, {undone.restored} put back as they were.")
    if undone.kept:
        say(f"Left as somebody changed them: {', '.join(undone.kept)}.")
    if undone.shared:
        say(f"Left as somebody changed them: {undone.shared} places or organisations.")


@ingest.command()
def conflicts(
    source: Annotated[str | None, typer.Option(help="Of this source alone.")] = None,
) -> None:
    """Where a source says something new about what a curator put right."""
    from api.entries.wording import field_words, value_words
    from ingest.conflicts import list_conflicts

    with directory_session() as session:
        waiting = list_conflicts(session, source_code=source)
        for one in waiting:
            say(f"{one.id}  {one.name}: {field_words(one.field)}")
            say(f"    ours:   {value_words(one.field, one.ours)}")
            say(f"    {one.source_code}: {value_words(one.field, one.theirs)}")
    say("Nothing waits." if not waiting else "To decide: hereabouts ingest settle NUMBER --take source|ours")


@ingest.command()
def settle(
    conflict: Annotated[UUID, typer.Argument(help="The number that `conflicts` shows.")],
    take: Annotated[str, typer.Option(help="source or ours.")],
    by: Annotated[str, typer.Option(help="Your role.")] = "Curator",
) -> None:
    """Take the source's value, or keep ours."""
    from ingest.conflicts import settle_conflict

    if take not in ("source", "ours"):
        raise typer.BadParameter("Say source or ours.")
    with directory_session() as session, plain_errors():
        settle_conflict(session, conflict, take_source=take == "source", by=by)
    say("The source's value is taken." if take == "source" else "Ours stays.")


@ingest.command()
def maps(
    name: Annotated[str | None, typer.Argument(help="Show this one as YAML.")] = None,
) -> None:
    """The mappings we keep, or one of them as YAML to write into a file."""
    from api.errors import NotFound
    from ingest.saved import find_mapping, list_mappings

    with directory_session() as session, plain_errors():
        if name is None:
            for one in list_mappings(session):
                say(f"{one.name}  {one.changed_at:%Y-%m-%d}")
            return
        mapping = find_mapping(session, name)
        if mapping is None:
            raise NotFound(f"We keep no mapping called {name}.")
        say(mapping.as_yaml())
