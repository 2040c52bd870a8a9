"""Proposes a mapping for a file nobody has described: by what its columns are called and what they hold."""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from geo.postcodes import Postcode, parse_postcode
from ingest.meanings import Meaning, meaning_of
from ingest.readers.door import open_tables
from ingest.saved import ColumnMap, Mapping
from ingest.table import Row

_LOOKED_AT: Final = 200
_SAMPLES: Final = 3
_LONGEST_SAMPLE: Final = 60
# So many of the filled cells must look alike before the cells are believed rather than the heading.
_MOST: Final = 0.6
_PHONE: Final = re.compile(r"(?:\+44|\(?0?\)?)[\d ()-]{9,15}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEB: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# Fewer than this, and a column called "mobile" is a mobile library.
_FEW: Final = 0.2
_LOOKS_LIKE: Final[dict[Meaning, re.Pattern[str]]] = {
    "phone": re.compile(r"\d{4}"),
    "email": re.compile("@"),
    "web": re.compile(r"\w\.\w"),
    **dict.fromkeys(("lon", "lat", "easting", "northing"), re.compile(r"^\s*[-+]?\d")),
}
# Only one column can mean these; a second is left for a person.
_ONCE: Final[frozenset[Meaning]] = frozenset(
    "name kind organisation place_name town postcode lon lat easting northing point".split()  # type: ignore[arg-type]
)


def propose_for_file(path: Path, *, name: str) -> Mapping:
    """A mapping for a file. Raises BadInput when it is no table."""
    table = open_tables(path)[0]
    return propose_mapping(table.columns, table.rows, name=name)


def propose_mapping(headings: Sequence[str], rows: Sequence[Row], *, name: str) -> Mapping:
    """A mapping to be looked at and mended by a person; the first few hundred rows are looked at."""
    rows = list(islice(rows, _LOOKED_AT))
    columns: list[ColumnMap] = []
    for heading in headings:
        values = [text for row in rows if (text := row.text(heading))]
        columns.append(_propose_column(heading, values, columns))
    _turn_if_swapped(columns, rows)
    if not any(column.means == "name" for column in columns):
        _name_something(columns, rows)
    return Mapping(name=name, columns=columns)


def _propose_column(heading: str, values: Sequence[str], before: Sequence[ColumnMap]) -> ColumnMap:
    by_name, by_value = meaning_of(heading), _meaning_of_values(values)
    means, why = _weigh(by_name, by_value, values)
    if means in _ONCE and any(column.means == means for column in before):
        means, why = "ignore", f"Another column already means {means.replace('_', ' ')}."
    samples = [value[:_LONGEST_SAMPLE] for value in dict.fromkeys(values)][:_SAMPLES]
    return ColumnMap(heading=heading, means=means, why=why, samples=samples)


def _weigh(by_name: Meaning | None, by_value: Meaning | None, values: Sequence[str]) -> tuple[Meaning, str]:
    if by_value is not None and by_name not in (by_value, "key"):
        # Numbers in degrees or metres, a postcode, an address of the web: cells do not lie about those.
        return by_value, "Its values say so." if by_name else "Its values say so; we do not know the heading."
    if by_name is not None:
        looks = _LOOKS_LIKE.get(by_name)
        if looks and values and sum(bool(looks.search(text)) for text in values) < _FEW * len(values):
            return "ignore", f"Its heading says {by_name}, but its values do not look like that."
        return by_name, "Its heading says so."
    return "ignore", "We do not know this heading."


def _meaning_of_values(values: Sequence[str]) -> Meaning | None:
    if len(values) < 2:
        return None
    tests: tuple[tuple[Meaning, Callable[[str], bool]], ...] = (
        ("postcode", lambda text: isinstance(parse_postcode(text), Postcode)),
        ("email", lambda text: _EMAIL.fullmatch(text) is not None),
        ("web", lambda text: _WEB.fullmatch(text) is not None),
        ("point", lambda text: text.upper().startswith("POINT")),
        ("lat", lambda text: "." in text and 49 <= _number(text) <= 61.5),
        ("lon", lambda text: "." in text and -9.5 <= _number(text) <= 2.5),
        ("phone", lambda text: _PHONE.fullmatch(text) is not None and len(re.sub(r"\D", "", text)) >= 10),
    )
    for meaning, fits in tests:
        if sum(map(fits, values)) >= _MOST * len(values):
            return meaning
    return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _turn_if_swapped(columns: list[ColumnMap], rows: Sequence[Row]) -> None:
    """Columns called X and Y hold degrees as often as metres: their values tell."""
    for grid, degrees in (("easting", "lon"), ("northing", "lat")):
        has_degrees = any(column.means == degrees for column in columns)
        for column in columns:
            numbers = [_number(text) for row in rows if (text := row.text(column.heading))]
            if column.means == grid and not has_degrees and numbers and all(abs(n) <= 90 for n in numbers):
                column.means, column.why = degrees, "Its values are degrees."  # type: ignore[assignment]


def _name_something(columns: list[ColumnMap], rows: Sequence[Row]) -> None:
    """The first column of short words that are nearly all different is what rows are called."""

    def could_be(column: ColumnMap) -> bool:
        texts = [text for row in rows if (text := row.text(column.heading))]
        words = [text for text in texts if any(letter.isalpha() for letter in text) and len(text) < 100]
        return bool(texts) and len(words) > 0.9 * len(texts) and len(set(texts)) > 0.8 * len(texts)

    likely = [column for column in columns if column.means in ("ignore", "organisation", "place_name")]
    for column in [*filter(could_be, likely), *columns]:
        column.means, column.why = "name", "No heading says which column is the name. We guessed this one."
        return
