"""The link from an entry's page to its form stands there for those who may change it, and for nobody else."""

from datetime import datetime
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from api.accounts import service as accounts
from api.accounts.dependencies import SESSION_COOKIE
from api.db import make_engine, make_session_factory
from api.models import Owner
from api.permissions import Role
from tests.conftest import Directory
from tests.factories import LONDON, SOHAM, add, add_areas, square
from tests.people import make_person, session_cookie
from web.pages.way_in import find_way_in

EDIT, OWN = "Edit this entry", "Change what we say about you"
ELSEWHERE = (0.9, 52.9)


@pytest.fixture
def entry_id(shared_scratch: Directory, tmp_path_factory: pytest.TempPathFactory) -> UUID:
    with shared_scratch.write() as session:
        folder = tmp_path_factory.mktemp("areas")
        add_areas(session, folder, {"SOHAM": square(*SOHAM), "ELSEWHERE": square(*ELSEWHERE)})
        return add(session, name=f"Choir {folder.name}").entry_id


def page_for(client: TestClient, cookie: str | None, entry_id: UUID) -> tuple[str, str | None]:
    client.cookies.clear()
    if cookie:
        client.cookies.set(SESSION_COOKIE, cookie)
    slug = client.get(f"/api/v1/entries/{entry_id}").json()["slug"]
    reply = client.get(f"/entries/{slug}")
    assert reply.status_code == 200
    return reply.text, reply.headers.get("cache-control")


def test_only_those_who_may_change_it_see_how(shared_scratch: Directory, entry_id: UUID) -> None:
    people: list[tuple[Role | None, str | None, bool]] = [
        ("admin", None, True),
        ("curator", None, True),
        ("curator", "SOHAM", True),
        ("coordinator", "ELSEWHERE", False),
        ("navigator", None, False),
        (None, None, False),
    ]
    with shared_scratch.client() as client:
        for role, area, may in people:
            shown, kept = page_for(client, session_cookie(shared_scratch, role, area=area), entry_id)
            assert (EDIT in shown) is may, (role, area)
            assert OWN not in shown
            assert kept == "no-store"
            if may:
                assert f'href="/curate/entries/{entry_id}"' in shown
        for cookie in (None, "of-nobody"):
            shown, _ = page_for(client, cookie, entry_id)
            assert EDIT not in shown
            assert OWN not in shown


def test_who_runs_it_is_led_to_their_own_page(shared_scratch: Directory, entry_id: UUID) -> None:
    with shared_scratch.write() as session:
        person = make_person(session)
        session.add(Owner(entry_id=entry_id, person_id=person.id))
        cookie = accounts.open_sign_in(
            session, person, how="link", browser="a test", now=datetime.now(LONDON)
        )
    with shared_scratch.client() as client:
        shown, _ = page_for(client, cookie, entry_id)
        assert f'<a href="/owner/{entry_id}">{OWN}</a>' in shown
        assert EDIT not in shown
        assert client.get(f"/owner/{entry_id}").status_code == 200


def test_the_page_stands_without_the_database_that_knows_people(entry_id: UUID) -> None:
    engine = make_engine("postgresql+psycopg://nobody@127.0.0.1:9/none")
    factory = make_session_factory(engine)
    assert find_way_in(factory, "a-cookie", entry_id, now=datetime.now(LONDON)) is None
    engine.dispose()
