"""Entries changed through the JSON API: with the version one changed, inside one's areas, and documented."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.accounts.dependencies import CSRF_HEADER
from api.entries.service import Saved
from tests.conftest import Directory
from tests.factories import ELY, SOHAM, add, add_areas, draft, square
from tests.people import sign_in


@pytest.fixture
def client(scratch: Directory, tmp_path: Path) -> Iterator[TestClient]:
    """A curator of HERE, with the proof that a script of our own pages sends."""
    with scratch.write() as session:
        add_areas(session, tmp_path, {"HERE": square(*SOHAM, size=0.05), "THERE": square(*ELY, size=0.05)})
    with scratch.client() as opened:
        opened.headers[CSRF_HEADER] = sign_in(opened, scratch, "curator", area="HERE")
        yield opened


@pytest.fixture
def choir(scratch: Directory, client: TestClient) -> Saved:
    contacts = [{"kind": "phone", "value": "01632 960001", "public": False}]
    with scratch.write() as session:
        return add(
            session,
            name="Choir",
            cost="free",
            contacts=contacts,
            place={"town": "Soham", "lon": SOHAM[0], "lat": SOHAM[1]},
        )


def test_the_etag_of_an_entry_is_what_changes_it(client: TestClient, choir: Saved) -> None:
    address = f"/api/v1/entries/{choir.entry_id}"
    etag = client.get(address).headers["ETag"]
    patch = {"name": "The Choir", "cost": None, "place": {"postcode": "CB7 5ZZ"}}
    reply = client.patch(
        address, json=patch, headers={"If-Match": etag, "Content-Type": "application/merge-patch+json"}
    )
    assert reply.status_code == 200, reply.text
    body = reply.json()
    assert (body["version"], reply.headers["ETag"]) == (2, '"2"')
    assert body["entry"]["name"] == "The Choir"
    assert "cost" not in body["entry"]
    assert body["entry"]["place"]["town"] == "Soham"
    public = client.get(address)
    assert public.headers["ETag"] == '"2"'
    assert "960001" not in public.text


def test_an_old_etag_gets_both_versions(client: TestClient, choir: Saved) -> None:
    address = f"/api/v1/entries/{choir.entry_id}"
    for name, status in (("First", 200), ("Second", 412)):
        reply = client.patch(address, json={"name": name}, headers={"If-Match": '"1"'})
        assert reply.status_code == status
    problem = reply.json()
    assert (problem["current"]["version"], problem["current"]["document"]["name"]) == (2, "First")
    assert (problem["yours"]["version"], problem["yours"]["document"]["name"]) == (1, "Second")


@pytest.mark.parametrize(
    ("patch", "headers", "status"),
    [
        ({"name": "X Y"}, {}, 428),
        ({"name": "X Y"}, {"If-Match": "*"}, 412),
        ({"name": ""}, {"If-Match": '"1"'}, 422),
        ({"nonsense": 1}, {"If-Match": '"1"'}, 422),
        ({"place": None}, {"If-Match": '"1"'}, 422),
        ({"facts": 5}, {"If-Match": '"1"'}, 422),
        ({"kind": None}, {"If-Match": '"1"'}, 422),
        ({"summary": "a\x00b"}, {"If-Match": '"1"'}, 422),
        ({"is_example": True}, {"If-Match": '"1"'}, 422),
        ({"place": {"lon": ELY[0], "lat": ELY[1]}}, {"If-Match": '"1"'}, 403),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    client: TestClient, choir: Saved, patch: dict[str, object], headers: dict[str, str], status: int
) -> None:
    address = f"/api/v1/entries/{choir.entry_id}"
    reply = client.patch(address, json=patch, headers=headers)
    assert reply.status_code == status, reply.text
    assert reply.json()["detail"]
    assert client.get(address).json()["version"] == 1


def test_a_new_entry_has_its_address_and_stays_in_ones_areas(client: TestClient) -> None:
    new = draft(name="Sewing").model_dump(mode="json")
    reply = client.post("/api/v1/entries", json=new)
    assert reply.status_code == 201, reply.text
    assert (reply.headers["Location"], reply.headers["ETag"]) == ("/api/v1/entries/sewing", '"1"')
    assert client.get(reply.headers["Location"]).json()["name"] == "Sewing"
    far = draft(name="Far", at=ELY).model_dump(mode="json")
    assert client.post("/api/v1/entries", json=far).status_code == 403
    assert client.get("/api/v1/entries/far").status_code == 404


def test_here_elsewhere_and_nobody(scratch: Directory, client: TestClient, choir: Saved) -> None:
    with scratch.write() as session:
        hidden = add(session, name="Hidden", stage="draft")
    match = {"If-Match": '"1"'}
    client.headers[CSRF_HEADER] = sign_in(client, scratch, "curator", area="THERE")
    for entry, status in ((choir, 403), (hidden, 404)):
        reply = client.patch(f"/api/v1/entries/{entry.entry_id}", json={"name": "Mine"}, headers=match)
        assert reply.status_code == status
    del client.headers[CSRF_HEADER]
    assert client.post("/api/v1/entries", json={}).status_code == 403
    client.cookies.clear()
    address = f"/api/v1/entries/{choir.entry_id}"
    assert client.patch(address, json={"name": "Mine"}, headers=match).status_code == 401


def test_every_status_is_documented(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths["/api/v1/entries"]["post"]["responses"]) == {"201", "401", "403", "422", "503"}
    assert set(paths["/api/v1/entries/{entry_id}"]["patch"]["responses"]) == {
        "200", "401", "403", "404", "412", "422", "428", "503"
    }  # fmt: skip
