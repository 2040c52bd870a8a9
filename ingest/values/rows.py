"""Reading cells of a row of a known source: years, addresses, postcodes; the row notes what is wrong."""

import re
from typing import Final

from geo.postcodes import Postcode, find_postcode_within, parse_postcode, suggest_repair
from ingest.table import Row

_YEAR: Final = re.compile(r"(1[89]|20)\d{2}(\.0)?")
_EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
_WEB: Final = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+", re.IGNORECASE)


def read_year(text: str | None) -> int | None:
    return int(text[:4]) if text and _YEAR.fullmatch(text) else None


def read_email(row: Row, column: str) -> str | None:
    return _read_address(row, column, _EMAIL, "an e-mail address", "name@example.org")


def read_web_address(row: Row, column: str) -> str | None:
    return _read_address(row, column, _WEB, "a web address", "https://example.org/page")


def _read_address(row: Row, column: str, pattern: re.Pattern[str], what: str, example: str) -> str | None:
    text = row.text(column)
    if text is None or (pattern.fullmatch(text) and len(text) <= 200):
        return text
    row.note(column, f"This is not {what} we can use, so it is left out.", f"It looks like {example}.")
    return None


def note_no_postcode(row: Row, column: str) -> None:
    row.note(column, "There is no postcode, so we know the town at best.", "Add the postcode.")


def read_postcode(row: Row, column: str) -> str | None:
    """The postcode as it is usually written. A wrong one is kept as it stands, with a repair offered."""
    text = row.text(column)
    if text is None:
        note_no_postcode(row, column)
        return None
    parsed = parse_postcode(text)
    if isinstance(parsed, Postcode):
        return parsed.text
    repair = suggest_repair(text) or (within.text if (within := find_postcode_within(text)) else None)
    advice = f"Did they mean {repair}? Change it in the file if so." if repair else "Look the postcode up."
    row.note(column, "This is not a whole UK postcode.", advice)
    return text
