"""Running long statements: the driver reads one of over 4,096 characters anew each time, here it is once."""

import re
from functools import lru_cache
from typing import Any

from psycopg import AsyncCursor, AsyncRawCursor
from psycopg.rows import TupleRow

from api.db import ReadConnection

_VALUE = re.compile(r"%(?:\((\w+)\)s|%)")


async def execute(read: ReadConnection, statement: str, values: dict[str, Any]) -> AsyncCursor[TupleRow]:
    """`read.execute` for a statement with %(named)s values, of which some may go unused."""
    numbered, names = _numbered(statement)
    return await AsyncRawCursor(read).execute(numbered, [values[name] for name in names])


@lru_cache(maxsize=500)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with $1 and so on, as PostgreSQL wants it, and the names of the values in that order."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${numbers.setdefault(found[1], len(numbers) + 1)}" if found[1] else "%"

    return _VALUE.sub(number, statement).encode(), tuple(numbers)
