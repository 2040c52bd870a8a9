"""Small entries for tests: only what a test says matters, the rest is plain."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.areas.service import AreasReport, load_areas
from api.entries.schemas import EntryDraft
from api.entries.service import Saved, ToSave, save_entry

LONDON = ZoneInfo("Europe/London")
# A Saturday: the time of tests that need one.
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=LONDON)

# Facts of the real places, typed here: (lon, lat).
SOHAM = (0.3369, 52.3336)
ELY = (0.2626, 52.3981)
MERIDIAN = (0.0, 52.3)

# Facts of each first-class kind, every field filled.
FACTS: dict[str, dict[str, Any]] = {
    "timebank": {
        "hour_buys": "An hour of gardening",
        "people_give": ["Lifts", "Baking"],
        "people_get": ["Company"],
        "how_to_join": "Ring the broker",
        "broker": "Timebank broker",
        "hub": "The Pavilion",
        "time_credits": True,
    },
    "mutual_aid": {
        "scale": "village",
        "help_given": ["Shopping", "Dog walking"],
        "how_to_ask": "Ring the village phone",
        "how_to_offer": "Put a leaflet through number 1",
        "balance": "more_offers",
    },
    "drop_in": {
        "host": "The Legion",
        "refreshments": "Tea and cake",
        "booking": "not_needed",
        "professionals": [{"who": "Nurse", "when": "First Monday"}],
        "capacity": 30,
    },
    "micro_enterprise": {
        "services": ["Sitting service"],
        "price_hour_from": "18.50",
        "price_hour_to": "24.00",
        "hours_free_week": 6,
        "direct_payments": True,
        "insured": True,
        "dbs_month": "2026-03",
        "personal_care": True,
        "cqc_registration": "1-000000000",
        "trusted_list": "County list",
    },
    "transport": {
        "scheme": "community_car",
        "pick_up": "Your door",
        "destinations": ["Addenbrooke's"],
        "who_may_ride": "Anyone without a car",
        "booking": {"booking_type": 2, "prior_notice_last_day": 2, "prior_notice_last_time": "16:00"},
        "fare_type": "per_mile",
        "fare_amount": "0.45",
        "wheelchair_access": False,
        "door_help": True,
    },
}


def facts(kind: str, **changes: Any) -> dict[str, Any]:
    """The facts of a first-class kind, with changes."""
    return {"kind": kind} | FACTS[kind] | changes


def draft(**given: Any) -> EntryDraft:
    """A group that meets in Soham, unless told otherwise; `at` is (lon, lat) of its place, which has no name:
    a name and a town would make it the same place for all."""
    at = given.pop("at", SOHAM)
    plain: dict[str, Any] = {"kind": "group", "name": "Soham Singers", "delivery": ["in_person"]}
    if at is not None and "place" not in given:
        plain["place"] = {"town": "Soham", "lon": at[0], "lat": at[1]}
    return EntryDraft.model_validate(plain | given)


def add(session: Session, **given: Any) -> Saved:
    """Save such an entry."""
    return save_entry(session, ToSave(draft(**given)), by="Test", why="A test needs it")


def change(session: Session, saved: Saved, **given: Any) -> Saved:
    """Save such an entry over one that was saved before."""
    item = ToSave(draft(**given), entry_id=saved.entry_id)
    return save_entry(session, item, by="Test", why="A test changes it")


def square(lon: float, lat: float, *, size: float = 0.1) -> dict[str, Any]:
    """A GeoJSON square of `size` degrees round a point."""
    half = size / 2
    west, east, south, north = lon - half, lon + half, lat - half, lat + half
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def add_areas(
    session: Session, folder: Path, shapes: dict[str, dict[str, Any]], *, type_: str = "ward"
) -> AreasReport:
    """Load areas through a GeoJSON file in `folder`: code → geometry; an area is named after its code."""
    features = [
        {"type": "Feature", "properties": {"code": code, "name": f"Area {code}"}, "geometry": geometry}
        for code, geometry in shapes.items()
    ]
    path = folder / f"{type_}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return load_areas(session, path, type_=type_)


def add_towns(session: Session, folder: Path) -> None:
    """SOHAM and ELY, and a DISTRICT in which the first of them lies."""
    add_areas(session, folder, {"DISTRICT": square(*SOHAM, size=0.06)}, type_="district")
    add_areas(session, folder, {"SOHAM": square(*SOHAM, size=0.04), "ELY": square(*ELY, size=0.04)})
