"""Rows without a lasting key of their own: known again by name and place, also after a small change."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, process

from geo.gazetteer import fold_name

_MADE_UP: Final = "~"
# Two names at one postcode this alike are one thing that was renamed or mended.
_SAME_NAME: Final = 80


def make_key(name: str | None, place: str | None) -> str | None:
    """A key of a row's own name and postcode (or town). None when it has no name."""
    folded = fold_name(name or "")
    return f"{_MADE_UP}{folded}|{fold_name(place or '').replace(' ', '')}" if folded else None


def find_renamed(new: Iterable[str], gone: Iterable[str]) -> dict[str, str]:
    """Keys of the file that are rows we knew by another key: {new key: old key}. The same place and nearly
    the same name, or the same name at another place when there is only one of that name."""
    at_place: dict[str, dict[str, str]] = defaultdict(dict)
    by_name: dict[str, list[str]] = defaultdict(list)
    for key in filter(_is_made_up, gone):
        name, place = _parts(key)
        by_name[name].append(key)
        if place:
            at_place[place][key] = name
    if not by_name:
        return {}
    fresh = [key for key in new if _is_made_up(key)]
    names = Counter(_parts(key)[0] for key in fresh)
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for key in fresh:
        name, place = _parts(key)
        there = {old: one for old, one in at_place.get(place, {}).items() if old not in taken}
        best = process.extractOne(name, there, scorer=fuzz.token_sort_ratio, score_cutoff=_SAME_NAME)
        moved = [old for old in by_name[name] if old not in taken]
        old = best[2] if best else moved[0] if len(moved) == 1 and names[name] == 1 else None
        if old is not None:
            pairs[key] = old
            taken.add(old)
    return pairs


def _is_made_up(key: str) -> bool:
    return key.startswith(_MADE_UP)


def _parts(key: str) -> tuple[str, str]:
    name, _, place = key[1:].rpartition("|")
    return name, place
