"""How often each entry's page is opened, by month: what is used most is looked after first. Never by whom."""

from collections import Counter
from datetime import date

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.curation import queries
from api.tally import Tally

MOST_WAITING = 5_000


class UseTally(Tally):
    def __init__(self, write: sessionmaker[Session]) -> None:
        self._write = write
        self._waiting = Counter[tuple[str, date]]()

    def note(self, slug: str, *, day: date) -> None:
        """Count one opening."""
        key = (slug, day.replace(day=1))
        if len(self._waiting) < MOST_WAITING or key in self._waiting:
            self._waiting[key] += 1

    def flush(self) -> None:
        taken, self._waiting = self._waiting, Counter()
        if not taken:
            return
        try:
            with self._write.begin() as session:
                queries.add_opened(session, [(slug, month, n) for (slug, month), n in sorted(taken.items())])
        except SQLAlchemyError:
            self._waiting += taken
