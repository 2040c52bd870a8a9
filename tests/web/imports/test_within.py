"""A coordinator of an area brings in what lies there: other rows are refused, and lists of others too."""

import re

import pytest
from sqlalchemy import select, update

from api.models import Entry, PersonRole, Source, Upload
from ingest.feeds import add_feed
from ingest.within import NOT_KNOWN, OF_OTHERS, OUTSIDE
from tests.factories import ELY, add_areas, square
from tests.web.imports.conftest import Desk

# CB6 1AA and CB6 1AB lie in it; CB6 1AD does not.
HERE = (0.265, 52.405)
CLUBS = """Name,Postcode,Town,Phone
Knit and Natter,CB6 1AA,,01353 555001
Walk and Talk,CB6 1AB,,01353 555002
Far Away Choir,CB6 1AD,,01353 555003
Somewhere Club,,Soham,01353 555004
"""
MEANINGS = {"means-0": "name", "means-1": "postcode", "means-2": "town", "means-3": "phone"}


@pytest.fixture
def local(desk: Desk) -> Desk:
    """Signed in as the coordinator of HERE."""
    with desk.directory.write() as session:
        add_areas(session, desk.home, {"HERE": square(*HERE), "THERE": square(0.0, 52.3)})
    return desk.sign_in("coordinator", area="HERE")


def hand_in(desk: Desk, text: str = CLUBS, *, read_as: str = "", name: str = "clubs") -> str:
    reply = desk.hand_in(text.encode(), file_name="clubs.csv", read_as=read_as, name=name)
    assert reply.status_code == 303, reply.text
    file = str(reply.headers["location"])
    if not read_as:
        desk.post(f"{file}/mapping", **MEANINGS)
    return file


def names(desk: Desk) -> dict[str, str]:
    with desk.directory.write() as session:
        return {entry.name: entry.place.postcode for entry in session.scalars(select(Entry))}


def run_of(desk: Desk, file: str) -> str:
    found = re.search(r"/curate/imports/runs/[0-9a-f-]+", desk.page(file))
    assert found
    return found[0]


def test_rows_elsewhere_are_refused_with_their_reason_and_the_others_come_in(local: Desk) -> None:
    file = hand_in(local)
    page = local.page(f"{file}?show=refused")
    assert re.search(r"<strong>2</strong> new", page)
    rows = re.split(r'class="queue-kind"', page)
    assert [OUTSIDE[0] in row and "Ask a coordinator" in row for row in rows if "Far Away Choir" in row] == [
        True
    ]
    assert [NOT_KNOWN[0] in row for row in rows if "Somewhere Club" in row] == [True]
    local.post(f"{file}/apply")
    assert set(names(local)) == {"Knit and Natter", "Walk and Talk"}
    run = run_of(local, file)
    assert "Far Away Choir" in local.client.get(f"{run}/report.csv").text
    assert "The import is undone." in local.page(local.post(f"{run}/undo"))
    assert names(local) == {}


@pytest.mark.parametrize(
    ("town", "size", "comes_in"), [("Ely", 0.1, True), ("Ely", 0.02, False), ("Soham", 0.1, False)]
)
def test_a_town_will_do_where_all_of_it_lies_in_the_area(
    desk: Desk, town: str, size: float, comes_in: bool
) -> None:
    with desk.directory.write() as session:
        add_areas(session, desk.home, {"HERE": square(*ELY, size=size)})
    desk.sign_in("coordinator", area="HERE")
    file = hand_in(desk, f"Name,Postcode,Town,Phone\nTown Club,,{town},01353 555004\n")
    desk.post(f"{file}/apply")
    assert set(names(desk)) == ({"Town Club"} if comes_in else set())
    assert (NOT_KNOWN[0] in desk.page(f"{file}?show=refused")) is not comes_in


def test_an_entry_does_not_leave_the_area_by_a_list(local: Desk) -> None:
    local.post(f"{hand_in(local)}/apply")
    moved = CLUBS.replace("CB6 1AB", "CB6 1AD").replace("555001", "555009")
    file = hand_in(local, moved, read_as="clubs")
    assert OUTSIDE[0] in local.page(f"{file}?show=refused")
    local.post(f"{file}/apply")
    assert names(local) == {"Knit and Natter": "CB6 1AA", "Walk and Talk": "CB6 1AB"}
    assert "555009" in local.client.get("/entries/knit-and-natter").text


def test_a_list_that_reaches_beyond_is_for_those_of_everywhere(local: Desk) -> None:
    local.sign_in("admin")
    theirs = hand_in(local)
    local.post(f"{theirs}/apply")
    run = run_of(local, theirs)
    local.sign_in("coordinator", area="HERE")
    for wish in ({"read_as": "clubs", "name": ""}, {"read_as": "", "name": "Clubs"}):
        reply = local.hand_in(CLUBS.encode(), **wish)
        assert reply.status_code == 422
        assert OF_OTHERS in reply.text
    mine = hand_in(local, name="mine")
    assert local.post(f"{mine}/read-as", code="clubs").status_code == 403
    assert local.client.get(run).status_code == 403
    assert local.post(f"{run}/undo").status_code == 403
    assert local.client.get(theirs).status_code == 404
    assert "Somewhere Club" in names(local)


def test_a_file_waits_for_its_sender_and_for_those_of_everywhere(local: Desk) -> None:
    file = hand_in(local)
    deeds = ("apply", "try", "forget", "stop", "mapping", "read-as")
    local.sign_in("coordinator", area="THERE")
    assert file not in local.page("/curate/imports")
    assert {local.post(f"{file}/{deed}").status_code for deed in deeds} == {404}
    # Whoever says yes, it is held to the areas of its sender.
    local.sign_in("coordinator")
    assert file in local.page("/curate/imports")
    local.post(f"{file}/apply")
    assert set(names(local)) == {"Knit and Natter", "Walk and Talk"}


def test_who_is_no_coordinator_any_more_has_nothing_brought_in(local: Desk) -> None:
    file = hand_in(local)
    with local.directory.write() as session:
        sender = session.scalars(select(Upload.person_id)).one()
        session.execute(update(PersonRole).where(PersonRole.person_id == sender).values(role="curator"))
    assert local.post(f"{file}/apply").status_code == 403
    local.sign_in("admin")
    assert "coordinator" in local.page(local.post(f"{file}/apply"))
    assert names(local) == {}


def test_what_boundaries_are_from_and_feeds_are_nobody_s_list(local: Desk) -> None:
    with local.directory.write() as session:
        source = Source(code="next-county", name="Next")
        url = "http://127.0.0.1:9/services"
        add_feed(session, source, url=url, read_as="open-referral", every_minutes=60)
    reply = local.hand_in(CLUBS.encode(), read_as="", name="Next county")
    assert OF_OTHERS in reply.text
    assert local.post("/curate/imports/feeds/next-county/pause").status_code == 403
    assert "/feeds/next-county/" not in local.page("/curate/imports")
