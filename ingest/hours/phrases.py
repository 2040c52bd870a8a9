"""Finding phrases of several words in a row of tokens, the longest first, whatever hyphens stand between."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from ingest.hours.tokens import Token, split_tokens

T = TypeVar("T")


class Phrases(Generic[T]):
    """Phrases with what each means."""

    def __init__(self, meanings: Mapping[str, T]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for phrase, meaning in meanings.items():
            words = tuple(token.text for token in split_tokens(phrase))
            self._by_first.setdefault(words[0], []).append((words, meaning))
        for found in self._by_first.values():
            found.sort(key=lambda one: -len(one[0]))

    def find(self, tokens: list[Token], at: int) -> tuple[T, int] | None:
        """What the longest phrase at `at` means, and where it ends."""
        if at >= len(tokens):
            return None
        for words, meaning in self._by_first.get(tokens[at].text, ()):
            stop = _match(tokens, at, words)
            if stop is not None:
                return meaning, stop
        return None


def phrase_set(phrases: Iterable[str]) -> Phrases[bool]:
    return Phrases(dict.fromkeys(phrases, True))


def _match(tokens: list[Token], at: int, words: tuple[str, ...]) -> int | None:
    for number, word in enumerate(words):
        if number and word != "-" and at < len(tokens) and tokens[at].text == "-":
            at += 1
        if at >= len(tokens) or tokens[at].text != word:
            return None
        at += 1
    return at
