"""What a shared link shows: words for every page that is shared, and pictures with public points only."""

import io
from collections.abc import Callable, Iterator
from typing import Any
from urllib.robotparser import RobotFileParser

import orjson
import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageChops

from api.areas import service as areas
from api.entries import service as entries
from api.settings import Settings
from tests.conftest import Directory
from tests.factories import NOW, SOHAM, add, square
from tests.web.pages.html_reader import PageReader, read_html
from web.pages.share import picture_entry
from web.sharing.ground import read_ground
from web.sharing.picture import draw_picture

HOME = "http://testserver"
PIN_BROWN = (0x93, 0x52, 0x00)


def social(page: PageReader) -> dict[str, str]:
    return {
        one.attributes["property"]: one.attributes["content"]
        for one in page.all("meta")
        if one.attributes.get("property", "").startswith("og:")
    }


@pytest.mark.parametrize(
    ("path", "title", "picture"),
    [
        ("/", "Hereabouts: help and good neighbours in Cambridgeshire and Peterborough", "/share/search.png"),
        ("/search?q=lonely&near=Soham&page=2", "23 things for “lonely” that serve Soham, East Cambridgeshire",
         "/share/search.png?q=lonely&near=Soham"),
        ("/entries/soham-wednesday-drop-in", "Soham Wednesday Drop-in",
         "/share/entries/soham-wednesday-drop-in.png"),
        ("/areas/ely", "What there is in Ely and near villages", "/share/areas/ely-and-near-villages.png"),
    ],
)  # fmt: skip
def test_a_page_says_how_it_is_shown_elsewhere(
    client: TestClient, path: str, title: str, picture: str
) -> None:
    page = read_html(client.get(path).text)
    told = social(page)
    assert told["og:title"] == title
    assert told["og:description"]
    assert told["og:url"].startswith(HOME)
    assert told["og:image"] == HOME + picture
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    assert told["og:image:alt"]
    assert page.one("meta", name="twitter:card").attributes["content"] == "summary_large_image"
    reply = client.get(picture)
    assert reply.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(reply.content)).size == (1200, 630)


@pytest.mark.parametrize("path", ["/about", "/connectors", "/search?near=Paris", "/no-such-page"])
def test_other_pages_promise_no_picture(client: TestClient, path: str) -> None:
    assert not social(read_html(client.get(path).text))


def test_robots_that_show_shared_links_may_read_a_search(client: TestClient) -> None:
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").text.splitlines())
    assert rules.can_fetch("Twitterbot", "/search?q=tea")
    assert rules.can_fetch("facebookexternalhit/1.1", "/share/search.png?q=tea")
    assert not rules.can_fetch("Twitterbot", "/curate")
    assert not rules.can_fetch("AnySearchBot", "/search?q=tea")
    assert rules.can_fetch("AnySearchBot", "/share/entries/soham-wednesday-drop-in.png")


