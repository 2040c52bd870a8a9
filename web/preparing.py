"""What `hereabouts run` does before it serves: tables of the newest version, and the examples once."""

import sys
import time

import typer

from api.db import make_engine, make_session_factory, writing
from api.migrating import is_current, migrate
from api.settings import Settings, get_settings
from ingest.example_people import keep_example_people
from ingest.examples import load_once
from web.cli.shared import plain_errors, say


def prepare(settings: Settings, url: str) -> None:
    began = time.monotonic()
    if not is_current(url):
        migrate(url)
        say(f"Tables: made or changed ({time.monotonic() - began:.1f} s)")
    began = time.monotonic()
    engine = make_engine(url)
    try:
        with writing(make_session_factory(engine)) as session:
            loaded = load_once(session, examples=settings.examples, say=say)
            people = keep_example_people(session, settings) if settings.examples else []
    finally:
        engine.dispose()
    if loaded:
        counts = f"{loaded.entries} entries, {loaded.connectors} connectors, {loaded.areas} areas"
        say(f"Examples: {counts} ({time.monotonic() - began:.1f} s)")
    if people:
        say("To try it signed in (these people are examples, and open nothing where it is real):")
    for one in people:
        say(f"  {one.email:<26}{one.password}")


def main() -> None:
    settings = get_settings()
    if settings.database_url is None:
        sys.exit("Set HEREABOUTS_DATABASE_URL, or use `hereabouts run`.")
    with plain_errors():
        prepare(settings, settings.database_url)


if __name__ == "__main__":
    typer.run(main)
