"""Runs the numbered migrations against the address the caller gives."""

from alembic import context
from sqlalchemy import create_engine

from api.db import normalise_url
from api.models import DIRECTORY, GAZETTEER, Base

OURS = {DIRECTORY, GAZETTEER}


def include_name(name: str | None, type_: str, parent_names: object) -> bool:
    """Only our schemas of truth are compared; `face` and PostGIS have homes of their own."""
    return name in OURS if type_ == "schema" else True


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate_with(given)
        return
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = create_engine(normalise_url(url))
    with engine.begin() as connection:
        migrate_with(connection)
    engine.dispose()


def migrate_with(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=Base.metadata,
        include_schemas=True,
        include_name=include_name,
        version_table="schema_version",
        version_table_schema="public",
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
