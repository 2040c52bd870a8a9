"""The long statement of a search: read and planned once, whatever words are looked for."""

import asyncio

import psycopg
import pytest

from api.db import face_conninfo
from api.search.queries.running import _numbered
from api.search.schemas import SearchParams
from api.search.service import find_entries
from tests.conftest import Directory
from tests.factories import NOW

_KEPT = "SELECT count(*) FROM pg_prepared_statements WHERE statement ~ '^\\s*WITH'"


def test_values_are_numbered_by_name() -> None:
    statement, names = _numbered("SELECT %(b)s, %(a)s::text[], %(b)s WHERE 'x' <%% y LIKE 'z%%'")
    assert statement == b"SELECT $1, $2::text[], $1 WHERE 'x' <% y LIKE 'z%'"
    assert names == ("b", "a")


@pytest.mark.parametrize(
    ("searches", "plans"),
    [
        ([{"q": "lonely"}, {"q": "gardening"}, {"q": "berevement"}, {"q": "befr"}], 2),
        ([{"q": "tea", "need": ("loneliness",)}, {"q": "lonely", "need": ("caring", "food")}], 1),
        ([{"q": "lonely", "near": "Soham"}, {"q": "choir", "near": "Ely", "radius_km": 20}], 1),
    ],
)
def test_other_words_ask_the_same_question(
    example_database: Directory, searches: list[dict[str, object]], plans: int
) -> None:
    """A slip is the one difference: then names are compared as a whole."""

    async def ask() -> int:
        conninfo = face_conninfo(example_database.face_url, own_login=True)
        async with await psycopg.AsyncConnection.connect(
            conninfo, autocommit=True, prepare_threshold=0
        ) as read:
            for search in searches:
                reply = await find_entries(read, SearchParams(**search), now=NOW)
                assert reply.relaxed is None, search
            row = await (await read.execute(_KEPT)).fetchone()
            return int(row[0]) if row else 0

    assert asyncio.run(ask()) == plans
