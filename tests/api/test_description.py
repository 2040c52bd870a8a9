"""The API is as it describes itself, for everyone: no fault, and no status it does not describe."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import text

from api.accounts.dependencies import CSRF_HEADER, SESSION_COOKIE
from api.permissions import Role
from tests.conftest import Directory
from tests.factories import SOHAM, add, add_areas, square
from tests.people import form_proof, session_cookie

# Something private of an entry: a reply that holds it leaks.
SECRET = "01632 960999"
PEOPLE: tuple[Role | None, ...] = (None, "navigator", "curator", "coordinator", "admin")
WHAT_NO_REPLY_SAYS = ("Traceback", "psycopg", "sqlalchemy", "SELECT ")


@pytest.fixture(scope="module")
def directory(shared_scratch: Directory, tmp_path_factory: pytest.TempPathFactory) -> Directory:
    with shared_scratch.write() as session:
        add_areas(session, tmp_path_factory.mktemp("areas"), {"HERE": square(*SOHAM)})
        add(session, name="Soham Singers", contacts=[{"kind": "phone", "value": SECRET, "public": False}])
    return shared_scratch


@pytest.fixture(scope="module")
def caller(directory: Directory) -> Iterator[TestClient]:
    with directory.client() as client:
        yield client


@pytest.fixture(scope="module")
def asked(caller: TestClient) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Each operation with what it is asked: the same for everyone, and the same each time."""
    description = schemathesis.openapi.from_dict(caller.get("/api/openapi.json").json())
    found = [operation.ok() for operation in description.get_all_operations()]
    return [(operation, _thought_up(operation)) for operation in found]


def _thought_up(operation: Any) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = []

    @given(case=operation.as_strategy())
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def keep(case: Any) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        requests.append(
            {name: value for name, value in sent.items() if value is not None and name != "cookies"}
        )

    keep()
    return requests


@pytest.mark.parametrize("role", PEOPLE, ids=str)
def test_every_operation_answers_as_described(
    caller: TestClient, directory: Directory, asked: list[tuple[Any, list[dict[str, Any]]]], role: Role | None
) -> None:
    caller.cookies.clear()
    headers = {}
    if role:
        cookie = session_cookie(directory, role, area=None if role == "admin" else "HERE")
        caller.cookies.set(SESSION_COOKIE, cookie)
        headers[CSRF_HEADER] = form_proof(directory.settings(), cookie)
    assert len(asked) > 15
    wrong: list[str] = []
    for operation, requests in asked:
        assert requests, f"{operation.method.upper()} {operation.path} was asked nothing"
        for request in requests:
            _try_out(caller, operation, request, headers, wrong)
    assert not wrong, "\n".join(wrong[:20])


def _try_out(
    caller: TestClient, operation: Any, request: dict[str, Any], headers: dict[str, str], wrong: list[str]
) -> None:
    described = set(operation.definition.raw["responses"])
    reply = caller.request(**(request | {"headers": dict(request.get("headers") or {}) | headers}))
    told = f"{operation.method.upper()} {operation.path}: {reply.status_code}"
    if reply.status_code >= 500 or str(reply.status_code) not in described:
        wrong.append(f"{told} is not described ({reply.text[:80]})")
    if operation.method == "get" and SECRET in reply.text:
        wrong.append(f"{told} shows what is private")
    if any(words in reply.text for words in WHAT_NO_REPLY_SAYS):
        wrong.append(f"{told} shows our insides")


def test_the_description_names_every_way_of_failing(caller: TestClient) -> None:
    """The handlers' own document stands behind each of them, so that a client can be made from it."""
    description = caller.get("/api/openapi.json").json()
    assert description["components"]["schemas"]["Problem"]["required"] == [
        "type",
        "title",
        "status",
        "detail",
    ]


def test_the_tests_own_secret_is_there_to_be_found(directory: Directory) -> None:
    with directory.write() as session:
        assert session.scalar(
            text("SELECT count(*) FROM directory.contact WHERE value = :it"), {"it": SECRET}
        )
