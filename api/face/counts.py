"""What is counted of many entries together: words, the values of a list's filters, squares of the map."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, permutations, product
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

# A value of a filter and one beside it; the empty text is every entry.
Pair = tuple[str, str]
# Kind, column, row, and the least number in it.
Square = tuple[str, int, int, int]


class Shown(NamedTuple):
    """What the counts know of an entry. `least` is the least number of its deepest counted square; where it
    is and its square are None without a public point."""

    id: UUID
    body: str
    kind: str
    is_closed: bool
    facets: list[str]
    areas: list[str]
    lon: float | None
    lat: float | None
    x: int | None
    y: int | None
    least: int | None


@dataclass
class Counts:
    """What is yet to be told to the counts kept of many entries together: in how many entries more each word
    is, and each value and each two of a list's filters, which squares of the map to count again, and by how
    many more entries of a kind are without a pin. `noted` are entries as they were and as they are, not yet
    counted: that can wait for a better time (`add_up`)."""

    words: Counter[str] = field(default_factory=Counter)
    tallies: Counter[Pair] = field(default_factory=Counter)
    squares: set[Square] = field(default_factory=set)
    without_pin: Counter[str] = field(default_factory=Counter)
    noted: list[tuple[Sequence[Shown], Sequence[Shown]]] = field(default_factory=list)

    def __len__(self) -> int:
        """How many words, tallies and squares wait to be told."""
        return len(self.words) + len(self.tallies) + len(self.squares)

    def note(self, *, before: Sequence[Shown], after: Sequence[Shown]) -> None:
        self.noted.append((before, after))

    def add(self, more: "Counts") -> None:
        self.words.update(more.words)
        self.tallies.update(more.tallies)
        self.squares |= more.squares
        self.without_pin.update(more.without_pin)
        self.noted += more.noted

    def add_up(self) -> None:
        noted, self.noted = self.noted, []
        for before, after in noted:
            self.words.update(_words_of(after))
            self.words.subtract(Counter(_words_of(before)))
            self._tally(after, change=1)
            self._tally(before, change=-1)
            self._place(before, after)

    def _tally(self, shown: Sequence[Shown], *, change: int) -> None:
        # Many entries have the same values: they are counted before they are put in pairs.
        alike = Counter((tuple(one.facets), tuple(one.areas)) for one in shown if not one.is_closed)
        for (facets, areas), entries in alike.items():
            if entries == change:
                self.tallies.update(_pairs(facets, areas))
                continue
            for pair in _pairs(facets, areas):
                self.tallies[pair] += change * entries

    def _place(self, before: Sequence[Shown], after: Sequence[Shown]) -> None:
        was, now = set(map(_pin, before)), set(map(_pin, after))
        for _, kind, is_closed, _, _, x, y, least in was ^ now:
            if x is not None and y is not None and least is not None and not is_closed:
                self.squares.add((kind, x, y, least))
        self.without_pin.update(one.kind for one in after if one.least is None and not one.is_closed)
        self.without_pin.subtract(one.kind for one in before if one.least is None and not one.is_closed)


# What makes a square count anew when it changes.
_pin = attrgetter("id", "kind", "is_closed", "lon", "lat", "x", "y", "least")


def _words_of(shown: Sequence[Shown]) -> Iterable[str]:
    """Each word of an entry once."""
    return chain.from_iterable(set(one.body.split(" ")) for one in shown)


def _pairs(facets: Sequence[str], areas: Sequence[str]) -> Iterator[Pair]:
    """As in `api.face.queries_tallies`."""
    all_too = ["", *facets]
    return chain(permutations(all_too, 2), product([f"area:{code}" for code in areas], all_too), [("", "")])
