"""The people of an area on a page: asked in, given a role, and closed, by those who may."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.accounts import people
from api.accounts import service as accounts
from api.models import Person
from tests.conftest import Directory
from tests.factories import LONDON, SOHAM, add_areas, square
from tests.people import make_person, sign_in
from tests.web.accounts.helpers import letters, path_in


@pytest.fixture
def county(scratch: Directory, tmp_path: Path) -> Directory:
    with scratch.write() as session:
        add_areas(session, tmp_path, {"COUNTY": square(*SOHAM, size=1)}, type_="county")
        add_areas(session, tmp_path, {"DISTRICT": square(*SOHAM)}, type_="district")
        add_areas(session, tmp_path, {"FAR": square(SOHAM[0] + 3, SOHAM[1])}, type_="district")
    return scratch


@pytest.fixture
def client(county: Directory) -> Iterator[TestClient]:
    with county.client() as opened:
        yield opened


def test_a_coordinator_asks_somebody_in_and_lets_them_go(county: Directory, client: TestClient) -> None:
    form = {"csrf": sign_in(client, county, "coordinator", area="COUNTY")}
    page = client.get("/curate/people").text
    assert "Area DISTRICT" in page
    assert "Area FAR" not in page
    assert ">Administrator" not in page
    asked = form | {"email": "new@example.org", "name": "New One", "role": "curator", "area": "DISTRICT"}
    assert client.post("/curate/people/invite", data=asked).status_code == 303
    assert "/sign-in/invitation/" in path_in(letters(county)[-1])
    page = client.get("/curate/people?done=invited").text
    assert "New One" in page
    assert "Has not signed in yet" in page
    with county.write() as session:
        person = accounts.get_person_by_email(session, "new@example.org")
    here = f"/curate/people/{person.id}"
    assert client.post(f"{here}/give", data=form | {"role": "navigator", "area": "COUNTY"}).status_code == 303
    assert "Navigator" in client.get(here).text
    assert client.post(f"{here}/take", data=form | {"role": "navigator", "area": "COUNTY"}).status_code == 303
    assert client.post(f"{here}/close", data=form).status_code == 422
    assert client.post(f"{here}/close", data=form | {"sure": "yes"}).status_code == 303
    assert "New One" not in client.get("/curate/people").text


def test_what_cannot_be_done_is_said_beside_the_form(county: Directory, client: TestClient) -> None:
    form = {"csrf": sign_in(client, county, "coordinator", area="COUNTY")}
    refused = {
        ("nonsense", "curator", "DISTRICT"): (422, "not an e-mail address"),
        ("a@example.org", "curator", "FAR"): (403, "outside your areas"),
        ("a@example.org", "curator", "*"): (403, "outside your areas"),
        ("a@example.org", "curator", ""): (422, "Choose where"),
        ("a@example.org", "admin", "*"): (403, "Only an administrator"),
        ("a@example.org", "king", "COUNTY"): (422, "Choose what they are to do"),
        ("a@example.org\r\nBcc: b@example.org", "curator", "DISTRICT"): (422, "not an e-mail address"),
    }
    for (email, role, area), (status, words) in refused.items():
        asked = form | {"email": email, "role": role, "area": area}
        reply = client.post("/curate/people/invite", data=asked)
        assert reply.status_code == status
        assert words in reply.text
    assert letters(county) == []


def test_people_elsewhere_are_nobody_and_the_page_is_for_coordinators(
    county: Directory, client: TestClient
) -> None:
    with county.write() as session:
        far = make_person(session, "curator", area="FAR")
    form = {"csrf": sign_in(client, county, "coordinator", area="COUNTY")}
    here = f"/curate/people/{far.id}"
    assert client.get(here).status_code == 404
    for what in ("give", "take", "invite", "close"):
        sent = form | {"role": "curator", "area": "FAR", "sure": "yes"}
        assert client.post(f"{here}/{what}", data=sent).status_code == 404
    with county.write() as session:
        assert session.get_one(Person, far.id).closed_at is None
        assert len(session.get_one(Person, far.id).grants) == 1
    for role in (None, "navigator", "curator"):
        with county.client() as other:
            sign_in(other, county, role)
            assert other.get("/curate/people").status_code == 403


def test_the_last_administrator_cannot_be_locked_out(county: Directory, client: TestClient) -> None:
    form = {"csrf": sign_in(client, county, "admin")}
    with county.write() as session:
        [me] = people.list_everyone(session)
    reply = client.post(f"/curate/people/{me.id}/take", data=form | {"role": "admin", "area": "*"})
    assert reply.status_code == 403
    assert "last administrator" in reply.text
    assert client.get("/curate/people").status_code == 200


def test_an_invitation_can_be_sent_again_until_it_was_taken(county: Directory, client: TestClient) -> None:
    with county.write() as session:
        person = make_person(session, "curator", area="DISTRICT")
        accounts.note_event(session, person.id, "invited")
    form = {"csrf": sign_in(client, county, "coordinator", area="COUNTY")}
    here = f"/curate/people/{person.id}"
    assert client.post(f"{here}/invite", data=form).status_code == 303
    client_path = path_in(letters(county)[-1])
    with county.client() as theirs:
        theirs.post(client_path, data={"password": "kettle gate moth eleven"})
    assert client.post(f"{here}/invite", data=form).status_code == 403
    assert f"{datetime.now(LONDON):%-d %B %Y}" in client.get(here).text
