"""Reading the words of a query: phrases people say, words to leave out, slips to put right."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from geo.gazetteer import fold_name

MAX_WORDS: Final = 16
LONGEST_PHRASE: Final = 4
SHORTEST_MENDED: Final = 4
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Lexicon:
    """What people say: `also` gives for a word or phrase the others that mean it, all folded."""

    also: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stop_words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, groups: Iterable[tuple[Sequence[str], str | None]], stop_words: Iterable[str]) -> "Lexicon":
        """From rows of (words, one_way_from): without `one_way_from` each word means all the others."""
        also: dict[str, list[str]] = {}
        for words, one_way_from in groups:
            for word in [one_way_from] if one_way_from else words:
                also.setdefault(word, []).extend(other for other in words if other != word)
        merged = {word: tuple(dict.fromkeys(others)) for word, others in also.items()}
        return cls(merged, frozenset(stop_words))


@dataclass(frozen=True)
class Term:
    """One thing looked for: a word or a phrase as `typed`, what it was `corrected` to when no entry uses it,
    `prefix` when only its beginning was typed, and what else is looked for in its stead. `weight` is high for
    a rare word; `known` says that our own entries use it. An `optional` term counts towards the order but
    need not be there. `entries` is how many entries use it, of a phrase how many use its commonest word."""

    typed: str
    corrected: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    prefix: bool = False
    weight: float = 1.0
    known: bool = True
    optional: bool = False
    entries: int = 0

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """Every way of saying it, the likeliest first."""
        return tuple(dict.fromkeys([*(self.corrected or (self.typed,)), *self.also]))


def split_words(text: str) -> list[str]:
    """The words of a text, folded, without what repeats."""
    return _WORD.findall(fold_name(text))[: MAX_WORDS * 2]


def find_phrases(words: Sequence[str], lexicon: Lexicon, *, keep_some: bool = True) -> list[str]:
    """Words and known phrases, in order, without stop words; with `keep_some`, all when nothing else is left.
    The longest phrase wins: "dial a ride" is one thing, and not three."""
    found: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 1, -1):
            phrase = " ".join(words[at : at + length])
            if phrase in lexicon.also:
                found.append(phrase)
                at += length
                break
        else:
            if words[at] not in lexicon.stop_words:
                found.append(words[at])
            at += 1
    kept = list(dict.fromkeys(found or (words if keep_some else [])))
    return kept[:MAX_WORDS]


def allowed_edits(word: str) -> int:
    """How many slips a word of this length may have and still be meant: none in a short one."""
    return 0 if len(word) < SHORTEST_MENDED else 1 if len(word) < 6 else 2


def best_corrections(typed: str, known: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The likeliest of (word, how many entries use it) for a misspelt word. A transposition is one edit.
    Empty when nothing is near enough."""
    limit = allowed_edits(typed)
    scored = []
    for word, entries in known:
        # Somebody who means "nails" did not mean "fails": the first letter is seldom the wrong one.
        if word[:1] != typed[:1] and not (len(word) > 2 and sorted(word[:2]) == sorted(typed[:2])):
            continue
        edits = DamerauLevenshtein.distance(typed, word, score_cutoff=limit)
        if edits <= limit:
            scored.append((edits, -entries, word))
    scored.sort()
    return tuple(word for edits, _, word in scored if edits == scored[0][0])[:3]
