"""Commands about the public face: what everyone may see, worked out from the tables."""

import typer

from web.cli.shared import directory_session, say

face = typer.Typer(help="What the public may see of each entry.", no_args_is_help=True)


@face.command()
def rebuild() -> None:
    """Work out every entry's public face again from the tables."""
    from api.face.service import rebuild_face

    with directory_session() as session:
        report = rebuild_face(session)
    say(f"{report.total} entries: {report.changed} changed, {report.removed} removed.")


@face.command("lay-out")
def lay_out() -> None:
    """Store entries that are near each other beside each other: after a very long list was brought in."""
    from api.face.service import lay_out as lay_entries_out

    with directory_session() as session:
        done = lay_entries_out(session)
    say("Entries near each other are beside each other now." if done else "There are too few to gain by it.")
