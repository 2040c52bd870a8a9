"""What a text of hours is made of: days, times, exceptions, dates and notes, each with its place in it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingest.hours.clock import Clock, Window

NoteKind = Literal["known", "asked", "plain", "condition", "occasion", "silent"]


@dataclass(frozen=True)
class Item:
    """A piece of the text from `start` to `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Days(Item):
    """Days of every week."""

    days: tuple[str, ...]


@dataclass(frozen=True)
class Nths(Item):
    """Days of the month: (1, "TU") is the first Tuesday."""

    nths: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class LooseDate:
    """A date as written; `year` None where none is given, `weekday` where one stands before it."""

    day: int
    month: int
    year: int | None
    weekday: str | None = None

    def on(self, *, today: date, weekday: str | None = None) -> date | None:
        """The date. A missing year is the one year near `today` in which the weekday fits."""
        given = self.weekday or weekday
        years = [self.year] if self.year is not None else range(today.year - 1, today.year + 2)
        found = [day for year in years if (day := _date(year, self.month, self.day))]
        if given is not None:
            found = [day for day in found if _CODES[day.weekday()] == given]
        return found[0] if len(found) == 1 and (given or self.year is not None) else None


_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True)
class Dates(Item):
    """Single dates."""

    dates: tuple[LooseDate, ...]


@dataclass(frozen=True)
class Bound(Item):
    """From when, until when, or ("next") one date of the series."""

    how: Literal["since", "until", "next"]
    date: LooseDate


@dataclass(frozen=True)
class Times(Item):
    """A time or two. `late`: no end but "late". Without `first` the words are no times we can use."""

    first: Clock | None
    last: Clock | None = None
    late: bool = False


@dataclass(frozen=True)
class AllDay(Item):
    """Day and night."""


@dataclass(frozen=True)
class Part(Item):
    """A part of the day."""

    window: Window


@dataclass(frozen=True)
class Closed(Item):
    """Not open. `lunch`: the times that follow are a break in the day."""

    lunch: bool = False


@dataclass(frozen=True)
class Except(Item):
    """Not on the days that follow."""


@dataclass(frozen=True)
class NotNths(Item):
    """Not on these days of the month."""

    nths: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class NotOn(Item):
    """Not on these dates."""

    dates: tuple[LooseDate, ...]


@dataclass(frozen=True)
class EveryWeeks(Item):
    """Every so many weeks."""

    weeks: int


@dataclass(frozen=True)
class Monthly(Item):
    """Once a month; which day stands elsewhere, or nowhere."""


@dataclass(frozen=True)
class Note(Item):
    """Words kept beside the times. `known`: we know they change no time. `asked`: by appointment.
    `condition`: true in a part of the year only. `occasion`: a holiday named without saying whether it is on
    or off. `silent`: words such as "open", worth keeping only behind other words."""

    kind: NoteKind


@dataclass(frozen=True)
class Break(Item):
    """The end of a line or a sentence."""


@dataclass(frozen=True)
class Doubt(Item):
    """Something that may change the times in a way we cannot read; `why` in words, when we can say."""

    why: str | None = None
