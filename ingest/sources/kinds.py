"""Which kind of entry a name speaks of, where a source has no kinds of ours: clear words, or none."""

import re
from typing import Final

from api.entries.vocabulary import Kind

_WORDS: Final[tuple[tuple[Kind, str], ...]] = (
    ("timebank", r"time ?-?banks?|time credits"),
    ("mutual_aid", r"mutual aid|good neighbours?( scheme)?"),
    (
        "transport",
        r"dial-?a-?ride|community transport|(community )?car scheme|minibus(es)?|volunteer drivers?",
    ),
    ("food", r"food ?banks?|food pantr(y|ies)|community (fridge|larder|pantry)|lunch clubs?|soup kitchen"),
    ("lending", r"library of things|toy librar(y|ies)|tool librar(y|ies)|scooter (hire|loan)|shopmobility"),
    ("drop_in", r"drop-?ins?|drop in|coffee mornings?|warm (space|hub)s?|chatty (cafe|café)"),
    ("venue", r"village hall|community (centre|hall)|church hall|parish hall|librar(y|ies)"),
)
_PATTERNS: Final = tuple((kind, re.compile(rf"\b({words})\b", re.IGNORECASE)) for kind, words in _WORDS)


def kind_of_words(text: str | None) -> Kind | None:
    """The kind of the first words that name one; None when nothing does."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text or "")), None)
