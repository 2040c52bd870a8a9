"""Distances said in plain words, always as straight lines."""

from math import isfinite
from typing import Final

METRES_PER_MILE: Final = 1609.344


def describe_distance(m: float) -> str:
    """Words for a distance in metres: "420 m in a straight line", "3.2 km (2 miles) in a straight line".

    Metres are rounded to tens, kilometres to one decimal under 10 km. Raises ValueError below 0.
    """
    if not isfinite(m) or m < 0:
        raise ValueError(f"not a distance: {m}")
    tens = int(m / 10 + 0.5) * 10
    if tens < 10:
        return "under 10 m in a straight line"
    if tens < 1000:
        return f"{tens} m in a straight line"
    return f"{_short(m / 1000)} km ({_miles(m)}) in a straight line"


def _miles(m: float) -> str:
    miles = _short(m / METRES_PER_MILE)
    return f"{miles} mile" if miles == "1" else f"{miles} miles"


def _short(number: float) -> str:
    """One decimal under 10, none from there on, and never a trailing ".0"."""
    if round(number, 1) >= 10:
        return f"{number:.0f}"
    return f"{number:.1f}".removesuffix(".0")
