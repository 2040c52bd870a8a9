"""Reading a name: its own words, the villages in it, and the words that tell two things apart."""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from api.duplicates.words import (
    DULL,
    EITHER_OR,
    EMPTY,
    EVERYDAY_PLACES,
    PLAIN,
    SHORT_FORMS,
    SILENT,
)
from geo.gazetteer import fold_name

LONGEST_PLACE: Final = 5
# In the names of villages too, so written out before those are looked for.
LONG_FORMS: Final = {"gt": "great", "lt": "little"}
EMPTY_WEIGHT, DULL_WEIGHT, VENUE_WEIGHT, PLAIN_WEIGHT, OWN_WEIGHT = 0.15, 0.3, 0.3, 0.8, 1.0
# More than this left over on both sides, and each name has a word of its own that the other lacks.
LEFT_OVER: Final = 0.7
WORTH_A_LOOK: Final = 50
# Said of one thing twice: "Soham Players (formerly Soham Drama Group)".
_ALIAS: Final = re.compile(
    r"\(?\s*\b(?:formerly|previously|was|now|aka|also known as|known as)\b:?\s*([^()]+)\)?", re.IGNORECASE
)
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_SUFFIX: Final = re.compile(r"(\d+)(st|nd|rd|th|s)$")


@dataclass(frozen=True, slots=True)
class NameParts:
    """`words` in order, without villages, joining words and legal forms; `initials` of the name as written;
    `telling`: (row of EITHER_OR, word); `alias` is the name it also had, read the same way."""

    key: str
    words: tuple[str, ...]
    places: frozenset[str]
    numbers: frozenset[str]
    telling: frozenset[tuple[str, str]]
    initials: frozenset[str]
    alias: "NameParts | None" = None

    @property
    def is_plain(self) -> bool:
        """Whether many different things have such a name: nothing in it but words of the field."""
        return all(word in EMPTY or word in DULL or word in PLAIN for word in self.words)


class Likeness(NamedTuple):
    """`alike` from 0 to 1; `each_own` when each name has a telling word that the other lacks, as in
    "Fen Edge Orchestra" and "Fen Edge Chorus"."""

    alike: float
    each_own: bool


def read_name(name: str, places: AbstractSet[str], *, town: str = "") -> NameParts:
    """The parts of a name. `places` are names of villages and towns, `town` the entry's own; all folded."""
    found, alias = _ALIAS.search(name), None
    if found and found.start() > 0 and found.group(1).strip():
        alias = _read(found.group(1), places, town, None)
        name = name[: found.start()] + name[found.end() :]
    return _read(name, places, town, alias)


def _read(name: str, places: AbstractSet[str], town: str, alias: NameParts | None) -> NameParts:
    # What stands in brackets explains; it still tells "(Juniors)" from "(Seniors)".
    key = fold_name(name)
    whole = [LONG_FORMS.get(token, token) for token in key.split()]
    everything, rest = _take_places(whole, places, town)
    tokens, named = whole, everything
    if "(" in name and (bare := fold_name(_BRACKETS.sub(" ", name))):
        tokens = [LONG_FORMS.get(token, token) for token in bare.split()]
        named, rest = _take_places(tokens, places, town)
    words = [word for token in rest for word in _spell_out(token)]
    said = {word for token in whole for word in _spell_out(token)}
    kept = tuple(word for word in words if word not in SILENT)
    short = [token for token in tokens if token not in SILENT]
    return NameParts(
        key=key,
        words=kept,
        places=everything or named,
        numbers=frozenset(digits for word in words if (digits := _SUFFIX.sub(r"\1", word)).isdigit()),
        telling=frozenset((row, word) for row, choices in EITHER_OR.items() for word in said & choices),
        initials=frozenset("".join(token[0] for token in some) for some in (tokens, short, rest)),
        alias=alias,
    )


def _take_places(tokens: list[str], places: AbstractSet[str], town: str) -> tuple[frozenset[str], list[str]]:
    """The villages named, longest first, and the other words."""
    found, rest, at = [], [], 0
    while at < len(tokens):
        for length in range(min(LONGEST_PLACE, len(tokens) - at), 0, -1):
            phrase = " ".join(tokens[at : at + length])
            if (phrase in places or phrase == town) and _is_place(phrase, tokens, at, town):
                found.append(phrase)
                at += length
                break
        else:
            rest.append(tokens[at])
            at += 1
    return frozenset(found), rest


def _is_place(phrase: str, tokens: list[str], at: int, town: str) -> bool:
    """ "Over 60s" is no village, "Over Day Centre" is one when it stands first or after "in" and "at"."""
    if phrase not in EVERYDAY_PLACES or phrase == town:
        return True
    after = tokens[at + 1] if at + 1 < len(tokens) else ""
    before = tokens[at - 1] if at else ""
    if phrase == "over" and (after[:1].isdigit() or after.endswith("ties")):
        return False
    if phrase == "reach" and after == "out":
        return False
    return at == 0 or before in ("in", "at", "of", "for") or at == len(tokens) - 1


