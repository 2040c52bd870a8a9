"""Distances in words."""

import pytest

from geo.distance import describe_distance


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (0, "under 10 m in a straight line"),
        (4.9, "under 10 m in a straight line"),
        (5, "10 m in a straight line"),
        (423, "420 m in a straight line"),
        (994.9, "990 m in a straight line"),
        (995, "1 km (0.6 miles) in a straight line"),
        (1609, "1.6 km (1 mile) in a straight line"),
        (3219, "3.2 km (2 miles) in a straight line"),
        (9949, "9.9 km (6.2 miles) in a straight line"),
        (9960, "10 km (6.2 miles) in a straight line"),
        (41_300, "41 km (26 miles) in a straight line"),
    ],
)
def test_words(metres: float, words: str) -> None:
    assert describe_distance(metres) == words


@pytest.mark.parametrize("metres", [-1, float("nan"), float("inf")])
def test_not_a_distance(metres: float) -> None:
    with pytest.raises(ValueError, match="not a distance"):
        describe_distance(metres)
