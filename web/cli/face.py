"""Commands about the public face: what everyone may see, worked out from the tables."""

import typer

from web.cli.shared import directory_session, say

face = typer.Typer(help="What the public may see of each entry.", no_args_is_help=True)


@face.callback()
def group() -> None:
    """Keeps the command's own word (`rebuild`) while the group has one command only."""


@face.command()
def rebuild() -> None:
    """Work out every entry's public face again from the tables."""
    from api.face.service import rebuild_face

    with directory_session() as session:
        report = rebuild_face(session)
    say(f"{report.total} entries: {report.changed} changed, {report.removed} removed.")
