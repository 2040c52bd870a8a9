"""Every way of failing is one problem document in plain words, and the API says of itself what it has."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg_pool import PoolTimeout
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError

import api
from api.accounts.dependencies import Write
from api.errors import EditConflict, NotAllowed
from api.main import create_api
from tests.conftest import Directory

LEAKS = (
    "traceback",
    "select ",
    "sqlalchemy",
    "psycopg",
    "relation",
    "syntax error",
    ".py",
    "face.",
    "validation error",
)
SECRET = "SELECT lon FROM directory.place"


def assert_problem(reply: Any, status: int) -> dict[str, Any]:
    assert reply.status_code == status, reply.text[:300]
    assert reply.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = reply.json()
    assert problem["status"] == status
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert all(isinstance(problem[part], str) and problem[part] for part in ("type", "title", "detail"))
    said = reply.text.lower()
    assert not [leak for leak in LEAKS if leak in said], reply.text
    return problem


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/entries/no-such-entry", 404),
        ("GET", "/api/v1/areas/no-such-area", 404),
        ("GET", "/api/v1/nothing-here", 404),
        ("GET", "/api/nothing-here", 404),
        ("GET", "/api/v1/entries?page=0", 422),
        ("GET", "/api/v1/map?zoom=99", 422),
        ("GET", "/api/v1/entries?near=Paris", 422),
        ("GET", "/api/v1/connectors?near=Paris", 422),
        ("GET", "/api/v1/places?q=" + "x" * 3000, 422),
        ("DELETE", "/api/v1/entries", 405),
        ("PUT", "/api/v1/map", 405),
        ("POST", "/api/v1/areas", 405),
    ],
)
def test_a_refusal_is_a_problem_document(client: TestClient, method: str, path: str, status: int) -> None:
    assert_problem(client.request(method, path), status)


def test_what_cannot_be_done_at_an_address_is_said_in_words(client: TestClient) -> None:
    reply = client.delete("/api/v1/kinds")
    assert assert_problem(reply, 405)["detail"] == "Nothing can be done with DELETE at this address."
    assert reply.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/entries", {"GET", "HEAD", "POST"}),
        ("OPTIONS", "/api/v1/entries", {"GET", "HEAD", "POST"}),
        ("DELETE", "/api/v1/entries/some-entry", {"GET", "HEAD", "PATCH"}),
        ("GET", "/api/v1/suggestions", {"POST"}),
        ("DELETE", "/curate/notices", {"GET", "HEAD", "POST"}),
        ("POST", "/static/css/base.css", {"GET", "HEAD"}),
    ],
)
def test_all_that_can_be_done_at_an_address_is_named(
    client: TestClient, method: str, path: str, allowed: set[str]
) -> None:
    reply = client.request(method, path)
    assert reply.status_code == 405
    assert sorted(reply.headers["allow"].split(", ")) == sorted(allowed)


@pytest.mark.parametrize(
    ("method", "asked", "meant"),
    [
        ("GET", "/api/v1/entries/?q=tea&q=%26", "/api/v1/entries?q=tea&q=%26"),
        ("POST", "/api/v1/suggestions/", "/api/v1/suggestions"),
        ("GET", "/about/", "/about"),
        ("GET", "/about///", "/about"),
        ("GET", "/entries/caf%C3%A9%0d%0aset-cookie:x/", "/entries/caf%C3%A9%0D%0Aset-cookie%3Ax"),
    ],
)
def test_a_stray_slash_leads_to_no_other_host(
    client: TestClient, method: str, asked: str, meant: str
) -> None:
    reply = client.request(
        method, asked, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    )
    assert (reply.status_code, reply.headers["location"]) == (308, meant)
    assert "evil.example" not in reply.text


@pytest.mark.parametrize(
    "path", ["/no-such-page/", "/static/no-such-file", "/static/no-such-file/", "/static/"]
)
def test_a_slash_makes_nothing_of_what_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/readyz", "/api/v1/entries?per_page=1", "/api/v1/kinds", "/api/v1/entries/no-such-entry"],
)
def test_head_is_answered_as_get_is(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code != 405


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        (b"{", "body", "This is not JSON that we can read."),
        (b'{"what": "new\xff"}', "body", "We could not read what was sent."),
        (b"[]", "body", "Send an object"),
        (b'{"what": "other"}', "what", "Choose from 'new', 'change' or 'report'."),
        (b'{"what": "new", "approved": true}', "approved", "There is nothing of this name"),
        (b'{"what": "change", "entry": 7}', "entry", "Write it as a text."),
        (b'{"what": "new", "fields": {"name": "Choir", "summary": 7}}', "summary", "Write it as a text."),
    ],
)
def test_what_is_wrong_in_what_was_sent_is_named(
    client: TestClient, sent: bytes, field: str, said: str
) -> None:
    reply = client.post("/api/v1/suggestions", content=sent, headers={"Content-Type": "application/json"})
    problem = assert_problem(reply, 422)
    assert problem["errors"][0]["field"] == field
    assert problem["errors"][0]["message"].startswith(said)
    assert problem["errors"][0]["message"] in problem["detail"]


@pytest.mark.parametrize("path", ["/api/v1/entries/%00", "/api/v1/areas/%00", "/api/v1/areas/so%00ham"])
def test_what_the_database_cannot_hold_is_not_found(client: TestClient, path: str) -> None:
    assert_problem(client.get(path), 404)


def test_a_nul_in_a_parameter_is_passed_over(client: TestClient) -> None:
    for path in ("/api/v1/connectors?area=%00", "/api/v1/entries?q=%00", "/api/v1/entries?near=%00"):
        assert client.get(path).status_code in (200, 422)
    for path in ("/api/v1/connectors?near=%00", "/api/v1/places?q=%00", "/api/v1/entries?need=%00"):
        assert client.get(path).status_code in (200, 422)


class FromTheOutside(Exception):
    """A fault nobody foresaw, with what must not be shown in its words."""


FAULTS: list[tuple[Exception, int]] = [
    (FromTheOutside(SECRET), 500),
    (KeyError(SECRET), 500),
    (psycopg.errors.UndefinedTable(SECRET), 500),
    (psycopg.DataError(SECRET), 500),
    (psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"), 422),
    (DataError(SECRET, {}, Exception(SECRET)), 500),
    (psycopg.OperationalError(SECRET), 503),
    (psycopg.errors.AdminShutdown(SECRET), 503),
    (psycopg.errors.QueryCanceled(SECRET), 503),
    (PoolTimeout(SECRET), 503),
    (OperationalError(SECRET, {}, Exception(SECRET)), 503),
    (NotAllowed("Only a curator of Soham may do that."), 403),
    (EditConflict("Soham Choir was saved by someone else.", extra={"current": {"version": 2}}), 412),
]


@pytest.fixture(scope="module")
def faulty(base_database: Directory) -> Iterator[TestClient]:
    app = create_api(base_database.settings())

    @app.get("/fault/{number}")
    async def fail(number: int, typed: str = "") -> None:
        raise FAULTS[number][0]

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[type(fault).__name__ for fault, _ in FAULTS])
def test_a_fault_tells_nothing_of_the_inside(faulty: TestClient, number: int) -> None:
    fault, status = FAULTS[number]
    reply = faulty.get(f"/fault/{number}")
    problem = assert_problem(reply, status)
    assert "lon" not in problem["detail"].split()
    if status == 503:
        assert int(reply.headers["retry-after"]) > 0
    if isinstance(fault, EditConflict):
        assert problem["current"] == {"version": 2}


def test_a_fault_is_logged_without_what_the_visitor_typed(
    faulty: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty.get("/fault/0", params={"typed": "my own address"})
    logged = capsys.readouterr().out
    assert "unforeseen error" in logged
    assert "FromTheOutside" in logged
    assert "my own address" not in logged


def test_a_fault_is_logged_without_the_secret_of_a_letter(
    base_database: Directory, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_api(base_database.settings())

    @app.get("/a-link/{token}")
    def fail(token: str, session: Write) -> None:
        session.execute(text("SELECT CAST(:token AS integer) / 0"), {"token": token})

    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/a-link/s3cret-of-a-letter").status_code == 500
    logged = capsys.readouterr().out
    assert "/a-link/{token}" in logged
    assert "[SQL: SELECT CAST" in logged
    assert "[parameters:" not in logged


def test_the_description_lists_every_route(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    features = [module.name for module in iter_modules(api.__path__) if module.ispkg]
    routers = [
        import_module(f"api.{feature}.routes").router
        for feature in features
        if find_spec(f"api.{feature}.routes")
    ]
    paths = [route.path for router in routers for route in router.routes]
    served = {path for path in paths if path.startswith("/api/v1")}
    assert {"/api/v1/entries", "/api/v1/map", "/api/v1/places", "/api/v1/connectors"} <= served
    assert served <= set(document["paths"])
    assert {"/healthz", "/readyz"} <= set(document["paths"])


def test_vocabulary(client: TestClient) -> None:
    kinds = client.get("/api/v1/kinds").json()["items"]
    assert [kind["code"] for kind in kinds if kind["first_class"]] == [
        "timebank",
        "mutual_aid",
        "drop_in",
        "micro_enterprise",
        "transport",
    ]
    assert len(kinds) == 9
    listed = client.get("/api/v1/entries", params={"per_page": 1}).json()
    assert sum(kind["entries"] for kind in kinds) == listed["total"]
    needs = client.get("/api/v1/taxonomy").json()["needs"]
    counts = {need["code"]: need["entries"] for need in needs if need["entries"]}
    assert counts == listed["facets"]["need"]


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["database"] == "ok"
    assert ready.json()["search"] in ("meilisearch", "postgres")
