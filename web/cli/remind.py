"""`hereabouts remind`: writes to the people who run entries that are due a check, as the worker does."""

from datetime import datetime
from typing import Annotated

import typer

from web.cli.shared import current_database, plain_errors, say


def remind(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say who would be written to.")] = False,
) -> None:
    """Write what letters are due, put on the desk what needs a person, and hide what was due too long ago."""
    from api.clock import LONDON
    from api.db import make_engine, make_session_factory
    from api.reminders.rules import problem_with
    from api.reminders.service import list_wanted, run_reminders
    from api.settings import get_settings

    settings, now = get_settings(), datetime.now(LONDON)
    with plain_errors(), current_database(settings) as database:
        engine = make_engine(database.url)
        write = make_session_factory(engine)
        try:
            if dry_run:
                with write() as session:
                    wanted = list_wanted(session, settings, now)
                for one in wanted:
                    say(f"{one.name}: letter {one.step} of 3, due {one.due_on:%-d %B %Y}")
                total = wanted[0].total if wanted else 0
                say(problem_with(settings) or f"{len(wanted)} letters now, {total - len(wanted)} after that.")
                return
            report = run_reminders(write, settings, now)
        finally:
            engine.dispose()
    say(report.words)
    if report.problem:
        raise typer.Exit(1)
