"""How lately an entry was checked. Checked is not updated: only a person's confirmation counts."""

from datetime import date
from functools import lru_cache
from typing import Literal

from dateutil.relativedelta import relativedelta

from api.entries.vocabulary import STALE_AFTER_MONTHS

Freshness = Literal["fresh", "due", "stale", "unchecked"]


def freshness(due_on: date | str | None, *, today: date) -> Freshness:
    """`fresh` until the next check is due, `due` for six months more, then `stale`. None: never checked.
    How long after a check the next is due is set for each kind (`directory.check_rule`)."""
    if due_on is None:
        return "unchecked"
    day, stale_on = _turning_days(due_on)
    if today < day:
        return "fresh"
    return "due" if today < stale_on else "stale"


@lru_cache(maxsize=10_000)
def _turning_days(due_on: date | str) -> tuple[date, date]:
    """When the next check is due, and when the last is stale; every list asks for twenty."""
    day = date.fromisoformat(due_on) if isinstance(due_on, str) else due_on
    return day, day + relativedelta(months=STALE_AFTER_MONTHS)
