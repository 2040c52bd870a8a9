"""From a draft to rows: each function makes those of one part of an entry."""

import os
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

import shapely
from shapely import MultiPolygon, Polygon
from shapely import make_valid as mend
from shapely.geometry import shape as read_shape

from api.areas.service import no_area
from api.entries.queries_saving import FACT_ROWS, Model
from api.entries.schemas import CoverageDraft, EntryDraft
from api.errors import BadInput, FieldProblem
from api.models import Check, Contact, Coverage, SessionRow
from geo.crs import WGS84

Row = tuple[Any, ...]

PLAIN_COLUMNS = tuple(
    (
        "kind name summary description privacy everywhere needs audiences languages delivery age_from age_to "
        "eligibility cost cost_note self_referral referral_by access state state_note paused_until stage "
        "is_example"
    ).split()
)
plain_values = attrgetter(*PLAIN_COLUMNS)
ENTRY_COLUMNS = (
    *PLAIN_COLUMNS, "id", "slug", "organisation_id", "place_id", "source_code", "version", "updated_at"
)  # fmt: skip
REVISION_COLUMNS = ("id", "entry_id", "version", "document", "made_by", "made_why")
LINK_COLUMNS = ("id", "from_id", "to_id", "type", "note")
PART_COLUMNS: dict[Model, tuple[str, ...]] = {
    Coverage: ("id", "entry_id", "position", "how", "area_code", "radius_m", "label", "centre", "shape"),
    SessionRow: (
        "id", "entry_id", "position", "purpose", "label", "rrule", "starts_on", "starts_at", "ends_at",
        "not_on", "also_on", "note",
    ),
    Contact: ("id", "entry_id", "position", "kind", "value", "label", "public"),
    Check: ("id", "entry_id", "fact_group", "how", "checked_by", "checked_on", "note"),
}  # fmt: skip
for _model in FACT_ROWS.values():
    PART_COLUMNS[_model] = tuple(_model.__table__.columns.keys())


def new_id() -> str:
    """A random UUID (version 4) as text: that of a row nobody refers to."""
    digits = os.urandom(16).hex()
    return f"{digits[:12]}4{digits[13:16]}a{digits[17:]}"


def point_text(lon: float | None, lat: float | None) -> str | None:
    """How PostGIS reads a point."""
    return None if lon is None or lat is None else f"SRID={WGS84};POINT({lon!r} {lat!r})"


def part_rows(entry_id: UUID, draft: EntryDraft) -> Iterator[tuple[Model, Row]]:
    """All that hangs on an entry and is written whole with each save, but its coverage."""
    for position, session in enumerate(draft.sessions):
        yield SessionRow, (
            new_id(), entry_id, position, session.purpose, session.label, session.rrule, session.starts_on,
            session.starts_at, session.ends_at, session.not_on, session.also_on, session.note,
        )  # fmt: skip
    for position, contact in enumerate(draft.contacts):
        yield Contact, (
            new_id(), entry_id, position, contact.kind, contact.value, contact.label, contact.public
        )  # fmt: skip
    for check in draft.checks:
        yield Check, (new_id(), entry_id, check.group, check.how, check.by, check.on, check.note)
    if draft.facts is not None:
        model = FACT_ROWS[draft.kind]
        facts = {"entry_id": entry_id, **draft.facts.model_dump()}
        yield model, tuple(facts[column] for column in PART_COLUMNS[model])


def coverage_rows(entry_id: UUID, drafts: Sequence[CoverageDraft], *, known_areas: set[str]) -> list[Row]:
    """Raises BadInput for an area we do not hold and for a shape that is none."""
    missing = sorted({draft.area for draft in drafts if draft.area} - known_areas)
    if missing:
        raise no_area(*missing, field="coverage")
    return [
        (
            new_id(), entry_id, position, draft.how, draft.area, draft.radius_m, draft.label,
            point_text(draft.lon, draft.lat), _multipolygon(draft.shape) if draft.shape else None,
        )
        for position, draft in enumerate(drafts)
    ]  # fmt: skip


def _multipolygon(geojson: dict[str, Any]) -> str:
    """The drawn shape, mended where its edges cross, as PostGIS reads it. Raises BadInput when nothing
    with an area is left."""
    try:
        drawn = mend(read_shape(geojson))
    except Exception as error:  # shapely raises many kinds for malformed coordinates
        raise _bad_coverage("We could not read the drawn shape as GeoJSON.") from error
    polygons = [part for part in _parts(drawn) if isinstance(part, Polygon) and not part.is_empty]
    if not polygons:
        raise _bad_coverage("The drawn shape has no area. Draw it again with at least three corners.")
    placed = shapely.set_srid(MultiPolygon(polygons), WGS84)
    return str(shapely.to_wkb(placed, hex=True, include_srid=True))


def _parts(geometry: Any) -> Iterable[Any]:
    for part in getattr(geometry, "geoms", [geometry]):
        yield from _parts(part) if hasattr(part, "geoms") else [part]


def _bad_coverage(message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field="coverage", message=message)])
