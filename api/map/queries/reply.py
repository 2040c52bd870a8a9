"""Running a statement that answers with ready bytes."""

from functools import lru_cache
from typing import Any

from api.db import ReadConnection


async def read_reply(
    read: ReadConnection, statement: str, values: dict[str, Any]
) -> tuple[int, bytes | None]:
    """(version of the data, the bytes) of a statement whose one row is just that."""
    cursor = await read.execute(_shorten(statement), values, binary=True)
    row = await cursor.fetchone()
    assert row is not None  # an aggregate always answers with one row
    return int(row[0]), None if row[1] is None else bytes(row[1])


@lru_cache(maxsize=64)
def _shorten(statement: str) -> bytes:
    """Without what only people need: psycopg reads a statement anew each time when it is over 4,096 bytes."""
    return " ".join(statement.split()).encode()
