"""Reads OpenStreetMap as Overpass gives it: nodes, ways and relations, one row for each thing with tags."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.readers.flat import Thing, show, things_in
from ingest.readers.shapes import LOOK, NOT_READ, cells_of_geometry
from ingest.readers.sheet import ReadError
from ingest.table import Record, Table, table_of

Point = tuple[float, float]


def read_elements(document: Thing) -> Table:
    """Columns are `osm`, such as "way/12", `lon`, `lat`, then the tags. Raises ReadError
    when there is none."""
    elements = things_in(document.get("elements"))
    tagged = [one for one in elements if isinstance(one.get("tags"), dict) and one["tags"]]
    if not tagged:
        raise ReadError("It holds nothing with tags. Ask Overpass for “out center”.")
    points = {one.get("id"): point for one in elements if (point := _lon_lat(one)) is not None}
    bare = len(elements) - len(tagged)
    warnings = (f"{bare} elements have no tags: they are corners of others and no rows.",) if bare else ()
    return table_of(_records(tagged, points), read_as="OpenStreetMap JSON", warnings=warnings)


def _records(elements: list[Thing], points: Mapping[Any, Point]) -> Iterator[Record]:
    for one in elements:
        tags = {str(tag): show(value) for tag, value in one["tags"].items()}
        cells = {"osm": f"{show(one.get('type'))}/{show(one.get('id'))}"}
        point = _middle(one, points)
        if point is None:
            yield Record(cells | tags, ((None, NOT_READ, LOOK),))
        else:
            yield Record(cells | {"lon": repr(point[0]), "lat": repr(point[1])} | tags)


def _middle(one: Thing, points: Mapping[Any, Point]) -> Point | None:
    """Its own point, the centre Overpass worked out, or the middle of its outline."""
    own = _lon_lat(one)
    if own is not None:
        return own
    for name in ("center", "bounds"):
        if isinstance(one.get(name), dict) and (found := _lon_lat(one[name])):
            return found
    outline = [found for corner in _corners(one) if (found := _lon_lat(corner)) is not None]
    outline += [points[ref] for ref in _refs(one) if ref in points]
    if not outline:
        return None
    across, up = zip(*outline, strict=True)
    return (min(across) + max(across)) / 2, (min(up) + max(up)) / 2


def _corners(one: Thing) -> Iterator[Thing]:
    yield from things_in(one.get("geometry"))
    for member in things_in(one.get("members")):
        yield member
        yield from things_in(member.get("geometry"))


def _refs(one: Thing) -> list[Any]:
    nodes = one.get("nodes")
    return [ref for ref in nodes if isinstance(ref, int)] if isinstance(nodes, list) else []


def _lon_lat(thing: Thing) -> Point | None:
    lon, lat = thing.get("lon"), thing.get("lat")
    if isinstance(lon, bool) or not isinstance(lon, int | float) or not isinstance(lat, int | float):
        return None
    try:
        cells = cells_of_geometry({"type": "Point", "coordinates": (lon, lat)})
    except ValueError:
        return None
    return (float(cells["lon"]), float(cells["lat"])) if cells else None
