"""Reads JSON of the shapes we know: GeoJSON, OpenStreetMap, Open Referral, and plain lists of things."""

from collections.abc import Iterator
from typing import Any, Final

from ingest.readers.file import Input
from ingest.readers.flat import Thing, flatten, load_json, things_in
from ingest.readers.open_referral import read_services
from ingest.readers.osm import read_elements
from ingest.readers.shapes import LOOK, NOT_READ, cells_of_geometry
from ingest.readers.sheet import ReadError
from ingest.readers.text import read_text
from ingest.table import Record, Table, table_of

# What an envelope calls its list: Open Referral UK 3, 1, HSDS 3, and others.
_LISTS: Final = ("contents", "content", "services", "items", "results", "data")
_OF_SERVICES: Final = frozenset(
    {
        "organization",
        "organization_id",
        "service_at_locations",
        "schedules",
        "regular_schedules",
        "service_areas",
    }
)
_UNKNOWN: Final = "It is JSON, but not a list of things we know how to read. Save the list as CSV."


def read_json(file: Input) -> Table:
    """Raises ReadError when it is no JSON, or none of a shape we know."""
    text = read_text(file)
    table = _read(_load(text))
    file.tell(file.size, part=1, parts=1)
    return table


def _load(text: str) -> Any:
    """One document, or a list of those that stand a line each."""
    try:
        return load_json(text)
    except ReadError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
            raise
        return [load_json(line) for line in lines]


def _read(document: Any) -> Table:
    if isinstance(document, list):
        return _read_list(document, claim={})
    if not isinstance(document, dict):
        raise ReadError(_UNKNOWN)
    if document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list):
        return _read_features(document["features"])
    if document.get("type") == "Feature":
        return _read_features([document])
    if isinstance(document.get("elements"), list):
        return read_elements(document)
    for name in _LISTS:
        if isinstance(document.get(name), list):
            return _read_list(document[name], claim=document)
    if document.keys() & _OF_SERVICES and "name" in document:
        return _read_list([document], claim={})
    raise ReadError(_UNKNOWN)


def _read_list(items: list[Any], *, claim: Thing) -> Table:
    things = things_in(items)
    if not things:
        raise ReadError("It is empty." if not items else _UNKNOWN)
    if any(thing.keys() & _OF_SERVICES for thing in things):
        return read_services(things, claim=claim, left_out=len(items) - len(things))
    records = (Record(flatten(thing)) for thing in things)
    return table_of(records, read_as="JSON, a list", warnings=_left_out(len(items) - len(things)))


def _read_features(features: list[Any]) -> Table:
    things = things_in(features)
    if not things:
        raise ReadError("It is empty.")
    return table_of(_records(things), read_as="GeoJSON", warnings=_left_out(len(features) - len(things)))


def _left_out(count: int) -> tuple[str, ...]:
    return (f"{count} items of the list are no things and are left out.",) if count else ()


def _records(features: list[Thing]) -> Iterator[Record]:
    for feature in features:
        properties = feature.get("properties")
        cells = flatten(properties) if isinstance(properties, dict) else {}
        if "id" in feature:
            cells = {"id": str(feature["id"])} | cells
        try:
            yield Record(cells | cells_of_geometry(feature.get("geometry")))
        except ValueError:
            yield Record(cells, (("geometry", NOT_READ, LOOK),))
