"""One contract, two engines: whatever finds the words, these hold."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from api.db import ReadConnection
from api.search.engine import Ground
from api.search.queries import build_match
from api.search.schemas import SearchParams
from api.search.understanding import understand
from api.search.words import Term
from tests.api.search.conftest import AS_TYPED, Asking, matched, opened_asking
from tests.conftest import Directory
from tests.factories import NOW, add
from tests.meilisearch import ENGINES, Meilisearch, index_directory, running_meilisearch

FAR = (-0.4, 52.75)
# Slug → what is saved; every word is where it is for one of the tests below.
ENTRIES: dict[str, dict[str, Any]] = {
    "teapot": {"name": "Teapot Company", "summary": "A friendly hour for anyone who is lonely."},
    "scooters": {"name": "Scooter Repairs", "description": "Mends mobility scooters and wheelchairs."},
    "ride": {"name": "Fen Dial-a-Ride", "kind": "transport", "summary": "Door to door. Book by telephone."},
    "riders": {"name": "Ride On", "summary": "Horses for beginners. Dial the stables."},
    "memory": {"name": "St Mary's Mémoire Café", "summary": "For people with dementia and their families."},
    "nellie": {"name": "“Nellie” the Tuk-Tuk", "summary": "Gentle trips for two."},
    "obrien": {"name": "O'Brien & Sons Odd Jobs", "summary": "Shelves, taps and gutters."},
    "gardens": {"name": "Greenfingers", "summary": "Gardening for people who cannot. Weeding, hedges, tubs."},
    "tubs": {"name": "Tubs and Pots", "summary": "A plant swap for small yards."},
    "summary": {"name": "First Steps", "summary": "Kite flying."},
    "body": {"name": "Second Steps", "description": "Now and then there is kite flying, weather allowing."},
    "kite": {"name": "Kite Flying", "summary": "On the green."},
    # Sixty kilometres from Soham, or who knows where.
    "far": {"name": "Zither Far", "at": FAR},
    "far-phone": {"name": "Zither Phone", "at": FAR, "everywhere": True, "delivery": ["phone"]},
    "far-round": {"name": "Zither Round", "at": FAR, "coverage": [{"how": "radius", "radius_m": 80_000}]},
    "nowhere": {"name": "Zither Nowhere", "place": {"town": "Atlantis"}},
    "home": {"name": "Zither Home", "at": FAR, "privacy": "hidden"},
    "closed": {"name": "Teapot Closed", "summary": "Lonely no more.", "state": "closed"},
    "draft": {"name": "Teapot Draft", "summary": "Lonely, and not yet published.", "stage": "draft"},
}


@pytest.fixture(scope="module")
def small(shared_scratch: Directory) -> Directory:
    with shared_scratch.write() as session:
        for slug, given in ENTRIES.items():
            add(session, **{"slug": slug} | given)
    return shared_scratch


@pytest.fixture(scope="module")
def server(small: Directory) -> Iterator[Meilisearch]:
    with running_meilisearch() as running:
        assert index_directory(running, small) == len(ENTRIES) - 2
        yield running


@pytest.fixture(scope="module", params=ENGINES)
def few(request: pytest.FixtureRequest, small: Directory) -> Iterator[Asking]:
    """Each engine in turn, over the few entries above."""
    given = request.getfixturevalue("server") if request.param == "meilisearch" else None
    with opened_asking(small, given) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("lonely", {"teapot"}),
        ("LONELY", {"teapot"}),
        ("teapot lonely", {"teapot"}),
        ("kite flying", {"kite", "summary", "body"}),
        # Without accents, with other apostrophes, with none.
        ("memoire", {"memory"}),
        ("mémoire café", {"memory"}),
        ("marys", {"memory"}),
        ("mary's", {"memory"}),
        ("St Mary’s", {"memory"}),
        ("o’brien & sons", {"obrien"}),
        ('"Nellie"', {"nellie"}),
        ("nellie the tuk-tuk", {"nellie"}),
        ("tuk tuk", {"nellie"}),
        # What people say for it.
        ("tuktuk", {"nellie"}),
        ("rickshaw", {"nellie"}),
        ("alzheimers", {"memory"}),
        ("losing memory", {"memory"}),
        ("scooter hire", {"scooters"}),
        # Slips: one letter more, less, other, or two that changed places.
        ("lonley", {"teapot"}),
        ("lonelly", {"teapot"}),
        ("gardning", {"gardens"}),
        ("dementai", {"memory"}),
        ("wheelchiar", {"scooters"}),
    ],
)
def test_words_are_found(few: Asking, typed: str, wanted: set[str]) -> None:
    assert few.matches(typed) == wanted


@pytest.mark.parametrize("typed", ["obrien", "O'Brien", "o’brien & sons"])
def test_a_name_with_an_apostrophe_inside(few: Asking, typed: str) -> None:
    assert few.matches(typed) == {"obrien"}


@pytest.mark.parametrize("typed", ["gard", "greenf", "wheelc", "scoo", "hors"])
def test_the_beginning_of_the_last_word_is_enough(few: Asking, typed: str) -> None:
    wanted = {"gard": "gardens", "gree": "gardens", "whee": "scooters", "scoo": "scooters", "hors": "riders"}
    assert wanted[typed[:4]] in few.matches(typed)
    assert "teapot" not in few.matches(typed)


def test_a_beginning_is_one_only_at_the_end(few: Asking) -> None:
    assert "gardens" in few.matches("weeding gard")
    assert few.matches("gard xylophone") == set()


def test_a_phrase_is_one_thing(few: Asking) -> None:
    """ "Dial" and "ride" apart are a riding school's telephone: it may be found, but never first."""
    for typed in ("dial a ride", "dial-a-ride", "minibus", "community transport"):
        assert few.slugs(typed, as_typed=AS_TYPED)[0] == "ride"
        assert few.matches(typed) <= {"ride", "riders"}


