"""A view of the map: whatever the box, the zoom and the filters, every entry in it is counted once."""

import gzip
from random import Random
from typing import Any, NamedTuple

import psycopg
import pytest
from fastapi.testclient import TestClient

from geo.gazetteer import fold_name
from tests.api.map.conftest import HALL, IN_ONE_HALL
from tests.conftest import Directory

VIEWS = 500
PANS = 120
MOST_GZIP_BYTES = 60_000
KINDS = ("group", "venue", "drop_in", "food", "transport")
FILTERS: tuple[dict[str, Any], ...] = (
    {"need": "loneliness"},
    {"cost": ["free", "donation"]},
    {"access": "step_free", "kind": "venue"},
    {"day": "wed"},
    {"at": "2026-11-25T10:30"},
    {"near": "Soham", "radius_km": "20"},
    {"near": "Ely", "serves": "any"},
    {"delivery": "in_person", "audience": "carers"},
)
Box = tuple[float, float, float, float]


class Pin(NamedTuple):
    id: str
    kind: str
    lon: float
    lat: float


@pytest.fixture(scope="module")
def pins(crowded: Directory) -> list[Pin]:
    """Every public point, read as plainly as can be."""
    with psycopg.connect(crowded.url) as connection:
        rows = connection.execute(
            "SELECT id::text, kind, lon, lat FROM face.entries WHERE lon IS NOT NULL AND state <> 'closed'"
        ).fetchall()
    return [Pin(*row) for row in rows]


def draw_box(random: Random, pins: list[Pin]) -> Box:
    """Round a pin, of any size from a street to the country; a third end exactly at pins."""
    if random.random() < 0.3:
        one, other = random.choice(pins), random.choice(pins)
        return (
            min(one.lon, other.lon), min(one.lat, other.lat),
            max(one.lon, other.lon), max(one.lat, other.lat),
        )  # fmt: skip
    wide = 10 ** random.uniform(-3.5, 1)
    high = wide * random.uniform(0.3, 1)
    pin = random.choice(pins)
    west, south = pin.lon - wide * random.random(), pin.lat - high * random.random()
    digits = random.choice((3, 5, 9))
    return tuple(round(side, digits) for side in (west, south, west + wide, south + high))  # type: ignore[return-value]


def look(client: TestClient, box: Box, zoom: int, **filters: Any) -> dict[str, Any]:
    params = {"bbox": ",".join(repr(side) for side in box), "zoom": zoom} | filters
    reply = client.get("/api/v1/map", params=params)
    assert reply.status_code == 200, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


def inside(box: Box, pins: list[Pin]) -> list[Pin]:
    west, south, east, north = box
    return [pin for pin in pins if west <= pin.lon <= east and south <= pin.lat <= north]


def test_counts_add_up_in_any_view(crowd: TestClient, pins: list[Pin]) -> None:
    random = Random(20261121)
    shapes = set()
    for number in range(VIEWS):
        box, zoom = draw_box(random, pins), random.randrange(23)
        kinds = random.sample(KINDS, 2) if number % 3 == 0 else []
        held = [pin for pin in inside(box, pins) if not kinds or pin.kind in kinds]
        shown = look(crowd, box, zoom, **({"kind": kinds} if kinds else {}))
        counted = sum(one["count"] for one in shown["clusters"] + shown["points"])
        assert shown["total"] == counted == len(held), (box, zoom, kinds)
        assert shown["without_pin"] == 0
        shapes.add((bool(shown["clusters"]), bool(shown["points"])))
    # Clusters alone, points alone, both together, and nothing: all were seen.
    assert len(shapes) == 4


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_counts_add_up_with_filters_and_are_those_of_the_list(
    crowd: TestClient, pins: list[Pin], filters: dict[str, Any]
) -> None:
    random = Random(str(filters))
    for _ in range(6):
        box, zoom = draw_box(random, pins), random.randrange(4, 20)
        shown = look(crowd, box, zoom, **filters)
        bbox = ",".join(repr(side) for side in box)
        listed = crowd.get("/api/v1/entries", params={"bbox": bbox, "per_page": 1} | filters).json()
        counted = sum(one["count"] for one in shown["clusters"] + shown["points"])
        assert shown["total"] == counted == listed["total"], (box, zoom)


