"""Where a row of a list says that something is: degrees, metres of the National Grid, or a grid reference."""

import re
from math import isfinite
from typing import Final, Protocol

from api.entries.vocabulary import Precision
from geo.crs import GRID_EAST_M, GRID_NORTH_M, to_wgs84
from geo.grid_references import read_grid_reference
from ingest.meanings import Meaning
from ingest.table import Row

_WKT: Final = re.compile(r"(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*([-\d.]+)\s+([-\d.]+)", re.IGNORECASE)
_PAIR: Final = re.compile(r"\(?\s*([-\d.]+)\s*[,; ]\s*([-\d.]+)\s*\)?")


class Cells(Protocol):
    """How a mapping finds the cells of a row: the heading that means something, and its words."""

    def column(self, meaning: Meaning) -> str | None: ...

    def one(self, row: Row, meaning: Meaning) -> str | None: ...


def read_spot(
    make: Cells, row: Row, postcode: str | None
) -> tuple[float, float, Precision | None] | tuple[None, None, None]:
    """(lon, lat, precision) as the list gives it. A square of a kilometre says less than a postcode does."""
    square = read_grid_reference(make.one(row, "point") or "")
    if square is None:
        point = _point(make, row)
        return (*point, None) if point else (None, None, None)
    if square.precision == "sector" and postcode:
        row.note(
            make.column("point"),
            f"{square.name} is a square of 1 km, so we took the postcode instead.",
            "Give six figures or more if the place is not where its postcode is.",
            value=make.one(row, "point"),
        )
        return None, None, None
    return (*square.lon_lat(), square.precision)


def _point(make: Cells, row: Row) -> tuple[float, float] | None:
    """(lon, lat), whatever the columns give: degrees either way round, or metres of the National Grid."""
    pairs: tuple[tuple[Meaning, Meaning], ...] = (("lon", "lat"), ("easting", "northing"))
    for across, up in pairs:
        column, x, y = make.column(across), make.one(row, across), make.one(row, up)
        if column and (x or y):
            shown = f"{x or ''}, {y or ''}"
            grid_meant = across == "easting"
            return _read_point(row, column, read_number(x), read_number(y), shown, grid_meant=grid_meant)
    column, text = make.column("point"), make.one(row, "point")
    if column is None or text is None:
        return None
    wkt, pair = _WKT.match(text), _PAIR.fullmatch(text)
    # Without WKT people write the latitude first.
    first, second = (wkt[1], wkt[2]) if wkt else (pair[2], pair[1]) if pair else (None, None)
    return _read_point(row, column, read_number(first), read_number(second), text, grid_meant=None)


def _read_point(
    row: Row, column: str, x: float | None, y: float | None, shown: str, *, grid_meant: bool | None
) -> tuple[float, float] | None:
    if x is None or y is None:
        row.note(column, "We cannot read this as a point.", "Give two numbers.", value=shown)
        return None
    if (x, y) == (0, 0):
        row.note(
            column,
            "The point is 0, 0, which is nowhere here. We left it out.",
            "Give the right point, or none: the postcode is looked up.",
            value=shown,
        )
        return None
    if abs(x) <= 180 and abs(y) <= 90:
        return x, y
    if not (0 <= x <= GRID_EAST_M and 0 <= y <= GRID_NORTH_M):
        row.note(column, "No point in Britain has these numbers.", "Check them.", value=shown)
        return None
    if grid_meant is False:
        row.note(
            column,
            "These are metres of the British National Grid, not degrees. We turned them into degrees.",
            "Call the columns easting and northing in the mapping.",
            value=shown,
        )
    lon, lat = to_wgs84(x, y)
    return round(lon, 6), round(lat, 6)


def read_number(text: str | None) -> float | None:
    """None for what is no number, or an endless one."""
    try:
        number = float((text or "").replace(",", ""))
    except ValueError:
        return None
    return number if isfinite(number) else None
