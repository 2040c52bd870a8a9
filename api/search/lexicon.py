"""From the words of a query to terms: known phrases, synonyms, slips put right from our own vocabulary."""

from collections.abc import Sequence
from math import log

from api.db import ReadConnection
from api.search import queries
from api.search.words import LONGEST_PHRASE, Lexicon, Term, best_corrections, find_phrases


async def read_terms(
    read: ReadConnection, words: Sequence[str], *, optional: Sequence[str] = (), keep_some: bool = True
) -> list[Term]:
    """Terms for the words left of a query, then for those that only help the order (`optional`). With
    `keep_some`, stop words are looked for when there is nothing else."""
    if not words and not optional:
        return []
    lexicon = await load_lexicon(read, [*words, *optional])
    phrases = find_phrases(words, lexicon, keep_some=keep_some) if words else []
    extra = (
        [phrase for phrase in find_phrases(optional, lexicon) if phrase not in phrases] if optional else []
    )
    single = [phrase for phrase in [*phrases, *extra] if " " not in phrase]
    known = await queries.look_up_words(read, single)
    terms = []
    for number, phrase in enumerate([*phrases, *extra]):
        is_last = number == len(phrases) - 1
        terms.append(
            _term(phrase, lexicon, known.get(phrase), is_last=is_last, optional=number >= len(phrases))
        )
    return terms


def _term(
    phrase: str, lexicon: Lexicon, known: queries.KnownWord | None, *, is_last: bool, optional: bool
) -> Term:
    unknown = known is not None and known.entries == 0
    # The beginning of a word is a slip only when no word of ours begins so.
    prefix = unknown and is_last and known is not None and known.begins and len(phrase) >= 2
    corrected = (
        best_corrections(phrase, known.alike)
        if known is not None and unknown and not prefix and phrase not in lexicon.also
        else ()
    )
    spoken = [phrase, *corrected]
    also = tuple(dict.fromkeys(other for word in spoken for other in lexicon.also.get(word, ())))
    entries = known.entries if known is not None else 3
    found = not unknown or bool(prefix or corrected or also)
    # A word that none of our entries has cannot be asked for, or nothing would ever be found.
    weight = 1 / (1 + log(1 + entries)) if found else 0.1
    return Term(phrase, corrected, also, bool(prefix), weight, found, optional or not found)


async def load_lexicon(read: ReadConnection, words: Sequence[str]) -> Lexicon:
    """As much of the synonyms and stop words as these words can touch."""
    phrases = [
        " ".join(words[at : at + length])
        for length in range(1, LONGEST_PHRASE + 1)
        for at in range(len(words) - length + 1)
    ]
    groups, stop_words = await queries.read_lexicon(read, phrases)
    return Lexicon.of(groups, stop_words)