@pytest.mark.parametrize("typed", ["is there anyone with teapot", "I would like some kite flying please"])
def test_small_words_do_not_count(few: Asking, typed: str) -> None:
    assert few.matches(typed) == few.matches("teapot" if "teapot" in typed else "kite flying") != set()


def test_nothing_but_small_words_is_still_an_answer(few: Asking) -> None:
    for typed in ("the", "please can you", "is there anyone"):
        assert few.find(typed).total >= 0


@pytest.mark.parametrize("typed", ["zyxwvut", "qqqq wwww", "日本語", "9999999"])
def test_what_nobody_offers_is_an_empty_answer(few: Asking, typed: str) -> None:
    reply = few.find(typed)
    assert (reply.total, reply.items) == (0, [])
    assert reply.unknown


def test_digits_are_no_slips(few: Asking) -> None:
    """Another number is another thing."""
    assert few.matches("1234567") == set()


def test_closed_and_unpublished_are_never_found(few: Asking) -> None:
    for typed in ("teapot", "teapot closed", "teapot draft", "lonely"):
        assert not {"closed", "draft"} & set(few.slugs(typed))


def test_how_many_of_the_words(few: Asking) -> None:
    typed = "weeding hedges kite"
    assert few.matches(typed, "all") == set()
    most, some = few.matches(typed, "most"), few.matches(typed, "any")
    assert "gardens" in most
    assert some >= most | {"gardens", "kite", "summary", "body"}
    assert (
        few.matches("teapot", "most") == few.matches("teapot", "any") == few.matches("teapot") == {"teapot"}
    )


def test_what_has_no_point_here_is_found_here(few: Asking) -> None:
    assert few.matches("zither") == {"far", "far-phone", "far-round", "nowhere", "home"}
    for radius_km in (0.5, 5):
        found = few.slugs("zither", near="52.3336,0.3369", radius_km=radius_km)
        assert set(found) == {"far-phone", "far-round", "nowhere", "home"}


def test_a_rare_word_outweighs_a_common_one(few: Asking) -> None:
    """Half of the words is not enough when the other half is what matters."""
    assert few.slugs("people hedges")[0] == "gardens"


def test_a_name_comes_before_a_summary_before_a_description(few: Asking) -> None:
    assert few.slugs("kite flying") == ["kite", "summary", "body"]
    assert few.slugs("tubs")[0] == "tubs"


