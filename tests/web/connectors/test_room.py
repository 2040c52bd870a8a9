"""The room of connectors: kept by coordinators of the whole patch, seen by everyone, taken away and back."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.factories import add_towns
from tests.people import sign_in

ROOM = "/curate/connectors"


@pytest.fixture
def place(scratch: Directory, tmp_path: Path) -> Directory:
    with scratch.write() as session:
        add_towns(session, tmp_path)
    return scratch


def keep(client: TestClient, csrf: str, *areas: str, path: str = "new", **changes: Any) -> Any:
    form = {
        "csrf": csrf,
        "role": "Community connector",
        "organisation": "The district",
        "phone": "01353 555 010",
        "public": "yes",
        "areas": list(areas),
        "helps_with": ["loneliness"],
    }
    return client.post(f"{ROOM}/{path}", data=form | changes)


def seen(client: TestClient, slug: str = "community-connector") -> str:
    found = re.search(r'name="seen" value="([^"]+)"', client.get(f"{ROOM}/{slug}").text)
    assert found
    return found[1]


def test_one_is_added_changed_taken_away_and_brought_back(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator", area="DISTRICT")
        assert keep(client, csrf, "SOHAM").status_code == 303
        public = client.get("/connectors").text
        assert "Community connector" in public
        assert "Area SOHAM" in public
        changed = keep(
            client, csrf, "DISTRICT", path="community-connector", role="Village agent", seen=seen(client)
        )
        assert changed.status_code == 303
        assert "Village agent" in client.get("/connectors").text
        gone = client.post(f"{ROOM}/community-connector/remove", data={"csrf": csrf})
        page = client.get(gone.headers["location"]).text
        assert "Village agent" not in client.get("/connectors").text
        undo = re.search(rf'action="({ROOM}/undo/[^"]+)"', page)
        assert undo
        client.post(undo[1], data={"csrf": csrf})
        public = client.get("/connectors").text
        assert "Village agent" in public
        assert "Area DISTRICT" in public
        assert client.post(undo[1], data={"csrf": csrf}).status_code == 404


def test_all_of_the_patch_must_be_theirs_before_and_after(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator")
        keep(client, csrf, "SOHAM", "ELY")
        csrf = sign_in(client, place, "coordinator", area="SOHAM")
        page = client.get(ROOM).text
        assert "outside your areas" in page
        assert keep(client, csrf, "SOHAM", path="community-connector", seen=seen(client)).status_code == 403
        assert client.post(f"{ROOM}/community-connector/remove", data={"csrf": csrf}).status_code == 403
        assert keep(client, csrf, "SOHAM", "ELY").status_code == 403
        csrf = sign_in(client, place, "coordinator", area="DISTRICT")
        keep(client, csrf, "SOHAM", role="Only Soham's")
        csrf = sign_in(client, place, "coordinator", area="ELY")
        assert client.get(f"{ROOM}/only-sohams").status_code == 404
        assert client.post(f"{ROOM}/only-sohams/remove", data={"csrf": csrf}).status_code == 404
        csrf = sign_in(client, place, "curator", area="SOHAM")
        assert keep(client, csrf, "SOHAM").status_code == 403
        client.cookies.clear()
        assert client.get(ROOM).headers["location"].startswith("/sign-in")


WRONG: dict[str, dict[str, Any]] = {
    "not the name of who does it": {"role": "Mrs Jane Example"},
    "Give the role": {"role": ""},
    "nobody&#39;s private number": {"public": ""},
    "Give a phone number": {"phone": "ring me"},
    "at least one way to reach them": {"phone": ""},
    "Give an e-mail address": {"email": "nobody"},
    "begins with https://": {"web": "javascript:alert(1)"},
    "Tick at least one area": {"areas": []},
    "We hold no area": {"areas": ["NOWHERE"]},
}


def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator")
        for said, changes in WRONG.items():
            reply = keep(client, csrf, "SOHAM", about="Knows everyone.", **changes)
            assert reply.status_code == 422, said
            assert said in reply.text
            assert "Knows everyone." in reply.text
        assert "Community connector" not in client.get("/connectors").text


def test_the_second_of_two_sees_what_the_first_wrote(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator")
        keep(client, csrf, "SOHAM")
        both = seen(client)
        keep(client, csrf, "SOHAM", path="community-connector", about="First.", seen=both)
        late = keep(client, csrf, "SOHAM", path="community-connector", about="Second.", seen=both)
        assert late.status_code == 422
        assert "Somebody else changed this connector" in late.text
        assert "First." in late.text
        assert keep(client, "x", "SOHAM").status_code == 403
