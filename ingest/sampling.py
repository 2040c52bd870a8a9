"""One row of a file as the entry it would be: whether the columns mean what we think is seen at a glance."""

from dataclasses import replace
from typing import Any, Final

from api.entries.differences import flatten
from api.entries.schemas import EntryDraft
from api.entries.service import as_document
from api.entries.wording import CODES, capital, field_words, value_words
from ingest.mapping import KnownSource
from ingest.table import Row

_LOOKED_AT: Final = 50
_FIRST: Final = ("kind", "name")


class Sampling:
    """Reads as `known` does, with `source`, and remembers the fullest of the first rows."""

    def __init__(self, known: KnownSource) -> None:
        self._map_row = known.map_row
        self._looked = 0
        self._best: tuple[int, EntryDraft, int] | None = None
        self.source = replace(known, map_row=self._read)

    def _read(self, row: Row) -> EntryDraft:
        draft = self._map_row(row)
        if self._looked < _LOOKED_AT:
            self._looked += 1
            size = len(flatten(as_document(draft)))
            if self._best is None or size > self._best[2]:
                self._best = row.number, draft, size
        return draft

    def shown(self) -> dict[str, Any] | None:
        """{"row": its number, "facts": [[field, value], ...]} in words; None when no row was read."""
        if self._best is None:
            return None
        number, draft, _ = self._best
        fields = flatten(as_document(draft))
        names = [*(one for one in _FIRST if one in fields), *(one for one in fields if one not in _FIRST)]
        facts = [[capital(field_words(one)), _words(one, fields[one])] for one in names]
        return {"row": number, "facts": facts}


def _words(field: str, value: Any) -> str:
    words = value_words(field, value)
    return words if isinstance(value, str) and field not in CODES else capital(words)
