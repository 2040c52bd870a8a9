"""The command `hereabouts`: one file a group of commands, gathered here.

Commands import what they need inside, so that `hereabouts --help` answers at once.
"""

import typer

from web.cli import face, load, search, serve
from web.cli.doctor import doctor
from web.cli.duplicates import duplicates
from web.cli.feed import feed
from web.cli.ingest import ingest
from web.cli.locating import locate_again
from web.cli.person import person
from web.cli.remind import remind
from web.cli.shared import PlainGroup

app = typer.Typer(
    name="hereabouts",
    cls=PlainGroup,
    help="A community asset map and connector directory for a place.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve.run)
app.command()(serve.serve)
app.command()(serve.migrate)
app.command()(search.worker)
app.command()(search.reindex)
app.command()(doctor)
app.add_typer(ingest, name="ingest")
app.command()(locate_again)
app.command()(remind)
app.add_typer(feed, name="feed")
app.add_typer(load.gazetteer, name="gazetteer")
app.add_typer(load.areas, name="areas")
app.add_typer(load.examples, name="examples")
app.add_typer(face.face, name="face")
app.add_typer(duplicates, name="duplicates")
app.add_typer(person, name="person")

__all__ = ["app"]