def represents(shown: dict[str, Any], pin: Pin) -> bool:
    """Whether a point stands where the pin is, or a cluster reaches over it."""
    if any(point["lon"] == pin.lon and point["lat"] == pin.lat for point in shown["points"]):
        return True
    return any(
        west <= pin.lon <= east and south <= pin.lat <= north
        for west, south, east, north in (cluster["bbox"] for cluster in shown["clusters"])
    )


def test_half_a_screen_further_every_entry_still_in_view_is_there(crowd: TestClient, pins: list[Pin]) -> None:
    random = Random(7)
    seen = 0
    for number in range(PANS):
        zoom = random.randrange(5, 18)
        wide = 900 * 360 / (256 << zoom)
        high = wide * 0.45
        pin = random.choice(pins)
        west, south = pin.lon - wide * random.random(), pin.lat - high * random.random()
        across, up = ((wide / 2, 0), (0, high / 2), (wide / 2, high / 2))[number % 3]
        before = look(crowd, (west, south, west + wide, south + high), zoom)
        after = look(crowd, (west + across, south + up, west + across + wide, south + up + high), zoom)
        kept = inside((west + across, south + up, west + wide, south + high), pins)
        assert all(represents(before, one) and represents(after, one) for one in kept)
        seen += len(kept)
    assert seen > PANS


def test_everywhere_is_every_pin_and_those_without_one(
    crowd: TestClient, crowded: Directory, pins: list[Pin]
) -> None:
    with psycopg.connect(crowded.url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM face.entries WHERE lon IS NULL AND state <> 'closed'"
        ).fetchone()
    for zoom in (0, 7, 15, 22):
        shown = crowd.get("/api/v1/map", params={"zoom": zoom}).json()
        assert shown["total"] == len(pins)
        assert shown["total"] == sum(one["count"] for one in shown["clusters"] + shown["points"])
        assert (shown["without_pin"],) == row
    transport = crowd.get("/api/v1/map", params={"kind": "transport"}).json()
    listed = crowd.get("/api/v1/entries", params={"kind": "transport", "per_page": 1}).json()
    assert transport["total"] + transport["without_pin"] == listed["total"]


def test_forty_in_one_hall_are_one_point_that_says_so(crowd: TestClient) -> None:
    lon, lat = HALL
    shown = look(crowd, (lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4), 19)
    (point,) = [one for one in shown["points"] if one["count"] >= IN_ONE_HALL]
    assert (point["lon"], point["lat"]) == HALL
    assert 10 <= len(point["entries"]) < point["count"]
    names = [entry["name"] for entry in point["entries"]]
    assert names == sorted(names, key=fold_name)
    assert all(entry["id"] and entry["slug"] and entry["kind"] for entry in point["entries"])


def test_near_by_single_pins_are_shown_and_from_afar_clusters(crowd: TestClient, pins: list[Pin]) -> None:
    far = look(crowd, (-1.5, 51.5, 1.7, 53.3), 8)
    assert len(far["clusters"]) > 5
    pin = pins[0]
    near = look(crowd, (pin.lon - 0.002, pin.lat - 0.001, pin.lon + 0.002, pin.lat + 0.001), 17)
    assert near["clusters"] == []
    assert (pin.lon, pin.lat) in {(point["lon"], point["lat"]) for point in near["points"]}


@pytest.mark.parametrize("zoom", [0, 6, 9, 12, 15, 22])
@pytest.mark.parametrize("box", ["-180,-90,180,90", "-1.5,51.5,1.7,53.3", "0.1,52.1,0.5,52.5"])
def test_a_view_stays_small_whatever_is_asked(crowd: TestClient, box: str, zoom: int) -> None:
    reply = crowd.get("/api/v1/map", params={"bbox": box, "zoom": zoom})
    assert len(gzip.compress(reply.content, 1)) < MOST_GZIP_BYTES


def test_a_cluster_s_own_box_is_where_its_entries_are(crowd: TestClient, pins: list[Pin]) -> None:
    box = (-0.6, 52.0, 0.8, 52.8)
    for cluster in look(crowd, box, 9)["clusters"]:
        held = inside(tuple(cluster["bbox"]), pins)
        assert len(held) >= cluster["count"]
        west, south, east, north = cluster["bbox"]
        assert west <= cluster["lon"] <= east
        assert south <= cluster["lat"] <= north
        assert {west, east} <= {pin.lon for pin in held}
