"""The words that stand beside a session: short, and without telephone numbers or addresses of people."""

from typing import Final

from ingest.values.personal import mask_personal

LATE_WORDS: Final = "Until late"
MIDNIGHT_WORDS: Final = "Until midnight"
ALL_DAY_WORDS: Final = "Open 24 hours"
_LONGEST: Final = 200


def cut_note(words: str | None) -> str | None:
    """The words in one line of at most 200 letters, its first letter a capital."""
    flat = " ".join(mask_personal(words or "").split()).strip(" ,;:-")
    if not flat:
        return None
    if len(flat) > _LONGEST:
        flat = flat[: _LONGEST - 2].rsplit(" ", 1)[0].rstrip(" ,;:-") + " …"
    return flat[0].upper() + flat[1:]
