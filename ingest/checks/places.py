"""Checks of an address against the directory's own ground: outside it, or far from its postcode."""

from collections.abc import Sequence
from math import dist
from typing import Final

from sqlalchemy.orm import Session

from api.entries.schemas import PlaceDraft
from geo.crs import to_osgb
from geo.distance import describe_distance
from geo.squares import squares_round
from ingest import queries
from ingest.mapping import MappedRow
from ingest.table import Row

_FAR_M: Final = 1_000


class PlaceChecks:
    """What needs the directory's own ground: asked once a chunk."""

    def __init__(self, session: Session) -> None:
        self._covered = queries.covered_squares(session)

    def check(self, session: Session, mapped: Sequence[MappedRow]) -> None:
        pointed = [
            (one.row, one.draft.place, one.draft.place.lon, one.draft.place.lat)
            for one in mapped
            if one.draft is not None and one.draft.place is not None
        ]
        codes = {place.postcode for _, place, lon, _ in pointed if lon is not None and place.postcode}
        held = queries.points_of_postcodes(session, codes) if codes else {}
        for row, place, lon, lat in pointed:
            if lon is not None and lat is not None:
                self._check_ground(row, lon, lat)
                _check_distance(row, place, (lon, lat), held.get(place.postcode or "", (None, None)))

    def _check_ground(self, row: Row, lon: float, lat: float) -> None:
        if not self._covered:
            return
        side_m = queries.COVERED_NET_M
        try:
            # With its neighbours: people live across a boundary.
            near = squares_round(lon, lat, side_m, letter="", side_m=side_m)
        except ValueError:
            near = []
        if self._covered.isdisjoint(near):
            row.note(
                "point",
                "The point is outside the area this directory covers.",
                "Check it. If it is right, the entry may belong in another directory.",
                value=f"{lon:g}, {lat:g}",
            )


def _check_distance(
    row: Row, place: PlaceDraft, point: tuple[float, float], of_postcode: tuple[float | None, float | None]
) -> None:
    lon, lat = of_postcode
    if lon is None or lat is None:
        return
    try:
        apart = dist(to_osgb(*point), to_osgb(lon, lat))
    except ValueError:
        return
    if apart > _FAR_M:
        row.note(
            "point",
            f"The point and the postcode {place.postcode} are {describe_distance(apart)} apart. "
            "We kept the point.",
            "Find out which of them is right, and mend the other in the file.",
            value=f"{point[0]:g}, {point[1]:g}",
        )
