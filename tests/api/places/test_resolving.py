"""From what a visitor types to a place: postcodes, ended ones, names, and suggestions while typing."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.models import PostcodeRow
from tests.api.conftest import Ask
from tests.conftest import Directory


@pytest.fixture(scope="module")
def visitor(shared_scratch: Directory) -> Iterator[TestClient]:
    rows: list[dict[str, Any]] = [
        {
            "code": "CB7 5ZQ",
            "quality": 10,
            "lon": 0.3369,
            "lat": 52.3336,
            "district": "E07000009",
            "ward": "E05000001",
        },
        {"code": "CB7 5ZR", "quality": 10, "lon": 0.0, "lat": 52.3, "terminated": True},
        {"code": "CB7 5ZS", "quality": 90},
        {"code": "CB98 1ZZ", "quality": 90},
    ]
    with shared_scratch.write() as session:
        session.add_all(PostcodeRow(**row) for row in rows)
    with shared_scratch.client() as client:
        yield client


def place(visitor: TestClient, typed: str) -> dict[str, Any]:
    body: dict[str, Any] = visitor.get("/api/v1/places", params={"q": typed}).json()
    return body


@pytest.mark.parametrize("typed", ["CB7 5ZQ", "cb75zq", " cb7  5zq ", "CB7-5ZQ", "1 High St, Soham CB7 5ZQ"])
def test_a_postcode_we_hold(visitor: TestClient, typed: str) -> None:
    found = place(visitor, typed)["place"]
    assert (found["lon"], found["lat"], found["precision"]) == (0.3369, 52.3336, "postcode")
    assert found["label"] == "CB7 5ZQ, Soham"
    # Its own record names its ward and district where no outline is held.
    assert found["areas"] == ["E05000001", "E07000009"]


def test_a_postcode_no_longer_used(visitor: TestClient) -> None:
    found = place(visitor, "CB7 5ZR")["place"]
    assert (found["lon"], found["precision"]) == (0.0, "postcode")
    assert "no longer used" in found["note"]


def test_a_real_postcode_without_a_point(visitor: TestClient) -> None:
    found = place(visitor, "CB7 5ZS")["place"]
    assert found["precision"] == "sector"
    assert "real postcode" in found["note"]
    problem = place(visitor, "CB98 1ZZ")["problem"]
    assert problem["code"] == "no_point"
    # Each address names its own parameter.
    assert problem["errors"] == [{"field": "q", "message": problem["detail"]}]
    elsewhere = visitor.get("/api/v1/entries", params={"near": "CB98 1ZZ"}).json()
    assert elsewhere["errors"] == [{"field": "near", "message": problem["detail"]}]


@pytest.mark.parametrize("typed", ["So", "soh", "Ely", "St", "cb7", "CB7 5", "Cam", "pe1", "little"])
def test_what_is_suggested_can_be_chosen(ask: Ask, typed: str) -> None:
    """Whatever we offer resolves, and to a place of that name."""
    suggestions = ask("/api/v1/places", q=typed)["suggestions"]
    assert suggestions
    assert len(suggestions) <= 8
    assert len({one["value"] for one in suggestions}) == len(suggestions)
    for one in suggestions:
        found = ask("/api/v1/places", q=one["value"])
        assert found["problem"] is None, (one, found["problem"])
        assert found["place"]["label"].split(",")[0] == one["label"].split(",")[0]


@pytest.mark.parametrize("typed", ["", "S", " ", "%%", "__", "🦔", "zzzzz", "x" * 1900])
def test_nothing_is_suggested_for_nothing(ask: Ask, typed: str) -> None:
    reply = ask("/api/v1/places", q=typed)
    assert reply["suggestions"] == []
    assert reply["place"] is None
    assert reply["problem"]["detail"]


def test_a_misspelt_village_is_offered(ask: Ask) -> None:
    problem = ask("/api/v1/places", q="Sohamm")["problem"]
    assert problem["code"] == "unknown_place"
    assert "Soham" in {one["value"] for one in problem["options"]}
