"""Keys that say where an entry may be of use, and those that a place asks for: an entry without one of those
is neither near nor serves the place. Wider than the truth, which PostGIS then tells of the few left."""

from collections.abc import Sequence
from typing import Final

from geo import sql
from geo.squares import squares_round

EVERYWHERE: Final = "*"
# Neither a point, nor a coverage, nor an area we know of: it must not vanish.
NOWHERE: Final = "?"
# Letter, side in metres, and up to which radius a place asks for squares of this size.
POINT_NETS: Final = (("p", 2_500, 7_500), ("q", 10_000, 25_000), ("r", 50_000, 100_000))
COVERAGE_NET: Final = ("c", 5_000)
# For what is wider than this, so that nothing has thousands of keys.
WIDE_COVERAGE_NET: Final = ("d", 50_000)
WIDE_M: Final = 100_000


def keys_round(
    lon: float, lat: float, *, radius_m: float, areas: Sequence[str], local_areas: Sequence[str]
) -> list[str]:
    """What a place asks for: a WGS84 point, a radius of at most 100 km, the codes of the areas it lies in,
    and those of them that are not a whole county."""
    letter, side_m = next((letter, side) for letter, side, reach in POINT_NETS if radius_m <= reach)
    return [
        EVERYWHERE,
        NOWHERE,
        *(f"s{code}" for code in areas),
        *(f"n{code}" for code in local_areas),
        *squares_round(lon, lat, radius_m, letter=letter, side_m=side_m),
        *squares_round(lon, lat, 0, letter=COVERAGE_NET[0], side_m=COVERAGE_NET[1]),
        *squares_round(lon, lat, 0, letter=WIDE_COVERAGE_NET[0], side_m=WIDE_COVERAGE_NET[1]),
    ]


def entry_keys(
    *, everywhere: str, point: str, coverage: str, has_coverage: str, serves: str, areas: str
) -> str:
    """SQL of an entry's keys as text[]. `point` and `coverage` are EPSG:27700 or null."""
    at = ", ".join(sql.square_key(point, letter, side) for letter, side, _ in POINT_NETS)
    return f"""(
    CASE WHEN {everywhere} THEN ARRAY['{EVERYWHERE}'] ELSE '{{}}' END
    || ARRAY(SELECT 's' || code FROM unnest({serves}) AS code)
    || CASE WHEN {point} IS NOT NULL THEN ARRAY[{at}]
            WHEN {has_coverage} THEN '{{}}'
            WHEN {areas} = '{{}}' THEN ARRAY['{NOWHERE}']
            ELSE ARRAY(SELECT 'n' || code FROM unnest({areas}) AS code) END
    || CASE WHEN {coverage} IS NULL THEN '{{}}'
            WHEN {sql.widest_m(coverage)} > {WIDE_M} THEN {sql.square_keys(coverage, *WIDE_COVERAGE_NET)}
            ELSE {sql.square_keys(coverage, *COVERAGE_NET)} END)"""
