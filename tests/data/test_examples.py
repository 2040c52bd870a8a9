"""The example data is whole and honest: every document valid, every code known, nothing real given away."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from api.entries.schemas import EntryDraft
from api.entries.vocabulary import KINDS
from tests.yaml_files import read_yaml

DATA = Path(__file__).resolve().parents[2] / "data"
EXAMPLES = DATA / "examples"
# The day the examples are written for: checks are fresh, due or stale as seen from here.
WRITTEN_ON = date(2026, 11, 21)
DISTRICTS = (
    "cambridge-city",
    "east-cambridgeshire",
    "fenland",
    "huntingdonshire",
    "south-cambridgeshire",
    "peterborough",
)
COUNTY = "cambridgeshire-peterborough"
DRAMA_PHONE = re.compile(r"01632 960\d{3}|07700 900\d{3}|0808 157 0\d{3}|020 7946 0\d{3}")
LOOKS_LIKE_PHONE = re.compile(r"(?<!\d)(?:\+44|0)\d[\d ()-]{8,}\d")
EXAMPLE_HOST = re.compile(r"(?:[a-z0-9-]+\.)*example\.(?:org|com)")
# A point in the middle of the village or quarter each patch is named after: code lon,lat.
VILLAGES = """
    soham-and-villages 0.3374,52.3342 soham-town 0.3345,52.3323 ely 0.2629,52.3979
    littleport 0.3059,52.4566 sutton-and-haddenham 0.1497,52.3612 burwell-and-swaffhams 0.327,52.275
    bottisham 0.2577,52.222 march 0.0876,52.5513 wisbech 0.1608,52.6646 chatteris 0.0535,52.4557
    whittlesey -0.1299,52.5575 doddington-and-manea 0.1773,52.4839 st-ives -0.074,52.3236
    huntingdon -0.1839,52.3312 st-neots -0.2693,52.2287 ramsey -0.1081,52.4493 yaxley -0.2533,52.5169
    sawston 0.1682,52.1231 linton 0.2761,52.0982 cambourne -0.066,52.2188
    histon-and-impington 0.1047,52.2532 melbourn-and-meldreth 0.0175,52.0845
    cottenham-and-willingham 0.126,52.2886 swavesey-and-over 0.0,52.3019
    arbury-and-kings-hedges 0.1283,52.2246 abbey 0.1634,52.2112 cherry-hinton 0.173,52.1857
    orton -0.2865,52.5541 werrington -0.2752,52.6127 central-peterborough -0.2426,52.5729
