"""How lately an entry was checked. Checked is not updated: only a person's confirmation counts."""

from datetime import date
from functools import lru_cache
from typing import Literal

from dateutil.relativedelta import relativedelta

from api.entries.vocabulary import CHECK_DUE_MONTHS, CHECK_DUE_MONTHS_DEFAULT, STALE_AFTER_MONTHS

Freshness = Literal["fresh", "due", "stale", "unchecked"]


def due_months(kind: str) -> int:
    return CHECK_DUE_MONTHS.get(kind, CHECK_DUE_MONTHS_DEFAULT)


def freshness(checked_on: date | str | None, *, kind: str, today: date) -> Freshness:
    """`fresh` until the check is due, `due` for six months more, then `stale`."""
    if checked_on is None:
        return "unchecked"
    due_on, stale_on = _turning_days(checked_on, due_months(kind))
    if today < due_on:
        return "fresh"
    return "due" if today < stale_on else "stale"


@lru_cache(maxsize=10_000)
def _turning_days(checked_on: date | str, months: int) -> tuple[date, date]:
    """When a check is due again, and when it is stale; every list asks for twenty."""
    day = date.fromisoformat(checked_on) if isinstance(checked_on, str) else checked_on
    due_on = day + relativedelta(months=months)
    return due_on, due_on + relativedelta(months=STALE_AFTER_MONTHS)
