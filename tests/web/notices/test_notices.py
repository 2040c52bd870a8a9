"""Notices: seen by people in their areas while they stand, written by coordinators of those areas alone."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.factories import ELY, LONDON, SOHAM, add, add_areas, square
from tests.people import sign_in

LOCAL = "%Y-%m-%dT%H:%M"


@pytest.fixture
def place(scratch: Directory, tmp_path: Path) -> Directory:
    with scratch.write() as session:
        add_areas(session, tmp_path, {"DISTRICT": square(*SOHAM, size=0.06)}, type_="district")
        add_areas(
            session,
            tmp_path,
            {"SOHAM": square(*SOHAM, size=0.04), "ELY": square(*ELY, size=0.04)},
            type_="ward",
        )
        add(session, name="Soham Singers", at=SOHAM)
        add(session, name="Ely Singers", at=ELY)
    return scratch


def write(client: TestClient, csrf: str, *areas: str, hours: int = 24, **changes: str) -> tuple[int, str]:
    now = datetime.now(LONDON)
    form = {
        "csrf": csrf,
        "title": "Warm space open",
        "body": "The library stays open until nine.",
        "starts_at": (now - timedelta(minutes=5)).strftime(LOCAL),
        "ends_at": (now + timedelta(hours=hours)).strftime(LOCAL),
        "area_codes": list(areas),
    }
    reply = client.post("/curate/notices", data=form | changes)
    return reply.status_code, reply.text


def test_a_notice_reaches_what_lies_in_its_area_and_nowhere_else(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator", area="DISTRICT")
        assert write(client, csrf, "DISTRICT")[0] == 303
        client.cookies.clear()
        seen = {
            path: "Warm space open" in client.get(path).text
            for path in ("/", "/areas/SOHAM", "/areas/ELY", "/entries/soham-singers", "/entries/ely-singers")
        }
    assert seen == {
        "/": True,
        "/areas/SOHAM": True,
        "/areas/ELY": False,
        "/entries/soham-singers": True,
        "/entries/ely-singers": False,
    }


def test_it_is_taken_down_and_put_back(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator", area="SOHAM")
        write(client, csrf, "SOHAM")
        end = re.search(r'action="(/curate/notices/[^"]+/end)"', client.get("/curate/notices").text)
        assert end
        done = client.post(end[1], data={"csrf": csrf})
        assert "Warm space open" not in client.get("/").text
        back = re.search(r'action="(/curate/notices/[^"]+/back)"', client.get(done.headers["location"]).text)
        assert back
        client.post(back[1], data={"csrf": csrf})
        assert "Warm space open" in client.get("/").text


@pytest.mark.parametrize(
    ("areas", "changes", "said"),
    [
        (("SOHAM",), {"title": ""}, "Give a short title"),
        (("SOHAM",), {"ends_at": "2020-01-01T10:00"}, "It ends before it starts"),
        (("SOHAM",), {"starts_at": "soon"}, "Give a day and a time"),
        (("SOHAM",), {"link": "javascript:alert(1)"}, "A link begins with https://"),
        (("NOWHERE",), {}, "We hold no area"),
    ],
)
def test_what_cannot_be_a_notice_is_said_and_nothing_typed_is_lost(
    place: Directory, areas: tuple[str, ...], changes: dict[str, str], said: str
) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator")
        status, page = write(client, csrf, *areas, **changes)
        assert status == 422
        assert said in page
        assert "The library stays open until nine." in page


def test_only_coordinators_of_the_area_write_there(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator", area="ELY")
        assert write(client, csrf, "SOHAM")[0] == 403
        assert write(client, csrf)[0] == 403
        csrf = sign_in(client, place, "curator", area="SOHAM")
        assert write(client, csrf, "SOHAM")[0] == 403


def test_a_hostile_notice_stays_text(place: Directory) -> None:
    with place.client() as client:
        csrf = sign_in(client, place, "coordinator")
        write(client, csrf, body="<script>alert(1)</script> closed road")
        page = client.get("/").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
