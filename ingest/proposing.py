"""Proposes a mapping for a file nobody has described: by what its columns are called and what they hold."""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from geo.gazetteer import fold_name
from geo.postcodes import Postcode, parse_postcode
from ingest.columns import OUR_KINDS, known_terms
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
# Columns that may hold the name where none is called so.
_NAMES_TOO: Final = (None, "organisation", "place_name")
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
    values = {heading: [text for row in rows if (text := row.text(heading))] for heading in headings}
    kind = _find_kind(values)
    columns: list[ColumnMap] = []
    for heading in headings:
        columns.append(_propose_column(heading, values[heading], columns, kind))
    _turn_if_swapped(columns, rows)
    if not any(column.means == "name" for column in columns):
        _name_something(columns, values)
    return Mapping(name=name, columns=columns)


def _propose_column(
    heading: str, values: Sequence[str], before: Sequence[ColumnMap], kind: str | None
) -> ColumnMap:
    """`kind` is the heading of the column whose values say that it is the kind; None where none do."""
    by_name, by_value = meaning_of(heading), _meaning_of_values(values)
    means, why = _weigh(by_name, by_value, values)
    is_taken = means == "kind" and kind is not None
    if heading == kind:
        means, why = "kind", "Its values are kinds of ours."
    elif is_taken or (means in _ONCE and any(column.means == means for column in before)):
        means, why = "ignore", f"Another column already means {means.replace('_', ' ')}."
    samples = [value[:_LONGEST_SAMPLE] for value in dict.fromkeys(values)][:_SAMPLES]
    return ColumnMap(heading=heading, means=means, why=why, samples=samples)


def _find_kind(values: dict[str, list[str]]) -> str | None:
    """The heading of the column that holds kinds of ours, whatever it is called. One that is called a name
    stays the name, unless another column is called so too, or could be it better."""
    holding = [heading for heading, texts in values.items() if _are_kinds(heading, texts)]
    others = [heading for heading in values if heading not in holding]
    has_name = any(meaning_of(one) == "name" for one in others)
    could_name = any(meaning_of(one) in _NAMES_TOO and _could_be_names(values[one]) for one in others)
    for heading in sorted(holding, key=lambda one: meaning_of(one) != "kind"):
        if meaning_of(heading) != "name" or has_name or (could_name and not _could_be_names(values[heading])):
            return heading
    return None


def _are_kinds(heading: str, texts: Sequence[str]) -> bool:
    """Half of the different words, and a third of the cells, are kinds of ours, and not all of one. "Food"
    and "Transport" alone may as well be what people need."""
    if meaning_of(heading) not in ("kind", "name", None):
        return False
    cells = list(map(fold_name, texts))
    words = set(cells)
    ours = words & OUR_KINDS.keys()
    return (
        len({OUR_KINDS[word] for word in ours}) > 1
        and not ours <= known_terms().keys()
        and len(ours) >= len(words) / 2
        and sum(cell in ours for cell in cells) >= len(cells) / 3
    )


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


def _could_be_names(texts: Sequence[str]) -> bool:
    words = [text for text in texts if any(letter.isalpha() for letter in text) and len(text) < 100]
    return bool(texts) and len(words) > 0.9 * len(texts) and len(set(texts)) > 0.8 * len(texts)


def _name_something(columns: list[ColumnMap], values: dict[str, list[str]]) -> None:
    """The first column of short words that are nearly all different is what rows are called."""

    likely = [column for column in columns if column.means in ("ignore", "organisation", "place_name")]
    named = [column for column in likely if _could_be_names(values[column.heading])]
    for column in [*named, *columns]:
        column.means, column.why = "name", "No heading says which column is the name. We guessed this one."
        return
