"""What is read out of plain words: the place, the time, the kind, the language; and what must stay words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from api.search.intent import Intent, TimeWanted, describe_wanted, read_intent
from geo.gazetteer import fold_name
from tests.api.search.conftest import Asking
from tests.factories import NOW

PLACES = {
    "ely": "Ely, East Cambridgeshire",
    "march": "March, Fenland",
    "over": "Over, South Cambridgeshire",
    "reach": "Reach, East Cambridgeshire",
    "soham": "Soham, East Cambridgeshire",
    "st neots": "St Neots, Huntingdonshire",
    "parson drove": "Parson Drove, Fenland",
    "peterborough": "Peterborough, Peterborough",
    "wisbech st mary": "Wisbech St Mary, Fenland",
    "haddenham": "Haddenham, East Cambridgeshire",
    "chatteris": "Chatteris, Fenland",
}
MORNING, AFTERNOON, EVENING, LUNCH = (300, 720), (720, 1020), (1020, 1440), (690, 840)
ALL_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


async def name_places(names: list[str]) -> dict[str, str]:
    """As the gazetteer does it: "sutton" has several meanings, so it is none."""
    return {name: PLACES[fold_name(name)] for name in names if fold_name(name) in PLACES}


def read(query: str, *, skip: Sequence[str] = (), now: datetime = NOW) -> Intent:
    return asyncio.run(read_intent(query, skip=skip, now=now, name_places=name_places))


@dataclass(frozen=True)
class Wanted:
    """What a query means; `words` are what is left to look for."""

    words: str
    place: str | None = None
    days: tuple[str, ...] | None = None
    window: tuple[int, int] | None = None
    kind: str | None = None
    language: str | None = None


TABLE: dict[str, Wanted] = {
    # Places: after a small word, at the end, at the start, as a postcode anywhere.
    "someone to talk to in ely": Wanted("someone to talk to", "ely"),
    "food near soham": Wanted("food", "soham"),
    "choir ely": Wanted("choir", "ely"),
    "ely choir": Wanted("choir", "ely"),
    "Ely": Wanted("", "ely"),
    "lunch in St Neots": Wanted("lunch", "st neots"),
    "walks around wisbech st mary": Wanted("walks", "wisbech st mary"),
    "neighbours parson drove": Wanted("neighbours", "parson drove"),
    "choir near CB6 1AA": Wanted("choir", "CB6 1AA"),
    "choir cb61aa": Wanted("choir", "CB6 1AA"),
    "CB6 1AA choir": Wanted("choir", "CB6 1AA"),
    "cb6 1aa": Wanted("", "CB6 1AA"),
    "tea club in atlantis": Wanted("tea club in atlantis"),
    # A name with several meanings stays a word.
    "choir sutton": Wanted("choir sutton"),
    "choir in sutton": Wanted("choir in sutton"),
    # Names that are everyday words are places only after "in", "near" and the like.
    "over 60s": Wanted("over 60s"),
    "over 60s lunch": Wanted("over 60s lunch"),
    "moving house over": Wanted("moving house over"),
    "lunch in over": Wanted("lunch", "over"),
    "over 60s in over": Wanted("over 60s", "over"),
    "march": Wanted("march"),
    "march with banners": Wanted("march with banners"),
    "choir in march": Wanted("choir", "march"),
    "food near reach": Wanted("food", "reach"),
    "out of reach": Wanted("out of reach"),
    # Where to go is not where the visitor is.
    "lift to ely": Wanted("to ely", kind="transport"),
    "get me to ely": Wanted("to ely", kind="transport"),
    "lift to hospital from march": Wanted("to hospital", "march", kind="transport"),
    # Days.
    "choir thursday": Wanted("choir", days=("thu",)),
    "choir on thursdays": Wanted("choir", days=("thu",)),
    "choir thurs": Wanted("choir", days=("thu",)),
    "sunday": Wanted("", days=("sun",)),
    "sunday lunch": Wanted("lunch", days=("sun",)),
    "choir on a wednsday": Wanted("choir", days=("wed",)),
    "monday or tuesday walk": Wanted("walk", days=("mon", "tue")),
    "walk at weekends": Wanted("walk", days=("sat", "sun")),
    "walk on weekdays": Wanted("walk", days=("mon", "tue", "wed", "thu", "fri")),
    "sun safety": Wanted("sun safety"),
    "sat nav lessons": Wanted("sat nav lessons"),
    "he sat alone": Wanted("he sat alone"),
    "wed last year": Wanted("wed last year"),
    "mon ami": Wanted("mon ami"),
    # Parts of the day.
    "choir thursday morning": Wanted("choir", days=("thu",), window=MORNING),
    "choir in the evening": Wanted("choir", days=ALL_WEEK, window=EVENING),
    "friday night food": Wanted("food", days=("fri",), window=EVENING),
    "late at night": Wanted("", days=ALL_WEEK, window=EVENING),
    "soup at lunchtime": Wanted("soup", days=ALL_WEEK, window=LUNCH),
    "coffee morning": Wanted("coffee morning"),
    "games afternoon": Wanted("games afternoon"),
    "quiz night": Wanted("quiz night"),
    "night shelter": Wanted("night shelter"),
    "coffee morning on thursday": Wanted("coffee morning", days=("thu",)),
    # Relative to a Saturday.
    "choir tonight": Wanted("choir", days=("sat",), window=EVENING),
    "choir today": Wanted("choir", days=("sat",)),
    "choir tomorrow": Wanted("choir", days=("sun",)),
    "tomorrow morning walk": Wanted("walk", days=("sun",), window=MORNING),
    # Kinds by the names people give them.
    "timebank": Wanted("", kind="timebank"),
    "time bank": Wanted("", kind="timebank"),
    "Time-Bank": Wanted("", kind="timebank"),
    "drop in": Wanted("", kind="drop_in"),
    "drop-ins for parents": Wanted("for parents", kind="drop_in"),
    "drop in ely": Wanted("", "ely", kind="drop_in"),
    "drop in in ely on tuesday morning": Wanted("", "ely", ("tue",), MORNING, "drop_in"),
    "dial a ride thursday": Wanted("", days=("thu",), kind="transport"),
    "food bank march": Wanted("march", kind="food"),
    "library of things chatteris": Wanted("", "chatteris", kind="lending"),
    "library": Wanted("library"),
    "bank": Wanted("bank"),
    "drop of water": Wanted("drop of water"),
    "carer": Wanted("carer"),
    # Languages.
    "polish speaking carer": Wanted("carer", language="pl"),
    "carer who speaks polish": Wanted("carer who", language="pl"),
    "help in polish": Wanted("help", language="pl"),
    "po polsku": Wanted("po", language="pl"),
    "sign language choir": Wanted("choir", language="bsl"),
    "bsl": Wanted("", language="bsl"),
    "українська": Wanted("", language="uk"),
    "русский": Wanted("", language="ru"),
    "pomoc polski": Wanted("pomoc", language="pl"),
    "english lessons": Wanted("english lessons"),
    # All at once.
    "polish speaking drop in near CB6 1AA on thursday afternoon": Wanted(
        "", "CB6 1AA", ("thu",), AFTERNOON, "drop_in", "pl"
    ),
    # Nothing at all.
    "": Wanted(""),
    "🦔": Wanted(""),
}


@pytest.mark.parametrize("query", TABLE)
def test_what_is_understood(query: str) -> None:
    wanted, intent = TABLE[query], read(query)
    time = TimeWanted(wanted.days, wanted.window) if wanted.days else None
    assert " ".join(intent.words) == wanted.words
    assert intent.place == (PLACES.get(wanted.place, wanted.place) if wanted.place else None) or (
        intent.place == wanted.place
    )
    assert (intent.time, intent.kind, intent.language) == (time, wanted.kind, wanted.language)
    read_out = {"place": wanted.place, "time": time, "kind": wanted.kind, "language": wanted.language}
    assert sorted(one.what for one in intent.understood) == sorted(
        what for what, value in read_out.items() if value
    )


@pytest.mark.parametrize("query", TABLE)
def test_nothing_is_guessed_that_is_not_said(query: str) -> None:
    """Each thing understood names the words it was read from, a value, and how to say it; no word is lost."""
    intent = read(query)
    for one in intent.understood:
        assert one.words
        assert one.value
        assert one.label


@pytest.mark.parametrize("what", ["place", "time", "kind", "language"])
@pytest.mark.parametrize("query", ["polish speaking drop in in ely on thursday morning"])
def test_each_can_be_taken_back(query: str, what: str) -> None:
    whole, without = read(query), read(query, skip=[what])
    assert {one.what for one in whole.understood} == {"place", "time", "kind", "language"}
    assert {one.what for one in without.understood} == {"place", "time", "kind", "language"} - {what}
    kept = {"place": "ely", "time": "thursday", "kind": "drop", "language": "polish"}[what]
    assert kept in without.words
    assert kept not in whole.words


def test_all_taken_back_is_the_words_as_typed() -> None:
    query = "polish speaking drop in in ely on thursday morning"
    intent = read(query, skip=["place", "time", "kind", "language"])
    assert " ".join(intent.words) == query
    assert intent.understood == []


@pytest.mark.parametrize(
    ("days_on", "tonight", "tomorrow"), [(0, "sat", "sun"), (1, "sun", "mon"), (2, "mon", "tue")]
)
def test_tonight_follows_the_calendar(days_on: int, tonight: str, tomorrow: str) -> None:
    now = NOW + timedelta(days=days_on)
    assert read("tonight", now=now).time == TimeWanted((tonight,), EVENING)
    assert read("tomorrow", now=now).time == TimeWanted((tomorrow,))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (TimeWanted(("thu",), MORNING), "on Thursday in the morning"),
        (TimeWanted(("mon", "tue")), "on Monday or Tuesday"),
        (TimeWanted(("sat", "sun")), "at weekends"),
        (TimeWanted(ALL_WEEK[:5]), "on weekdays"),
        (TimeWanted(ALL_WEEK, EVENING), "in the evening"),
        (TimeWanted(ALL_WEEK, LUNCH), "at lunchtime"),
    ],
)
def test_times_are_said_in_words(wanted: TimeWanted, said: str) -> None:
    assert describe_wanted(wanted) == said


def test_a_search_says_what_it_understood_and_takes_it_back(asking: Asking) -> None:
    reply = asking.find("polish speaking carer in ely on thursday")
    assert {one["what"] for one in reply.understood} == {"place", "time", "language"}
    assert reply.place is not None
    assert reply.place["label"].startswith("Ely")
    plain = asking.find("drop in in ely", as_typed=("place", "kind"))
    assert (plain.understood, plain.place) == ([], None)


def test_what_was_chosen_is_not_guessed_over(asking: Asking) -> None:
    reply = asking.find("drop in in ely on thursday", near="Soham", kind=("group",), day="mon")
    assert reply.understood == []
    assert reply.place is not None
    assert reply.place["label"].startswith("Soham")
    assert {item["kind"] for item in reply.items} <= {"group"}


def test_a_place_with_several_meanings_stays_a_word(asking: Asking) -> None:
    reply = asking.find("timebank sutton")
    assert reply.place is None
    assert "sutton" in {term.typed for term in reply.terms}
    assert reply.items[0]["slug"] == "sutton-timebank"


def test_a_ride_for_a_wheelchair_must_take_one() -> None:
    found = read("wheelchair taxi to addenbrookes near soham")
    assert (found.kind, found.place) == ("transport", "Soham, East Cambridgeshire")
    assert found.words == ["wheelchair"]
    assert set(found.kind_words) >= {"taxi", "addenbrookes"}
    # Without a ride, each word counts as ever.
    assert read("clothes altered for a wheelchair").words == ["clothes", "altered", "for", "a", "wheelchair"]
    assert read("taxi to addenbrookes").words == ["to", "addenbrookes"]


@pytest.mark.parametrize(
    ("query", "place", "words"),
    [
        (
            "who can take my dad to papworth hospital from chatteris",
            "Chatteris, Fenland",
            "papworth hospital",
        ),
        ("get me to the doctors soham", "Soham, East Cambridgeshire", "doctors"),
        ("somebody to drive my mum to church in haddenham", "Haddenham, East Cambridgeshire", "church"),
        ("taking my neighbour to ely", None, "ely"),
    ],
)
def test_who_is_to_be_taken_somewhere_wants_a_ride(query: str, place: str | None, words: str) -> None:
    found = read(query)
    assert (found.kind, found.place) == ("transport", place)
    assert set(words.split()) <= set(found.words)
    assert not {"dad", "me", "mum", "neighbour"} & set(found.words)
    assert read(query, skip=["kind"]).kind is None


@pytest.mark.parametrize(
    "query", ["take up running", "somewhere to take my kids", "get fit to music", "get out to the park"]
)
def test_not_everything_that_is_taken_is_a_ride(query: str) -> None:
    assert read(query).kind is None


@pytest.mark.parametrize(
    ("query", "place", "words"),
    [
        ("somewhere warm, march", "March, Fenland", ["somewhere", "warm"]),
        ("Over, lunch club", "Over, South Cambridgeshire", ["lunch", "club"]),
        ("tea, cake, reach", "Reach, East Cambridgeshire", ["tea", "cake"]),
        ("march past, band", None, ["march", "past", "band"]),
        ("new to march and on my own", "March, Fenland", ["new", "and", "on", "my", "own"]),
        ("we moved to over", "Over, South Cambridgeshire", ["we", "moved"]),
        ("a bus to march", None, ["a", "bus", "to", "march"]),
        ("bus st neots to hinchingbrooke", "St Neots, Huntingdonshire", ["bus", "to", "hinchingbrooke"]),
        ("a lift home", None, ["a", "lift", "home"]),
    ],
)
def test_a_place_set_apart_or_arrived_at_is_where_somebody_is(
    query: str, place: str | None, words: list[str]
) -> None:
    found = read(query)
    assert (found.place, found.words) == (place, words)


def test_how_long_is_not_when() -> None:
    assert read("borrow a wheelchair for a weekend").time is None
    assert read("borrow a wheelchair for a weekend").words == ["borrow", "a", "wheelchair"]
    assert read("wheelchair at weekends").time == TimeWanted(("sat", "sun"))
