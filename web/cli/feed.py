"""`hereabouts feed`: sources that are fetched again and again."""

from typing import Annotated

import typer

from web.cli.shared import REFUSED, directory_session, plain_errors, say

feed = typer.Typer(help="Sources that are fetched again and again.", no_args_is_help=True)


@feed.command()
def add(
    code: Annotated[str, typer.Argument(metavar="NAME", help="A short name, such as next-county.")],
    url: Annotated[str, typer.Argument(help="Its address.")],
    read_as: Annotated[str, typer.Option(help="The known source or the mapping whose columns it has.")],
    licence: Annotated[str, typer.Option(help="Under which licence we may use it.")],
    attribution: Annotated[str, typer.Option(help="Whose it is, as they want to be named.")],
    title: Annotated[str | None, typer.Option(help="What the list is called.")] = None,
    licence_url: Annotated[str | None, typer.Option(help="Where the licence can be read.")] = None,
    every: Annotated[int, typer.Option(help="Minutes between two looks.")] = 1440,
    when_gone: Annotated[
        str, typer.Option(help="What happens to entries that vanish: keep, close or archive.")
    ] = "close",
) -> None:
    """Keep a feed from now on."""
    from api.models import Source
    from api.models.source import WHEN_GONE
    from ingest.feeds import add_feed

    if when_gone not in WHEN_GONE:
        raise typer.BadParameter(f"Say one of {', '.join(WHEN_GONE)}.")
    source = Source(
        code=code,
        name=title or code,
        url=url,
        licence=licence,
        licence_url=licence_url,
        attribution=attribution,
        when_gone=when_gone,
    )
    with directory_session() as session, plain_errors():
        add_feed(session, source, url=url, read_as=read_as, every_minutes=every)
    say(f"{code} is fetched every {every} minutes from now on.")


@feed.command("list")
def list_() -> None:
    """How every feed is."""
    from ingest.feeds import list_feeds

    with directory_session() as session:
        feeds = list_feeds(session)
    for one in feeds:
        last = f"{one.succeeded_at:%Y-%m-%d %H:%M}" if one.succeeded_at else "never"
        say(f"{one.code}  {one.url}  ({one.licence or 'no licence'})")
        say(
            f"    last success: {last}; "
            + (f"next: {one.next_at:%Y-%m-%d %H:%M}" if not one.paused else "paused")
        )
        for words in (one.paused or one.error,):
            if words:
                say(f"    {words}")
    if not feeds:
        say("There are no feeds. `hereabouts feed add` keeps one.")


@feed.command()
def run(code: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Fetch a feed now, whether its time has come or not, and bring in what is new."""
    from api.settings import get_settings
    from ingest.feeds import run_feed
    from web.cli.ingest import session_factory
    from web.cli.reporting import describe_report

    folder = get_settings().home_folder / "feeds"
    with session_factory() as factory, plain_errors():
        done = run_feed(factory, folder, only=code)
    if done is None:
        say(f"There is no feed called “{code}” that can be fetched now. `hereabouts feed list` shows them.")
        raise typer.Exit(REFUSED)
    for line in describe_report(done.report) if done.report else []:
        say(line)
    if done.error:
        say(done.error)
        raise typer.Exit(REFUSED)
    if done.report is None:
        say("Nothing has changed since the last time.")


@feed.command()
def pause(
    code: Annotated[str, typer.Argument(metavar="NAME")],
    why: Annotated[str, typer.Option(help="In words, for whoever asks later.")] = "Somebody paused it.",
) -> None:
    """Leave a feed alone until it is resumed."""
    from ingest.feeds import pause_feed

    with directory_session() as session, plain_errors():
        pause_feed(session, code, why=why)
    say(f"{code} is paused.")


@feed.command()
def resume(code: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Fetch a feed again, beginning now."""
    from ingest.feeds import resume_feed

    with directory_session() as session, plain_errors():
        resume_feed(session, code)
    say(f"{code} is fetched again.")


@feed.command()
def gone(code: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Entries that vanished from a feed, and what became of them."""
    from ingest.feeds import list_gone

    with directory_session() as session:
        found = list_gone(session, code)
    for one in found:
        say(f"{one.gone_at:%Y-%m-%d}  {one.name}: {one.state}, {one.stage}")
    say(f"{len(found)} vanished.")
