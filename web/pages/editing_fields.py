"""A form as it was typed: every field a list of texts, and ways to read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from geo.crs import lon_lat_by_range
from geo.grid_references import read_grid_reference

Fields = dict[str, list[str]]
YES_NO: Final = (("", "Not known"), ("yes", "Yes"), ("no", "No"))


def yes_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def yes_no_text(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


@dataclass(frozen=True)
class Typed:
    """The fields of a form. Browsers send line ends as CR LF; here they are LF."""

    fields: Mapping[str, list[str]]

    def text(self, name: str) -> str:
        """The last value of this name without spaces round it; empty when there is none."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        values = self.fields.get(name)
        return values[-1].replace("\r\n", "\n") if values else ""

    def many(self, name: str) -> list[str]:
        return [one for one in self.fields.get(name, []) if one]

    def any(self, prefix: str) -> bool:
        """Whether anything is given in the fields whose names start so."""
        return any(self.text(name) for name in self.fields if name.startswith(prefix))

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in self.raw(name).splitlines() if line.strip()]

    def rows(self, prefix: str) -> list[int]:
        """The numbers of the rows of a list: those of `contacts.3.value` are 3."""
        found = set()
        for name in self.fields:
            head, _, rest = name.partition(".")
            number = rest.partition(".")[0]
            if head == prefix and number.isascii() and number.isdigit() and len(number) < 5:
                found.add(int(number))
        return sorted(found)


def as_fields(pairs: Iterable[tuple[str, Any]], *, leave_out: frozenset[str]) -> Fields:
    """What a request's form holds, without files and without the names left out."""
    fields: Fields = {}
    for name, value in pairs:
        if isinstance(value, str) and name not in leave_out:
            fields.setdefault(name, []).append(value.replace("\x00", ""))
    return fields


def without_row(fields: Fields, prefix: str, row: int) -> Fields:
    start = f"{prefix}.{row}."
    return {name: values for name, values in fields.items() if not name.startswith(start)}


def next_row(fields: Fields, prefix: str) -> int:
    return max(Typed(fields).rows(prefix), default=-1) + 1


def point_text(lon: float | None, lat: float | None) -> str:
    """As people read it out: latitude first. Every digit is kept."""
    return "" if lon is None or lat is None else f"{lat!r}, {lon!r}"


def precision_of(text: str) -> str:
    """How well a typed point is known: as well as the grid reference says, or exactly."""
    square = read_grid_reference(text)
    return square.precision if square else "exact"


def read_point(text: str) -> tuple[float, float]:
    """(lon, lat) of a grid reference with letters, or of two numbers: degrees in either order, or metres of
    the National Grid. Of two degrees the greater is the latitude: everywhere in these islands it is. Raises
    ValueError."""
    if square := read_grid_reference(text):
        return square.lon_lat()
    parts = text.replace(",", " ").split()
    try:
        first, second = (float(part) for part in parts)
        if max(abs(first), abs(second)) <= 180:
            lon, lat = min(first, second), max(first, second)
        else:
            lon, lat = lon_lat_by_range(first, second)
        if not (49 <= lat <= 61.5 and -9.5 <= lon <= 2.5):
            raise ValueError
    except ValueError as error:
        raise ValueError(
            "Write two numbers, such as 52.3336, 0.3369 (latitude, longitude) or 559300, 273200 (easting, "
            "northing), or a grid reference, such as TL 593 732."
        ) from error
    return lon, lat
