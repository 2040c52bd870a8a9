"""Migrations: numbered in one line, up and down and up again, and never adrift from the models."""

import re
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, inspect, text

from api.cluster import PrivateCluster
from api.db import make_engine
from api.migrating import MIGRATIONS, alembic_config, is_current, migrate
from api.models import DIRECTORY, FACE, GAZETTEER, Base
from tests.conftest import Directory
from tests.factories import add

FILES = sorted(path.stem for path in (MIGRATIONS / "versions").glob("*.py"))


@pytest.fixture
def empty(cluster: PrivateCluster) -> Iterator[Directory]:
    """A database with the extensions and nothing of ours."""
    name = "unmigrated"
    yield Directory(name, cluster.create_database(name), cluster.url_of(name, role="hereabouts_face"))
    cluster.drop_database(name)


def test_numbered_without_a_gap_and_named_in_words() -> None:
    assert [int(name[:4]) for name in FILES] == list(range(1, len(FILES) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+", name) for name in FILES)


def test_one_line_whose_end_is_named() -> None:
    scripts = ScriptDirectory.from_config(alembic_config("postgresql://nowhere/none"))
    assert scripts.get_heads() == [FILES[-1]]
    line = list(scripts.walk_revisions())[::-1]
    assert [one.revision for one in line] == FILES
    assert [one.down_revision for one in line] == [None, *FILES[:-1]]
    assert (MIGRATIONS / "head").read_text(encoding="utf-8").strip() == FILES[-1]


def shape_of(engine: Engine) -> dict[str, list[str]]:
    """Tables, columns, indexes and constraints as the database's own words."""
    questions = {
        "columns": "SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default "
        "FROM information_schema.columns",
        "indexes": "SELECT schemaname, indexname, indexdef FROM pg_indexes",
        "constraints": "SELECT n.nspname, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c "
        "JOIN pg_namespace n ON n.oid = c.connamespace",
        "functions": "SELECT n.nspname, p.proname, p.prosrc FROM pg_proc p "
        "JOIN pg_namespace n ON n.oid = p.pronamespace",
        "rights": "SELECT table_schema, table_name, privilege_type FROM information_schema.table_privileges "
        "WHERE grantee = 'hereabouts_face'",
    }
    ours = f"IN ('{DIRECTORY}', '{GAZETTEER}', '{FACE}') ORDER BY 1, 2, 3"
    with engine.connect() as connection:
        return {
            name: [
                str(tuple(row))
                for row in connection.execute(text(f"SELECT * FROM ({question}) q (a) WHERE a {ours}"))
            ]
            for name, question in questions.items()
        }


def test_up_down_and_up_again(empty: Directory) -> None:
    assert not is_current(empty.url)
    migrate(empty.url)
    assert is_current(empty.url)
    with empty.engine() as engine:
        first = shape_of(engine)
        assert len(first["columns"]) > 200
        assert len(first["rights"]) >= 10
        command.downgrade(alembic_config(empty.url), "base")
        schemas = set(inspect(engine).get_schema_names())
        assert not schemas & {DIRECTORY, GAZETTEER, FACE}
    migrate(empty.url)
    with empty.engine() as engine:
        assert shape_of(engine) == first
    with empty.write() as session:
        add(session, name="It works")


def test_each_step_goes_down_and_up(empty: Directory) -> None:
    config = alembic_config(empty.url)
    for name in FILES:
        command.upgrade(config, name)
        command.downgrade(config, "-1")
        command.upgrade(config, name)
    assert is_current(empty.url)


def test_again_changes_nothing(base_database: Directory) -> None:
    migrate(base_database.url)
    assert is_current(base_database.url)


def test_the_models_and_the_database_say_the_same(base_database: Directory) -> None:
    def ours(name: str | None, type_: str, parents: object) -> bool:
        return name in (DIRECTORY, GAZETTEER) if type_ == "schema" else True

    engine = make_engine(base_database.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_schemas": True, "include_name": ours, "compare_type": True},
        )
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_the_models_hold_the_same_checks_as_the_database(base_database: Directory) -> None:
    """Alembic does not compare CHECK constraints: their names are compared here."""
    modelled = {
        f"{table.schema}.{constraint.name}"
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and constraint.name
    }
    with base_database.engine() as engine, engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT n.nspname || '.' || c.conname FROM pg_constraint c JOIN pg_namespace n "
                "ON n.oid = c.connamespace WHERE c.contype = 'c' AND n.nspname IN ('directory', 'gazetteer')"
            )
        )
        stored = set(rows.scalars())
    assert modelled == stored


def test_what_was_saved_with_an_older_version_is_found_after_it(scratch: Directory) -> None:
    with scratch.write() as session:
        add(session, name="Soham Choir")
    face = text("SELECT to_jsonb(e) FROM face.entries e ORDER BY id")
    with scratch.write() as session:
        before = session.execute(face).scalars().all()
    command.downgrade(alembic_config(scratch.url), "0004_jobs")
    migrate(scratch.url)
    with scratch.write() as session:
        assert session.execute(face).scalars().all() == before
