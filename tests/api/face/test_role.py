"""The role of every public route: it reads the public face and nothing else."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from api.db import face_conninfo
from api.roles import FACE_ROLE
from tests.conftest import Directory


@pytest.fixture(scope="module")
def public(shared_scratch: Directory) -> Iterator[psycopg.Connection]:
    """Logged in as the role itself, without the settings our pools add: the rights alone must hold."""
    with psycopg.connect(shared_scratch.face_url, autocommit=True) as connection:
        yield connection


def relations(directory: Directory, *schemas: str) -> list[tuple[str, str]]:
    with psycopg.connect(directory.url) as connection:
        rows = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname = ANY (%s) ORDER BY 1, 2",
            [list(schemas)],
        )
        return [(row[0], row[1]) for row in rows]


def refused(public: psycopg.Connection, statement: str | sql.Composed) -> bool:
    try:
        public.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_reads_all_of_the_face(public: psycopg.Connection, shared_scratch: Directory) -> None:
    names = relations(shared_scratch, "face")
    assert ("face", "entries") in names
    assert len(names) >= 10
    for name in names:
        public.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(*name)))


def test_reads_nothing_else(public: psycopg.Connection, shared_scratch: Directory) -> None:
    names = relations(shared_scratch, "directory", "gazetteer")
    assert ("directory", "place") in names
    assert ("gazetteer", "postcode") in names
    others = [("public", "schema_version"), ("pg_catalog", "pg_authid"), ("pg_catalog", "pg_statistic")]
    for name in [*names, *others]:
        assert refused(public, sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(*name))), name


def test_changes_nothing(public: psycopg.Connection, shared_scratch: Directory) -> None:
    # A view that joins tables cannot be written by anybody, which PostgreSQL says first.
    refusals = (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.WrongObjectType,
        psycopg.errors.ObjectNotInPrerequisiteState,
    )
    for name in relations(shared_scratch, "face", "directory", "gazetteer"):
        target = sql.Identifier(*name)
        for statement in ("DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES", "DROP TABLE {}"):
            with pytest.raises(refusals):
                public.execute(sql.SQL(statement).format(target))
    assert refused(public, "UPDATE face.entries SET name = ''")
    assert refused(public, "UPDATE face.data_version SET version = 0")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE face.mine (a int)",
        "CREATE TABLE public.mine (a int)",
        "CREATE TEMP TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION face.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE mine",
        "SET ROLE hereabouts",
        "SET SESSION AUTHORIZATION hereabouts",
        "GRANT hereabouts TO hereabouts_face",
        "COPY face.words FROM PROGRAM 'true'",
        "COPY face.words TO '/tmp/hereabouts-words'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "CREATE EXTENSION dblink",
    ],
)
def test_makes_and_becomes_nothing(public: psycopg.Connection, statement: str) -> None:
    assert refused(public, statement)


def test_a_new_table_of_the_face_is_read_at_once(scratch: Directory) -> None:
    """Whoever adds a public table must not have to think of the role."""
    with psycopg.connect(scratch.url, autocommit=True) as owner:
        owner.execute("CREATE TABLE face.later AS SELECT 1 AS one")
        owner.execute("CREATE TABLE directory.later AS SELECT 1 AS one")
    with psycopg.connect(scratch.face_url, autocommit=True) as public:
        assert public.execute("SELECT one FROM face.later").fetchone() == (1,)
        assert refused(public, "SELECT one FROM directory.later")


def test_a_given_address_steps_down_to_the_role(shared_scratch: Directory) -> None:
    """Where there is one login only, the public side gives its rights away as it connects."""
    conninfo = face_conninfo(shared_scratch.url, own_login=False)
    with psycopg.connect(conninfo, autocommit=True) as public:
        assert public.execute("SELECT current_user").fetchone() == (FACE_ROLE,)
        assert refused(public, "SELECT * FROM directory.place")
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
            public.execute("DELETE FROM face.entries")
