"""Grid references with letters: the square they name, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import to_osgb
from geo.grid_references import read_grid_reference
from geo.postcodes import parse_postcode


@pytest.mark.parametrize(
    ("written", "east", "north", "size"),
    [
        ("TL 59 73", 559_500, 273_500, 1000),
        ("TL 593 731", 559_350, 273_150, 100),
        ("tl593731", 559_350, 273_150, 100),
        ("TL593 731", 559_350, 273_150, 100),
        ("TL 593, 731", 559_350, 273_150, 100),
        ("TL 5930 7310", 559_305, 273_105, 10),
        ("TL 59300 73100", 559_300.5, 273_100.5, 1),
        # Ben Nevis, the Isles of Scilly, and the north end of Unst.
        ("NN 166 712", 216_650, 771_250, 100),
        ("SV 90 10", 90_500, 10_500, 1000),
        ("HP 61 12", 461_500, 1_212_500, 1000),
    ],
)
def test_the_middle_of_the_square(written: str, east: float, north: float, size: int) -> None:
    square = read_grid_reference(written)
    assert square is not None
    assert (square.easting, square.northing, square.size_m) == (east, north, size)


def test_degrees_are_those_of_the_summit() -> None:
    square = read_grid_reference("NN 16670 71280")
    assert square is not None
    assert square.lon_lat() == (pytest.approx(-5.0035, abs=2e-4), pytest.approx(56.7969, abs=2e-4))


@pytest.mark.parametrize(
    "text",
    ["", "TL", "TL 5 7", "TL 59 731", "TL5973 1", "TL 593731 2", "ZZ 59 73", "TI 59 73", "TL 593 73a",
     "OZ 99 99", "CB7 5HJ", "PE14", "SO15 2", "NN12 8", "52.33, 0.34", "TL 593 731 Soham"],
)  # fmt: skip
def test_what_is_no_grid_reference(text: str) -> None:
    assert read_grid_reference(text) is None


@given(st.integers(10_000, 650_000), st.integers(10_000, 990_000), st.integers(2, 5))
def test_its_own_name_leads_back_to_it(east: int, north: int, each: int) -> None:
    letters = next(
        first + second
        for first in "HNOST"
        for second in "ABCDEFGHJKLMNOPQRSTUVWXYZ"
        if (corner := read_grid_reference(f"{first}{second}0000")) is not None
        and 0 <= east - (corner.easting - 500) < 100_000
        and 0 <= north - (corner.northing - 500) < 100_000
    )
    figures = f"{east % 100_000:05}"[:each], f"{north % 100_000:05}"[:each]
    square = read_grid_reference(f"{letters} {figures[0]} {figures[1]}")
    assert square is not None
    assert abs(square.easting - east) <= square.size_m
    assert abs(square.northing - north) <= square.size_m
    again = read_grid_reference(square.name.replace(" ", ""))
    assert again == square
    assert parse_postcode(square.name) is None


def test_a_point_and_its_square_agree() -> None:
    square = read_grid_reference("TL 59300 73100")
    assert square is not None
    east, north = to_osgb(*square.lon_lat())
    assert (east, north) == (pytest.approx(square.easting, abs=1), pytest.approx(square.northing, abs=1))
