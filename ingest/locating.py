"""Locating again: after a newer gazetteer or new boundaries came, the places that these could move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import dist
from typing import Final, Literal
from uuid import UUID

from geoalchemy2 import WKTElement
from sqlalchemy.orm import Session

from api.face.service import project_entries
from api.places.service import Located, Locator
from geo.crs import WGS84, to_osgb
from geo.distance import describe_distance
from ingest import queries_locating
from ingest.queries_locating import Candidate

Outcome = Literal["found", "better", "worse", "moved", "areas", "ended", "same"]
OUTCOMES: Final[dict[Outcome, str]] = {
    "found": "found now",
    "better": "known better",
    "worse": "known less well",
    "moved": "moved",
    "areas": "in other areas",
    "ended": "by a postcode that is no longer in use: the last known point stays",
    "same": "as before",
}
_ROUGHER: Final = ("exact", "postcode", "sector", "outcode", "place", None)
_ENDED: Final = "which is no longer in use: this is where it was"
_AT_ONCE: Final = 500
# Closer than a map can show.
_SAME_M: Final = 0.5


@dataclass(frozen=True)
class Relocated:
    """One place that is looked at again. `words` say what changes."""

    place_id: UUID
    name: str
    outcome: Outcome
    words: str


def locate_again(session: Session, *, apply: bool) -> list[Relocated]:
    """What becomes of every place that could be elsewhere now. A point that was given is never touched, and
    one that we have is never given up for none."""
    found: list[Relocated] = []
    new: dict[UUID, Located] = {}

    candidates = queries_locating.candidates(session)
    locator = Locator(session, [(one.postcode, one.town) for one in candidates])
    for one in candidates:
        now = _last_known(one) if _has_ended(one) else locator.locate(postcode=one.postcode, town=one.town)
        outcome = _compare(one, now)
        found.append(
            Relocated(one.id, one.name or "A place without a name", outcome, _words(one, now, outcome))
        )
        if outcome != "same":
            new[one.id] = now
    if apply:
        _write(session, new)
    return found


def _has_ended(one: Candidate) -> bool:
    return one.precision == "postcode" and (one.terminated or not one.is_known)


def _last_known(one: Candidate) -> Located:
    said = one.located_by or f"by postcode {one.postcode}"
    located_by = said if _ENDED in said else f"{said}, {_ENDED}"
    return Located(one.lon, one.lat, one.precision, list(one.area_codes), located_by, None)


def _compare(one: Candidate, now: Located) -> Outcome:
    if now.precision is None:
        return "same"
    if one.precision is None:
        return "found"
    step = _ROUGHER.index(now.precision) - _ROUGHER.index(one.precision)
    if step:
        return "better" if step < 0 else "worse"
    if _metres(one, now) > _SAME_M:
        return "moved"
    if set(one.area_codes) != set(now.area_codes):
        return "areas"
    return "ended" if _ENDED in (now.located_by or "") and now.located_by != one.located_by else "same"


def _metres(one: Candidate, now: Located) -> float:
    if one.lon is None or one.lat is None or now.lon is None or now.lat is None:
        return 0.0
    return dist(to_osgb(one.lon, one.lat), to_osgb(now.lon, now.lat))


def _words(one: Candidate, now: Located, outcome: Outcome) -> str:
    if outcome == "moved":
        return f"moves {describe_distance(_metres(one, now))}"
    if outcome in ("found", "better", "worse"):
        return f"was known by {one.precision or 'nothing'}, is now known by {now.precision}"
    return OUTCOMES[outcome]


def _write(session: Session, new: dict[UUID, Located]) -> None:
    places = queries_locating.get_places(session, list(new))
    today = datetime.now(UTC).date()
    for place_id, now in new.items():
        row = places[place_id]
        row.point = WKTElement(f"POINT({now.lon!r} {now.lat!r})", srid=WGS84)
        row.precision, row.area_codes = now.precision, now.area_codes
        row.located_by, row.located_on, row.locate_failure = now.located_by, today, None
    session.flush()
    _show(session, queries_locating.entries_at(session, list(new)))


def _show(session: Session, ids: Sequence[UUID]) -> None:
    queries_locating.add_outbox_rows(session, ids)
    for start in range(0, len(ids), _AT_ONCE):
        project_entries(session, ids[start : start + _AT_ONCE])
