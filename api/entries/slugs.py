"""Slugs of the entries of one call of saving: which are free, and who has which."""

import re
from collections.abc import Callable, Iterable
from itertools import count

from geo.gazetteer import fold_name

FIRST_NUMBERS = 20
ReadTaken = Callable[[list[str]], set[str]]


def slugify(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold_name(words)).strip("-")[:80].strip("-")


def slug_stems(name: str, town: str | None) -> tuple[str, str]:
    """The slug of a name alone, and that of the name with the town where the name does not say it."""
    base = slugify(name) or "entry"
    said = not town or fold_name(town) in fold_name(name)
    return base, base if said else slugify(f"{name} {town}")


class Slugs:
    """`owners` are entries' names by the slugs they have now, `old` the slugs that only redirect.
    `read_taken` answers which of some slugs anybody has or once had."""

    def __init__(self, owners: dict[str, str], old: set[str], read_taken: ReadTaken) -> None:
        self._owners = owners
        self._taken = old | owners.keys()
        self._read_taken = read_taken
        self._read_to: dict[str, int] = {}
        self._next: dict[str, int] = {}

    def owner(self, slug: str) -> str | None:
        """The name of the entry that has this slug now."""
        return self._owners.get(slug)

    def take(self, slug: str, *, name: str, instead_of: str | None) -> None:
        if instead_of is not None:
            self._owners.pop(instead_of, None)
        self._owners[slug] = name
        self._taken.add(slug)

    def rename(self, slug: str, name: str) -> None:
        self._owners[slug] = name

    def free(self, base: str, with_town: str) -> str:
        """The first that is free: the name, the name with the town, then that with a number."""
        for slug in (base, with_town):
            if slug not in self._taken:
                return slug
        for number in count(self._next.get(with_town, 2)):
            if number >= self._read_to.get(with_town, 2):
                self._read_numbers([with_town])
            slug = f"{with_town}-{number}"
            if slug not in self._taken:
                self._next[with_town] = number
                return slug
        raise AssertionError("numbers never end")

    def foresee(self, stems: dict[tuple[str, str], int]) -> None:
        """Learn at once what `free` will need for these, each with how often it is asked."""
        busy = {
            with_town
            for (base, with_town), times in stems.items()
            if times > 1 or {base, with_town} <= self._taken
        }
        self._read_numbers(busy)

    def _read_numbers(self, stems: Iterable[str]) -> None:
        """Learn which numbered forms of these are taken: the first 20, at the next call the first 200..."""
        wanted = []
        for stem in stems:
            start = self._read_to.get(stem, 2)
            end = FIRST_NUMBERS if start == 2 else start * 10
            wanted += [f"{stem}-{number}" for number in range(start, end)]
            self._read_to[stem] = end
        if wanted:
            self._taken |= self._read_taken(wanted)
