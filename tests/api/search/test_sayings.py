"""Synonyms and stop words: written as people say them, kept as a query is read, refused when empty."""

from pathlib import Path

import pytest
import yaml
from sqlalchemy.orm import Session

from api.errors import BadInput
from api.search import sayings
from api.search.indexing import current_settings
from api.search.queries import sayings as queries

FILE = Path(__file__).resolve().parents[3] / "data" / "synonyms.yaml"


def groups(session: Session) -> dict[int, tuple[list[str], str | None]]:
    return {row.id: (row.words, row.one_way_from) for row in queries.list_groups(session)}


def test_a_group_is_kept_as_a_query_is_read(session: Session) -> None:
    number = sayings.save_group(session, ["Men’s Sheds", "men's shed", "mens shed", "Café-Bar"])
    assert groups(session)[number] == (["mens sheds", "mens shed", "cafe bar"], None)


def test_a_group_is_changed_and_removed(session: Session) -> None:
    number = sayings.save_group(session, ["tea", "brew"])
    assert sayings.save_group(session, ["tea", "cuppa"], group_id=number) == number
    assert groups(session)[number][0] == ["tea", "cuppa"]
    sayings.remove_group(session, number)
    assert number not in groups(session)


def test_one_way_is_kept_so(session: Session) -> None:
    number = sayings.save_group(session, ["tea"], one_way_from="Fancy a Brew?")
    assert groups(session)[number] == (["tea"], "fancy a brew")


@pytest.mark.parametrize(
    ("words", "one_way_from"),
    [
        ([], None),
        (["tea"], None),
        (["tea", "TEA", "téa"], None),
        (["tea", "🦔"], None),
        ([], "tea"),
        (["tea"], "Tea"),
        ([f"word{number}" for number in range(sayings.MOST_IN_GROUP + 1)], None),
    ],
)
def test_a_group_that_says_nothing_is_refused(
    session: Session, words: list[str], one_way_from: str | None
) -> None:
    before = groups(session)
    with pytest.raises(BadInput) as refused:
        sayings.save_group(session, words, one_way_from=one_way_from)
    assert [problem.field for problem in refused.value.errors] == ["words"]
    assert groups(session) == before


def test_stop_words(session: Session) -> None:
    sayings.add_stop_word(session, "Prithee")
    sayings.add_stop_word(session, "prithee")
    assert queries.list_stop_words(session).count("prithee") == 1
    sayings.remove_stop_word(session, "PRITHEE")
    assert "prithee" not in queries.list_stop_words(session)
    for word in ("", "two words", "🦔"):
        with pytest.raises(BadInput):
            sayings.add_stop_word(session, word)


def test_the_file_is_loaded_whole_and_replaces_what_was(session: Session) -> None:
    number = sayings.save_group(session, ["zorbing", "sphereing"])
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    loaded = sayings.load_sayings(session, FILE)
    held = groups(session)
    assert loaded == len(held) == len(document["groups"]) + len(document["one_way"])
    assert loaded >= 80
    assert number not in held
    assert sayings.load_sayings(session, FILE) == loaded


def test_the_index_is_told_all_that_people_say(session: Session) -> None:
    sayings.save_group(session, ["tea", "brew", "cup of char"])
    sayings.save_group(session, ["company"], one_way_from="nobody to have tea with")
    sayings.add_stop_word(session, "char")
    settings = current_settings(session)
    synonyms, stop_words = settings["synonyms"], settings["stopWords"]
    assert isinstance(synonyms, dict)
    assert isinstance(stop_words, list)
    assert synonyms["tea"] == ["brew", "cup of char"]
    # Meilisearch knows no synonyms of more than three words: a longer one is known by one.
    assert synonyms["nobodytohaveteawith"] == ["company", "nobody to have tea with"]
    assert "char" not in stop_words, "leaving it out would break the phrase"
    assert max(len(phrase.split()) for phrase in synonyms) <= 3
