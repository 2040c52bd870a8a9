"""What is offered when a search finds nothing: each way on finds something, and nothing is made up."""

from datetime import datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from api.db import ReadConnection
from api.search.instead import Instead, Way, find_instead
from api.search.schemas import SearchParams
from api.search.service import POSTGRES, find_entries
from tests.conftest import Directory
from tests.factories import add

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=ZoneInfo("Europe/London"))


def offer(directory: Directory, query: str) -> Instead:
    params = SearchParams.from_query(QueryParams(query))

    async def find(read: ReadConnection) -> Instead:
        return await find_instead(read, params, now=NOW, engine=POSTGRES)

    return directory.ask(find)


def count(directory: Directory, way: Way) -> int:
    params = SearchParams.from_query(QueryParams(way.query))

    async def find(read: ReadConnection) -> int:
        return (await find_entries(read, params, now=NOW, engine=POSTGRES)).total

    return directory.ask(find)


def labels(ways: list[Way]) -> list[str]:
    return [way.label for way in ways]


EMPTY = [
    "q=zzqx",
    "q=zzqx&kind=lending&near=Soham&language=bsl",
    "q=lonely+in+soham&kind=lending&cost=paid",
    "near=Ely&kind=timebank&need=money&day=sun",
    "kind=food&language=bsl",
    "q=lonely+near+CB7+5AA&kind=lending&language=bsl&page=3&per_page=50&explain=1",
    "near=Soham&bbox=0,52.9,0.001,52.901",
]


@pytest.mark.parametrize("query", EMPTY)
def test_each_way_on_finds_as_many_as_it_says(example_database: Directory, query: str) -> None:
    found = offer(example_database, query)
    same = [found.same_need.way] if found.same_need else []
    for way in [
        *found.did_you_mean,
        *found.wider,
        *found.fewer,
        *same,
        *([found.here] if found.here else []),
    ]:
        assert way.total == count(example_database, way) > 0, way.label
        assert way.params.page == 1
        assert way.params.per_page == 20


def test_with_nothing_to_go_on_nothing_is_offered(example_database: Directory) -> None:
    assert offer(example_database, "q=zzqx") == Instead()


def test_connectors_are_those_of_the_place_and_at_most_three(example_database: Directory) -> None:
    typed = offer(example_database, "near=Soham&kind=lending&language=bsl").ask
    said = offer(example_database, "q=zzqx+in+soham&kind=lending&language=bsl").ask
    assert 1 <= len(typed) <= 3
    assert [one["slug"] for one in typed] == [one["slug"] for one in said]
    assert typed[0]["slug"] == "village-agent-soham-town"


def test_what_serves_for_the_same_need_is_shown(example_database: Directory) -> None:
    same = offer(example_database, "q=lonely&near=Soham&kind=lending&cost=paid").same_need
    assert same is not None
    assert same.needs == ["Loneliness"]
    assert len(same.items) == 3
    assert all(item["serves"] for item in same.items)
    assert same.way.params == SearchParams(near="Soham", need=("loneliness",))


def test_all_that_serves_the_place_is_offered_when_the_words_name_no_need(
    example_database: Directory,
) -> None:
    found = offer(example_database, "q=zzqx&near=Soham&kind=lending&language=bsl")
    assert found.same_need is None
    assert found.here is not None
    assert found.here.params == SearchParams(near="Soham")


@pytest.fixture
def far_away(scratch: Directory) -> Directory:
    """One basket maker, 8 km from Ely; a choir in Ely that serves elsewhere is no answer to baskets."""
    with scratch.write() as session:
        add_basket_maker(session)
    return scratch


def add_basket_maker(session: Session) -> None:
    add(session, name="Willow Weavers", summary="Baskets made together.", at=(0.3369, 52.3336))


def test_a_wider_search_is_offered_only_where_it_finds_more(far_away: Directory) -> None:
    found = offer(far_away, "q=baskets&near=Ely&kind=group")
    assert labels(found.wider) == ["Within 10 km of Ely, East Cambridgeshire"]
    assert found.wider[0].total == 1


def test_what_is_further_than_all_of_them_is_found_anywhere(far_away: Directory) -> None:
    for query in ("q=baskets&near=Peterborough", "q=baskets+in+peterborough"):
        found = offer(far_away, query)
        assert labels(found.wider)[-1] == "Anywhere at all", query
        assert "near" not in found.wider[-1].query
        assert "peterborough" not in found.wider[-1].query


def test_a_word_with_too_many_slips_to_put_right_unasked_is_asked_about(example_database: Directory) -> None:
    found = offer(example_database, "q=lonlynes&kind=drop_in")
    assert "loneliness" in labels(found.did_you_mean)
    assert ("kind", "drop_in") in parse_qsl(found.did_you_mean[0].query)


def test_a_word_read_as_a_place_may_have_been_a_word(far_away: Directory) -> None:
    with far_away.write() as session:
        add(session, name="Chatteris Memories", kind="venue")
    found = offer(far_away, "q=memories+chatteris&kind=venue")
    assert labels(found.did_you_mean) == ["“chatteris” as a plain word"]
    assert found.did_you_mean[0].total == 1
    assert offer(far_away, "q=memories+near+PE16+6AA&kind=venue").did_you_mean == []


def test_taking_away_one_choice_or_all(far_away: Directory) -> None:
    assert labels(offer(far_away, "q=baskets&kind=food").fewer) == ["Any kind of thing"]
    both = offer(far_away, "q=baskets&kind=food&language=bsl").fewer
    assert labels(both) == ["Without all that you chose"]
    assert both[0].params == SearchParams(q="baskets")


def test_the_json_holds_no_more_of_a_connector_than_how_to_ask(example_database: Directory) -> None:
    found = offer(example_database, "near=Soham&kind=lending&language=bsl").as_json()
    assert set(found) == {"did_you_mean", "wider", "fewer", "same_need", "here", "ask"}
    assert set(found["ask"][0]) == {"slug", "role", "organisation", "phone", "email", "web"}
    assert all(way["url"].startswith("/api/v1/entries?") for way in found["fewer"] + [found["here"]])
