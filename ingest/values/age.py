"""Ages: "18+", "under 5s", "55 and over", "11-18 years", "all ages"."""

import re
from dataclasses import dataclass
from typing import Final

from ingest.values.issue import Issue, Reading

_N: Final = r"(\d{1,3})(?:\s?(?:years?|yrs?|yo|y)\b(?: old| of age)?)?"
_LEAD: Final = r"(?:aged?|ages|for|people|children|adults|anyone|those)?(?:\s(?:aged?|ages|who are))?\s*"
_BETWEEN: Final = re.compile(rf"{_LEAD}(?:between )?{_N}\s*(?:-|to|and|until|up to)\s*{_N}s?(?: inclusive)?")
_FROM: Final = re.compile(
    rf"{_LEAD}{_N}s?\s*(?:\+|plus|and over|and above|or over|and older|or older|upwards|and up|onwards"
    rf"|& over)|{_LEAD}(?:from|at least|minimum(?: age)?|min)\s*{_N}|(?:the )?over[ -]?{_N}'?s?(?: only)?"
)
_TO: Final = re.compile(
    rf"{_LEAD}(?:up to|maximum(?: age)?|max)\s*{_N}"
    rf"|{_N}\s*(?:and under|or under|and below|& under|or younger)"
)
_UNDER: Final = re.compile(rf"(?:the |children )?under[ -]?{_N}'?s?(?: only)?")
_WORDS: Final[dict[str, tuple[int | None, int | None]]] = {
    **dict.fromkeys(("all ages", "all", "any", "any age", "everyone", "all age groups"), (None, None)),
    "no restriction": (None, None),
    **dict.fromkeys(("adults", "adult", "adults only", "adult only"), (18, None)),
}
_OLDEST: Final = 120


@dataclass(frozen=True)
class Ages:
    """From and to, both included; None where there is no bound."""

    age_from: int | None
    age_to: int | None


def read_ages(text: str) -> Reading[Ages]:
    """The ages it is for; None with an issue when the words say something else, such as months."""
    words = " ".join(text.casefold().replace("–", "-").replace("—", "-").replace("’", "'").split())[:200]
    plain = words.strip(" .()")
    if not plain or plain in ("n/a", "-", "none", "unknown", "n/k", "tbc"):
        return Reading(None)
    ages = _find(plain.removesuffix(".0"))
    if ages is None or not _fits(ages):
        what = f"We could not read the ages from “{words[:80]}”, so no ages are set."
        return Reading(None, Issue(what, "Write them like 11-18, 55+, or under 5."))
    return Reading(ages)


def _find(words: str) -> Ages | None:
    if words in _WORDS:
        return Ages(*_WORDS[words])
    both = _BETWEEN.fullmatch(words)
    if both is not None:
        return Ages(int(both[1]), int(both[2]))
    least = _FROM.fullmatch(words)
    if least is not None:
        # "Over 60s" are people of 60 and more to those who run such groups, so it is read as 60.
        return Ages(int(next(number for number in least.groups() if number)), None)
    most = _TO.fullmatch(words)
    if most is not None:
        return Ages(None, int(next(number for number in most.groups() if number)))
    under = _UNDER.fullmatch(words)
    if under is not None:
        return Ages(None, int(under[1]) - 1) if int(under[1]) else None
    return None


def _fits(ages: Ages) -> bool:
    known = [age for age in (ages.age_from, ages.age_to) if age is not None]
    return all(0 <= age <= _OLDEST for age in known) and known == sorted(known)
