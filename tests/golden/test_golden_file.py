"""The golden queries and the synonyms are well formed and name only entries that exist."""

from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from api.entries.vocabulary import Kind
from geo.gazetteer import fold_name
from tests.yaml_files import read_yaml

ROOT: Final = Path(__file__).resolve().parents[2]
KINDS: Final = frozenset(get_args(Kind))
EXPECTATIONS: Final = ("any", "all", "kinds")
SLUG_LISTS: Final = ("any", "all", "never")
PARAMETERS: Final = frozenset({"near", "day", "at", "kind", "need", "language", "cost", "delivery"})
KEYS: Final = PARAMETERS | {"q", "any", "all", "never", "kinds", "why"}
FEWEST_QUERIES: Final = 120
FEWEST_SYNONYM_RULES: Final = 90
# Small words may not swallow what somebody means by them.
MEANT: Final = frozenset({"home", "alone", "over", "no", "out", "own", "dads", "night", "free", "time"})


def list_queries() -> list[dict[str, Any]]:
    queries: list[dict[str, Any]] = read_yaml(ROOT / "tests/golden/queries.yaml")
    return queries


@cache
def list_example_kinds() -> dict[str, str]:
    """Slug → kind of every example entry."""
    files = sorted((ROOT / "data/examples/entries").glob("*.yaml"))
    return {entry["slug"]: entry["kind"] for file in files for entry in _entries(read_yaml(file))}


def _entries(content: Any) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = content["entries"] if isinstance(content, dict) else content
    return entries


def search_of(query: dict[str, Any]) -> tuple[str, ...]:
    """What makes two queries the same search: the folded words and every parameter."""
    return fold_name(query["q"]), *(f"{name}={query[name]}" for name in sorted(PARAMETERS & set(query)))


def test_there_are_enough_queries_and_none_twice() -> None:
    searches = [search_of(query) for query in list_queries()]
    assert len(searches) >= FEWEST_QUERIES
    assert len(searches) == len(set(searches)), sorted({one for one in searches if searches.count(one) > 1})


@pytest.mark.parametrize("query", list_queries(), ids=lambda query: str(query["q"]))
def test_query_expects_something_that_can_happen(query: dict[str, Any]) -> None:
    kind_of = list_example_kinds()
    assert set(query) <= KEYS
    assert query["why"]
    assert any(query.get(name) for name in EXPECTATIONS)
    named = {name: query.get(name, []) for name in SLUG_LISTS}
    for name, slugs in named.items():
        assert len(slugs) == len(set(slugs)), f"{name} names an entry twice"
        assert set(slugs) <= set(kind_of), f"{name} names an entry that is not an example"
    assert not {*named["any"], *named["all"]} & set(named["never"])
    assert len(named["all"]) <= 3
    kinds = query.get("kinds", [])
    assert set(kinds) <= KINDS
    assert not kinds or all(kind_of[slug] in kinds for slug in [*named["any"], *named["all"]])


def read_synonyms() -> dict[str, Any]:
    synonyms: dict[str, Any] = read_yaml(ROOT / "data/synonyms.yaml")
    return synonyms


def test_synonyms_are_written_as_a_query_is_read() -> None:
    synonyms = read_synonyms()
    # Bare on, off, yes and no are true and false to YAML, not words.
    assert [word for word in synonyms["stop_words"] if not isinstance(word, str)] == []
    rules = [*synonyms["groups"], *([rule["from"], *rule["to"]] for rule in synonyms["one_way"])]
    assert len(rules) >= FEWEST_SYNONYM_RULES
    assert [phrase for rule in rules for phrase in rule if phrase != fold_name(phrase)] == []
    assert [rule for rule in rules if len(set(rule)) < max(2, len(rule))] == []
    assert [word for word in synonyms["stop_words"] if word != fold_name(word) or " " in word] == []


def test_synonyms_say_one_thing_once() -> None:
    synonyms = read_synonyms()
    members = [member for group in synonyms["groups"] for member in group]
    starts = [rule["from"] for rule in synonyms["one_way"]]
    stop_words = synonyms["stop_words"]
    for phrases in (members, starts, stop_words):
        assert sorted({phrase for phrase in phrases if phrases.count(phrase) > 1}) == []
    # A stop word is left out of every query, so alone it can be no member.
    assert sorted(set(stop_words) & {*members, *starts}) == []
    assert sorted(set(stop_words) & MEANT) == []
