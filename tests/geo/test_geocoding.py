"""What people type becomes a point, or plain words on why there is none."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.geocoding import Lookup, PlaceProblem, ResolvedPlace, resolve_place


def find(lookup: Lookup, query: str) -> ResolvedPlace:
    return asyncio.run(resolve_place(lookup, query))


def refuse(lookup: Lookup, query: str) -> PlaceProblem:
    with pytest.raises(PlaceProblem) as caught:
        find(lookup, query)
    assert caught.value.message == str(caught.value)
    assert caught.value.message.endswith((".", "?"))
    return caught.value


@pytest.mark.parametrize(
    ("query", "lon", "lat", "label"),
    [
        ("52.33,0.34", 0.34, 52.33, "52.33, 0.34"),
        (" 52.33 , 0.34 ", 0.34, 52.33, "52.33, 0.34"),
        ("52.33 0.34", 0.34, 52.33, "52.33, 0.34"),
        ("(52.33, 0.34)", 0.34, 52.33, "52.33, 0.34"),
        ("52.33, \u22120.10", -0.10, 52.33, "52.33, -0.1"),
        ("52.15,0", 0.0, 52.15, "52.15, 0"),
        ("52.15,-0.0", 0.0, 52.15, "52.15, 0"),
        ("52,0.123456789", 0.123456789, 52.0, "52, 0.12346"),
    ],
)
def test_points(lookup: Lookup, query: str, lon: float, lat: float, label: str) -> None:
    place = find(lookup, query)
    assert (place.lon, place.lat, place.label, place.precision) == (lon, lat, label, "exact")


@pytest.mark.parametrize(
    ("query", "label", "precision", "note"),
    [
        ("TL 593 731", "TL 593 731", "postcode", "This is the middle of a square of 100 m."),
        ("tl5973", "TL 59 73", "sector", "This is the middle of a square of 1 km."),
        ("TL 59300 73100", "TL 59300 73100", "exact", None),
    ],
)
def test_grid_references(lookup: Lookup, query: str, label: str, precision: str, note: str | None) -> None:
    place = find(lookup, query)
    assert (place.label, place.precision, place.note) == (label, precision, note)
    assert (place.lon, place.lat) == (pytest.approx(0.337, abs=0.01), pytest.approx(52.333, abs=0.01))
    assert refuse(lookup, "NN 166 712").code == "outside"


def test_swapped_numbers_are_told_apart_from_elsewhere(lookup: Lookup) -> None:
    swapped = refuse(lookup, "0.34,52.33")
    assert swapped.code == "outside"
    assert "latitude comes first" in swapped.message
    assert find(lookup, swapped.options[0].value).lat == 52.33
    elsewhere = refuse(lookup, "48.85,2.35")
    assert (elsewhere.code, elsewhere.options) == ("outside", [])


@pytest.mark.parametrize("query", ["0,0", "91,0", "0.34,181", "999,999", "-52.33,0.34"])
def test_points_outside(lookup: Lookup, query: str) -> None:
    assert refuse(lookup, query).code == "outside"


@pytest.mark.parametrize("query", ["CB7 5HJ", "cb75hj", "12 Fountain Lane, Soham, CB7 5HJ"])
def test_a_whole_postcode(lookup: Lookup, query: str) -> None:
    place = find(lookup, query)
    assert place == ResolvedPlace(
        query, "CB7 5HJ, Soham", 0.3369, 52.3336, "postcode", "E07000009", "E05012345", None
    )


def test_a_postcode_on_the_meridian_has_a_point(lookup: Lookup) -> None:
    place = find(lookup, "CB23 1ZZ")
    assert (place.lon, place.precision, place.label) == (0.0, "postcode", "CB23 1ZZ")


def test_a_postcode_no_longer_used_says_so(lookup: Lookup) -> None:
    place = find(lookup, "PE15 8ZZ")
    assert place.precision == "postcode"
    assert place.note == "PE15 8ZZ is no longer used by Royal Mail: this is where it was."


def test_an_unknown_postcode_falls_back_to_its_sector_and_says_so(lookup: Lookup) -> None:
    place = find(lookup, "CB7 5ZZ")
    assert (place.label, place.precision, place.district) == ("CB7 5, Soham", "sector", None)
    assert place.note == (
        "We do not know CB7 5ZZ: it may be new, or no longer used. Distances are from the middle of CB7 5, "
        "so they may be a mile or two out."
    )


def test_then_to_its_outcode(lookup: Lookup) -> None:
    place = find(lookup, "CB7 2ZZ")
    assert (place.label, place.precision) == ("CB7, Ely", "outcode")
    assert place.note is not None
    assert "several miles out" in place.note


def test_a_held_postcode_without_a_point_uses_its_sector(lookup: Lookup) -> None:
    place = find(lookup, "CB7 5XX")
    assert (place.label, place.precision, place.district) == ("CB7 5, Soham", "sector", "E07000009")
    assert place.note is not None
    assert "real postcode" in place.note


def test_no_point_at_all(lookup: Lookup) -> None:
    assert refuse(lookup, "CB99 1AA").code == "no_point"
    assert refuse(lookup, "CB98 1AA").code == "no_point"
    assert refuse(lookup, "SG1 1AA").code == "no_point"


@pytest.mark.parametrize("query", ["SW1A 1AA", "SW1A", "EH1 1", "10 Downing Street, London SW1A 2AA"])
def test_postcodes_elsewhere(lookup: Lookup, query: str) -> None:
    problem = refuse(lookup, query)
    assert problem.code == "outside"
    assert "is outside the area this directory covers" in problem.message


@pytest.mark.parametrize(
    ("query", "label", "precision"),
    [
        ("CB7", "CB7, Ely", "outcode"),
        ("SG8", "SG8, Royston", "outcode"),
        ("cb7 5", "CB7 5, Soham", "sector"),
        ("CB75", "CB7 5, Soham", "sector"),
        ("CB7 5H", "CB7 5, Soham", "sector"),
        ("CB7 2", "CB7, Ely", "outcode"),
        ("PE25", "PE25", "outcode"),
    ],
)
def test_parts_of_a_postcode(lookup: Lookup, query: str, label: str, precision: str) -> None:
    place = find(lookup, query)
    assert (place.label, place.precision) == (label, precision)
    assert place.note is not None
    assert find(lookup, place.label).label == place.label


@pytest.mark.parametrize("query", ["CB77 5AAA", "ZZ1 1ZZ", "CB7 5CI"])
def test_not_a_postcode(lookup: Lookup, query: str) -> None:
    problem = refuse(lookup, query)
    assert problem.code == "not_a_postcode"
    assert problem.message.startswith(f"{query} is not a UK postcode.")
    assert problem.options == []


def test_a_slip_is_offered_never_used(lookup: Lookup) -> None:
    problem = refuse(lookup, "CB7 OHJ")
    assert problem.code == "not_a_postcode"
    assert "Did you mean CB7 0HJ?" in problem.message
    assert [option.value for option in problem.options] == ["CB7 0HJ"]


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("Soham", "Soham, East Cambridgeshire"),
        ("  soham ", "Soham, East Cambridgeshire"),
        ("So\u00adham", "Soham, East Cambridgeshire"),
        ("Soham, Cambs", "Soham, East Cambridgeshire"),
        ("Soham, Cambridgeshire, UK", "Soham, East Cambridgeshire"),
        ("soham, east cambs", "Soham, East Cambridgeshire"),
        ("Coveney, Ely, Cambridgeshire", "Coveney, East Cambridgeshire"),
        ("Fowlmere, Royston", "Fowlmere, South Cambridgeshire"),
        ("Saint Ives", "St Ives, Huntingdonshire"),
        ("St. Ives", "St Ives, Huntingdonshire"),
        ("ramsey st mary\u2019s", "Ramsey St Mary's, Huntingdonshire"),
        ("Sutton-in-the-Isle", "Sutton, East Cambridgeshire"),
        ("Sutton, Peterborough", "Sutton, Peterborough"),
        ("Sutton, Ely", "Sutton, East Cambridgeshire"),
        ("Pymore", "Pymoor, East Cambridgeshire"),
        ("March", "March, Fenland"),
    ],
)
def test_place_names(lookup: Lookup, query: str, label: str) -> None:
    place = find(lookup, query)
    assert (place.label, place.precision, place.note) == (label, "place", None)
    assert find(lookup, place.label).label == label


@pytest.mark.parametrize(
    "query", ["Sutton", "sutton, cambridgeshire", "Chesterton", "Conington", "Upton", "Newton"]
)
def test_a_name_with_several_meanings_lists_them(lookup: Lookup, query: str) -> None:
    problem = refuse(lookup, query)
    assert problem.code == "ambiguous"
    assert len(problem.options) > 1
    found = [find(lookup, option.value) for option in problem.options]
    assert [place.label for place in found] == [option.label for option in problem.options]
    assert len({(place.lon, place.lat) for place in found}) == len(problem.options)


def test_a_name_known_but_not_there(lookup: Lookup) -> None:
    problem = refuse(lookup, "St Ives, Cornwall")
    assert problem.code == "unknown_place"
    assert "not in Cornwall" in problem.message
    assert [option.value for option in problem.options] == ["St Ives, Huntingdonshire"]


def test_named_areas(lookup: Lookup) -> None:
    place = find(lookup, "fenland")
    assert (place.label, place.lon, place.lat, place.precision) == ("Fenland", 0.0, 52.53, "place")
    several = refuse(lookup, "Castle")
    assert several.code == "ambiguous"
    assert [find(lookup, option.value).lat for option in several.options] == [52.21, 52.6]


def test_near_spellings_are_offered(lookup: Lookup) -> None:
    problem = refuse(lookup, "Sohamm")
    assert problem.code == "unknown_place"
    assert find(lookup, problem.options[0].value).label == "Soham, East Cambridgeshire"


@pytest.mark.parametrize(
    "query", ["Paris", "Manchester", "😀", "😀😀 🎉", "!!!", "12345", ", ,", "1e5,2", "nan,nan"]
)
def test_unknown_places(lookup: Lookup, query: str) -> None:
    problem = refuse(lookup, query)
    assert problem.code == "unknown_place"
    assert "outside the area this directory covers" in problem.message


@pytest.mark.parametrize("query", ["", " ", "\t\n", "\x00", "\u200b", "\ud800"])
def test_empty(lookup: Lookup, query: str) -> None:
    assert refuse(lookup, query).code == "empty"


def test_too_long(lookup: Lookup) -> None:
    assert refuse(lookup, "a" * 201).code == "too_long"
    assert refuse(lookup, "a" * 200).code == "unknown_place"
    assert refuse(lookup, " " * 10_000_000).code == "too_long"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(query=st.text(max_size=60) | st.text(alphabet="CBPE0157 ,.-AHO", max_size=12))
def test_anything_typed_is_answered(lookup: Lookup, query: str) -> None:
    try:
        place = find(lookup, query)
    except PlaceProblem:
        refuse(lookup, query)
    else:
        assert -9 < place.lon < 3
        assert 49 < place.lat < 61
