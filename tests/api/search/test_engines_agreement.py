"""The list, the map, the counts and the paging agree with Meilisearch to find words as well."""

from random import Random
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.search.test_agreement import GROUPS, SORTS, searches

# Words and places of every sort among the other filters; without words both engines are one.
SEARCHES = [one for one in searches(400) if "q" in one][:60]
named = [" ".join(f"{name}={value}" for name, value in one.items()) for one in SEARCHES]


def get(client: TestClient, path: str, **params: Any) -> dict[str, Any]:
    reply = client.get(path, params=params)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


@pytest.mark.parametrize("search", SEARCHES, ids=named)
def test_list_map_and_counts_agree(meili_client: TestClient, search: dict[str, Any]) -> None:
    sort = SORTS[len(str(search)) % 4]
    listed = get(meili_client, "/api/v1/entries", **search, sort=sort, per_page=100)
    ids = {item["id"] for item in listed["items"]}
    assert len(ids) == len(listed["items"]) == min(listed["total"], 100)
    for zoom in (8, 16):
        shown = get(meili_client, "/api/v1/map", **search, zoom=zoom)
        assert shown["total"] + shown["without_pin"] == listed["total"]
        assert sum(one["count"] for one in shown["points"] + shown["clusters"]) == shown["total"]
    if listed["total"] <= 100:
        pins = {item["id"] for item in listed["items"] if item["point"] is not None}
        assert {one["id"] for point in shown["points"] for one in point["entries"] or [point]} == pins


@pytest.mark.parametrize("search", SEARCHES[::3], ids=named[::3])
def test_pages_hold_everything_once(meili_client: TestClient, search: dict[str, Any]) -> None:
    seen: list[str] = []
    reply = get(meili_client, "/api/v1/entries", **search, per_page=7)
    while True:
        seen += [item["id"] for item in reply["items"]]
        following = reply["links"].get("next")
        if following is None:
            break
        reply = meili_client.get(following).json()
    assert len(seen) == len(set(seen)) == reply["total"]


@pytest.mark.parametrize("search", SEARCHES[::2], ids=named[::2])
def test_a_count_is_what_choosing_it_gives(meili_client: TestClient, search: dict[str, Any]) -> None:
    """Where the words were matched as strictly: a choice that leaves too little loosens them again."""
    whole = get(meili_client, "/api/v1/entries", **search, per_page=1)
    random = Random(str(search))
    for group in random.sample(GROUPS, 3):
        if group in {"kind", "language"} and any(one["what"] == group for one in whole["understood"]):
            continue
        counts = whole["facets"][group]
        for value, count in random.sample(sorted(counts.items()), min(2, len(counts))):
            chosen = get(meili_client, "/api/v1/entries", **search | {group: value}, per_page=1)
            if chosen["relaxed"] == whole["relaxed"]:
                assert chosen["total"] == count, f"{group}={value}"


def test_meilisearch_did_answer(meili_client: TestClient) -> None:
    with_words = [get(meili_client, "/api/v1/entries", q=q)["engine"] for q in ("lonely", "tea", "garden")]
    assert with_words == ["meilisearch"] * 3
