"""Yes, no and unknown, in the many words of forms; what is said beside them is kept."""

import re
from dataclasses import dataclass
from typing import Final

from ingest.values.issue import Issue, Reading

_YES: Final = frozenset(
    "y yes true t 1 1.0 ✓ ✔ ☑ available provided aye yep yeah fully always full certainly definitely".split()
)
_NO: Final = frozenset("n no false f 0 0.0 ✗ ✘ ☐ none nope never unavailable".split())
_UNKNOWN: Final = frozenset(
    {
        *(
            "",
            "-",
            "?",
            "n/k",
            "nk",
            "not known",
            "unknown",
            "don't know",
            "dont know",
            "tbc",
            "tba",
            "unsure",
        ),
        *(
            "not sure",
            "n/a",
            "na",
            "not applicable",
            "null",
            "to be confirmed",
            "to follow",
            "dk",
            "not stated",
        ),
        *(
            "no data",
            "no info",
            "no information",
            "not specified",
            "unspecified",
            "not recorded",
            "undefined",
        ),
    }
)
_FIRST_WORD: Final = re.compile(r"\s*([^\s,;:.(–—-]+)[\s,;:.(–—-]*(.*?)\)?\s*", re.DOTALL)
# "Yes, but not to the toilets" is neither.
_BUT: Final = re.compile(
    r"\b(but|not|no|except|only|partial|partially|partly|limited|some|with help|by arrangement|if|unless)\b"
)
_LONGEST: Final = 200


@dataclass(frozen=True)
class YesNo:
    """`says` is True, False, or None for unknown; `note` is what stood beside it."""

    says: bool | None
    note: str | None = None


def read_yes_no(text: str) -> Reading[YesNo]:
    """Yes, no or unknown. What is neither is unknown, its words are the note, and the issue says so."""
    cell = " ".join(text.split())[:_LONGEST]
    folded = cell.casefold().replace("’", "'")
    if folded.strip(" .!") in _UNKNOWN:
        return Reading(YesNo(None))
    says = _plain(folded.strip(" .!"))
    if says is not None:
        return Reading(YesNo(says))
    match = _FIRST_WORD.fullmatch(cell)
    first = _plain(match[1].casefold()) if match and not match[1].isdigit() else None
    note = match[2].strip() if match else ""
    if first is None or _BUT.search(note.casefold()):
        what = f"We could not tell whether “{cell[:80]}” is yes or no, so it counts as unknown."
        return Reading(YesNo(None, cell), Issue(what, "Write yes, no, or leave it empty."))
    return Reading(YesNo(first, note or None))


def _plain(word: str) -> bool | None:
    if word in _YES:
        return True
    return False if word in _NO else None
