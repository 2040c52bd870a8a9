"""Commands about finding words: the worker that keeps the index, and building the index anew."""

import typer

from web.cli.shared import REFUSED, current_database, say

NO_ENGINE = "No Meilisearch is set (HEREABOUTS_MEILI_URL): PostgreSQL finds the words and needs no index."


def worker() -> None:
    """Do the work no visitor waits for: indexing, mail, reminders, feeds, mending. Ctrl-C stops it."""
    from api.settings import get_settings
    from web.worker import run_worker

    settings = get_settings()
    with current_database(settings) as database:
        run_worker(settings, database.url)


def reindex() -> None:
    """Build a new search index beside the live one, then swap: searches never meet an empty index."""
    from api.db import make_engine, make_session_factory
    from api.search.engine import EngineAway
    from api.search.indexing import reindex as build
    from api.search.meili import MeiliIndex
    from api.settings import get_settings

    settings = get_settings()
    if not settings.meili_url:
        say(NO_ENGINE)
        raise typer.Exit(0)
    with current_database(settings) as database:
        engine = make_engine(database.url)
        try:
            total = build(make_session_factory(engine), MeiliIndex(settings.meili_url, settings.meili_key))
        except EngineAway as away:
            typer.echo(f"Meilisearch at {settings.meili_url} does not answer.", err=True)
            raise typer.Exit(REFUSED) from away
        finally:
            engine.dispose()
    say(f"{total:,} entries indexed; searches use the new index now.")
