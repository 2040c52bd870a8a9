"""What the tests of the directory share: a database for the tests of one file, and the JSON of a reply."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.cluster import PrivateCluster
from tests.conftest import Directory

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def shared_scratch(cluster: PrivateCluster, base_database: Directory) -> Iterator[Directory]:
    """An empty directory of one test file's own: the file fills it once and its tests only read."""
    name = f"shared_{os.urandom(4).hex()}"
    url = cluster.create_database(name, template=base_database.name)
    yield Directory(name, url, cluster.url_of(name, role="hereabouts_face"))
    cluster.drop_database(name)


@pytest.fixture
def ask(client: TestClient) -> Ask:
    """The JSON of a GET on the example data: `ask("/api/v1/entries", q="lonely")`."""

    def get(path: str, **params: Any) -> dict[str, Any]:
        reply = client.get(path, params=params)
        assert reply.status_code == 200, reply.text
        body: dict[str, Any] = reply.json()
        return body

    return get
