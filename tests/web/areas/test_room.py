"""The room of areas: boundaries from a file, whole or not at all, and patches made of areas there are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.factories import ELY, SOHAM, add, add_towns, square
from tests.people import sign_in

ROOM = "/curate/areas"


@pytest.fixture
def place(scratch: Directory, tmp_path: Path) -> Directory:
    with scratch.write() as session:
        add_towns(session, tmp_path)
        add(session, name="Soham Singers", at=SOHAM)
        add(session, name="Ely Singers", at=ELY)
    return scratch


def boundaries(code: str, name: str, geometry: dict[str, Any]) -> bytes:
    feature = {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def load(client: TestClient, csrf: str, content: bytes, **changes: Any) -> Any:
    form = {"csrf": csrf, "type": "parish", "attribution": "The survey", "licence": "OGL v3"}
    return client.post(ROOM, data=form | changes, files={"file": ("../parishes.geojson", content)})


def entries_of(client: TestClient, area: str) -> list[str]:
    reply = client.get("/api/v1/entries", params={"area": area}).json()
    return sorted(item["name"] for item in reply["items"])


def test_boundaries_are_loaded_shown_and_take_in_their_entries(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "admin")
        page = load(client, csrf, boundaries("NEW", "New parish", square(*ELY)), dated_on="2026-05-01")
        assert "1 area loaded" in page.text
        assert "The survey" in page.text
        assert entries_of(client, "NEW") == ["Ely Singers"]
        # It moves: what was in it is let go.
        load(client, csrf, boundaries("NEW", "New parish", square(*SOHAM, size=0.02)))
        assert entries_of(client, "NEW") == ["Soham Singers"]
        assert "The survey" in client.get("/areas/new-parish").text


METRES = [[[550000, 280000], [551000, 280000], [551000, 281000], [550000, 280000]]]
WRONG = {
    "parishes.geojson is not GeoJSON": b"not json",
    "British National Grid metres": boundaries("FAR", "Far", {"type": "Polygon", "coordinates": METRES}),
    "is a Point, not a Polygon": boundaries("DOT", "Dot", {"type": "Point", "coordinates": [0, 52]}),
}


def test_a_file_that_cannot_be_used_is_said_plainly_and_keeps_nothing(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "admin")
        before = client.get("/api/v1/areas").json()
        for said, content in WRONG.items():
            reply = load(client, csrf, content)
            assert reply.status_code == 422
            assert said in reply.text
            assert "/tmp" not in reply.text
        assert client.get("/api/v1/areas").json() == before


def test_a_large_file_is_refused_before_it_is_read(place: Directory) -> None:
    with place.client() as client:
        sign_in(client, place, "admin")
        headers = {"Content-Length": "30000000", "Content-Type": "multipart/form-data; boundary=x"}
        reply = client.post(ROOM, content=iter([b"x"]), headers=headers)
        assert reply.status_code == 413
        assert "larger than 20 MB" in reply.text


def make_patch(client: TestClient, csrf: str, name: str, *codes: str) -> Any:
    return client.post(f"{ROOM}/patches", data={"csrf": csrf, "name": name, "codes": list(codes)})


def test_a_patch_is_made_of_areas(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator")
        assert make_patch(client, csrf, "Both towns", "SOHAM", "ELY").status_code == 303
        assert entries_of(client, "patch-both-towns") == ["Ely Singers", "Soham Singers"]
        area = client.get("/api/v1/areas/both-towns").json()
        assert area["type"] == "patch"
        assert "Both towns" in client.get(ROOM).text
        assert "name already" in make_patch(client, csrf, "both TOWNS", "ELY").text
        assert "Tick at least one area" in make_patch(client, csrf, "None").text
        assert "Give the patch a name" in make_patch(client, csrf, " ", "ELY").text


def test_a_patch_is_unmade_until_something_uses_it(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator", area="DISTRICT")
        done = make_patch(client, csrf, "A slip", "SOHAM")
        undo = re.search(r'action="([^"]+/undo)"', client.get(done.headers["location"]).text)
        assert undo
        connector = {"csrf": csrf, "role": "Agent", "web": "https://example.org", "areas": "patch-a-slip"}
        client.post("/curate/connectors/new", data=connector)
        assert "Something uses this patch" in client.post(undo[1], data={"csrf": csrf}).text
        client.post("/curate/connectors/agent/remove", data={"csrf": csrf})
        sign_in(client, place, "coordinator", area="ELY")
        assert client.post(undo[1], data={"csrf": "x"}).status_code == 403
        csrf = sign_in(client, place, "coordinator", area="ELY")
        assert client.post(undo[1], data={"csrf": csrf}).status_code == 403
        csrf = sign_in(client, place, "coordinator", area="DISTRICT")
        assert client.post(undo[1], data={"csrf": csrf}).status_code == 303
        assert "A slip" not in client.get("/areas").text
        assert entries_of(client, "DISTRICT") == ["Soham Singers"]


def test_who_may_change_what(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator", area="DISTRICT")
        page = client.get(ROOM).text
        assert "Area SOHAM" in page
        assert "Area ELY" not in page
        assert "only a coordinator of all of it" in page
        assert load(client, csrf, boundaries("NEW", "New", square(*ELY))).status_code == 403
        assert make_patch(client, csrf, "Mine", "SOHAM").status_code == 303
        assert make_patch(client, csrf, "Not mine", "SOHAM", "ELY").status_code == 403
        # What they made lies in their area, so a connector of theirs can look after it.
        assert "Mine" in client.get("/curate/connectors/new").text
        csrf = sign_in(client, place, "curator")
        assert client.get(ROOM).status_code == 403
        assert make_patch(client, csrf, "Nor this", "SOHAM").status_code == 403
        client.cookies.clear()
        assert re.match("/sign-in", client.get(ROOM).headers["location"])
        sign_in(client, place, "admin")
        assert make_patch(client, "x", "Elsewhere", "SOHAM").status_code == 403
