"""What the tests of the directory share: a database for the tests of one file, and the JSON of a reply."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(client: TestClient) -> Ask:
    """The JSON of a GET on the example data: `ask("/api/v1/entries", q="lonely")`."""

    def get(path: str, **params: Any) -> dict[str, Any]:
        reply = client.get(path, params=params)
        assert reply.status_code == 200, reply.text
        body: dict[str, Any] = reply.json()
        return body

    return get
