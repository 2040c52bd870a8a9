"""How lately an entry was checked. Checked is not updated: only a person's confirmation counts."""

from datetime import date
from typing import Literal

from dateutil.relativedelta import relativedelta

from api.entries.vocabulary import STALE_AFTER_MONTHS

Freshness = Literal["fresh", "due", "stale", "unchecked"]


def freshness(due_on: date | str | None, *, today: date) -> Freshness:
    """`fresh` until the next check is due, `due` for six months more, then `stale`. None: never checked.
    How long after a check the next is due is set for each kind (`directory.check_rule`)."""
    if due_on is None:
        return "unchecked"
    day = date.fromisoformat(due_on) if isinstance(due_on, str) else due_on
    if today < day:
        return "fresh"
    return "due" if today < day + relativedelta(months=STALE_AFTER_MONTHS) else "stale"
