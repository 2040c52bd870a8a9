"""The desk: what waits in my areas and nowhere else, who has it open, and what was put off."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.curation import service as curation
from api.curation.counting import UseTally
from api.db import make_session_factory
from api.duplicates import service as duplicates
from api.errors import NotFound
from api.models import Place
from api.permissions import Actor
from tests.conftest import Directory
from tests.factories import ELY, NOW, SOHAM, add, add_areas, square
from tests.people import make_actor

MINUTE = timedelta(minutes=1)
UNKNOWN = {"postcode": "ZZ1 1ZZ", "town": "Nowhere at all"}


@pytest.fixture
def areas(session: Session, tmp_path: Path) -> Session:
    add_areas(session, tmp_path, {"COUNTY": square(0.3, 52.36, size=1)}, type_="county")
    add_areas(
        session, tmp_path, {"SOHAM": square(*SOHAM, size=0.05), "ELY": square(*ELY, size=0.05)}, type_="ward"
    )
    return session


def lost(session: Session, name: str, area: str = "SOHAM") -> str:
    """An entry that serves an area, and whose place nobody could find; its number."""
    coverage = [{"how": "area", "area": area}]
    saved = add(session, name=name, place=UNKNOWN, coverage=coverage)
    failure = session.scalar(
        text(
            "SELECT p.locate_failure FROM directory.place p JOIN directory.entry e ON e.place_id = p.id "
            "WHERE e.id = :id"
        ),
        {"id": saved.entry_id},
    )
    assert failure
    return str(saved.entry_id)


def names(session: Session, actor: Actor, **wishes: object) -> list[str]:
    return [item.name for item in curation.open_desk(session, actor, now=NOW, **wishes).items]  # type: ignore[arg-type]


def test_what_waits_is_seen_in_its_areas_and_those_round_them(areas: Session) -> None:
    lost(areas, "Lost in Soham")
    lost(areas, "Lost in Ely", area="ELY")
    curation.gather(areas, now=NOW)
    assert names(areas, make_actor(areas, "curator", area="SOHAM")) == ["Lost in Soham"]
    assert set(names(areas, make_actor(areas, "curator", area="COUNTY"))) == {"Lost in Soham", "Lost in Ely"}
    assert names(areas, make_actor(areas, "navigator")) == []
    counts = curation.open_desk(areas, make_actor(areas, "admin"), now=NOW).counts
    assert counts == {"place": 2}


def test_what_is_mended_leaves_the_desk(areas: Session) -> None:
    lost(areas, "Found again")
    curation.gather(areas, now=NOW)
    areas.query(Place).update({"locate_failure": None})
    curation.gather(areas, now=NOW)
    assert names(areas, make_actor(areas, "admin")) == []


def test_of_two_that_wait_as_long_the_one_that_is_used_comes_first(areas: Session) -> None:
    lost(areas, "Never opened")
    used = lost(areas, "Opened often")
    slug = areas.scalar(text("SELECT slug FROM directory.entry WHERE id = :id"), {"id": used})
    areas.execute(
        text("INSERT INTO directory.entry_use VALUES (:id, :month, 40)"), {"id": used, "month": NOW.date()}
    )
    curation.gather(areas, now=NOW)
    assert slug
    assert names(areas, make_actor(areas, "admin")) == ["Opened often", "Never opened"]


def test_two_curators_never_work_on_one_thing_unknowingly(areas: Session) -> None:
    first, second = make_actor(areas, "curator"), make_actor(areas, "curator")
    assert curation.take_hold(areas, first, "place", "x", now=NOW) is None
    hold = curation.take_hold(areas, second, "place", "x", now=NOW + MINUTE)
    assert hold is not None
    assert (hold.name, hold.since) == (first.name, NOW)
    assert curation.take_hold(areas, first, "place", "x", now=NOW + 14 * MINUTE) is None
    assert curation.take_hold(areas, second, "place", "x", now=NOW + 20 * MINUTE) is not None
    assert curation.take_hold(areas, second, "place", "x", now=NOW + 30 * MINUTE) is None


def test_what_is_put_off_comes_back_on_its_day(areas: Session) -> None:
    ref = lost(areas, "Later")
    curation.gather(areas, now=NOW)
    actor = make_actor(areas, "curator", area="SOHAM")
    curation.put_off(areas, actor, [("place", ref)], until=NOW.date() + timedelta(days=7))
    assert names(areas, actor) == []
    assert names(areas, actor, off=True) == ["Later"]
    later = curation.open_desk(areas, actor, now=NOW + timedelta(days=7))
    assert [item.name for item in later.items] == ["Later"]


def test_what_waits_elsewhere_may_not_even_be_known(areas: Session) -> None:
    ref = lost(areas, "Elsewhere", area="ELY")
    curation.gather(areas, now=NOW)
    actor = make_actor(areas, "curator", area="SOHAM")
    with pytest.raises(NotFound):
        curation.put_off(areas, actor, [("place", ref)], until=NOW.date())


def test_a_pair_waits_where_either_of_the_two_is(areas: Session) -> None:
    one = add(
        areas, name="Soham Good Neighbours", at=SOHAM, contacts=[{"kind": "phone", "value": "01353 555555"}]
    )
    other = add(
        areas, name="Good Neighbours Soham", at=SOHAM, contacts=[{"kind": "phone", "value": "01353 555555"}]
    )
    assert duplicates.search_directory(areas).found == 1
    curation.gather(areas, now=NOW)
    desk = curation.open_desk(areas, make_actor(areas, "curator", area="SOHAM"), now=NOW)
    assert [item.kind for item in desk.items] == ["duplicate"]
    assert {str(one.entry_id), str(other.entry_id)} == set(desk.items[0].ref.split("_"))


def test_openings_are_counted_by_month(scratch: Directory) -> None:
    with scratch.write() as session:
        saved = add(session, name="Counted")
    with scratch.engine() as engine:
        tally = UseTally(make_session_factory(engine))
        for _ in range(3):
            tally.note(saved.slug, day=NOW.date())
            tally.note("no-such-entry", day=NOW.date())
        tally.flush()
        tally.flush()
    with scratch.write() as session:
        rows = session.execute(text("SELECT month::text, opened FROM directory.entry_use")).all()
    assert [tuple(row) for row in rows] == [("2026-11-01", 3)]
