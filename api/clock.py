"""The time that everything here is told in."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")


def london_now() -> datetime:
    return datetime.now(LONDON)
