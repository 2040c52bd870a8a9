"""What searches learnt of words and places, for as long as it is true: most searches follow one much like
them, with another filter, another page, another part of the map."""

from typing import NamedTuple

from api.places.service import NearPlace
from api.search.engine import Ground
from api.search.latest import Latest
from api.search.queries import TermName
from api.search.words import Term


class Outdated(Exception):
    """What was kept is of another edition than the directory is now."""


class Said(NamedTuple):
    """The words left of a query, those that name its kind, and whether stop words stay when alone."""

    words: tuple[str, ...]
    kind_words: tuple[str, ...]
    keep_some: bool


class Kept:
    """What was read at one `edition` of words and places, None before anything was. Nobody may change what
    is kept; nothing here says who asked, and nothing is ever written down. With `for_one` search alone, what
    changes while it is answered may change."""

    def __init__(self, *, for_one: bool = False) -> None:
        self.edition: int | None = None
        self._for_one = for_one
        self.names: list[TermName] = []
        self.terms: Latest[Said, list[Term]] = Latest()
        self.places: Latest[str, NearPlace] = Latest()
        self.grounds: Latest[tuple[str, float], Ground] = Latest()
        self.named: Latest[tuple[str, ...], dict[str, str]] = Latest()

    def read_at(self, edition: int) -> None:
        """To be said of what is about to be kept. Raises Outdated when all that is kept is of another."""
        if self.edition is None:
            self.edition = edition
        elif self.edition != edition and not self._for_one:
            raise Outdated


class Memory:
    """One process's. Whoever answers from `kept` makes sure that the directory still is at its edition."""

    def __init__(self) -> None:
        self.kept = Kept()

    def forget(self, kept: Kept) -> None:
        """Begin anew, unless another search has already."""
        if self.kept is kept:
            self.kept = Kept()