def test_a_picture_is_sent_once_until_something_changes(scratch: Directory) -> None:
    with scratch.write() as session:
        add(session, slug="singers")
    with scratch.client() as client:
        first = client.get("/share/entries/singers.png")
        held = {"If-None-Match": first.headers["etag"]}
        again = client.get("/share/entries/singers.png", headers=held)
        assert (again.status_code, again.content) == (304, b"")
        with scratch.write() as session:
            add(session, name="Another")
        changed = client.get("/share/entries/singers.png", headers=held)
        assert changed.status_code == 200
        assert changed.headers["etag"] != first.headers["etag"]
    assert "max-age" in first.headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/share/entries/nobody.png", 404),
        ("/share/areas/atlantis.png", 404),
        ("/share/search.png?near=Paris", 422),
        ("/share/search.png?bbox=1,2", 422),
        ("/share/search.png?q=zzyzx", 200),
        ("/share/search.png?bbox=0,52,0,52", 200),
        ("/share/search.png?bbox=-180,-90,180,90", 200),
        ("/share/search.png?near=Soham&radius_km=100", 200),
    ],
)
def test_odd_pictures_are_drawn_or_refused_in_words(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


@pytest.fixture(scope="module")
def homes(cluster: Any, base_database: Directory) -> Iterator[Directory]:
    """One drop-in at home for each privacy, with a square served round it."""
    cluster.create_database("share_homes", template=base_database.name)
    url = cluster.url_of
    directory = Directory("share_homes", base_database.url.replace("/base?", "/share_homes?"),
                          url("share_homes", role="hereabouts_face"))  # fmt: skip
    with directory.write() as session:
        for privacy in ("exact", "street", "area", "hidden"):
            add(
                session,
                kind="drop_in",
                name=f"Kitchen table {privacy}",
                slug=privacy,
                privacy=privacy,
                place={"name": "Quagmire Cottage", "town": "Soham", "lon": SOHAM[0], "lat": SOHAM[1]},
                coverage=[{"how": "shape", "shape": square(*SOHAM)}],
            )
    yield directory
    cluster.drop_database("share_homes")


def brown(body: bytes) -> int:
    """How much of the map's side of a picture has the colour of a drop-in's pin."""
    image = Image.open(io.BytesIO(body)).convert("RGB").crop((530, 12, 1200, 560))
    off = ImageChops.difference(image, Image.new("RGB", image.size, PIN_BROWN))
    near = [band.point(lambda part: 255 * (part < 12)) for band in off.split()]
    all_three = ImageChops.multiply(ImageChops.multiply(near[0], near[1]), near[2])
    return all_three.histogram()[255]


@pytest.mark.parametrize(
    ("privacy", "has_pin"), [("exact", True), ("street", True), ("area", False), ("hidden", False)]
)
def test_a_home_is_never_a_pin(homes: Directory, privacy: str, has_pin: bool) -> None:
    with homes.client() as client:
        reply = client.get(f"/share/entries/{privacy}.png")
    assert (brown(reply.content) > 400) is has_pin


@pytest.mark.parametrize("privacy", ["street", "area", "hidden"])
def test_nothing_private_is_told(homes: Directory, privacy: str) -> None:
    entry = homes.ask(lambda read: entries.get_entry(read, privacy, now=NOW))
    picture = picture_entry(entry, Settings())
    assert [(pin.lon, pin.lat) for pin in picture.pins] != [SOHAM]
    assert "Quagmire" not in " ".join((picture.title, picture.label, *picture.lines))
    with homes.client() as client:
        told = social(read_html(client.get(f"/entries/{privacy}").text))
        framed = read_html(client.get(f"/embed/view?entry={privacy}").text)
    assert "Quagmire" not in " ".join(told.values())
    assert "Quagmire" not in framed.text


NAMES = {
    "long": "Very long name " * 30,
    "one word": "Donaudampfschifffahrtsgesellschaft" * 6,
    "right to left": "مجموعة الجيران للمساعدة المتبادلة في المدينة وما حولها",
    "turned round": "\u202eMoor Lane \u2066Kitchen",
    "emoji": "Tea 😀 and cake 🍰",
    "nothing to show": "\u200b\u202e",
    "many scripts": "Café Żółw · ელენე · 茶 · चाय",
}


Draw = Callable[..., Image.Image]


@pytest.fixture(scope="module")
def draw(example_database: Directory) -> Draw:
    """Draws the picture of an example entry with changes."""
    entry = example_database.ask(lambda read: entries.get_entry(read, "soham-wednesday-drop-in", now=NOW))
    ground = read_ground(example_database.ask(areas.backdrop))

    def draw_changed(**changes: Any) -> Image.Image:
        body = draw_picture(picture_entry(entry | changes, Settings()), ground)
        return Image.open(io.BytesIO(body)).convert("RGB")

    return draw_changed


@pytest.fixture(scope="module")
def plain(draw: Draw) -> Image.Image:
    return draw(name="Tea")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_no_name_runs_out_of_its_side(draw: Draw, plain: Image.Image, name: str) -> None:
    drawn = draw(name=name, places=[{"name": name, "town": name}])
    for side in ((490, 13, 519, 630), (0, 13, 50, 630), (530, 80, 1200, 630)):
        difference = ImageChops.difference(drawn.crop(side), plain.crop(side))
        # Each picture has a palette of its own, so that shades may differ a little.
        assert max(most for _, most in difference.getextrema()) < 90, side


def test_a_picture_is_drawn_without_settlements_or_outlines(example_database: Directory) -> None:
    entry = example_database.ask(lambda read: entries.get_entry(read, "meridian-lifts", now=NOW))
    bare = read_ground(orjson.dumps({"features": [], "attribution": []}))
    body = draw_picture(picture_entry(entry, Settings()), bare)
    assert Image.open(io.BytesIO(body)).size == (1200, 630)
