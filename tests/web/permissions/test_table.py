"""Permissions as one table: every route × who asks × what they get. A route without a row fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from api.accounts.dependencies import SESSION_COOKIE, get_write
from tests.conftest import Directory
from tests.people import form_proof, session_cookie
from tests.web.permissions.routes import Route, changes_something, list_routes
from tests.web.permissions.sample import ELSEWHERE, HERE, Sample, make_sample
from tests.yaml_files import read_yaml

TABLE = read_yaml(Path(__file__).parent / "table.yaml")
# (name, role, area of the role); `owner` has an entry and no role.
PEOPLE: tuple[tuple[str, str | None, str | None], ...] = (
    ("nobody", None, None),
    ("owner", None, None),
    ("navigator", "navigator", HERE),
    ("curator elsewhere", "curator", ELSEWHERE),
    ("curator here", "curator", HERE),
    ("coordinator", "coordinator", HERE),
    ("admin", "admin", None),
)
RANK = ("public", "signed in", "navigator", "curator", "coordinator", "admin")


@dataclass
class Visitor:
    name: str
    role: str | None
    client: TestClient
    proof: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def sample(shared_scratch: Directory, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    with shared_scratch.write() as session:
        folder = tmp_path_factory.mktemp("areas")
        return make_sample(session, folder, shared_scratch.settings())


@pytest.fixture(scope="module")
def app_client(shared_scratch: Directory, sample: Sample) -> Iterator[TestClient]:
    with shared_scratch.client() as client, shared_scratch.engine() as engine:
        app = client.app
        assert isinstance(app, FastAPI)

        def rolled_back() -> Iterator[Session]:
            """What a call writes is there until it is answered, and never after."""
            with engine.connect() as connection:
                outer = connection.begin()
                factory = sessionmaker(
                    connection, join_transaction_mode="create_savepoint", expire_on_commit=False
                )
                try:
                    with factory.begin() as session:
                        yield session
                finally:
                    outer.rollback()

        app.dependency_overrides[get_write] = rolled_back
        yield client


def routes_of(client: TestClient) -> list[Route]:
    assert isinstance(client.app, FastAPI)
    return list_routes(client.app)


def test_every_route_has_its_row_and_its_gate(app_client: TestClient) -> None:
    """The table is what was decided; the code is what is so."""
    gates = {route.name: route.gate for route in routes_of(app_client)}
    assert gates == {name: row["for"] for name, row in TABLE.items()}


def test_what_changes_something_behind_a_gate_checks_its_form(app_client: TestClient) -> None:
    open_to_forgery = [
        route.name
        for route in routes_of(app_client)
        if changes_something(route) and route.gate != "public" and not route.checks_form
    ]
    assert open_to_forgery == []


def test_only_these_change_something_without_an_account(app_client: TestClient) -> None:
    public = {r.name for r in routes_of(app_client) if changes_something(r) and r.gate == "public"}
    assert public == {name for name, row in TABLE.items() if row.get("open_because")}


@contextmanager
def visiting(
    client: TestClient, directory: Directory, sample: Sample, person: tuple[Any, ...]
) -> Iterator[Visitor]:
    name, role, area = person
    client.cookies.clear()
    visitor = Visitor(name, role, client)
    if name != "nobody":
        cookie = sample.owner_cookie if name == "owner" else session_cookie(directory, role, area=area)
        client.cookies.set(SESSION_COOKIE, cookie)
        visitor.proof = form_proof(directory.settings(), cookie)
    yield visitor
    client.cookies.clear()


@pytest.mark.parametrize("person", PEOPLE, ids=[person[0] for person in PEOPLE])
def test_who_gets_in(
    app_client: TestClient, shared_scratch: Directory, sample: Sample, person: tuple[Any, ...]
) -> None:
    wrong = []
    with visiting(app_client, shared_scratch, sample, person) as visitor:
        for route in routes_of(app_client):
            row = TABLE[route.name]
            status = call(visitor, route, row, sample)
            if not fits(visitor, route, row, status):
                wrong.append(f"{route.name}: {status}")
    assert not wrong, "\n".join(wrong)


def call(visitor: Visitor, route: Route, row: dict[str, Any], sample: Sample) -> int:
    path = route.path.format(**sample.parts(route.path))
    form = {name: value.format(**sample.values) for name, value in row.get("form", {}).items()}
    if visitor.proof:
        form["csrf"] = visitor.proof
    if route.path.startswith("/api/"):
        headers = {"X-CSRF-Token": visitor.proof} if visitor.proof else {}
        reply = visitor.client.request(
            route.method, path, headers=headers | row.get("headers", {}), json=row.get("json")
        )
    elif changes_something(route):
        reply = visitor.client.request(route.method, path, data=form)
    else:
        reply = visitor.client.request(route.method, path, params=row.get("query"))
    if reply.status_code == 303 and reply.headers["location"].startswith("/sign-in?"):
        return 401
    return reply.status_code


def fits(visitor: Visitor, route: Route, row: dict[str, Any], status: int) -> bool:
    """Nobody is asked to sign in; who lacks the role is refused; who may is not. `then` is the role that the
    thing itself asks for, behind the gate."""
    if status >= 500:
        return False
    if row["for"] == "public":
        return status not in (401, 403)
    if visitor.name == "nobody":
        return status == 401
    if visitor.name == "owner" and row.get("owner"):
        return status not in (401, 403, 404)
    held = RANK.index(visitor.role or "signed in")
    if held < RANK.index(row["for"]):
        return status == 403
    if held < RANK.index(row.get("then", row["for"])):
        return status in (403, 404)
    if row.get("of") == "owner" and visitor.name != "owner":
        return status in (403, 404)
    if row.get("of") != "here":
        return status not in (401, 403)
    if visitor.name == "curator elsewhere":
        return status in (403, 404)
    return status not in (401, 403, 404)
