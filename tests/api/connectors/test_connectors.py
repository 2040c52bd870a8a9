"""Who to ask about a place: connectors whose patch holds it, the most local first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.connectors.schemas import ConnectorDraft
from api.connectors.service import save_connector
from tests.api.conftest import Ask
from tests.conftest import Directory
from tests.factories import add_areas, square

AREAS = {
    "village": square(0.3, 52.4, size=0.05),
    "town": square(0.3, 52.4, size=0.3),
    "far": square(-0.3, 52.5),
}


@pytest.fixture(scope="module")
def visitor(shared_scratch: Directory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("areas")
    with shared_scratch.write() as session:
        add_areas(session, folder, AREAS)
        for slug, areas in {"wide": ["town", "far"], "local": ["village"], "other": ["far"]}.items():
            draft = ConnectorDraft(
                slug=slug, role=f"Connector {slug}", areas=areas, helps_with=["loneliness"]
            )
            save_connector(session, draft)
    with shared_scratch.client() as client:
        yield client


def found(visitor: TestClient, **params: str) -> list[str]:
    reply = visitor.get("/api/v1/connectors", params=params)
    assert reply.status_code == 200, reply.text
    return [one["slug"] for one in reply.json()["items"]]


def test_the_most_local_comes_first(visitor: TestClient) -> None:
    assert found(visitor, near="52.4,0.3") == ["local", "wide"]
    assert found(visitor, near="52.5,0.3") == ["wide"]
    assert sorted(found(visitor, near="52.5,-0.3")) == ["other", "wide"]
    assert found(visitor, near="52.2,0.0") == []


def test_all_of_them_or_those_of_an_area(visitor: TestClient) -> None:
    assert sorted(found(visitor)) == ["local", "other", "wide"]
    assert sorted(found(visitor, near="")) == ["local", "other", "wide"]
    assert found(visitor, area="village") == ["local"]
    refused = visitor.get("/api/v1/connectors", params={"area": "nowhere"})
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["area"]


def test_saved_again_with_another_patch(scratch: Directory, tmp_path: Path) -> None:
    with scratch.write() as session:
        add_areas(session, tmp_path, AREAS)
        for areas in (["town", "far"], ["village", "far", "far"]):
            save_connector(session, ConnectorDraft(slug="one", role="Connector", areas=areas))
    with scratch.client() as client:
        (one,) = client.get("/api/v1/connectors").json()["items"]
    assert sorted(area["code"] for area in one["areas"]) == ["far", "village"]


def test_everybody_in_the_example_county_has_somebody_to_ask(ask: Ask) -> None:
    for place in (
        "Soham",
        "Ely",
        "Wisbech",
        "Huntingdon",
        "Cambridge",
        "Peterborough",
        "St Ives",
        "PE15",
        "CB1",
    ):
        reply = ask("/api/v1/connectors", near=place)
        assert reply["items"], place
        sizes = [one["local_km2"] for one in reply["items"]]
        assert sizes == sorted(sizes)
        assert all(one["role"] for one in reply["items"])
