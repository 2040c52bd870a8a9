"""What every command does alike: speak, open the directory's database, and fail in plain words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.cluster import DirectoryDatabase
    from api.settings import Settings

REFUSED = 1


class PlainGroup(TyperGroup):
    """Whatever a command asks for first, what a person can mend is told in words."""

    def invoke(self, ctx: Any) -> object:
        try:
            return super().invoke(ctx)
        except typer.Exit:
            raise
        except Exception:
            # Reached only now, so that help is not kept waiting for what this loads.
            with plain_errors():
                raise


def say(words: str) -> None:
    """At once, also into a pipe: somebody may be waiting for the address."""
    print(words, flush=True)


@contextmanager
def plain_errors() -> Iterator[None]:
    """What a person can mend is one sentence and exit code 1; anything else keeps its trace."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as problem:
        words = _plain_words(problem)
        if words is None:
            raise
        typer.echo(words, err=True)
        raise typer.Exit(REFUSED) from problem


def _plain_words(problem: Exception) -> str | None:
    """What is imported here costs memory that `hereabouts run` would keep as long as it runs."""
    from psycopg import OperationalError as PsycopgDown
    from sqlalchemy.exc import OperationalError as DatabaseDown

    from api.cluster import ClusterError
    from api.errors import HereaboutsError
    from api.search.meili import KeyRefused
    from geo.areas import AreaFileError
    from geo.gazetteer import GazetteerFileError

    if isinstance(problem, ClusterError | HereaboutsError | KeyRefused | AreaFileError | GazetteerFileError):
        return str(problem)
    if isinstance(problem, FileNotFoundError):
        return f"There is no {problem.filename}."
    if isinstance(problem, PsycopgDown | DatabaseDown):
        down = f"The database does not answer: {str(problem).splitlines()[0]}"
        return f"{down}\n`hereabouts doctor` says what to do."
    return None


@contextmanager
def current_database(settings: "Settings") -> Iterator["DirectoryDatabase"]:
    """The directory's database, at the newest migration. A private one is brought there; a given one is
    its keeper's to change, so the command says how and stops."""
    from api.cluster import directory_database
    from api.migrating import is_current, migrate

    with plain_errors(), directory_database(settings, say) as database:
        if not is_current(database.url):
            if database.cluster is None:
                typer.echo(
                    "This database is not at the newest migration. Run `hereabouts migrate`.", err=True
                )
                raise typer.Exit(REFUSED)
            migrate(database.url)
        yield database


@contextmanager
def directory_session() -> Iterator["Session"]:
    """The writer's session: one transaction, committed when the block ends, undone when it raises."""
    from api.db import make_engine, make_session_factory, writing
    from api.settings import get_settings

    with current_database(get_settings()) as database:
        engine = make_engine(database.url)
        try:
            with writing(make_session_factory(engine)) as session:
                yield session
        finally:
            engine.dispose()