@pytest.mark.parametrize("slug", [slug for slug in ENTRIES if slug not in ("closed", "draft")])
def test_a_name_finds_its_entry_first(few: Asking, slug: str) -> None:
    name = ENTRIES[slug]["name"]
    assert few.find(name, as_typed=AS_TYPED).items[0]["slug"] == slug
    assert few.slugs(name)[0] == slug


HOSTILE = ["'; DROP TABLE face.entries; --", '"', "'", "\\", "%", "a\\' OR 1=1", "{{x}}", "&|!():*", "—", "​"]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_are_words(few: Asking, typed: str) -> None:
    assert few.find(typed).total >= 0
    assert few.slugs(f"{typed} teapot"[:200])[:1] == ["teapot"]


def test_example_names_find_their_entries_with_either(asking: Asking) -> None:
    """By the whole name, as typed from a leaflet."""

    async def everything() -> list[tuple[str, str]]:
        cursor = await asking.read.execute("SELECT slug, name FROM face.entries WHERE state <> 'closed'")
        return sorted((row[0], row[1]) for row in await cursor.fetchall())

    names = Random(7).sample(asking.run(everything()), 60)
    lost = [name for slug, name in names if slug not in asking.slugs(name)[:3]]
    assert lost == []


RADII_KM = (0.3, 2, 5, 20, 60, 100)


def spots(count: int) -> list[tuple[str, float]]:
    """(lat,lon) all over the county and past its edges, each with a radius; the meridian among them."""
    random = Random(20261121)
    found = [("52.3,0", 5.0), ("52.30001,-0.00001", 0.3)]
    while len(found) < count:
        lat, lon = random.uniform(52.0, 52.75), random.uniform(-0.5, 0.52)
        found.append((f"{lat:.5f},{lon:.5f}", random.choice(RADII_KM)))
    return found


async def ground_of(read: ReadConnection, near: str, radius_km: float) -> Ground:
    ground = (await understand(read, SearchParams(near=near, radius_km=radius_km), now=NOW)).ground
    assert ground is not None
    return ground


async def on_ground(read: ReadConnection, ground: Ground) -> set[str]:
    """Slugs of all that serves a place or is near it, by PostGIS alone."""
    match = build_match(SearchParams(), ground=ground, words=None, wanted=None, today=NOW.date())
    statement = f"SELECT e.slug FROM {match.source} WHERE {' AND '.join(match.where)}"
    cursor = await read.execute(statement.encode(), match.values)
    return {row[0] for row in await cursor.fetchall()}


def test_the_ground_never_loses_what_serves_the_place(asking: Asking) -> None:
    """An engine may leave out what cannot match a place anyway; it may not leave out what can."""
    # The beginnings of words that nearly every entry has.
    terms = [Term(letter, prefix=True) for letter in "aceghlnprst"]

    everything = set(asking.run(matched(asking.read, asking.engine, terms, "any")))
    assert len(everything) > 200
    narrowed = 0
    for near, radius_km in spots(80):
        ground = asking.run(ground_of(asking.read, near, radius_km))
        kept = set(asking.run(matched(asking.read, asking.engine, terms, "any", ground)))
        should = asking.run(on_ground(asking.read, ground)) & everything
        assert should - kept == set(), f"{near} within {radius_km} km"
        narrowed += len(kept) < len(everything)
    # PostgreSQL has its own indexes for places; an engine that leaves nothing out does needless work.
    assert narrowed > 40 or asking.name == "postgres"


def test_both_engines_find_the_same_near_a_place(
    example_database: Directory, meili_examples: Meilisearch
) -> None:
    """Words spelt right: the engines differ in other forms of a word and in slips, and in nothing else."""
    with (
        opened_asking(example_database, None) as one,
        opened_asking(example_database, meili_examples) as other,
    ):
        for near in ("Soham", "Ely", "52.3,0", "PE13 1AA", "Cambridge", "St Neots"):
            for typed in ("dementia", "bereavement", "allotment", "wheelchair"):
                first, second = (set(either.slugs(typed, near=near, per_page=100)) for either in (one, other))
                assert len(first & second) >= 0.6 * min(len(first), len(second)), f"{typed} near {near}"
