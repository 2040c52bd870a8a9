"""A snapped point hides the true one and never moves."""

from math import hypot, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.privacy import AREA_GRID_M, STREET_GRID_M, snap_to_grid

metres = st.floats(min_value=0, max_value=700_000)
grids = st.sampled_from([STREET_GRID_M, AREA_GRID_M])


def test_grids() -> None:
    assert (STREET_GRID_M, AREA_GRID_M) == (100, 2000)


def test_centre_of_the_square() -> None:
    assert snap_to_grid(559_412.3, 273_188.9, 100) == (559_450, 273_150)
    assert snap_to_grid(559_412.3, 273_188.9, 2000) == (559_000, 273_000)


def test_edges_belong_to_the_square_north_east_of_them() -> None:
    assert snap_to_grid(559_400, 273_100, 100) == (559_450, 273_150)
    assert snap_to_grid(559_399.99, 273_099.99, 100) == (559_350, 273_050)


def test_never_the_origin() -> None:
    assert snap_to_grid(0, 0, 100) == (50, 50)
    assert snap_to_grid(-1, -1, 100) == (-50, -50)


@given(metres, metres, grids)
def test_snapping_a_snapped_point_changes_nothing(east: float, north: float, grid: int) -> None:
    once = snap_to_grid(east, north, grid)
    assert snap_to_grid(*once, grid) == once


@given(metres, metres, grids)
def test_never_further_than_half_a_diagonal(east: float, north: float, grid: int) -> None:
    x, y = snap_to_grid(east, north, grid)
    assert hypot(x - east, y - north) <= grid * sqrt(2) / 2 + 1e-6


def test_a_grid_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 m"):
        snap_to_grid(1, 1, 0)
