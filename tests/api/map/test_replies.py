"""Map replies in a browser's or a cache's hands: validators, 304, HEAD, and what may not be kept."""

from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from api.map import routes
from tests.conftest import Directory
from tests.factories import LONDON, add

LASTING = [
    "/api/v1/map?zoom=9",
    "/api/v1/map?zoom=12&bbox=0,52,1,53&kind=group",
    "/api/v1/map?zoom=9&need=loneliness&day=wed",
    "/api/v1/map.geojson?bbox=0,52,1,53&limit=20",
    "/tiles/9/256/168.mvt",
    "/tiles/9/0/0.mvt",
]


@pytest.mark.parametrize("path", LASTING)
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, no-cache"
    for held in (tag, f'"other", {tag}'):
        again = client.get(path, headers={"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "public, no-cache"
        assert again.headers["vary"] == "Accept-Encoding"
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == first.status_code


@pytest.mark.parametrize("path", [path for path in LASTING if not path.endswith("0/0.mvt")])
def test_head_is_the_reply_without_its_body(client: TestClient, path: str) -> None:
    got, asked = client.get(path), client.head(path)
    assert asked.status_code == 200
    for name in ("etag", "cache-control", "content-type", "content-length", "content-encoding"):
        assert asked.headers.get(name) == got.headers.get(name)


def test_another_question_has_another_tag(client: TestClient) -> None:
    tags = [client.get(path).headers["etag"] for path in LASTING]
    assert len(set(tags)) == len(LASTING)
    assert client.get("/api/v1/map?zoom=10").headers["etag"] not in tags


def test_a_save_makes_every_copy_old(scratch: Directory) -> None:
    paths = [
        "/api/v1/map?bbox=0,52,1,53&zoom=12",
        "/api/v1/map.geojson?bbox=0,52,1,53",
        "/tiles/8/128/84.mvt",
    ]
    with scratch.client() as client:
        before = [client.get(path) for path in paths]
        assert before[0].json()["total"] == 0
        assert before[2].status_code == 204
        with scratch.write() as session:
            add(session, name="Choir")
        for path, old in zip(paths, before, strict=True):
            new = client.get(path, headers={"If-None-Match": old.headers["etag"]})
            assert new.status_code == 200
            assert b"Choir" in new.content or b"choir" in new.content
            assert new.headers["etag"] != old.headers["etag"]


@pytest.mark.parametrize("search", ["q=tea", "near=Soham", "near=Soham&kind=group"])
@pytest.mark.parametrize("path", ["/api/v1/map?zoom=9", "/api/v1/map.geojson?limit=9", "/tiles/0/0/0.mvt?"])
def test_words_and_places_are_kept_by_nobody_else(client: TestClient, path: str, search: str) -> None:
    """What finds them may change without the public data: a search engine catches up, a gazetteer grows."""
    reply = client.get(f"{path}&{search}")
    assert "etag" not in reply.headers
    assert reply.headers["cache-control"] == "private, no-cache"
    assert client.get(f"{path}&{search}", headers={"If-None-Match": "*"}).status_code == reply.status_code


def test_a_day_of_the_week_is_another_question_tomorrow(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tag(path: str, day: int) -> str:
        monkeypatch.setattr(routes, "london_now", lambda: datetime(2026, 11, day, 12, tzinfo=LONDON))
        return client.get(path).headers["etag"]

    assert tag("/api/v1/map?day=wed", 21) != tag("/api/v1/map?day=wed", 22)
    assert tag("/api/v1/map?kind=group", 21) == tag("/api/v1/map?kind=group", 22)
