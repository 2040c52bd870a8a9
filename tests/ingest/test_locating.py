"""Locating again: only what a newer gazetteer can move is looked at, and nothing known is given up."""

from pathlib import Path

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from api.models import Entry, OutboxRow, Place, PostcodeRow
from geo import sql
from ingest.locating import locate_again
from ingest.run import ingest_file
from tests.ingest.conftest import SOURCE

Factory = sessionmaker[Session]


def outcomes(factory: Factory, *, apply: bool = True) -> dict[str, str]:
    with factory.begin() as session:
        return {one.name: one.outcome for one in locate_again(session, apply=apply) if one.outcome != "same"}


def place_of(factory: Factory, name: str) -> Place:
    with factory() as session:
        found = select(Place).join(Entry, Entry.place_id == Place.id).where(Entry.name == name)
        return session.scalars(found).one()


def bring_in(factory: Factory, path: Path) -> None:
    ingest_file(factory, path, source=SOURCE, apply=True)


def test_nothing_new_changes_nothing(factory: Factory, libraries: Path) -> None:
    bring_in(factory, libraries)
    assert outcomes(factory) == {}


def test_a_postcode_that_came_is_found_and_shown(factory: Factory, libraries: Path) -> None:
    with factory.begin() as session:
        session.execute(
            PostcodeRow.__table__.delete().where(PostcodeRow.code == "CB6 1AA")  # type: ignore[attr-defined]
        )
    bring_in(factory, libraries)
    assert place_of(factory, "Marsh Ely Library").precision != "postcode"
    with factory.begin() as session:
        session.add(PostcodeRow(code="CB6 1AA", quality=10, lon=0.26, lat=52.4))
        session.execute(OutboxRow.__table__.delete())  # type: ignore[attr-defined]
    assert set(outcomes(factory, apply=False)) == {"Marsh Ely Library"}
    assert place_of(factory, "Marsh Ely Library").precision != "postcode"
    assert outcomes(factory)["Marsh Ely Library"] in ("found", "better")
    place = place_of(factory, "Marsh Ely Library")
    assert (place.precision, place.locate_failure) == ("postcode", None)
    with factory() as session:
        assert len(session.scalars(select(OutboxRow)).all()) == 1
    assert outcomes(factory) == {}


def test_a_postcode_that_moved_takes_its_places_along(factory: Factory, libraries: Path) -> None:
    bring_in(factory, libraries)
    with factory.begin() as session:
        session.execute(update(PostcodeRow).where(PostcodeRow.code == "CB6 1AD").values(lon=0.001))
    assert outcomes(factory) == {"Meridian Library": "moved"}
    with factory() as session:
        lon = session.scalar(
            text(
                f"SELECT {sql.lon('p.point')} FROM directory.place p "
                "JOIN directory.entry e ON e.place_id = p.id WHERE e.name = 'Meridian Library'"
            )
        )
    assert lon == 0.001
    assert outcomes(factory) == {}


def test_an_ended_postcode_keeps_its_last_point_and_says_so(factory: Factory, libraries: Path) -> None:
    bring_in(factory, libraries)
    with factory.begin() as session:
        session.execute(update(PostcodeRow).where(PostcodeRow.code == "CB6 1AD").values(terminated=True))
        session.execute(
            PostcodeRow.__table__.delete().where(PostcodeRow.code == "CB6 1AE")  # type: ignore[attr-defined]
        )
    told = outcomes(factory)
    assert set(told.values()) == {"ended"}
    assert "Meridian Library" in told
    place = place_of(factory, "Meridian Library")
    assert place.precision == "postcode"
    assert "no longer in use" in (place.located_by or "")
    assert outcomes(factory) == {}
