"""Where an entry is: given, found by its postcode, shared with others, or honestly unknown."""

from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.models import Entry, Place, PostcodeRow
from tests.conftest import Directory
from tests.factories import add, change

HALL: dict[str, Any] = {
    "name": "Village Hall",
    "postcode": "CB7 5ZQ",
    "town": "Soham",
    "lon": 0.33,
    "lat": 52.33,
}


def place_of(session: Session, entry_id: Any) -> Place:
    return session.scalars(
        select(Place).join(Entry, Entry.place_id == Place.id).where(Entry.id == entry_id)
    ).one()


def point_of(session: Session, place: Place) -> tuple[float, float] | None:
    point = select(func.ST_X(Place.point), func.ST_Y(Place.point)).where(Place.id == place.id)
    lon, lat = session.execute(point).one()
    return None if lon is None else (lon, lat)


def test_a_place_without_a_point_is_found_by_its_postcode(session: Session) -> None:
    session.add(
        PostcodeRow(code="CB7 5ZQ", quality=10, lon=0.0, lat=52.31, district="E07000009", ward="E05000001")
    )
    session.flush()
    place = place_of(session, add(session, place={"postcode": "cb75zq"}).entry_id)
    assert (place.postcode, place.precision, place.locate_failure) == ("CB7 5ZQ", "postcode", None)
    assert point_of(session, place) == (0.0, 52.31)
    assert place.area_codes == ["E05000001", "E07000009"]


@pytest.mark.parametrize(
    ("postcode", "precision"),
    [("CB7 5ZZ", "sector"), ("CB7 0ZZ", "outcode"), ("CB7 5", "sector"), ("CB7", "outcode")],
)
def test_an_unknown_postcode_says_how_roughly_it_is_known(
    session: Session, postcode: str, precision: str
) -> None:
    place = place_of(session, add(session, place={"postcode": postcode}).entry_id)
    assert place.precision == precision
    assert point_of(session, place) is not None


def test_a_town_is_the_last_resort_and_says_so(session: Session) -> None:
    place = place_of(session, add(session, place={"postcode": "nonsense", "town": "Soham"}).entry_id)
    assert place.precision == "place"
    assert "town" in (place.located_by or "")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"postcode": "SW1A 1AA"}, "outside the area"),
        ({"postcode": "CB7 5ZI"}, "not a UK postcode"),
        ({"town": "Sutton"}, "more than one place called “Sutton”"),
        ({"town": "Atlantis"}, "Atlantis"),
        ({"name": "The Shed"}, "no postcode and no town"),
    ],
)
def test_a_place_we_cannot_find_says_why_and_has_no_point(
    session: Session, given: dict[str, Any], words: str
) -> None:
    saved = add(session, place=given)
    place = place_of(session, saved.entry_id)
    assert words in (place.locate_failure or "")
    assert (point_of(session, place), place.precision) == (None, None)


def test_the_reason_is_in_public_where_the_place_is(session: Session) -> None:
    add(session, name="Choir", place={"town": "Sutton"})
    detail = session.execute(text("SELECT detail FROM face.entries")).scalar_one()
    assert "more than one place called “Sutton”" in detail


def test_entries_at_one_hall_share_one_place(session: Session) -> None:
    one, two = add(session, name="Choir", place=HALL), add(session, name="Bingo", place=HALL)
    assert place_of(session, one.entry_id).id == place_of(session, two.entry_id).id
    other = add(session, name="Cards", place=HALL | {"postcode": "CB7 5ZR"})
    assert place_of(session, other.entry_id).id != place_of(session, one.entry_id).id


def test_homes_are_never_shared(session: Session) -> None:
    home = {"postcode": "CB7 5ZQ", "town": "Soham"}
    one, two = add(session, name="Mending", place=home), add(session, name="Hair", place=home)
    assert place_of(session, one.entry_id).id != place_of(session, two.entry_id).id


def test_a_later_entry_that_knows_less_of_the_hall_takes_nothing_away(session: Session) -> None:
    choir = add(
        session, name="Choir", place=HALL | {"address": ["1 High Street"], "access": {"toilet": True}}
    )
    add(session, name="Bingo", place={"name": "Village hall", "postcode": "cb7 5zq"})
    place = place_of(session, choir.entry_id)
    assert (place.town, place.address, place.precision) == ("Soham", ["1 High Street"], "exact")
    assert place.access == {"toilet": True}
    assert point_of(session, place) == (0.33, 52.33)


def test_an_entry_that_moves_is_looked_up_again(session: Session) -> None:
    saved = add(session, place={"postcode": "CB7 5ZZ"})
    before = point_of(session, place_of(session, saved.entry_id))
    change(session, saved, place={"postcode": "PE1 1ZZ"})
    after = place_of(session, saved.entry_id)
    assert point_of(session, after) not in (None, before)
    assert "PE1" in (after.located_by or "")


@pytest.mark.parametrize("lon", [0.0, -0.0])
def test_longitude_zero_is_a_place(session: Session, lon: float) -> None:
    saved = add(session, place={"lon": lon, "lat": 52.3})
    assert point_of(session, place_of(session, saved.entry_id)) == (0.0, 52.3)


def test_a_round_of_an_entry_we_cannot_place_is_no_coverage(session: Session) -> None:
    """A circle round nowhere covers nothing: it must not hide the entry from every search."""
    add(session, name="Rounds", place={"town": "Atlantis"}, coverage=[{"how": "radius", "radius_m": 5000}])
    row = session.execute(text("SELECT has_coverage, coverage IS NULL, coverage_km2 FROM face.entries")).one()
    assert tuple(row) == (False, True, None)


def test_an_example_lends_its_place_and_organisation_to_no_real_entry(scratch: Directory) -> None:
    hall = {"name": "Soham Library", "postcode": "CB7 5HP"}
    council = {"name": "The County Council", "url": "https://made-up.example.org"}
    with scratch.write() as session:
        made_up = hall | {"lon": 0.5, "lat": 52.5}
        add(session, name="Example", place=made_up, organisation=council, is_example=True)
        add(session, name="Real library", place=hall, organisation={"name": "The County Council"})
    with scratch.client() as client:
        real = client.get("/api/v1/entries/real-library").json()
    assert real["point"]["precision"] == "sector"
    assert real["point"]["lon"] != 0.5
    assert "url" not in real["organisation"]
