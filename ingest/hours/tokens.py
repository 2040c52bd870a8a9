"""From the text of a cell to its words, numbers and marks, each with its place in the text."""

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

MAX_LENGTH: Final = 1500
"""A longer text is a page, not a cell of hours: nobody reads times out of it unseen."""

_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－~"), "-")
_QUOTES: Final = dict.fromkeys(map(ord, "‘’‛`´"), "'")
_BULLETS: Final = dict.fromkeys(map(ord, "•·▪●◦‣"), "\n")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_TABLE: Final = {**_DASHES, **_QUOTES, **_BULLETS, **_INVISIBLE}
_LINE_TAG: Final = re.compile(r"</?(?:br|p|li|ul|div)\s{0,3}/?>", re.IGNORECASE)
_TOKEN: Final = re.compile(
    r"""(?P<line>\n)
      | (?P<nth>\d{1,2}(?:st|nd|rd|th)(?![a-z]))
      | (?P<number>\d+(?:[.:]\d+)*)
      | (?P<half>[ap]\.\ ?m(?:\.|(?![a-z]))|[ap]m(?![a-z]))
      | (?P<word>'til(?!\w)|[^\W\d_]+(?:'[^\W\d_]+)*'?)
      | (?P<mark>\S)""",
    re.VERBOSE,
)

Kind = Literal["line", "nth", "number", "half", "word", "mark"]


@dataclass(frozen=True)
class Token:
    """One word, number or mark in small letters; `start` and `end` are its place in the tidy text."""

    kind: Kind
    text: str
    start: int
    end: int


def tidy(text: str) -> str:
    """The text with plain dashes, quotes and spaces, and without tags for lines; lines end in \\n."""
    flat = unicodedata.normalize("NFKC", html.unescape(_LINE_TAG.sub("\n", text)))
    flat = flat.translate(_TABLE).replace("\r\n", "\n").replace("\r", "\n")
    kept = (letter if letter == "\n" or letter.isprintable() else " " for letter in flat)
    lines = (" ".join(line.split()) for line in "".join(kept).split("\n"))
    return "\n".join(line for line in lines if line)


def split_tokens(text: str) -> list[Token]:
    """The tokens of a tidy text."""
    # Letter by letter, so that places stay the same where a capital has a longer small form.
    small = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return [
        Token(match.lastgroup, match[0], match.start(), match.end())  # type: ignore[arg-type]
        for match in _TOKEN.finditer(small)
    ]
