"""`hereabouts duplicates`: finds entries that may be one thing, merges them, or remembers they are two."""

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from web.cli.shared import REFUSED, directory_session, plain_errors, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.duplicates.service import ListedPair, Progress

MOST_SHOWN = 40
COLUMNS = (
    "score",
    "first_name",
    "first_address",
    "second_name",
    "second_address",
    "speaks_for",
    "speaks_against",
    "told_apart_earlier",
)
duplicates = typer.Typer(help="Entries that may be one thing.", invoke_without_command=True)

By = Annotated[str, typer.Option(help="Who decides: a role, never a person's name.")]
Why = Annotated[str, typer.Option(help="Why, in a few words.")]
MinScore = Annotated[float, typer.Option(min=0.01, max=1, help="From 0 to 1: how likely they must be.")]
CsvFile = Annotated[Path | None, typer.Option("--csv", help="Write all of them to this file.")]


@duplicates.callback()
def search(context: typer.Context, min_score: MinScore = 0.5, csv_file: CsvFile = None) -> None:
    """Compare all entries and keep those that may be one thing. Nothing is merged."""
    if context.invoked_subcommand is not None:
        return
    from api.duplicates.service import search_directory

    with directory_session() as session:
        with _progress() as progress:
            report = search_directory(session, least=min_score, progress=progress)
        say(f"{report.entries} entries compared. Pairs that may be one thing: {report.found}.")
        if report.remembered:
            say(f"Pairs told apart before and left alone: {report.remembered}.")
        _show(session, min_score, csv_file)


@duplicates.command("list")
def list_(min_score: MinScore = 0.5, csv_file: CsvFile = None) -> None:
    """Show the pairs the last search found, the likeliest first."""
    with directory_session() as session:
        _show(session, min_score, csv_file)


@duplicates.command()
def merge(
    keep: Annotated[str, typer.Argument(help="Id or address of the entry that stays.")],
    other: Annotated[str, typer.Argument(help="Id or address of the entry that goes into it.")],
    by: By,
    why: Why,
    choose: Annotated[
        list[str] | None, typer.Option(help="field=keep, field=merge or, for lists, field=both. Repeatable.")
    ] = None,
) -> None:
    """Make two entries one. What leads to the other leads to the one that stays."""
    from api.duplicates.merging import merge_entries
    from api.duplicates.service import get_entry_id

    choices = dict(_split(one) for one in choose or [])
    with plain_errors(), directory_session() as session:
        ids = [get_entry_id(session, one) for one in (keep, other)]
        done = merge_entries(session, keep_id=ids[0], merge_id=ids[1], choices=choices, by=by, why=why)
    say(f"Merged into {done.slug}, version {done.version}.")
    say(f"To take it back: hereabouts duplicates undo-merge {done.merge_id} --by ROLE --why WORDS")


def _split(choice: str) -> tuple[str, str]:
    field, equals, value = choice.partition("=")
    if not equals:
        typer.echo(f"“{choice}” is not a choice: write it as field=keep or field=merge.", err=True)
        raise typer.Exit(REFUSED)
    return field.strip(), value.strip()


@duplicates.command("not-a-duplicate")
def not_a_duplicate(
    one: Annotated[str, typer.Argument(help="Id or address of an entry.")],
    other: Annotated[str, typer.Argument(help="Id or address of the other.")],
    by: By,
    why: Why,
) -> None:
    """Remember that two entries are two things. They are not shown again unless much changes."""
    from api.duplicates.service import get_entry_id, tell_apart

    with plain_errors(), directory_session() as session:
        ids = [get_entry_id(session, name) for name in (one, other)]
        tell_apart(session, ids[0], ids[1], by=by, why=why)
    say("Remembered: these are two things.")


@duplicates.command("undo-merge")
def undo(
    merge_id: Annotated[str, typer.Argument(metavar="MERGE", help="As `duplicates merges` names it.")],
    by: By,
    why: Why,
) -> None:
    """Take a merge back: both entries are what they were."""
    from uuid import UUID

    from api.duplicates.merging import undo_merge

    try:
        wanted = UUID(merge_id)
    except ValueError as error:
        typer.echo(
            f"“{merge_id}” is not the id of a merge. `hereabouts duplicates merges` lists them.", err=True
        )
        raise typer.Exit(REFUSED) from error
    with plain_errors(), directory_session() as session:
        done = undo_merge(session, wanted, by=by, why=why)
    say(f"{done.kept_slug} and {done.returned_slug} are two entries again.")


@duplicates.command()
def merges() -> None:
    """Show the newest merges."""
    from api.duplicates.merging import list_merges

    with directory_session() as session:
        for one in list_merges(session):
            say(f"{one.merge_id}  {one.merged} → {one.kept}, {one.words}")


def _show(session: "Session", least: float, csv_file: Path | None) -> None:
    from api.duplicates.service import list_pairs

    if csv_file is not None:
        written = write_csv(csv_file, list_pairs(session, least=least))
        say(f"Pairs written to {csv_file}: {written}.")
        return
    for count, pair in enumerate(list_pairs(session, least=least)):
        if count == MOST_SHOWN:
            say("There are more: --csv FILE writes all of them.")
            break
        for line in describe_pair(pair):
            say(line)


def describe_pair(pair: "ListedPair") -> Iterator[str]:
    yield f"{pair.score:.0%}  {pair.first_name} ({pair.first_slug})"
    yield f"     {pair.second_name} ({pair.second_slug})"
    yield f"     for: {'; '.join(pair.speaks_for)}"
    if pair.speaks_against:
        yield f"     against: {'; '.join(pair.speaks_against)}"
    if pair.earlier:
        yield f"     earlier: {pair.earlier}"


def write_csv(path: Path, pairs: Iterable["ListedPair"]) -> int:
    """One row a pair; how many there were."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for count, pair in enumerate(pairs, start=1):  # noqa: B007 (the last count is the answer)
            cells = (
                f"{pair.score:.2f}",
                pair.first_name,
                pair.first_slug,
                pair.second_name,
                pair.second_slug,
                "; ".join(pair.speaks_for),
                "; ".join(pair.speaks_against),
                pair.earlier or "",
            )
            writer.writerow([harmless(cell) for cell in cells])
    return count


def harmless(cell: str) -> str:
    """A spreadsheet runs what begins with one of these as a formula: an apostrophe makes it text."""
    return f"'{cell}" if cell.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell


@contextmanager
def _progress() -> Iterator["Progress | None"]:
    """A bar with time left, for a person who watches; nothing into a pipe."""
    if not sys.stdout.isatty():
        yield None
        return
    from rich.progress import Progress as Bar

    with Bar(transient=True) as bar:
        task = bar.add_task("Comparing", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
