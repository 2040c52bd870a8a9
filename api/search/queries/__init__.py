"""SQL of searching, one file a question; `match` is the condition that all of them share."""

from api.search.queries.crowd import expect_entries
from api.search.queries.listing import Found, count, find
from api.search.queries.match import Match, build_match, conditions_of
from api.search.queries.words import (
    KnownWord,
    TermName,
    WordsAsked,
    WordsKnown,
    ask_edition,
    ask_words,
    look_up_words,
    read_lexicon,
    read_term_names,
    read_tsqueries,
)

__all__ = [
    "Found",
    "KnownWord",
    "Match",
    "TermName",
    "WordsAsked",
    "WordsKnown",
    "ask_edition",
    "ask_words",
    "build_match",
    "conditions_of",
    "count",
    "expect_entries",
    "find",
    "look_up_words",
    "read_lexicon",
    "read_term_names",
    "read_tsqueries",
]
