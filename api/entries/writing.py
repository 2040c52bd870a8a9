"""From a draft to rows: each function writes one part of an entry."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import WKTElement
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Polygon
from shapely import make_valid as mend
from shapely.geometry import shape as read_shape
from sqlalchemy.orm import Session

from api.entries import queries
from api.entries.schemas import CoverageDraft, EntryDraft, OrganisationDraft, PlaceDraft
from api.errors import BadInput, FieldProblem
from api.models import (
    Check,
    Contact,
    Coverage,
    DropInFactsRow,
    Entry,
    MicroEnterpriseFactsRow,
    MutualAidFactsRow,
    Organisation,
    Place,
    SessionRow,
    TimebankFactsRow,
    TransportFactsRow,
)
from api.places.service import locate
from geo.crs import WGS84
from geo.gazetteer import fold_name
from geo.postcodes import Postcode, parse_postcode

FACT_ROWS: dict[str, Any] = {
    "timebank": TimebankFactsRow,
    "mutual_aid": MutualAidFactsRow,
    "drop_in": DropInFactsRow,
    "micro_enterprise": MicroEnterpriseFactsRow,
    "transport": TransportFactsRow,
}
PLAIN_COLUMNS = (
    "kind name summary description privacy everywhere needs audiences languages delivery age_from age_to "
    "eligibility cost cost_note self_referral referral_by access state state_note paused_until stage "
    "is_example"
).split()


def make_slug(session: Session, name: str, town: str | None) -> str:
    """A slug from the name, then with the town, then with a number, whichever is free first."""
    base = slugify(name) or "entry"
    with_town = slugify(f"{name} {town}") if town and fold_name(town) not in fold_name(name) else base
    taken = queries.taken_slugs(session, base) | queries.taken_slugs(session, with_town)
    candidates = [base, with_town, *(f"{with_town}-{number}" for number in range(2, 10_000))]
    return next(slug for slug in candidates if slug not in taken)


def slugify(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold_name(words)).strip("-")[:80].strip("-")


def write_organisation(
    session: Session, draft: OrganisationDraft | None, *, scope: str, changed: set[UUID]
) -> Organisation | None:
    """The organisation's row, found by name or made. One that was there and says something new goes into
    `changed`: other entries show it too."""
    if draft is None:
        return None
    key = scope + (fold_name(draft.name) or draft.name)
    row = queries.find_organisation(session, key)
    if row is None:
        row = Organisation(name=draft.name, name_key=key)
        session.add(row)
    for field in ("description", "url", "charity_number", "company_number"):
        if (given := getattr(draft, field)) is not None:
            setattr(row, field, given)
    _note_change(session, row, changed)
    # A second entry of the same new organisation in one batch must find it.
    session.flush()
    return row


def _note_change(session: Session, row: Organisation | Place, changed: set[UUID]) -> None:
    if row in session.dirty and session.is_modified(row):
        changed.add(row.id)


def write_place(
    session: Session, draft: PlaceDraft | None, *, entry_id: UUID, scope: str, changed: set[UUID]
) -> Place | None:
    """The place's row, found by name and postcode or made. Without a point it is located now.
    What a draft leaves out of a place that others use as well stays as they gave it; a place that was there
    and says something new goes into `changed`."""
    if draft is None:
        return None
    postcode = _tidy_postcode(draft.postcode)
    key = _place_key(draft, postcode, entry_id=entry_id, scope=scope)
    row = queries.find_place(session, key)
    if row is None:
        row = Place(place_key=key)
        session.add(row)
    elif queries.others_use_place(session, row.id, entry_id=entry_id):
        draft = draft.model_copy(
            update={"town": draft.town or row.town, "address": draft.address or row.address}
        )
    moved = (row.postcode, row.town) != (postcode, draft.town)
    row.name, row.address, row.town, row.postcode = draft.name, draft.address, draft.town, postcode
    row.access = (row.access or {}) | dict(draft.access.items())
    if draft.lon is not None and draft.lat is not None:
        row.point = WKTElement(f"POINT({draft.lon!r} {draft.lat!r})", srid=WGS84)
        row.precision = draft.precision or "exact"
        row.located_by, row.located_on, row.locate_failure = (
            "given with the entry",
            datetime.now(UTC).date(),
            None,
        )
        row.area_codes = list(row.area_codes or []) if not moved else []
    elif row.point is None or moved:
        _locate(session, row)
    _note_change(session, row, changed)
    session.flush()
    return row


def _locate(session: Session, row: Place) -> None:
    found = locate(session, postcode=row.postcode, town=row.town)
    known = found.lon is not None and found.lat is not None
    row.point = WKTElement(f"POINT({found.lon!r} {found.lat!r})", srid=WGS84) if known else None
    row.precision, row.area_codes = found.precision, found.area_codes
    row.located_by, row.locate_failure = found.located_by, found.failure
    row.located_on = datetime.now(UTC).date()


def _tidy_postcode(text: str | None) -> str | None:
    """The usual spelling of a whole postcode; anything else is kept as written, to be seen and mended."""
    parsed = parse_postcode(text) if text else None
    return parsed.text if isinstance(parsed, Postcode) else (text or None)


def _place_key(draft: PlaceDraft, postcode: str | None, *, entry_id: UUID, scope: str) -> str:
    """A named place with a postcode, or with a town, is one place for all; any other is this entry's own."""
    if draft.name and (postcode or draft.town):
        return f"{scope}{fold_name(draft.name)}|{postcode or fold_name(draft.town or '')}"
    return f"entry|{entry_id}"


