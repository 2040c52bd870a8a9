"""Asks of the new rows of an import which entries they may be already."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.duplicates.service import find_duplicates_of_all
from api.entries.schemas import EntryDraft
from ingest.matching import LooksLike

MOST_ROWS = 2_000
"""Comparing costs more than storing: of a larger file `hereabouts duplicates` tells afterwards."""


def find_doubles(session: Session, drafts: Sequence[EntryDraft]) -> list[list[LooksLike]]:
    """For each draft the entries it may be, likeliest first, with the reasons in words."""
    return [
        [LooksLike(one.entry_id, one.name, ", ".join(one.verdict.speaks_for)) for one in found]
        for found in find_duplicates_of_all(session, drafts)
    ]
