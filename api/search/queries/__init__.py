"""SQL of searching, one file a question; `match` is the condition that all of them share."""

from api.search.queries.listing import Found, count, find
from api.search.queries.map import find_on_map
from api.search.queries.match import Match, build_match
from api.search.queries.words import (
    KnownWord,
    TermName,
    look_up_words,
    read_lexicon,
    read_term_names,
    read_words,
)

__all__ = [
    "Found",
    "KnownWord",
    "Match",
    "TermName",
    "build_match",
    "count",
    "find",
    "find_on_map",
    "look_up_words",
    "read_lexicon",
    "read_term_names",
    "read_words",
]
