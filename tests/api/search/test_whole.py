"""Lists that read kept counts and an index say what reading every entry says: page, order, totals, facets."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from api.db import face_conninfo, reading
from api.search.queries import listing
from api.search.queries.whole import Narrowed
from api.search.schemas import SearchParams
from api.search.service import find_entries
from tests.conftest import Directory
from tests.factories import NOW

FILTERS = (
    "",
    "kind=drop_in",
    "kind=group&kind=food",
    "need=loneliness",
    "need=caring&need=shopping",
    "cost=free&cost=paid",
    "language=pl",
    "language=ro",
    "access=step_free",
    "area=fenland",
    "area=fenland&kind=group",
    "kind=group&cost=free",
    "kind=group&need=loneliness&need=caring",
    "need=loneliness&access=step_free&delivery=in_person",
    "area=east-cambridgeshire&kind=group&delivery=in_person",
)
PAGES = (
    "per_page=100",
    "sort=name&page=2",
    "sort=checked&page=3&per_page=7",
    "sort=distance&serves=any&page=4&per_page=40",
)
# Days on which other entries are due for a check.
DAYS = (0, 300, 420)


async def _listed(directory: Directory) -> list[dict[str, Any]]:
    found = []
    async with reading(face_conninfo(directory.face_url, own_login=True)) as read:
        for filters in FILTERS:
            for page in PAGES:
                for days in DAYS:
                    params = SearchParams.from_query(QueryParams(f"{filters}&{page}&explain=1"))
                    reply = await find_entries(read, params, now=NOW + timedelta(days=days))
                    found.append(reply.as_json())
    return found


@pytest.fixture
def read_through(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Every entry is read, as any search with words and a place does."""

    async def never(*_given: object) -> None:
        return None

    monkeypatch.setattr(listing, "whole_of", never)
    monkeypatch.setattr(listing, "narrow", lambda match, _params: Narrowed(match, {}))
    yield monkeypatch
    monkeypatch.undo()


def test_the_same_as_reading_every_entry(
    example_database: Directory, read_through: pytest.MonkeyPatch
) -> None:
    expected = asyncio.run(_listed(example_database))
    read_through.undo()
    assert asyncio.run(_listed(example_database)) == expected
    # It would say little of lists that are all empty, or all alike.
    assert sum(bool(reply["items"]) for reply in expected) > len(expected) / 2
    orders = {tuple(item["id"] for item in reply["items"]) for reply in expected[:3]}
    assert len(orders) == 3
