"""Commands about finding words: the worker that keeps the index, and building the index anew."""

import typer

from web.cli.shared import REFUSED, current_database, say

NO_ENGINE = (
    "No Meilisearch runs: HEREABOUTS_MEILI_URL is not set, and `hereabouts run` has started none. PostgreSQL "
    "finds the words, and needs no index."
)


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
    from web.meilisearch import find_running

    settings = get_settings()
    given = (settings.meili_url, settings.meili_key or "") if settings.meili_url else None
    found = given or find_running(settings.home_folder)
    if found is None:
        say(NO_ENGINE)
        raise typer.Exit(0)
    with current_database(settings) as database:
        engine = make_engine(database.url)
        try:
            total = build(make_session_factory(engine), MeiliIndex(*found))
        except EngineAway as away:
            typer.echo(f"Meilisearch at {found[0]} does not answer.", err=True)
            raise typer.Exit(REFUSED) from away
        finally:
            engine.dispose()
    say(f"{total:,} entries indexed; searches use the new index now.")
