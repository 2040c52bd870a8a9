"""Loading areas from files, and showing one or all of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from shapely.geometry import mapping
from sqlalchemy.orm import Session

from api.areas import queries
from api.db import ReadConnection
from api.errors import BadInput, FieldProblem, NotFound
from api.models.places import AREA_TYPES
from geo.areas import AreaShape, read_areas
from geo.gazetteer import fold_name

# Places and postcodes rest on OS open data (data/gazetteer/README.md): its licence asks for these words.
GAZETTEER_ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right 2025, Royal Mail data © Royal Mail copyright and "
    "database right 2025, National Statistics data © Crown copyright and database right 2025"
)


@dataclass
class AreasReport:
    """What one file brought; `repaired` and `problems` are in words, one for each area."""

    loaded: int = 0
    codes: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def load_areas(
    session: Session,
    path: Path,
    *,
    type_: str | None,
    source: str | None = None,
    dated_on: date | None = None,
    is_example: bool = False,
) -> AreasReport:
    """Load the boundaries of a GeoJSON file, of one type or (None) each of its own; an area of the same code
    is replaced. Raises AreaFileError, and BadInput for a type that is none of ours. Entries learn of new
    areas when the face is rebuilt: the caller does that once, after all files."""
    if type_ is not None and type_ not in AREA_TYPES:
        words = f"“{type_}” is not a type of area. Choose one of {', '.join(AREA_TYPES)}."
        raise BadInput(words, errors=[FieldProblem(field="type", message=words)])
    report = AreasReport()
    for area in read_areas(path, type_=type_, problems=report.problems):
        values = {
            "code": area.code,
            "slug": _free_slug(session, area),
            "name": area.name,
            "aliases": list(area.aliases),
            "type": area.type,
            "geojson": orjson.dumps(mapping(area.geometry)).decode(),
            "source": source,
            "dated_on": dated_on,
            "repaired": area.repaired,
            "is_example": is_example,
        }
        queries.upsert_area(session, values)
        report.loaded += 1
        report.codes.append(area.code)
        if area.repaired:
            report.repaired.append(f"{area.name} ({area.code}): {area.repaired}")
    queries.keep_within(session, report.codes)
    return report


def _free_slug(session: Session, area: AreaShape) -> str:
    """The name, then with the type, then the code: two areas may share a name (a ward and its parish)."""
    plain = fold_name(area.name).replace(" ", "-") or area.code.lower()
    for slug in (plain, f"{plain}-{area.type}"):
        if not queries.slug_is_taken(session, slug=slug, code=area.code):
            return slug
    return f"{plain}-{area.code.lower()}"


def areas_of_entry(session: Session, entry_id: UUID) -> frozenset[str]:
    """The codes of all areas an entry is in or serves, and of those they lie in: what `api.permissions` asks
    for. Empty when it is tied to no area."""
    return queries.areas_of_entry(session, entry_id)


def areas_around(session: Session, codes: Sequence[str]) -> frozenset[str]:
    """These areas and all that they lie in. A code we do not hold is left out."""
    return queries.areas_around(session, codes)


def no_area(*codes: str, field: str) -> BadInput:
    """What is said of codes that are no area of ours."""
    message = f"We hold no area with the code {' or '.join(f'“{code}”' for code in codes)}."
    return BadInput(message, errors=[FieldProblem(field=field, message=message)])


def areas_inside(session: Session, codes: Collection[str]) -> frozenset[str]:
    """These areas and all that lie in them."""
    return queries.areas_inside(session, codes)


class AreaName(NamedTuple):
    code: str
    name: str
    type: str

    @property
    def words(self) -> str:
        """With its type: a ward and its parish may share a name."""
        return f"{self.name} ({self.type.replace('_', ' ')})"


def list_area_names(session: Session, codes: Collection[str] | None = None) -> list[AreaName]:
    """These areas (None: all), the largest kind first, then by name: for a list to choose from."""
    return [AreaName(*row) for row in queries.area_names(session, codes)]


def list_areas_inside(session: Session, mine: Collection[str] | None) -> list[AreaName]:
    """The areas somebody looks after and all that lie in them, in the same order; None is everywhere."""
    return list_area_names(session, None if mine is None else areas_inside(session, mine))


def name_areas(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Names by code."""
    return {one.code: one.name for one in list_area_names(session, codes)} if codes else {}


def get_area_code(session: Session, code_or_slug: str) -> str:
    """Raises NotFound."""
    code = queries.find_area_code(session, code_or_slug.strip())
    if code is None:
        raise NotFound(f"We hold no area with the code or name “{code_or_slug}”.")
    return code


async def has_area(read: ReadConnection, code: str) -> bool:
    return await queries.has_area(read, code)


async def list_areas(read: ReadConnection) -> list[dict[str, Any]]:
    """Every area with an outline, with how many entries are in it or serve it."""
    return await queries.list_areas(read)


async def get_area(read: ReadConnection, code_or_slug: str) -> dict[str, Any]:
    """One area with its outline. Raises NotFound."""
    area = await queries.find_area(read, code_or_slug.replace("\x00", ""))
    if area is None:
        raise NotFound("We hold no area of that name or code. The list of areas shows those we do.")
    area["geojson"] = orjson.loads(area["geojson"]) if area["geojson"] else None
    if area["bbox"][0] is None:
        area["bbox"] = None
    return area


async def backdrop(read: ReadConnection) -> bytes:
    """GeoJSON of outlines and settlement names: what the map is drawn on when no street tiles are."""
    outlines = [
        {
            "type": "Feature",
            "properties": {"feature": "area", "code": code, "name": name, "type": type_},
            "geometry": orjson.Fragment(geojson),
        }
        for code, name, type_, geojson in await queries.backdrop_areas(read)
    ]
    names = [
        {
            "type": "Feature",
            "properties": {"feature": "settlement", "name": name, "kind": kind, "rank": rank},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for name, kind, rank, lon, lat in await queries.backdrop_settlements(read)
    ]
    owed = [*await queries.backdrop_attributions(read), GAZETTEER_ATTRIBUTION]
    return orjson.dumps({"type": "FeatureCollection", "attribution": owed, "features": outlines + names})
