"""Telephone numbers: several in one cell, words around them, and the 0 that spreadsheets lose."""

import re
from typing import Final

import phonenumbers

from ingest.values.issue import Issue, Reading
from ingest.values.personal import find_personal, is_phone

_LOST_ZERO: Final = re.compile(r"[1-35789]\d{8,9}")
_LOST_PLUS: Final = re.compile(r"44[1-35789]\d{8,9}")
_FLOAT: Final = re.compile(r"(\d{9,12})\.0+")
_SCIENCE: Final = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")
_BETWEEN: Final = re.compile(r"\s*(?:[/;,\n|]|\bor\b|\band\b|&)\s*", re.IGNORECASE)
_SHORT: Final = frozenset({"999", "111", "101", "112", "105", "116123", "119", "08001111", "0800 1111"})
_LONGEST: Final = 500
_EXAMPLE: Final = "Write it with its first 0, like 01223 555555."


def read_phones(text: str) -> Reading[tuple[str, ...]]:
    """The numbers of a cell as they are written here ("01353 720123"); None when it holds none. A number
    whose first 0 a spreadsheet took is given it back, and that is said."""
    cell = " ".join(text.split())[:_LONGEST]
    if not cell:
        return Reading(None)
    if _SCIENCE.fullmatch(cell):
        return Reading(None, Issue(f"A spreadsheet has shortened this number to {cell}.", _EXAMPLE))
    found: list[str] = []
    mended: list[str] = []
    for part in _BETWEEN.split(cell):
        number, was_mended = _read_one(part)
        if number is not None:
            found.append(number)
        if number is not None and was_mended:
            mended.append(number)
    if not found:
        # "01353 720 123 ext 4" and numbers with strokes inside come through whole.
        found = [_written(one.words) for one in find_personal(cell) if one.kind == "phone"]
    if not found:
        return Reading(None, Issue(f"“{cell[:80]}” is not a telephone number we know.", _EXAMPLE))
    numbers = tuple(dict.fromkeys(found))
    if mended:
        what = f"The first 0 or + was missing, as spreadsheets lose it. We put it back: {', '.join(mended)}."
        return Reading(numbers, Issue(what, "Check the number, and keep the column as text in the file."))
    return Reading(numbers)


def _read_one(part: str) -> tuple[str | None, bool]:
    """The number in a part of the cell, and whether its 0 had to be put back."""
    whole = _FLOAT.fullmatch(part)
    plain = whole[1] if whole else part
    if plain in _SHORT:
        return plain, False
    digits = re.sub(r"[\s().-]", "", plain)
    if _LOST_ZERO.fullmatch(digits) and is_phone(f"0{digits}"):
        return _written(f"0{digits}"), True
    if _LOST_PLUS.fullmatch(digits) and is_phone(f"+{digits}"):
        return _written(f"+{digits}"), True
    inside = [one.words for one in find_personal(plain) if one.kind == "phone"]
    return (_written(inside[0]), False) if inside else (None, False)


def _written(text: str) -> str:
    """ "01353 720123" for a British number, "+353 …" for another."""
    number = phonenumbers.parse(text, "GB")
    national = number.country_code == 44
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if national else form.INTERNATIONAL)
