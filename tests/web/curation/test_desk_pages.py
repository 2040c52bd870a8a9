"""The desk's pages: things are decided one by one and many at once, undone, and shown to no one else."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.cluster import PrivateCluster
from api.curation import service as curation
from api.duplicates import service as duplicates
from tests.conftest import Directory, copied, new_directory
from tests.factories import LONDON, SOHAM, add, add_areas, square
from tests.people import sign_in

PHONE = [{"kind": "phone", "value": "01353 555555"}]
HOSTILE = "<script>alert(1)</script> Neighbours"


def fill(session: Session, folder: Path) -> None:
    add_areas(session, folder, {"SOHAM": square(*SOHAM, size=0.05)})
    add_areas(session, folder, {"FAR": square(SOHAM[0] + 0.5, SOHAM[1], size=0.05)})
    add(session, name="Soham Good Neighbours", at=SOHAM, contacts=PHONE, summary="The older words")
    add(session, name="Good Neighbours Soham", at=SOHAM, contacts=PHONE, needs=["shopping"])
    add(
        session,
        name=HOSTILE,
        place={"postcode": "ZZ1 1ZZ", "town": "Nowhere"},
        coverage=[{"how": "area", "area": "SOHAM"}],
    )
    duplicates.search_directory(session)
    curation.gather(session, now=datetime.now(LONDON))


@pytest.fixture(scope="session")
def pattern(
    cluster: PrivateCluster, base_database: Directory, tmp_path_factory: pytest.TempPathFactory
) -> Directory:
    """Only ever copied."""
    directory = new_directory(cluster, "desk", template=base_database.name)
    with directory.write() as session:
        fill(session, tmp_path_factory.mktemp("areas"))
    return directory


@pytest.fixture
def desk(cluster: PrivateCluster, pattern: Directory) -> Iterator[Directory]:
    with copied(cluster, pattern) as directory:
        yield directory


def refs(page: str) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', page)


def test_nobody_sees_a_desk_and_a_navigator_has_none(desk: Directory) -> None:
    with desk.client() as client:
        reply = client.get("/curate?kind=place")
        assert reply.status_code == 303
        assert reply.headers["location"] == "/sign-in?next=/curate%3Fkind%3Dplace"
        sign_in(client, desk, "navigator")
        assert client.get("/curate").status_code == 403


def test_a_curator_sees_what_waits_in_their_areas_only(desk: Directory) -> None:
    with desk.client() as client:
        sign_in(client, desk, "curator", area="SOHAM")
        page = client.get("/curate")
        assert page.headers["cache-control"] == "no-store"
        assert sorted(ref.split(":")[0] for ref in refs(page.text)) == ["duplicate", "place"]
        assert HOSTILE not in page.text
        assert "&lt;script&gt;" in page.text
        sign_in(client, desk, "curator", area="FAR")
        assert "Nothing waits in your areas" in client.get("/curate").text


def test_many_at_once_are_put_off_and_brought_back(desk: Directory) -> None:
    with desk.client() as client:
        csrf = sign_in(client, desk, "curator", area="SOHAM")
        ticked = refs(client.get("/curate").text)
        done = client.post("/curate", data={"csrf": csrf, "do": "later", "item": ticked})
        page = client.get(done.headers["location"])
        assert "2 put off." in page.text
        assert refs(page.text) == []
        undo = re.search(r'action="(/curate/undo/[^"]+)"', page.text)
        assert undo
        assert client.post(undo[1], data={"csrf": csrf}).status_code == 303
        assert sorted(refs(client.get("/curate").text)) == sorted(ticked)
        assert client.post(undo[1], data={"csrf": csrf}).status_code == 404


def test_what_does_not_go_together_is_said_and_stops_nothing(desk: Directory) -> None:
    with desk.client() as client:
        csrf = sign_in(client, desk, "curator", area="SOHAM")
        ticked = refs(client.get("/curate").text)
        page = client.post("/curate", data={"csrf": csrf, "do": "apart", "item": ticked})
        assert "does not go with" in page.text
        assert "1 told apart." in page.text
        assert [ref.split(":")[0] for ref in refs(page.text)] == ["place"]


def test_nothing_ticked_nothing_done(desk: Directory) -> None:
    with desk.client() as client:
        csrf = sign_in(client, desk, "curator", area="SOHAM")
        assert "Tick at least one" in client.post("/curate", data={"csrf": csrf, "do": "later"}).text
        assert client.post("/curate", data={"do": "later"}).status_code == 403


def pair_of(client: TestClient) -> str:
    return next(ref.split(":")[1] for ref in refs(client.get("/curate").text) if ref.startswith("duplicate:"))


def test_two_that_are_one_are_merged_by_choice_and_parted_again(desk: Directory) -> None:
    with desk.client() as client:
        csrf = sign_in(client, desk, "curator", area="SOHAM")
        ref = pair_of(client)
        page = client.get(f"/curate/duplicates/{ref}").text
        keep = re.search(r'name="keep" value="([^"]+)"', page)
        versions = dict(re.findall(r'name="((?:keep|merge)_version)" value="(\d+)"', page))
        assert keep
        UUID(keep[1])
        form = {"csrf": csrf, "keep": keep[1], "choice-name": "merge", **versions}
        done = client.post(f"/curate/duplicates/{ref}/merge", data=form)
        assert done.status_code == 303
        assert client.get("/entries/soham-good-neighbours").status_code in (200, 308)
        assert client.get("/entries/good-neighbours-soham").status_code in (200, 308)
        assert pairless(client)
        undone = client.post(done.headers["location"] + "/undo", data={"csrf": csrf})
        assert undone.status_code == 303
        slugs = ("soham-good-neighbours", "good-neighbours-soham")
        assert [client.get(f"/entries/{slug}").status_code for slug in slugs] == [200, 200]


def pairless(client: TestClient) -> bool:
    return not any(ref.startswith("duplicate:") for ref in refs(client.get("/curate").text))


def test_two_that_are_two_are_not_offered_again(desk: Directory) -> None:
    with desk.client() as client:
        csrf = sign_in(client, desk, "curator", area="SOHAM")
        ref = pair_of(client)
        done = client.post(f"/curate/duplicates/{ref}/apart", data={"csrf": csrf})
        assert "1 told apart." in client.get(done.headers["location"]).text
        with desk.write() as session:
            curation.gather(session, now=datetime.now(LONDON))
        assert pairless(client)


def test_a_pair_elsewhere_is_not_theirs_to_merge(desk: Directory) -> None:
    with desk.client() as client:
        sign_in(client, desk, "curator", area="SOHAM")
        ref = pair_of(client)
        csrf = sign_in(client, desk, "curator", area="FAR")
        assert client.get(f"/curate/duplicates/{ref}").status_code == 403
        assert client.post(f"/curate/duplicates/{ref}/apart", data={"csrf": csrf}).status_code == 403
        assert client.get("/curate/duplicates/nonsense").status_code == 404


def test_a_page_says_who_else_has_it_open(desk: Directory) -> None:
    """Of a pair, and of the sheet of a check: the second to come is told, the first is not."""
    with desk.client() as client:
        sign_in(client, desk, "curator", area="SOHAM")
        ref = pair_of(client)
        pages = [f"/curate/duplicates/{ref}", f"/curate/checks/{ref.split('_')[0]}"]
        assert all("has had this open" not in client.get(page).text for page in pages)
        sign_in(client, desk, "curator", area="SOHAM")
        assert all("has had this open" in client.get(page).text for page in pages)
        assert "has this open" in client.get("/curate?kind=duplicate").text
