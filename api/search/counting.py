"""Counting searches without any person: the day, the words, the district, how many results. Never a postcode.

Counts gather in memory and are written now and then in one transaction, so that a search waits for no write
and an hour of the same words is one row. What a killed process had not written is lost: it is a tally.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.search.queries import sayings as queries
from api.search.words import Term
from api.tally import Tally

MOST_WAITING = 5_000
MOST_LETTERS = 100


class SearchTally(Tally):
    def __init__(self, write: sessionmaker[Session]) -> None:
        self._write = write
        self._waiting: dict[tuple[date, str, str], tuple[int, int]] = {}

    def note(self, *, day: date, terms: Sequence[Term], district: str | None, results: int) -> None:
        """Count one search. A word that our own entries do not know may be a gap, or somebody's name: it is
        counted by itself, apart from the words it stood among. Anything with a digit in it is not kept."""
        known = sorted({term.corrected[0] if term.corrected else term.typed for term in terms if term.known})
        unknown = {term.typed for term in terms if not term.known and not term.corrected}
        together = [" ".join(known)] if known or not unknown else []
        for words in [*together, *(f"? {word}" for word in sorted(unknown))]:
            if not any(letter.isdigit() for letter in words):
                self._add((day, words[:MOST_LETTERS], district or ""), results)

    def _add(self, key: tuple[date, str, str], results: int) -> None:
        if len(self._waiting) < MOST_WAITING or key in self._waiting:
            self._waiting[key] = (results, self._waiting.get(key, (0, 0))[1] + 1)

    def flush(self) -> None:
        """Write what has gathered. When the database is away it is kept for the next time."""
        taken, self._waiting = self._waiting, {}
        if not taken:
            return
        rows = [(day, words, place, results, n) for (day, words, place), (results, n) in taken.items()]
        try:
            with self._write.begin() as session:
                queries.add_counts(session, sorted(rows))
        except SQLAlchemyError:
            for key, (results, searches) in taken.items():
                newer, more = self._waiting.get(key, (results, 0))
                self._waiting[key] = (newer, searches + more)
