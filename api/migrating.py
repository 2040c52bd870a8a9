"""Brings a database up to the newest numbered migration, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.orm import Session

from api.db import normalise_url
from api.face.service import lay_out, rebuild_face

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions").replace("%", "%%"))
    # A folder with a space in its name must stay one folder.
    config.set_main_option("path_separator", "newline")
    config.set_main_option("sqlalchemy.url", normalise_url(url).replace("%", "%%"))
    return config


def migrate(url: str) -> None:
    """Run what is missing, and where entries are held already work out their public face anew: a newer
    version may show more of them. All of it or nothing; safe to call at every start."""
    config = alembic_config(url)
    with _connected(url) as connection:
        before = _revision(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if before not in (None, _revision(connection)):
            with Session(connection) as session:
                rebuild_face(session)
                lay_out(session)
                session.flush()


def is_current(url: str) -> bool:
    """Whether the database is at the newest migration."""
    head = ScriptDirectory.from_config(alembic_config(url)).get_current_head()
    with _connected(url) as connection:
        return _revision(connection) == head


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(normalise_url(url))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    options = {"version_table": "schema_version", "version_table_schema": "public"}
    return MigrationContext.configure(connection, opts=options).get_current_revision()
