"""UK postcodes, whole or in part: reading, telling an attempt from a name, and mending slips.

Shapes follow Royal Mail's Programmers' Guide to the Postcode Address File and BS 7666.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

MAX_LENGTH: Final = 60

_AREA_LETTERS: Final = """
AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY
E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY
L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM
S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
"""
AREAS: Final[frozenset[str]] = frozenset(_AREA_LETTERS.split())
"""All 124 postcode areas, Jersey, Guernsey and the Isle of Man among them."""

# Only central London has districts that end in a letter: E1W, N1C, W1A; EC1A, NW1W, SE1P, SW1A, WC2H.
_LETTERED_AREAS: Final = frozenset({"E", "N", "W", "EC", "NW", "SE", "SW", "WC"})
_OUTCODE: Final = re.compile(r"([A-Z]{1,2})(?:[0-9]|[1-9][0-9]|([1-9])([ABCDEFGHJKMNPRSTUVWXY]))")
_UNIT_END: Final = "[0-9][ABD-HJLNP-UW-Z]{2}"
_INWARD: Final = re.compile(_UNIT_END)
_PARTIAL_INWARD: Final = re.compile("[0-9][ABD-HJLNP-UW-Z]?")
_WITHIN: Final = re.compile(rf"\b(GIR ?0AA|[A-Z]{{1,2}}[0-9][0-9A-Z]? ?{_UNIT_END})\b")
_ATTEMPT: Final = re.compile(r"[A-Z]{1,2}[OI]?[0-9][A-Z0-9]{0,7}|[A-Z]{1,4}[0-9]{0,3}[A-Z]?[0-9][A-Z]{2}")
_SEPARATORS: Final = str.maketrans(dict.fromkeys("-‐‑‒–—_.,;:/'\"()[]\u200b\u200c\u200d\u2060\ufeff", " "))

_AS_DIGIT: Final = {"O": "0", "I": "1"}
_AS_LETTER: Final = {"0": "O", "1": "I"}
_OUTCODE_PATTERNS: Final = ("A9", "A99", "AA9", "AA99", "A9A", "AA9A")


@dataclass(frozen=True)
class Postcode:
    """A whole postcode: `text` is "CB7 5HJ", `sector` "CB7 5", `outcode` "CB7"."""

    text: str
    outcode: str
    sector: str
    kind: Literal["unit"] = "unit"


@dataclass(frozen=True)
class PartialPostcode:
    """An outcode ("CB7", no sector) or a sector ("CB7 5"); "CB7 5H" is its sector, with `text` as typed."""

    text: str
    outcode: str
    sector: str | None
    kind: Literal["sector", "outcode"]


def parse_postcode(text: str) -> Postcode | PartialPostcode | None:
    """The postcode that `text` as a whole is, whatever its case, spacing and stray punctuation, or None.

    Shape alone is judged: a well-formed postcode may still not exist.
    """
    return _parse(text) if len(text) <= MAX_LENGTH else None


@lru_cache(maxsize=8_192)
def _parse(text: str) -> Postcode | PartialPostcode | None:
    """One postcode is asked for by several who look at the same address."""
    words = _words(text)
    squashed = "".join(words)
    if not 2 <= len(squashed) <= 7:
        return None
    return (
        _parse_unit(squashed)
        or _parse_sector("".join(words[:-1]), words[-1])
        or _parse_outcode(squashed)
        or _parse_sector(squashed[:-1], squashed[-1:])
        or _parse_sector(squashed[:-2], squashed[-2:])
    )


def find_postcode_within(text: str) -> Postcode | None:
    """The last whole postcode inside a longer text such as an address, or None."""
    flat = " ".join(unicodedata.normalize("NFKC", text[:400]).upper().split())
    for found in reversed(_WITHIN.findall(flat)):
        postcode = _parse_unit(found.replace(" ", ""))
        if postcode is not None:
            return postcode
    return None


def read_as_sector(partial: PartialPostcode) -> PartialPostcode | None:
    """The other reading of an outcode typed without a space: "CB75" may have meant "CB7 5"."""
    if partial.kind != "outcode":
        return None
    return _parse_sector(partial.outcode[:-1], partial.outcode[-1:])


def looks_like_postcode(text: str) -> bool:
    """Whether this reads as an attempt at a postcode, right or wrong, more than as a place name."""
    words = _words(text)
    squashed = "".join(words)
    if not 2 <= len(squashed) <= 10 or any(len(word) > 3 and word.isalpha() for word in words):
        return False
    return _ATTEMPT.fullmatch(squashed) is not None or suggest_repair(text) is not None


def suggest_repair(text: str) -> str | None:
    """A postcode this may have been meant to be, where O and 0, or I and 1, were mixed up; else None.

    To be offered, never used unasked. None when it is already a postcode, or when two repairs fit as well.
    """
    words = _words(text)
    squashed = "".join(words)
    if not 3 <= len(squashed) <= 7 or squashed.isalpha() or parse_postcode(text) is not None:
        return None
    repairs = _repairs(squashed[:-3], squashed[-3:], "9AA")
    if not repairs and len(words) > 1:
        repairs = _repairs("".join(words[:-1]), words[-1], "9")
    if not repairs:
        repairs = _repairs(squashed, "", "")
    fewest = min(repairs.values(), default=0)
    best = [repair for repair, changes in repairs.items() if changes == fewest]
    return best[0] if len(best) == 1 else None


def postcode_area(code: str) -> str:
    """The area letters that open a postcode or a part of one: "CB" of "CB7 5HJ"; "" when there are none."""
    opening = re.match(r"[A-Z]{0,3}", code.strip().upper())
    return opening.group() if opening else ""


def _words(text: str) -> list[str]:
    """Upper-case words of letters and digits; none when the text is too long or holds anything else."""
    if len(text) > MAX_LENGTH:
        return []
    flat = unicodedata.normalize("NFKC", text).translate(_SEPARATORS).upper()
    words = flat.split()
    return words if all(word.isascii() and word.isalnum() for word in words) else []


def _is_outcode(text: str) -> bool:
    found = _OUTCODE.fullmatch(text)
    if found is None or found.group(1) not in AREAS:
        return False
    return found.group(3) is None or found.group(1) in _LETTERED_AREAS


def _parse_unit(squashed: str) -> Postcode | None:
    outcode, inward = squashed[:-3], squashed[-3:]
    known = squashed == "GIR0AA" or (_is_outcode(outcode) and _INWARD.fullmatch(inward) is not None)
    if not known:
        return None
    return Postcode(text=f"{outcode} {inward}", outcode=outcode, sector=f"{outcode} {inward[0]}")


def _parse_sector(outcode: str, inward: str) -> PartialPostcode | None:
    if not _is_outcode(outcode) or _PARTIAL_INWARD.fullmatch(inward) is None:
        return None
    return PartialPostcode(f"{outcode} {inward}", outcode, f"{outcode} {inward[0]}", "sector")


def _parse_outcode(squashed: str) -> PartialPostcode | None:
    return PartialPostcode(squashed, squashed, None, "outcode") if _is_outcode(squashed) else None


def _repairs(outward: str, inward: str, inward_pattern: str) -> dict[str, int]:
    """Well-formed readings once letters and digits stand where a postcode has them, with changes made."""
    found: dict[str, int] = {}
    typed = outward + inward
    for pattern in _OUTCODE_PATTERNS:
        wanted = pattern + inward_pattern
        if len(pattern) != len(outward) or len(wanted) != len(typed):
            continue
        mended = "".join(_as(kind, character) for kind, character in zip(wanted, typed, strict=True))
        spaced = f"{mended[: len(outward)]} {mended[len(outward) :]}".strip()
        if mended != typed and parse_postcode(spaced) is not None:
            found[spaced] = sum(a != b for a, b in zip(mended, typed, strict=True))
    return found


def _as(kind: str, character: str) -> str:
    return (_AS_DIGIT if kind == "9" else _AS_LETTER).get(character, character)
