"""From typed words to what is looked for: phrases, synonyms, small words, and slips put right."""

from collections.abc import Callable

import pytest

from api.db import ReadConnection
from api.search.lexicon import ask_words, make_terms
from api.search.sayings import add_stop_word, save_group
from api.search.words import (
    MAX_WORDS,
    Lexicon,
    Term,
    allowed_edits,
    best_corrections,
    find_phrases,
    split_words,
)
from tests.conftest import Directory
from tests.factories import add

LEXICON = Lexicon.of(
    [
        (["dial a ride", "minibus"], None),
        (["scooter", "mobility scooter"], None),
        (["befriending", "company"], "someone to talk to"),
        (["a b"], "x"),
    ],
    ["a", "to", "the", "someone"],
)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Tea & Cake", ["tea", "and", "cake"]),
        ("King's Lynn", ["kings", "lynn"]),
        ("CAFÉ", ["cafe"]),
        ("tuk-tuk", ["tuk", "tuk"]),
        ("snake_case", ["snake", "case"]),
        ("  ", []),
        ("🦔", []),
        ("Дружба", ["дружба"]),
        ("ﬁsh", ["fish"]),
    ],
)
def test_words_of_a_text(typed: str, words: list[str]) -> None:
    assert split_words(typed) == words


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dial a ride", ["dial a ride"]),
        ("the dial a ride to ely", ["dial a ride", "ely"]),
        ("dial ride", ["dial", "ride"]),
        ("mobility scooter", ["mobility scooter"]),
        ("scooter scooter", ["scooter"]),
        ("someone to talk to", ["someone to talk to"]),
        ("someone to talk", ["talk"]),
        ("the to a", ["the", "to", "a"]),
    ],
)
def test_the_longest_phrase_wins_and_small_words_go(typed: str, found: list[str]) -> None:
    assert find_phrases(typed.split(), LEXICON) == found


def test_small_words_alone_may_be_nothing() -> None:
    assert find_phrases(["the", "to"], LEXICON, keep_some=False) == []


def test_a_long_text_is_cut() -> None:
    assert len(find_phrases([f"word{number}" for number in range(99)], LEXICON)) == MAX_WORDS


def test_what_means_what() -> None:
    assert LEXICON.also["minibus"] == ("dial a ride",)
    assert LEXICON.also["dial a ride"] == ("minibus",)
    assert LEXICON.also["someone to talk to"] == ("befriending", "company")
    assert "befriending" not in LEXICON.also, "one way is not the other"


@pytest.mark.parametrize(("length", "edits"), [(1, 0), (3, 0), (4, 1), (5, 1), (6, 2), (12, 2)])
def test_short_words_have_no_slips(length: int, edits: int) -> None:
    assert allowed_edits("x" * length) == edits


@pytest.mark.parametrize(
    ("typed", "known", "meant"),
    [
        ("lonley", [("lonely", 9), ("longly", 1)], ("lonely",)),
        ("berevement", [("bereavement", 5)], ("bereavement",)),
        # The first letter is seldom the wrong one, unless the first two changed places.
        ("nails", [("fails", 50)], ()),
        ("nails", [("nail", 5)], ("nail",)),
        ("hpone", [("phone", 5)], ("phone",)),
        # The nearest first, then the most used.
        ("carrers", [("careers", 2), ("carers", 40)], ("carers", "careers")),
        ("xylophone", [("telephone", 9)], ()),
        ("tea", [("ten", 9)], ()),
        ("lonley", [], ()),
    ],
)
def test_what_was_meant(typed: str, known: list[tuple[str, int]], meant: tuple[str, ...]) -> None:
    assert best_corrections(typed, known) == meant


Read = Callable[..., list[Term]]


@pytest.fixture(scope="module")
def read(shared_scratch: Directory) -> Read:
    with shared_scratch.write() as session:
        add(session, name="Bereavement Café", summary="Tea, and someone who listens to the lonely.")
        add(session, name="Gardening Friends", summary="Tea in the garden. Lonely no more.")
        save_group(session, ["zorbing", "ball rolling"])
        save_group(session, ["tea"], one_way_from="fancy a brew")
        add_stop_word(session, "prithee")

    def ask(typed: str, *, optional: str = "") -> list[Term]:
        async def put(connection: ReadConnection) -> list[Term]:
            words, extra = split_words(typed), split_words(optional)
            about = await (await ask_words(connection, [*words, *extra])).read()
            return await make_terms(connection, about, words, optional=extra)

        return shared_scratch.ask(put)

    return ask


def test_a_known_word_is_itself(read: Read) -> None:
    (term,) = read("bereavement")
    assert (term.corrected, term.prefix, term.known, term.optional) == ((), False, True, False)
    assert "grief" in term.also


def test_a_slip_is_put_right_from_our_own_words(read: Read) -> None:
    (term,) = read("berevement")
    assert term.corrected == ("bereavement",)
    assert term.spoken[0] == "bereavement"
    assert "grief" in term.also, "what means the right word is looked for as well"


def test_a_word_of_three_letters_is_taken_as_typed(read: Read) -> None:
    short, _ = read("tae bereavement")
    assert (short.typed, short.corrected, short.known) == ("tae", (), False)


def test_only_the_last_word_may_be_half_typed(read: Read) -> None:
    assert read("garden berea")[1].prefix
    first = read("berea garden")[0]
    assert not first.prefix
    assert first.optional or first.corrected


def test_a_rare_word_weighs_more(read: Read) -> None:
    common, rare = read("tea bereavement")
    assert rare.weight > common.weight


def test_a_word_nobody_has_is_not_asked_for(read: Read) -> None:
    terms = {term.typed: term for term in read("tea qwertyuiop")}
    assert not terms["qwertyuiop"].known
    assert terms["qwertyuiop"].optional
    assert not terms["tea"].optional


def test_curators_words_count_at_once(read: Read) -> None:
    assert read("zorbing")[0].also == ("ball rolling",)
    assert [(term.typed, term.also) for term in read("fancy a brew")] == [("fancy a brew", ("tea",))]
    assert [term.typed for term in read("prithee tea")] == ["tea"]


def test_words_that_only_help_the_order(read: Read) -> None:
    terms = read("tea", optional="garden tea")
    assert [(term.typed, term.optional) for term in terms] == [("tea", False), ("garden", True)]


def test_nothing_typed_is_nothing_looked_for(read: Read) -> None:
    assert read("") == []