@lru_cache(maxsize=20_000)
def _spell_out(token: str) -> tuple[str, ...]:
    words = SHORT_FORMS.get(token, token).split()
    return tuple(_singular(word) for word in words)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def may_be_alike(one: NameParts, other: NameParts) -> bool:
    """Quickly, and on the safe side: whether it is worth a closer look how alike two names are."""
    if len(one.words) < 2 or len(other.words) < 2 or one.alias or other.alias:
        return True
    return fuzz.token_set_ratio(" ".join(one.words), " ".join(other.words)) >= WORTH_A_LOOK


def compare_names(one: NameParts, other: NameParts, *, venue: frozenset[str] = frozenset()) -> Likeness:
    """How alike two names are, villages apart. Words of the field count little while there are others; words
    of the `venue` count little too, for "at Soham Library" is no part of a name."""
    best = _liken(one, other, venue)
    for first, second in ((one.alias, other), (one, other.alias), (one.alias, other.alias)):
        if first is not None and second is not None:
            best = max(best, _liken(first, second, venue))
    return best


def _liken(one: NameParts, other: NameParts, venue: frozenset[str]) -> Likeness:
    if one.key == other.key:
        return Likeness(1.0, False)
    if _is_acronym(one, other) or _is_acronym(other, one):
        return Likeness(0.92, False)
    if not one.words or not other.words:
        same = not one.words and not other.words and one.places == other.places
        return Likeness(1.0 if same else 0.0, False)
    if joined := _alike_joined("".join(one.words), "".join(other.words)):
        return Likeness(joined, False)
    weigh = _weights(one, other, venue)
    ours, theirs = (sum(weigh(word) for word in side.words) for side in (one, other))
    our_share, their_share = _shared(one.words, other.words, weigh)
    each_own = min(ours - our_share, theirs - their_share) > LEFT_OVER
    return Likeness((our_share + their_share) / (ours + theirs), each_own)


def _alike_joined(one: str, other: str) -> float:
    """For words run together or split, with a slip or two in a long name: "Tmebank" and "Time Bank"."""
    if one == other:
        return 1.0
    shorter = min(len(one), len(other))
    limit = 0 if shorter < 7 else 1 if shorter < 12 else 2
    edits = DamerauLevenshtein.distance(one, other, score_cutoff=limit)
    return 0.95 - 0.04 * edits if limit and edits <= limit else 0.0


def _is_acronym(short: NameParts, whole: NameParts) -> bool:
    """ "SCA" for "Soham Community Association"."""
    if whole.initials.isdisjoint(short.words):
        return False
    own = [word for word in short.key.split() if word not in SILENT and word not in short.places]
    own = [word for word in own if word not in EMPTY]
    return len(own) == 1 and len(own[0]) >= 3 and own[0] in whole.initials


def _weights(one: NameParts, other: NameParts, venue: frozenset[str]) -> Callable[[str], float]:
    only_dull = any(all(word in DULL or word in EMPTY for word in side.words) for side in (one, other))
    only_empty = any(all(word in EMPTY for word in side.words) for side in (one, other))

    def weigh(word: str) -> float:
        if word in EMPTY:
            return PLAIN_WEIGHT if only_empty else EMPTY_WEIGHT
        if word in DULL:
            return PLAIN_WEIGHT if only_dull else DULL_WEIGHT
        if word in venue:
            return VENUE_WEIGHT
        return PLAIN_WEIGHT if word in PLAIN else OWN_WEIGHT

    return weigh


def _shared(
    ours: tuple[str, ...], theirs: tuple[str, ...], weigh: Callable[[str], float]
) -> tuple[float, float]:
    """The weight on each side of the words found on both, each used once; a slip costs a little."""
    left = list(theirs)
    our_share = their_share = 0.0
    for word in ours:
        best, their = max(((_same_word(word, their), their) for their in left), default=(0.0, ""))
        if best:
            left.remove(their)
            our_share += best * weigh(word)
            their_share += best * weigh(their)
    return our_share, their_share


@lru_cache(maxsize=200_000)
def _same_word(one: str, other: str) -> float:
    """1 for the same word, a little less for one slip, 0 for another word."""
    if one == other:
        return 1.0
    shorter = min(len(one), len(other))
    if shorter >= 5 and (one.startswith(other) or other.startswith(one)) and abs(len(one) - len(other)) <= 3:
        return 0.9
    limit = 0 if shorter < 4 else 1 if shorter < 7 else 2
    if not limit:
        return 0.0
    edits = DamerauLevenshtein.distance(one, other, score_cutoff=limit)
    return 1 - 0.1 * edits if edits <= limit else 0.0