def scope_of(draft: EntryDraft) -> str:
    """Examples share places and organisations among themselves alone: what is made up about a library must
    never be said of the real one."""
    return "example|" if draft.is_example else ""


def write_coverage(session: Session, drafts: list[CoverageDraft]) -> list[Coverage]:
    wanted = {draft.area for draft in drafts if draft.area}
    missing = sorted(wanted - queries.known_areas(session, wanted))
    if missing:
        message = f"We hold no area with the code {', '.join(missing)}. Load it first, or pick another."
        raise BadInput(message, errors=[FieldProblem(field="coverage", message=message)])
    return [
        Coverage(
            position=position,
            how=draft.how,
            area_code=draft.area,
            radius_m=draft.radius_m,
            label=draft.label,
            centre=_point(draft.lon, draft.lat),
            shape=_multipolygon(draft.shape) if draft.shape else None,
        )
        for position, draft in enumerate(drafts)
    ]


def _point(lon: float | None, lat: float | None) -> WKTElement | None:
    if lon is None or lat is None:
        return None
    return WKTElement(f"POINT({lon!r} {lat!r})", srid=WGS84)


def _multipolygon(geojson: dict[str, Any]) -> Any:
    """The drawn shape, mended where its edges cross. Raises BadInput when nothing with an area is left."""
    try:
        drawn = mend(read_shape(geojson))
    except Exception as error:  # shapely raises many kinds for malformed coordinates
        raise _bad_shape("We could not read the drawn shape as GeoJSON.") from error
    polygons = [part for part in _parts(drawn) if isinstance(part, Polygon) and not part.is_empty]
    if not polygons:
        raise _bad_shape("The drawn shape has no area. Draw it again with at least three corners.")
    return from_shape(MultiPolygon(polygons), srid=WGS84)


def _parts(geometry: Any) -> Iterable[Any]:
    for part in getattr(geometry, "geoms", [geometry]):
        yield from _parts(part) if hasattr(part, "geoms") else [part]


def _bad_shape(message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field="coverage", message=message)])


def write_parts(session: Session, entry: Entry, draft: EntryDraft) -> None:
    """What is replaced whole: columns, coverage, sessions, contacts, checks, facts."""
    if entry.version and entry.kind != draft.kind:
        # Facts hang on the entry's id and kind together: those of the old kind must go first.
        for kind in FACT_ROWS:
            setattr(entry, kind, None)
        session.flush()
    for column in PLAIN_COLUMNS:
        setattr(entry, column, getattr(draft, column))
    entry.coverage = write_coverage(session, draft.coverage)
    entry.sessions = [
        SessionRow(position=position, **one.model_dump()) for position, one in enumerate(draft.sessions)
    ]
    entry.contacts = [
        Contact(position=position, **one.model_dump()) for position, one in enumerate(draft.contacts)
    ]
    entry.checks = [
        Check(fact_group=one.group, how=one.how, checked_by=one.by, checked_on=one.on, note=one.note)
        for one in draft.checks
    ]
    for kind, row_class in FACT_ROWS.items():
        values = draft.facts.model_dump() if draft.facts and draft.kind == kind else None
        setattr(entry, kind, row_class(**values) if values else None)
