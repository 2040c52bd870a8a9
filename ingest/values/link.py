"""Web addresses and e-mail addresses, as people type them into forms."""

import re
from typing import Final
from urllib.parse import urlsplit

from ingest.values.issue import Issue, Reading

_LONGEST: Final = 200
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.){1,6}[A-Za-z]{2,24}\.?")
_SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]{0,20}):(?!\d)(?://)?")
_SLIPS: Final = (
    ("http//", "http://"),
    ("https//", "https://"),
    ("http:/", "http://"),
    ("https:/", "https://"),
)
_WRITE_WEB: Final = "Write it like https://example.org/page."
_WRITE_MAIL: Final = "Write it like name@example.org."


def read_link(text: str) -> Reading[str]:
    """A web address with its https. Anything that is no page on the web is refused, an e-mail address too."""
    cell = "".join(text.split()) if "://" in text else " ".join(text.split())
    cell = cell.strip("<>\"'()[],;")
    if not cell or cell.casefold() in ("n/a", "none", "-", "no", "tbc", "na", "n/k", "http://", "https://"):
        return Reading(None)
    if _EMAIL.fullmatch(cell.removeprefix("mailto:")):
        return Reading(
            None, Issue("This is an e-mail address, not a web page.", "Move it to the column for e-mail.")
        )
    whole = _with_scheme(cell)
    if whole is None or len(whole) > _LONGEST or not _is_page(whole):
        what = f"“{cell[:80]}” is not a web address we can use, so it is left out."
        return Reading(None, Issue(what, _WRITE_WEB))
    return Reading(whole)


def _with_scheme(cell: str) -> str | None:
    for slip, mended in _SLIPS:
        if cell.casefold().startswith(slip) and not cell.casefold().startswith(mended):
            cell = mended + cell[len(slip) :].lstrip("/")
    scheme = _SCHEME.match(cell)
    if scheme is None:
        return f"https://{cell.lstrip('/')}"
    return cell if scheme[1].casefold() in ("http", "https") and "://" in cell[:8] else None


def _is_page(address: str) -> bool:
    """A host with a name and no password in front of it."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = not any(letter.isspace() or ord(letter) < 32 or letter in '<>"\\' for letter in address)
    return plain and "@" not in parts.netloc and _HOST.fullmatch(host) is not None


def read_emails(text: str) -> Reading[tuple[str, ...]]:
    """The e-mail addresses of a cell, words around them or not; None with an issue when there is none."""
    cell = " ".join(text.split())[:500]
    if not cell or cell.casefold() in ("n/a", "none", "-", "no", "tbc", "na", "n/k"):
        return Reading(None)
    found = tuple(dict.fromkeys(one for one in _EMAIL.findall(cell) if len(one) <= _LONGEST))
    if found:
        return Reading(found)
    return Reading(None, Issue(f"“{cell[:80]}” is not an e-mail address we can use.", _WRITE_MAIL))
