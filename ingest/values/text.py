"""Free text from a cell: without tags, control characters and invisible signs; what goes is counted."""

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import nh3

from ingest.values.issue import Issue

_INVISIBLE: Final = dict.fromkeys(
    map(
        ord,
        "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    )
)
_TAG: Final = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,15}(?:\s[^<>]{0,2000})?/?>|<!--")
# "Ann <ann@example.org>" holds an address, not a tag.
_IN_BRACKETS: Final = re.compile(r"<(\S{1,100}@\S{1,100}|https?://[^\s<>]{1,300})>")
_MOST_ROUNDS: Final = 3
_LINE_TAG: Final = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr)\s{0,3}/?>", re.IGNORECASE)
_ITEM_TAG: Final = re.compile(r"<li[^<>]{0,200}>", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,6});")
_GAP: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class CleanText:
    """The text; how many tags, control characters and letters that could not be read stood in it."""

    text: str
    tags: int = 0
    controls: int = 0
    unreadable: int = 0

    @property
    def issue(self) -> Issue | None:
        found = [
            f"{count} {one if count == 1 else many}"
            for count, one, many in (
                (self.tags, "HTML tag", "HTML tags"),
                (self.controls, "control character", "control characters"),
                (self.unreadable, "letter that could not be read", "letters that could not be read"),
            )
            if count
        ]
        if not found:
            return None
        kept = "The rest is kept."
        return Issue(f"The text holds {' and '.join(found)}. {kept}", "Compare it with the original text.")


def clean_text(text: str) -> CleanText:
    """Plain text with its lines: letters composed, odd spaces made plain. Names in capitals stay so."""
    flat = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    tags, controls = 0, sum(_is_control(letter) for letter in flat)
    # Feeds send tags that were written as signs, and signs of signs.
    for _ in range(_MOST_ROUNDS):
        flat = _IN_BRACKETS.sub(r"\1", flat)
        found = len(_TAG.findall(flat))
        if not found and _ENTITY.search(flat) is None:
            break
        tags += found
        flat = _strip_tags(flat)
    flat = flat.translate(_INVISIBLE)
    plain = "".join(_plain_letter(letter) for letter in flat)
    lines = [" ".join(line.split()) for line in plain.split("\n")]
    joined = _GAP.sub("\n\n", "\n".join(lines)).strip()
    return CleanText(joined, tags, controls, joined.count("\ufffd"))


def _strip_tags(text: str) -> str:
    """Tags gone, their words kept, scripts and styles gone with theirs. A lone "<" ("ages < 5") stays."""
    lined = _ITEM_TAG.sub("\n- ", _LINE_TAG.sub("\n", text))
    return html.unescape(nh3.clean(lined, tags=set(), clean_content_tags={"script", "style"}))


def _is_control(letter: str) -> bool:
    return letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cs", "Co")


def _plain_letter(letter: str) -> str:
    if letter == "\n":
        return letter
    return " " if _is_control(letter) or letter.isspace() else letter
