"""Areas: boundaries loaded, mended and reported; listed, and shown with what is in them."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.accounts.letters import Site
from api.accounts.people import add_role
from api.areas.changing import make_patch
from api.areas.service import load_areas
from api.connectors.schemas import ConnectorDraft
from api.connectors.service import write_connector
from api.errors import BadInput
from api.face.service import rebuild_face
from api.notices.schemas import NoticeDraft
from api.notices.service import write_notice
from geo.areas import AreaFileError
from tests.api.conftest import Ask
from tests.conftest import Directory
from tests.factories import NOW, add, add_areas, square
from tests.people import make_actor, make_person

BOW_TIE = {"type": "Polygon", "coordinates": [[[0, 52], [0.2, 52.2], [0.2, 52], [0, 52.2], [0, 52]]]}


def test_a_crossed_outline_is_mended_and_said_so(session: Session, tmp_path: Path) -> None:
    report = add_areas(session, tmp_path, {"W1": square(0.3, 52.3), "W2": BOW_TIE})
    assert report.loaded == 2
    (words,) = report.repaired
    assert words.startswith("Area W2 (W2): ")
    valid, km2, repaired = session.execute(
        text("SELECT ST_IsValid(shape), size_km2, repaired FROM directory.area WHERE code = 'W2'")
    ).one()
    assert valid
    assert km2 == pytest.approx(152, abs=5)
    assert "mended" in repaired


def test_the_same_code_again_replaces(session: Session, tmp_path: Path) -> None:
    add_areas(session, tmp_path, {"W1": square(0.3, 52.3)})
    slug = "SELECT slug, round(size_km2) FROM directory.area WHERE code = 'W1'"
    before = session.execute(text(slug)).one()
    add_areas(session, tmp_path, {"W1": square(0.3, 52.3, size=0.2)})
    after = session.execute(text(slug)).one()
    assert (after[0], after[1] > before[1] * 3) == (before[0], True)
    assert session.execute(text("SELECT count(*) FROM directory.area")).scalar_one() == 1


def test_two_areas_of_one_name_have_two_addresses(session: Session, tmp_path: Path) -> None:
    for number, type_ in enumerate(("ward", "parish", "parish")):
        features = [
            {
                "type": "Feature",
                "properties": {"code": f"X{number}", "name": "Soham"},
                "geometry": square(0.3, 52.3),
            }
        ]
        path = tmp_path / f"{number}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        load_areas(session, path, type_=type_)
    slugs = session.execute(text("SELECT slug FROM directory.area ORDER BY code")).scalars().all()
    assert slugs == ["soham", "soham-parish", "soham-x2"]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"type": "FeatureCollection"}', "PK\x03\x04"])
def test_what_is_no_boundary_file_is_refused_in_words(session: Session, tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.geojson"
    path.write_text(content)
    with pytest.raises(AreaFileError, match=r"bad\.geojson"):
        load_areas(session, path, type_="ward")


def test_a_type_that_is_none_of_ours_is_refused_in_words(session: Session, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="“region” is not a type of area"):
        load_areas(session, tmp_path / "never-read.geojson", type_="region")


def test_real_districts_load_and_name_what_lies_in_them(session: Session, test_data: Path) -> None:
    add(session, slug="choir", name="Soham Choir", at=(0.3369, 52.3336))
    for path in sorted((test_data / "boundaries").glob("lad_*.geojson")):
        assert load_areas(session, path, type_="district").loaded == 1
    wards = load_areas(
        session, test_data / "boundaries" / "wards_2022_cambridgeshire_generalised.geojson", type_="ward"
    )
    assert wards.loaded > 50
    assert session.execute(text("SELECT bool_and(ST_IsValid(shape)) FROM directory.area")).scalar_one()
    rebuild_face(session)
    areas = session.execute(text("SELECT areas FROM face.entries")).scalar_one()
    assert "E07000009" in areas
    assert any(code.startswith("E05") for code in areas)
    districts: dict[str, Any] = dict(
        session.execute(text("SELECT name, size_km2 FROM directory.area WHERE type = 'district'")).all()
    )
    assert len(districts) == 6
    assert districts["East Cambridgeshire"] == pytest.approx(651, rel=0.02)


def test_listed_and_shown_with_their_entries(scratch: Directory, tmp_path: Path) -> None:
    with scratch.write() as session:
        add_areas(session, tmp_path, {"W1": square(0.3, 52.3), "W2": square(0.5, 52.3)})
        add(session, name="In it", at=(0.3, 52.3))
        add(session, name="Serves it", at=None, coverage=[{"how": "area", "area": "W1"}])
        add(session, name="Closed", at=(0.3, 52.3), state="closed")
        add(session, name="Elsewhere", at=(0.5, 52.3))
    with scratch.client() as client:
        listed = {one["code"]: one["entries"] for one in client.get("/api/v1/areas").json()["items"]}
        shown = client.get("/api/v1/areas/W1").json()
        found = client.get("/api/v1/entries", params={"area": "W1"}).json()
    assert listed == {"W1": 2, "W2": 1}
    assert (shown["entries"], found["total"]) == (2, 2)
    assert shown["bbox"] == pytest.approx([0.25, 52.25, 0.35, 52.35], abs=0.001)
    assert shown["geojson"]["type"] in ("Polygon", "MultiPolygon")


def test_by_code_or_slug(ask: Ask, client: TestClient) -> None:
    area = ask("/api/v1/areas")["items"][0]
    assert ask(f"/api/v1/areas/{area['slug']}")["code"] == area["code"]
    assert client.get("/api/v1/areas/nowhere").status_code == 404


def test_an_area_we_do_not_hold_is_said_in_the_same_words_everywhere(
    client: TestClient, session: Session
) -> None:
    admin = make_actor(session, "admin")
    person = make_person(session)
    notice = NoticeDraft(
        title="Warm space",
        body="Open late",
        area_codes=["NOWHERE"],
        starts_at=NOW,
        ends_at=NOW + timedelta(1),
    )
    connector = ConnectorDraft(slug="one", role="Connector", phone="01632 960001", areas=["NOWHERE"])
    site = Site("Hereabouts", "http://testserver")
    served = {"how": "area", "area": "NOWHERE"}
    kept: dict[str, Callable[[], Any]] = {
        "codes": lambda: make_patch(session, admin, name="Mine", codes=["NOWHERE"]),
        "area_codes": lambda: write_notice(session, admin, notice),
        "areas": lambda: write_connector(session, admin, connector),
        "area": lambda: add_role(session, admin, site, person, role="curator", area="NOWHERE"),
        "coverage": lambda: add(session, name="Choir", coverage=[served]),
    }
    told = {}
    for field, keep in kept.items():
        with pytest.raises(BadInput) as refused:
            keep()
        told[field] = [one.model_dump() for one in refused.value.errors]
    sent = {"what": "new", "fields": {"name": "Choir", "coverage": [served]}}
    for reply in (
        client.get("/api/v1/entries?area=NOWHERE"),
        client.get("/api/v1/connectors?area=NOWHERE"),
        client.post("/api/v1/suggestions", json=sent),
    ):
        told[reply.url.path] = reply.json()["errors"]
    assert {one["message"] for errors in told.values() for one in errors} == {
        "We hold no area with the code “NOWHERE”."
    }
    assert {field: told[field][0]["field"] for field in kept} == {field: field for field in kept}
