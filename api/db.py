"""Connections: the writer's (SQLAlchemy) and the public's (psycopg, can only select from `face`)."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeAlias

import orjson
from psycopg import AsyncConnection, Connection
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session, sessionmaker

from api.roles import FACE_ROLE

set_json_loads(orjson.loads)

ReadConnection: TypeAlias = AsyncConnection[TupleRow]


def array_text(values: Collection[Any]) -> str:
    """A PostgreSQL array as text. Of a thousand values the driver would look at each for its type."""
    if not values:
        return "{}"
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return '{"' + '","'.join(quoted) + '"}'


def plain_array(values: Iterable[Any]) -> str:
    """The same for numbers and UUIDs, which need no quotes."""
    return f"{{{orjson.dumps(list(values)).decode()[1:-1]}}}"


def normalise_url(url: str) -> str:
    """A libpq address in the form SQLAlchemy wants; `postgres://` and `postgresql://` both pass."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The same address in the form libpq wants."""
    return make_url(normalise_url(url)).set(drivername="postgresql").render_as_string(hide_password=False)


def make_engine(url: str, *, patience_s: float | None = None) -> Engine:
    """The writer's engine. `pool_pre_ping` lets it recover after the database was away. `patience_s` is how
    long it waits, in seconds, for what another transaction holds; None is as long as it takes."""
    # What was asked with stays out of the words of an error, and so out of every log: addresses, secrets.
    engine = create_engine(
        normalise_url(url),
        pool_pre_ping=True,
        pool_size=4,
        max_overflow=4,
        pool_timeout=30 if patience_s is None else patience_s,
        hide_parameters=True,
    )
    if patience_s is not None:

        def be_patient(connection: Connection[Any], _record: object) -> None:
            connection.execute(f"SET lock_timeout = {round(patience_s * 1000)}".encode())
            connection.commit()

        event.listen(engine, "connect", be_patient)
    return engine


def wait_as_long_as_it_takes(session: Session) -> None:
    """For long work that nobody sits and waits for: until its transaction ends, it waits for every other."""
    session.execute(text("SET LOCAL lock_timeout = 0"))


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def writing(factory: sessionmaker[Session]) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    with factory.begin() as session:
        yield session


# One worker's share of a screen: parallel workers cost more to start than a screen's query takes.
FACE_SETTINGS = (
    "-c default_transaction_read_only=on -c max_parallel_workers_per_gather=0 "
    "-c jit=off -c statement_timeout=8000 -c search_path=face,public "
    # A short word with two letters swapped shares few trigrams with itself; edit distance decides after.
    "-c pg_trgm.similarity_threshold=0.2"
)


def face_conninfo(url: str, *, own_login: bool) -> str:
    """How the public side connects. With `own_login` the role logs in itself (private cluster, or an
    address given for it); otherwise the writer's login steps down to the role as it connects."""
    options = FACE_SETTINGS if own_login else f"{FACE_SETTINGS} -c role={FACE_ROLE}"
    return make_conninfo(libpq_url(url), options=options, connect_timeout=3)


def make_read_pool(conninfo: str, *, size: int) -> AsyncConnectionPool[ReadConnection]:
    return AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=size,
        timeout=3,
        max_idle=300,
        reconnect_timeout=30,
        open=False,
        kwargs={"autocommit": True, "prepare_threshold": 2},
    )


@asynccontextmanager
async def reading(conninfo: str) -> AsyncIterator[ReadConnection]:
    """One public connection outside the server: for the command line and tests."""
    connection: AsyncConnection[Any] = await AsyncConnection.connect(conninfo, autocommit=True)
    try:
        yield connection
    finally:
        await connection.close()
