"""Commands that load what the directory stands on: places, areas, examples."""

from pathlib import Path
from typing import Annotated

import typer

from web.cli.shared import REFUSED, directory_session, say

gazetteer = typer.Typer(help="Postcodes and place names.", no_args_is_help=True)
areas = typer.Typer(help="Districts, wards, parishes and patches.", no_args_is_help=True)
examples = typer.Typer(help="The example entries that come with Hereabouts.", no_args_is_help=True)

MOST_LINES = 40
EXAMPLES_FOLDER = Path(__file__).resolve().parents[2] / "data" / "examples"


@gazetteer.callback()
@areas.callback()
@examples.callback()
def group() -> None:
    """Keeps the command's own word (`load`) when a group has one command only."""


@gazetteer.command("load")
def load_gazetteer(
    path: Annotated[Path, typer.Argument(help="A Code-Point Open folder, zip or CSV, or a CSV of places.")],
    older: Annotated[
        bool,
        typer.Option(
            "--older",
            help="An older release: keep the postcodes that are no longer in use, at their last point.",
        ),
    ] = False,
) -> None:
    """Load postcodes (Code-Point Open) or place names."""
    from api.places.loading import load_gazetteer as load

    with directory_session() as session:
        loaded = load(session, path, report=say, older=older)
    say(f"Loaded: {loaded.as_words()}.")
    _show(loaded.problems)
    if not (older or loaded.postcodes or loaded.settlements or loaded.groups):
        raise typer.Exit(REFUSED)


@areas.command("load")
def load_areas(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Boundaries as GeoJSON.")],
    type_: Annotated[str, typer.Option("--type", help="county, district, ward, parish or patch.")],
) -> None:
    """Load boundaries from GeoJSON."""
    from api.areas.service import load_areas as load
    from api.face.service import rebuild_face

    with directory_session() as session:
        loaded = load(session, path, type_=type_)
        rebuild_face(session)
    say(f"Loaded: {loaded.loaded} areas, {len(loaded.repaired)} of them with a shape we had to repair.")
    _show(loaded.repaired + loaded.problems)
    if not loaded.loaded:
        raise typer.Exit(REFUSED)


@examples.command("load")
def load_examples(
    folder: Annotated[Path, typer.Argument(help="A folder laid out as data/examples.")] = EXAMPLES_FOLDER,
) -> None:
    """Load the examples into the directory; those that are there already stay as they are."""
    from ingest.examples import load_examples as load

    with directory_session() as session:
        loaded = load(session, folder)
    say(f"{loaded.entries} entries, {loaded.connectors} connectors, {loaded.areas} areas.")


def _show(lines: list[str]) -> None:
    for line in lines[:MOST_LINES]:
        say(f"  {line}")
    if len(lines) > MOST_LINES:
        say(f"  and {len(lines) - MOST_LINES} more")
