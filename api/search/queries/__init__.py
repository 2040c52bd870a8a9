"""SQL of searching, one file a question; `match` is the condition that all of them share."""

from api.search.queries.listing import Found, area_names, count, facet_labels, find
from api.search.queries.match import Match, build_match, conditions_of
from api.search.queries.words import KnownWord, look_up_words, read_lexicon, term_words

__all__ = [
    "Found",
    "KnownWord",
    "Match",
    "area_names",
    "build_match",
    "conditions_of",
    "count",
    "facet_labels",
    "find",
    "look_up_words",
    "read_lexicon",
    "term_words",
]
