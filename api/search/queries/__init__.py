"""SQL of searching, one file a question; `match` is the condition that all of them share."""

from api.search.queries.listing import Found, count, find
from api.search.queries.match import Match, build_match, conditions_of
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
    "conditions_of",
    "count",
    "find",
    "look_up_words",
    "read_lexicon",
    "read_term_names",
    "read_words",
]
