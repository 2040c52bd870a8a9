"""What the tests of places share: the real data where it is to hand, and a lookup kept in lists."""

import difflib
import os
from collections.abc import Iterable
from math import hypot
from pathlib import Path

import pytest

from geo.crs import to_osgb
from geo.gazetteer import fold_name, read_postcode_groups, read_settlements
from geo.geocoding import KnownArea, KnownGroup, KnownPostcode, KnownSettlement
from geo.postcodes import postcode_area

ROOT = Path(__file__).resolve().parents[2]
GAZETTEER = ROOT / "data" / "gazetteer"


class ListLookup:
    """A Lookup over the project's own gazetteer files and a handful of postcodes and areas."""

    def __init__(self, postcodes: Iterable[KnownPostcode] = (), areas: Iterable[KnownArea] = ()) -> None:
        self.settlements = read_settlements(GAZETTEER / "settlements.csv")
        self.groups = {g.code: g for g in read_postcode_groups(GAZETTEER / "postcode_groups.csv")}
        self.postcodes = {postcode.code: postcode for postcode in postcodes}
        self.areas = list(areas)

    async def find_postcode(self, unit: str) -> KnownPostcode | None:
        return self.postcodes.get(unit)

    async def find_group(self, code: str) -> KnownGroup | None:
        group = self.groups.get(code)
        return KnownGroup(group.code, group.lon, group.lat, group.near or None) if group else None

    async def find_settlements(self, name: str) -> list[KnownSettlement]:
        wanted = fold_name(name)
        return [
            KnownSettlement(number, s.name, s.district, s.kind, s.lon, s.lat)
            for number, s in enumerate(self.settlements)
            if wanted in {fold_name(known) for known in (s.name, *s.aliases)}
        ]

    async def find_areas_named(self, name: str) -> list[KnownArea]:
        return [area for area in self.areas if fold_name(area.name) == fold_name(name)]

    async def suggest_settlements(self, name: str) -> list[str]:
        return difflib.get_close_matches(name, sorted({s.name for s in self.settlements}))

    async def covers_area(self, postcode_area_: str) -> bool:
        return any(postcode_area(code) == postcode_area_ for code in self.groups)

    async def covers_point(self, lon: float, lat: float) -> bool:
        east, north = to_osgb(lon, lat)
        places = (to_osgb(s.lon, s.lat) for s in self.settlements)
        return any(hypot(e - east, n - north) < 30_000 for e, n in places)


@pytest.fixture(scope="session")
def lookup() -> ListLookup:
    def postcode(
        code: str, lon: float | None, lat: float | None, *, near: str | None = None, ended: bool = False
    ) -> KnownPostcode:
        return KnownPostcode(code, lon, lat, "E07000009", "E05012345", near, ended)

    return ListLookup(
        postcodes=[
            postcode("CB7 5HJ", 0.3369, 52.3336, near="Soham"),
            postcode("CB23 1ZZ", 0.0, 52.15),
            postcode("CB7 5XX", None, None),
            postcode("CB99 1AA", None, None),
            postcode("PE15 8ZZ", 0.09, 52.55, near="March", ended=True),
        ],
        areas=[
            KnownArea("E07000010", "Fenland", 0.0, 52.53),
            KnownArea("E05000001", "Castle", 0.1, 52.21),
            KnownArea("E05000002", "Castle", -0.2, 52.6),
        ],
    )


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data named by HEREABOUTS_TEST_DATA; the test is skipped where there is none."""
    folder = Path(os.environ.get("HEREABOUTS_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: HEREABOUTS_TEST_DATA may name another folder")
    return folder