"""


def load_entries() -> list[dict[str, Any]]:
    files = sorted((EXAMPLES / "entries").glob("*.yaml"))
    return [doc for file in files for doc in read_yaml(file)]


def load_areas() -> dict[str, BaseGeometry]:
    features = json.loads((EXAMPLES / "areas.geojson").read_text("utf-8"))["features"]
    return {feature["properties"]["code"]: shape(feature["geometry"]) for feature in features}


def load_taxonomy(kind: str) -> set[str]:
    return {term["code"] for term in read_yaml(DATA / "taxonomy.yaml")[kind]}


RAW = load_entries()
DRAFTS = [EntryDraft.model_validate(doc) for doc in RAW]
AREAS = load_areas()
CONNECTORS: list[dict[str, Any]] = read_yaml(EXAMPLES / "connectors.yaml")


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from strings_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings_in(part)
    elif isinstance(value, str):
        yield value


def place_point(draft: EntryDraft) -> Point | None:
    place = draft.place
    if place is None or place.lon is None or place.lat is None:
        return None
    return Point(place.lon, place.lat)


def coverage_point(draft: EntryDraft) -> Point | None:
    for part in draft.coverage:
        if part.how == "area" and part.area is not None and part.area != COUNTY:
            return AREAS[part.area].representative_point()
        if part.how == "shape" and part.shape is not None:
            return shape(part.shape).representative_point()
        if part.how == "radius" and part.lon is not None and part.lat is not None:
            return Point(part.lon, part.lat)
    return None


def find_district(draft: EntryDraft) -> str | None:
    point = place_point(draft) or coverage_point(draft)
    if point is None:
        return None
    return next((code for code in DISTRICTS if AREAS[code].contains(point)), None)


def occurrences(rule: str, starts_on: date) -> Any:
    return rrulestr(rule, dtstart=datetime.combine(starts_on, time()))


def test_slugs_are_given_and_unique() -> None:
    slugs = [draft.slug for draft in DRAFTS]
    assert None not in slugs
    assert [slug for slug, count in Counter(slugs).items() if count > 1] == []


def test_files_are_named_by_kind() -> None:
    for file in (EXAMPLES / "entries").glob("*.yaml"):
        assert {doc["kind"] for doc in read_yaml(file)} == {file.stem}


def test_there_is_enough_of_every_kind() -> None:
    counts = Counter(draft.kind for draft in DRAFTS)
    assert len(DRAFTS) >= 150
    for kind in KINDS:
        assert counts[kind.code] >= (18 if kind.first_class else 12), kind.code


def test_there_is_enough_in_every_district() -> None:
    counts = Counter(find_district(draft) for draft in DRAFTS)
    assert {code: counts[code] for code in DISTRICTS if counts[code] < 18} == {}


def test_first_class_kinds_carry_their_facts() -> None:
    first_class = {kind.code for kind in KINDS if kind.first_class}
    for draft in DRAFTS:
        assert (draft.facts is not None) == (draft.kind in first_class), draft.slug
        if draft.facts is not None:
            assert len(draft.facts.model_fields_set) >= 4, draft.slug


def test_terms_are_in_the_taxonomy() -> None:
    needs, audiences = load_taxonomy("needs"), load_taxonomy("audiences")
    for draft in DRAFTS:
        assert set() < set(draft.needs) <= needs, draft.slug
        assert set(draft.audiences) <= audiences, draft.slug
    assert {need for draft in DRAFTS for need in draft.needs} == needs


def test_links_lead_to_entries() -> None:
    slugs = {draft.slug for draft in DRAFTS}
    for draft in DRAFTS:
        for link in draft.links:
            assert link.to in slugs - {draft.slug}, (draft.slug, link.to)


def test_sessions_start_on_a_day_their_rule_names() -> None:
    for draft in DRAFTS:
        for session in draft.sessions:
            assert date(2024, 1, 1) <= session.starts_on < date(2027, 1, 1), draft.slug
            if session.rrule is None:
                continue
            first = occurrences(session.rrule, session.starts_on)[0].date()
            assert first == session.starts_on, (draft.slug, session.rrule)


def test_exceptions_fall_on_days_the_session_would_be() -> None:
    for draft in DRAFTS:
        for session in draft.sessions:
            for day in session.not_on:
                moment = datetime.combine(day, time())
                rule = occurrences(str(session.rrule), session.starts_on)
                assert rule.between(moment, moment, inc=True), (draft.slug, day)


def test_sessions_end_after_they_begin() -> None:
    for draft in DRAFTS:
        for session in draft.sessions:
            assert session.ends_at is None or session.starts_at is not None, draft.slug
            if session.starts_at and session.ends_at:
                assert session.starts_at < session.ends_at, draft.slug


RULE_PARTS = ("FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=DAILY", "INTERVAL=2", "UNTIL", "COUNT")


@pytest.mark.parametrize("part", RULE_PARTS)
def test_every_shape_of_rule_is_shown(part: str) -> None:
    assert any(part in (session.rrule or "") for draft in DRAFTS for session in draft.sessions)


def test_some_hours_are_unknown_and_some_happen_once() -> None:
    sessions = [session for draft in DRAFTS for session in draft.sessions]
    assert any(session.starts_at is None for session in sessions)
    assert any(session.rrule is None for session in sessions)


def test_phones_are_drama_numbers() -> None:
    for item in (*RAW, *CONNECTORS):
        for contact in item.get("contacts", []):
            assert contact["kind"] != "phone" or DRAMA_PHONE.fullmatch(contact["value"]), contact
        for text in strings_in(item):
            for found in LOOKS_LIKE_PHONE.findall(text):
                assert DRAMA_PHONE.fullmatch(found), (item["slug"], found)


def test_addresses_on_the_net_are_example_ones() -> None:
    for item in (*RAW, *CONNECTORS):
        for text in strings_in(item):
            for host in re.findall(r"https?://([^/\s]+)", text) + re.findall(r"\S@([\w.-]+)", text):
                assert EXAMPLE_HOST.fullmatch(host), (item["slug"], host)


def test_areas_are_valid_and_hand_sized() -> None:
    features = json.loads((EXAMPLES / "areas.geojson").read_text("utf-8"))["features"]
    assert len(features) == len(AREAS)
    for feature in features:
        assert feature["properties"]["type"] in {"county", "district", "patch"}
        assert feature["properties"]["name"]
    for code, polygon in AREAS.items():
        assert polygon.is_valid, code
        assert polygon.geom_type in {"Polygon", "MultiPolygon"}, code
        assert AREAS[COUNTY].buffer(0.0005).contains(polygon), code


def test_district_patches_share_edges_and_fill_the_county() -> None:
    for one, other in combinations(DISTRICTS, 2):
        assert AREAS[one].intersection(AREAS[other]).area < 1e-9, (one, other)
    filled = sum(AREAS[code].area for code in DISTRICTS)
    assert filled == pytest.approx(AREAS[COUNTY].area, rel=1e-6)


def test_patches_hold_their_village() -> None:
    words = VILLAGES.split()
    for code, point in zip(words[::2], words[1::2], strict=True):
        assert AREAS[code].contains(Point([float(number) for number in point.split(",")])), code


def test_every_place_is_in_one_district() -> None:
    for draft in DRAFTS:
        point = place_point(draft)
        if point is not None:
            assert sum(AREAS[code].contains(point) for code in DISTRICTS) == 1, draft.slug


def test_coverage_names_areas_that_exist_and_shapes_that_are_valid() -> None:
    for draft in DRAFTS:
        for part in draft.coverage:
            if part.how == "area":
                assert part.area in AREAS, draft.slug
            if part.how == "shape":
                drawn = shape(part.shape)
                assert drawn.is_valid, draft.slug
                assert AREAS[COUNTY].contains(drawn), draft.slug
            if part.how == "radius" and part.lon is None:
                assert draft.place is not None, draft.slug


def test_connectors_have_patches_and_help_with_known_needs() -> None:
    needs = load_taxonomy("needs")
    assert len(CONNECTORS) >= 25
    assert len({connector["slug"] for connector in CONNECTORS}) == len(CONNECTORS)
    for connector in CONNECTORS:
        assert set() < set(connector["areas"]) <= set(AREAS), connector["slug"]
        assert set() < set(connector["helps_with"]) <= needs, connector["slug"]


def test_one_hall_hosts_nine_things_and_two_more_are_shared() -> None:
    places = [draft.place for draft in DRAFTS if draft.place and draft.place.name]
    hosts = Counter((place.name, place.postcode, place.lon, place.lat) for place in places)
    most = [count for _, count in hosts.most_common(3)]
    assert most[0] >= 9
    assert most[2] >= 3
    # One name and postcode is one place: it may not be drawn at two points.
    assert len({(name, postcode) for name, postcode, _, _ in hosts}) == len(hosts)


def test_longitude_zero_is_a_real_place() -> None:
    assert [draft.slug for draft in DRAFTS if draft.place and draft.place.lon == 0.0]


def test_some_places_wait_to_be_looked_up() -> None:
    bare = [draft.place for draft in DRAFTS if draft.place and draft.place.lon is None]
    assert sum(place.postcode is not None for place in bare) >= 15
    assert sum(place.postcode is None and place.town is not None for place in bare) >= 3


def test_homes_are_not_pinned() -> None:
    for draft in DRAFTS:
        if draft.kind == "micro_enterprise":
            assert draft.privacy == "area", draft.slug
            assert "home_visit" in draft.delivery, draft.slug
            assert draft.place is None or draft.place.precision not in {"exact", "postcode"}, draft.slug
            assert draft.place is None or not (draft.place.address or draft.place.postcode), draft.slug
        if draft.privacy == "hidden":
            assert "phone" in draft.delivery, draft.slug
        if draft.everywhere:
            assert (draft.place, draft.coverage) == (None, []), draft.slug
    assert {draft.privacy for draft in DRAFTS} == {"exact", "street", "area", "hidden"}


def test_checks_are_of_every_age_and_by_roles() -> None:
    newest = [max((check.on for check in draft.checks), default=None) for draft in DRAFTS]
    assert any(on is None for on in newest)
    dates = [on for on in newest if on is not None]
    assert max(dates) <= WRITTEN_ON
    assert any((WRITTEN_ON - on).days < 60 for on in dates)
    assert any(370 < (WRITTEN_ON - on).days < 540 for on in dates)
    assert any((WRITTEN_ON - on).days > 560 for on in dates)


def test_states_and_private_contacts_are_shown() -> None:
    states = Counter(draft.state for draft in DRAFTS)
    assert states["closed"] == 1
    assert states["paused"] >= 3
    assert all(draft.state_note for draft in DRAFTS if draft.state != "running")
    assert any(not contact.public for draft in DRAFTS for contact in draft.contacts)


def test_words_are_short_enough_and_long_enough() -> None:
    for draft in DRAFTS:
        assert 0 < len(draft.summary or "") <= 160, draft.slug
        sentences = re.split(r"(?<=[.?!])\s+", draft.description or "")
        assert 2 <= len(sentences) <= 5, (draft.slug, len(sentences))


def test_soham_has_company_of_several_kinds() -> None:
    soham = AREAS["soham-and-villages"]
    kinds = Counter[str]()
    for draft in DRAFTS:
        point = place_point(draft)
        named = any(part.area == "soham-and-villages" for part in draft.coverage)
        if "loneliness" in draft.needs and (named or (point is not None and soham.contains(point))):
            kinds[draft.kind] += 1
    assert kinds.total() >= 8
    assert len(kinds) >= 4
