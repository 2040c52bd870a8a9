"""Privacy as one table: privacy level × public output × what may appear there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import dist
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from shapely.geometry import shape
from sqlalchemy import text

from api.reminders.letters import asking
from api.search.queries.index import documents_of
from api.tickets.service import make_ticket
from geo.crs import to_osgb, to_wgs84
from geo.privacy import AREA_GRID_M, STREET_GRID_M, snap_to_grid
from tests.conftest import Directory
from tests.factories import add, change
from tests.people import sign_in

LEVELS = ("exact", "street", "area", "hidden")
# Near Soham, one home a level, each 40 m or more from the middle of its 100 m square.
HOMES = {
    "exact": (0.330123, 52.331234),
    "street": (0.336977, 52.333713),
    "area": (0.341357, 52.335791),
    "hidden": (0.345678, 52.338642),
}
UNITS = {"exact": "A", "street": "B", "area": "D", "hidden": "E"}


@dataclass(frozen=True)
class Home:
    """One entry run from a home. Every marker is a word that stands nowhere else."""

    level: str
    slug: str
    name: str
    markers: dict[str, tuple[str, ...]]


def home(level: str) -> Home:
    lon, lat = HOMES[level]
    unit = f"5Z{UNITS[level]}"
    return Home(
        level,
        f"home-{level}",
        f"Home help {level}",
        {
            "address": (f"zebedee{level}",),
            "place": (f"quagmire{level}",),
            "postcode": (f"CB7 {unit}", f"CB7{unit}", unit.lower()),
            "point": (f"{lon:.5f}", f"{lat:.5f}"),
            "town": (f"trumbleford{level}",),
            "internal": (f"01632 96099{UNITS[level]}", f"zebra{level}@quagga.invalid"),
        },
    )


# What of a home may be seen anywhere in public, by level. Nothing internal, ever.
MAY_APPEAR = {
    "exact": {"address", "place", "postcode", "point", "town"},
    "street": {"town"},
    "area": {"town"},
    "hidden": set(),
}
# Where what may be seen is in fact shown, so that an output that shows nothing at all does not pass.
SHOWN_IN = {
    "entry": {"address", "place", "postcode", "point", "town"},
    "face row": {"address", "place", "postcode", "point", "town"},
    "list": {"point", "town", "place"},
    "map": {"point"},
    "page": {"address", "place", "postcode", "town"},
}


def save_home(session: Any, level: str, **given: Any) -> None:
    here = home(level)
    lon, lat = HOMES[level]
    place = {
        "name": here.markers["place"][0],
        "address": [f"7 {here.markers['address'][0]} Row"],
        "town": here.markers["town"][0],
        "postcode": here.markers["postcode"][0],
        "lon": lon,
        "lat": lat,
    }
    contacts = [
        {"kind": "phone", "value": "01632 960100"},
        {"kind": "phone", "value": here.markers["internal"][0], "public": False, "label": "Home"},
        {"kind": "email", "value": here.markers["internal"][1], "public": False},
    ]
    plain = {"slug": here.slug, "name": here.name, "place": place, "contacts": contacts, "privacy": level}
    add(session, **plain | given)


@pytest.fixture(scope="module")
def homes(shared_scratch: Directory) -> Directory:
    with shared_scratch.write() as session:
        for level in LEVELS:
            save_home(session, level)
            # The same home with a round served from it: a circle must not give its middle away.
            save_home(
                session,
                level,
                slug=f"round-{level}",
                name=f"Rounds {level}",
                coverage=[{"how": "radius", "radius_m": 3000}],
            )
            lon, lat = HOMES[level]
            save_home(
                session,
                level,
                slug=f"centred-{level}",
                name=f"Centred {level}",
                coverage=[{"how": "radius", "radius_m": 3000, "lon": lon, "lat": lat}],
            )
    return shared_scratch


@pytest.fixture(scope="module")
def visitor(homes: Directory) -> Iterator[TestClient]:
    with homes.client() as client:
        yield client


def read(visitor: TestClient, path: str, **params: Any) -> str:
    reply = visitor.get(path, params=params)
    assert reply.status_code == 200, reply.text
    return reply.text


def face_row(homes: Directory, table: str, where: str) -> str:
    with homes.engine() as engine, engine.connect() as connection:
        rows = connection.execute(text(f"SELECT f::text FROM face.{table} f WHERE {where}"))
        return "\n".join(rows.scalars())


def index_document(homes: Directory, here: Home) -> str:
    with homes.write() as session:
        ids = session.scalars(
            text("SELECT id::text FROM directory.entry WHERE slug = :slug"), {"slug": here.slug}
        )
        return str(documents_of(session, list(ids)))


def entry_id_of(homes: Directory, here: Home) -> UUID:
    with homes.write() as session:
        found = session.scalar(text("SELECT id FROM directory.entry WHERE slug = :slug"), {"slug": here.slug})
    assert isinstance(found, UUID)
    return found


def reminder(homes: Directory, here: Home) -> str:
    """All of the letter but its own address: that is the one private thing it is sent to."""
    settings = homes.settings(public_url="https://here.example")
    letter = asking(
        settings, to="x@example.org", name=here.name, step=1,
        entry_url=f"https://here.example/entries/{here.slug}", answer_url="https://here.example/still-right/x",
    )  # fmt: skip
    return letter.as_text() + letter.as_html() + letter.subject


def still_right_address(homes: Directory, here: Home) -> str:
    with homes.write() as session:
        token = make_ticket(
            session, "still_right", lasts=timedelta(days=1), now=datetime.now(UTC),
            entry_id=entry_id_of(homes, here),
        )  # fmt: skip
    return f"/still-right/{token}"


def seen_by_a_curator_elsewhere(visitor: TestClient, homes: Directory, here: Home) -> str:
    """Every page about one entry, asked for by somebody whose areas are others: refused without a word."""
    entry_id = entry_id_of(homes, here)
    with homes.write() as session:
        session.execute(text(_ELSEWHERE))
    sign_in(visitor, homes, "curator", area="ELSEWHERE")
    pages = [
        f"/curate/entries/{entry_id}",
        f"/curate/entries/{entry_id}/history",
        f"/curate/checks/{entry_id}",
    ]
    replies = [visitor.get(page) for page in pages]
    visitor.cookies.clear()
    assert {reply.status_code for reply in replies} <= {403, 404}
    return "\n".join(reply.text for reply in replies)


_ELSEWHERE = """
INSERT INTO directory.area (code, slug, name, type) VALUES ('ELSEWHERE', 'elsewhere', 'Elsewhere', 'patch')
ON CONFLICT DO NOTHING
"""
Output = Callable[[TestClient, Directory, Home], str]
OUTPUTS: dict[str, Output] = {
    "list": lambda visitor, _, here: read(visitor, "/api/v1/entries", q=here.name),
    "list of all": lambda visitor, _, __: read(visitor, "/api/v1/entries", per_page=100),
    "list near": lambda visitor, _, __: read(visitor, "/api/v1/entries", near="52.3336,0.3369"),
    "entry": lambda visitor, _, here: read(visitor, f"/api/v1/entries/{here.slug}"),
    "entry with a round": lambda visitor, _, here: read(visitor, f"/api/v1/entries/round-{here.level}"),
    "entry with a centre": lambda visitor, _, here: read(visitor, f"/api/v1/entries/centred-{here.level}"),
    "map": lambda visitor, _, __: read(visitor, "/api/v1/map", zoom=18),
    "map from afar": lambda visitor, _, __: read(visitor, "/api/v1/map", zoom=4),
    "places": lambda visitor, _, here: read(visitor, "/api/v1/places", q="Trumbleford"),
    "connectors": lambda visitor, _, __: read(visitor, "/api/v1/connectors"),
    "areas": lambda visitor, _, __: read(visitor, "/api/v1/areas"),
    "face row": lambda _, homes, here: face_row(homes, "entries", f"slug = '{here.slug}'"),
    "face words": lambda _, homes, __: face_row(homes, "words", "true"),
    "page": lambda visitor, _, here: read(visitor, f"/entries/{here.slug}"),
    "search page": lambda visitor, _, here: read(visitor, "/search", q=here.name),
    "features": lambda visitor, _, __: read(visitor, "/api/v1/map.geojson", limit=500),
    "tile": lambda visitor, _, __: visitor.get("/tiles/12/2051/1346.mvt").content.decode("latin-1"),
    "embed": lambda visitor, _, here: read(visitor, "/embed/view", q=here.name),
    "oembed": lambda visitor, _, here: read(
        visitor, "/oembed", url=f"http://testserver/entries/{here.slug}", format="json"
    ),
    "form of a change": lambda visitor, _, here: read(visitor, f"/entries/{here.slug}/suggest"),
    "form of a report": lambda visitor, _, here: read(visitor, f"/entries/{here.slug}/report"),
    "claim": lambda visitor, _, here: read(visitor, f"/claim/{here.slug}"),
    "likely twins": lambda visitor, _, here: read(visitor, "/add/likely", name=here.name, town="Soham"),
    "index document": lambda _, homes, here: index_document(homes, here),
    "reminder": lambda _, homes, here: reminder(homes, here),
    "still right?": lambda visitor, homes, here: read(visitor, still_right_address(homes, here)),
    "desk elsewhere": lambda visitor, homes, here: seen_by_a_curator_elsewhere(visitor, homes, here),
}


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("level", LEVELS)
def test_what_may_appear(visitor: TestClient, homes: Directory, level: str, output: str) -> None:
    here = home(level)
    seen = OUTPUTS[output](visitor, homes, here).lower()
    for what, words in here.markers.items():
        found = [word for word in words if word.lower() in seen]
        if what not in MAY_APPEAR[level]:
            assert not found, f"{output} shows the {what} of a home whose privacy is {level}"
        elif what in SHOWN_IN.get(output, set()):
            assert found, f"{output} leaves out the {what}, which may be shown"


def slugs_for(visitor: TestClient, q: str) -> set[str]:
    reply = visitor.get("/api/v1/entries", params={"q": q, "per_page": 100})
    assert reply.status_code == 200, reply.text
    return {item["slug"] for item in reply.json()["items"]}


@pytest.mark.parametrize("what", ["address", "place", "internal"])
@pytest.mark.parametrize("level", ["street", "area", "hidden"])
def test_private_words_find_nothing(visitor: TestClient, level: str, what: str) -> None:
    here = home(level)
    for word in here.markers[what]:
        assert here.slug not in slugs_for(visitor, word)


@pytest.mark.parametrize("level", ["street", "area", "hidden"])
def test_a_private_postcode_finds_what_any_postcode_there_finds(visitor: TestClient, level: str) -> None:
    """Words that are a postcode are read as a place: the home's own tells no more than its neighbour's."""
    assert slugs_for(visitor, f"CB7 5Z{UNITS[level]}") == slugs_for(visitor, "CB7 5ZX")


@pytest.mark.parametrize("level", LEVELS)
def test_the_town_finds_all_but_the_hidden(visitor: TestClient, level: str) -> None:
    here = home(level)
    reply = visitor.get("/api/v1/entries", params={"q": here.markers["town"][0]}).json()
    assert (here.slug in {item["slug"] for item in reply["items"]}) is (level != "hidden")


def public_point(level: str) -> tuple[float, float] | None:
    """(lon, lat) the public may see, worked out by `geo.privacy` and not by the database."""
    if level == "exact":
        return HOMES[level]
    if level == "street":
        return to_wgs84(*snap_to_grid(*to_osgb(*HOMES[level]), STREET_GRID_M))
    return None


def slugs_in_box(visitor: TestClient, at: tuple[float, float], half: float) -> set[str]:
    lon, lat = at
    box = f"{lon - half},{lat - half},{lon + half},{lat + half}"
    reply = visitor.get("/api/v1/entries", params={"bbox": box, "per_page": 100}).json()
    return {item["slug"] for item in reply["items"]}


@pytest.mark.parametrize("level", LEVELS)
def test_a_box_finds_the_public_point_and_never_the_home(visitor: TestClient, level: str) -> None:
    slug, shown = f"home-{level}", public_point(level)
    assert (slug in slugs_in_box(visitor, HOMES[level], 0.0001)) is (level == "exact")
    assert (slug in slugs_in_box(visitor, HOMES[level], 2)) is (shown is not None)
    if shown is not None:
        assert slug in slugs_in_box(visitor, shown, 0.00002)


@pytest.mark.parametrize("level", LEVELS)
def test_a_distance_is_to_the_public_point(visitor: TestClient, level: str) -> None:
    lon, lat = HOMES[level]
    reply = visitor.get("/api/v1/entries", params={"near": f"{lat},{lon}", "per_page": 100}).json()
    item = next(item for item in reply["items"] if item["slug"] == f"home-{level}")
    shown = public_point(level)
    if shown is None:
        assert item["distance_m"] is None
        assert item["point"] is None
    else:
        assert item["distance_m"] == pytest.approx(dist(to_osgb(*shown), to_osgb(lon, lat)), abs=4)
    if level == "street":
        assert item["distance_m"] > 30


@pytest.mark.parametrize("which", ["round", "centred"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_circle_gives_no_home_away(visitor: TestClient, level: str, which: str) -> None:
    """Its middle is the middle of the square the home lies in, so every home of that square has the same."""
    entry = visitor.get(f"/api/v1/entries/{which}-{level}").json()
    outline = shape(entry["coverage"]["geojson"])
    middle = to_osgb(outline.centroid.x, outline.centroid.y)
    home_at = to_osgb(*HOMES[level])
    if level == "exact":
        assert dist(middle, home_at) < 15
        return
    square = snap_to_grid(*home_at, STREET_GRID_M if level == "street" else AREA_GRID_M)
    assert dist(middle, square) < 15
    # It still covers all that was promised: 3 km round the home.
    for east, north in ((2990, 0), (-2990, 0), (0, 2990), (0, -2990)):
        lon, lat = to_wgs84(home_at[0] + east, home_at[1] + north)
        assert outline.buffer(0.0002).covers(shape({"type": "Point", "coordinates": [lon, lat]}))


@pytest.mark.parametrize("level", ["street", "area", "hidden"])
def test_two_homes_of_one_square_cannot_be_told_apart(scratch: Directory, level: str) -> None:
    easting, northing = 559_412.0, 273_131.0
    with scratch.write() as session:
        for number, (dx, dy) in enumerate([(0, 0), (61, 44)]):
            lon, lat = to_wgs84(easting + dx, northing + dy)
            add(
                session,
                slug=f"home-{number}",
                name="Mending",
                privacy=level,
                place={"address": [f"{number} Any Street"], "lon": lon, "lat": lat},
                coverage=[{"how": "radius", "radius_m": 1500}],
            )
    with scratch.client() as client:
        one, other = (client.get(f"/api/v1/entries/home-{number}").json() for number in (0, 1))
    for entry in (one, other):
        del entry["id"], entry["slug"], entry["url"]
    assert one == other


def test_a_point_on_longitude_zero_stays_there_or_in_its_square(scratch: Directory) -> None:
    """Nothing turns into (0, 0), not on the meridian and not on the corner of a square."""
    corner = to_wgs84(559_400.0, 273_100.0)
    spots = {"meridian": (0.0, 52.3), "corner": corner, "west": (-0.0000001, 52.15)}
    with scratch.write() as session:
        for name, (lon, lat) in spots.items():
            for level in ("exact", "street"):
                add(session, slug=f"{name}-{level}", privacy=level, place={"lon": lon, "lat": lat})
        rows = session.execute(text("SELECT slug, lon, lat FROM face.entries")).all()
    assert len(rows) == 6
    for slug, lon, lat in rows:
        name, level = slug.split("-")
        true = spots[name]
        wanted = true if level == "exact" else to_wgs84(*snap_to_grid(*to_osgb(*true), STREET_GRID_M))
        # On the very edge of a square a hair's breadth decides which side: either neighbour will do.
        away = dist(to_osgb(lon, lat), to_osgb(*true))
        assert dist(to_osgb(lon, lat), to_osgb(*wanted)) < 5 or (name == "corner" and away < 75)
        assert (lon, lat) != (0, 0)


@pytest.mark.parametrize("written", ["CB75ZI", "CB7 5", "7 Quaggy Row, Soham", "CB7-5ZI", "cb7 5zi"])
@pytest.mark.parametrize("level", ["street", "area"])
def test_a_postcode_we_cannot_read_is_not_shown_in_part(scratch: Directory, level: str, written: str) -> None:
    """Cutting two letters off a text that is no postcode would show nearly all of it."""
    with scratch.write() as session:
        add(session, slug="home", privacy=level, place={"postcode": written, "lon": 0.33, "lat": 52.33})
    with scratch.client() as client:
        place = client.get("/api/v1/entries/home").json()["places"][0]
    assert place.get("postcode") in (None, "CB7", "CB7 5")


def known_words(directory: Directory) -> dict[str, int]:
    with directory.engine() as engine, engine.connect() as connection:
        return dict(connection.execute(text("SELECT word, entries FROM face.words")).all())


def test_words_leave_with_the_fact_they_came_from(scratch: Directory) -> None:
    """A place that was public and is private now must not live on in the list of known words."""
    place = {"name": "Quagmire Cottage", "lon": 0.33, "lat": 52.33}
    with scratch.write() as session:
        saved = add(session, name="Mending", place=place)
        other = add(session, name="Cottage Garden Club")
    assert "quagmire" in known_words(scratch)
    with scratch.write() as session:
        change(session, saved, name="Mending", place=place, privacy="street")
    words = known_words(scratch)
    assert "quagmire" not in words
    assert words["cottage"] == 1
    with scratch.write() as session:
        change(session, other, name="Cottage Garden Club", stage="archived")
    assert "cottage" not in known_words(scratch)
