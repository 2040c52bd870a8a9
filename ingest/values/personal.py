"""Telephone numbers and e-mail addresses inside free text, to be held back until someone says yes."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import phonenumbers

_EMAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+'-]{1,64}(?:@|\s?[\[(]\s?at\s?[\])]\s?)"
    r"[\w-]{1,63}(?:(?:\.|\s?[\[(]\s?dot\s?[\])]\s?)[\w-]{1,63}){1,5}",
    re.IGNORECASE,
)
# A number is written with its 0, or with a +: prices, dates and charity numbers are not.
_PHONE: Final = re.compile(
    r"(?<![\d£$€])(?<!\d[:.,/-])(?:\(?00?[\s().\-]{0,2}|\+\s?)[1-9](?:[\s().\-/]{0,3}\d){7,14}(?!\d)"
)
_NO_DIGIT: Final = re.compile(r"\D")
# Asking the library takes long, so only what has the look of a number here gets there.
_NATIONAL: Final = re.compile(r"(?:0|44|0044|440)[1-35789]\d{8,9}")
_SHORTEST: Final = 9


@dataclass(frozen=True)
class Personal:
    """A way to reach someone, as it stands in the text from `start` to `end`."""

    kind: Literal["phone", "email"]
    words: str
    start: int
    end: int


def find_personal(text: str) -> list[Personal]:
    """In their order. Dates, prices, postcodes and the numbers of charities are none."""
    emails = [Personal("email", one[0], one.start(), one.end()) for one in _EMAIL.finditer(text)]
    found, at = list(emails), 0
    while (match := _PHONE.search(text, at)) is not None:
        end = _end_of_number(match[0])
        if end is None:
            at = match.start() + 1
            continue
        at = match.start() + end
        if not any(one.start <= match.start() < one.end for one in emails):
            found.append(Personal("phone", text[match.start() : at], match.start(), at))
    return sorted(found, key=lambda one: one.start)


def _end_of_number(text: str) -> int | None:
    """Where the number ends: two may stand side by side, so the longest real one counts."""
    ends = [at + 1 for at, letter in enumerate(text) if letter.isdecimal()]
    for end in reversed(ends[_SHORTEST - 1 :]):
        digits = _NO_DIGIT.sub("", text[:end])
        likely = _NATIONAL.fullmatch(digits) or (text[0] == "+" and not digits.startswith("44"))
        if likely and not text[end : end + 1].isdecimal() and is_phone(text[:end]):
            return end
    return None


@lru_cache(maxsize=2_000)
def is_phone(text: str) -> bool:
    """A number that can be dialled here. The regulator's numbers for plays and examples count too."""
    try:
        return phonenumbers.is_possible_number(number := phonenumbers.parse(text, "GB")) and (
            phonenumbers.is_valid_number(number) or str(number.national_number).startswith("7700900")
        )
    except phonenumbers.NumberParseException:
        return False


def mask_personal(text: str) -> str:
    """The text with "…" where a telephone number or an e-mail address stood."""
    for one in reversed(find_personal(text)):
        text = text[: one.start] + "…" + text[one.end :]
    return text
