"""From the words of a query to terms: known phrases, synonyms, slips put right from our own vocabulary."""

from collections.abc import Sequence
from dataclasses import replace
from math import log

from api.db import ReadConnection
from api.search import queries
from api.search.everyday import FIT_ALL
from api.search.words import LONGEST_PHRASE, Lexicon, Term, best_corrections, find_phrases


async def ask_words(read: ReadConnection, said: Sequence[str]) -> queries.WordsAsked:
    """Ask all that these words can touch, for a pipeline that asks more."""
    return await queries.ask_words(read, _phrases_of(said), sorted(set(said)))


async def make_terms(
    read: ReadConnection,
    about: queries.WordsKnown,
    words: Sequence[str],
    *,
    optional: Sequence[str] = (),
    keep_some: bool = True,
) -> list[Term]:
    """Terms for the words left of a query, then for those that only help the order (`optional`); `about` is
    what is known of all of them. With `keep_some`, stop words are looked for when there is nothing else."""
    known = about.known
    lexicon = Lexicon.of(*about.sayings)
    phrases = find_phrases(words, lexicon, keep_some=keep_some) if words else []
    extra = (
        [phrase for phrase in find_phrases(optional, lexicon) if phrase not in phrases] if optional else []
    )
    # "Walking group": a group is what most of ours are, and what is sought may be called a class.
    telling = [phrase for phrase in phrases if phrase not in FIT_ALL]
    looked_up = [
        _LookedUp(phrase, known, lexicon, is_last=number == len(phrases) - 1)
        for number, phrase in enumerate([*phrases, *extra])
    ]
    # What means the word that was meant is looked for as well, not only what means the slip.
    if meant := [word for one in looked_up for word in one.corrected]:
        lexicon = replace(lexicon, also=lexicon.also | (await load_lexicon(read, meant)).also)
    must = telling or phrases
    return [_term(one, lexicon, optional=one.phrase not in must) for one in looked_up]


class _LookedUp:
    """A phrase with what our own entries know of it; `corrected` is what a slip was meant to be."""

    def __init__(
        self, phrase: str, words: dict[str, queries.KnownWord], lexicon: Lexicon, *, is_last: bool
    ) -> None:
        self.phrase = phrase
        self.known = known = words.get(phrase)
        self._parts = [words[part].entries for part in phrase.split() if part in words]
        self.is_unknown = known is not None and known.entries == 0
        # A word that people say is whole and spelt right, whether or not an entry of ours has it.
        is_odd = self.is_unknown and phrase not in lexicon.also
        # The beginning of a word is a slip only when no word of ours begins so.
        self.is_prefix = is_odd and is_last and bool(known and known.begins) and len(phrase) >= 2
        self.corrected = (
            best_corrections(phrase, known.alike) if known and is_odd and not self.is_prefix else ()
        )

    @property
    def entries(self) -> int:
        """How many entries use it: of a slip, those that use what was meant. A phrase is taken to be rare."""
        if self.known is None:
            return 3
        meant = [entries for word, entries in self.known.alike if word in self.corrected]
        return self.known.entries or max(meant, default=0)

    @property
    def most_entries(self) -> int:
        """How many entries use it, or the commonest word of a phrase."""
        return self.entries if self.known else max(self._parts, default=0)


def _term(word: _LookedUp, lexicon: Lexicon, *, optional: bool) -> Term:
    spoken = [word.phrase, *word.corrected]
    also = tuple(dict.fromkeys(other for one in spoken for other in lexicon.also.get(one, ())))
    found = not word.is_unknown or bool(word.is_prefix or word.corrected or also)
    # A word that none of our entries has cannot be asked for, or nothing would ever be found.
    weight = 1 / (1 + log(1 + word.entries)) if found else 0.1
    return Term(
        word.phrase,
        word.corrected,
        also,
        word.is_prefix,
        weight,
        found,
        optional or not found,
        word.most_entries,
    )


async def load_lexicon(read: ReadConnection, words: Sequence[str]) -> Lexicon:
    """As much of the synonyms and stop words as these words can touch."""
    return Lexicon.of(*await queries.read_lexicon(read, _phrases_of(words)))


def _phrases_of(words: Sequence[str]) -> list[str]:
    return [
        " ".join(words[at : at + length])
        for length in range(1, LONGEST_PHRASE + 1)
        for at in range(len(words) - length + 1)
    ]
