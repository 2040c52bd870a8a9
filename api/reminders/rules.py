"""When those who run an entry are written to: three letters over six weeks, never two close together."""

from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from api.settings import Settings

STEPS: Final = 3
BETWEEN: Final = timedelta(days=14)
# The letter after those that ask: it says that the entry will be hidden.
HIDING: Final = 4
ANNOUNCED_BEFORE: Final = timedelta(days=28)
# From the first letter on, past the last one and the weeks after it.
LINK_LASTS: Final = timedelta(days=90)

NO_ADDRESS_OF_OURS: Final = (
    "No letters are sent to the people who run entries: HEREABOUTS_PUBLIC_URL is not set, so a letter could "
    "not say where to answer."
)
NO_ADDRESS_TO_ANSWER_AT: Final = (
    "No letters are sent to the people who run entries: this directory has not been told its own web "
    "address, so a letter could not say where to answer. Whoever looks after the server can tell it."
)
TEST_SYSTEM: Final = "a test system writes to nobody"
EXAMPLE: Final = "an example: nobody is behind its address"


def problem_with(settings: Settings, *, for_keeper: bool = True) -> str | None:
    """Why no letter can be written. Its keeper is told the setting; others, what it means for them."""
    if settings.public_url:
        return None
    return NO_ADDRESS_OF_OURS if for_keeper else NO_ADDRESS_TO_ANSWER_AT


def hide_due_before(settings: Settings, today: date) -> date | None:
    """Entries due on this day or before, and not checked since, are hidden; None: none ever is."""
    return today - relativedelta(months=settings.hide_after_months) if settings.hide_after_months else None


def held(settings: Settings, *, is_example: bool) -> str | None:
    """Why a letter is kept and not sent."""
    if settings.environment == "test":
        return TEST_SYSTEM
    return EXAMPLE if is_example else None
