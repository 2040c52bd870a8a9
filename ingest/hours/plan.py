"""What a text of hours says once days and times are put together, or that it may be read in two ways."""

from dataclasses import dataclass, field

from ingest.hours.items import (
    Bound,
    EveryWeeks,
    LooseDate,
    Monthly,
    Note,
    NotNths,
    NotOn,
    Part,
    Times,
)


class Unsure(Exception):
    """The text may mean several things; `why` says which, when we can tell."""

    def __init__(self, why: str | None = None) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Group:
    """Some days with their times. `closed` and `left_out` take their days away from the other groups;
    `instead` puts other times on them. `lines` are the numbers of the lines it stands in."""

    lines: set[int]
    days: list[str] = field(default_factory=list)
    nths: list[tuple[int, str]] = field(default_factory=list)
    dates: list[LooseDate] = field(default_factory=list)
    times: list[Times] = field(default_factory=list)
    lunch: list[Times] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    all_day: bool = False
    closed: bool = False
    excepted: bool = False

    @property
    def has_subject(self) -> bool:
        return bool(self.days or self.nths or self.dates)

    @property
    def has_times(self) -> bool:
        return bool(self.times or self.all_day)

    @property
    def has_predicate(self) -> bool:
        return bool(self.has_times or self.parts or self.closed)

    @property
    def is_taken_away(self) -> bool:
        return self.closed or (self.excepted and not self.has_predicate)


@dataclass
class Plan:
    """All that was read, put together. `notes` by the number of their line."""

    groups: list[Group] = field(default_factory=list)
    notes: dict[int, list[Note]] = field(default_factory=dict)
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)
    every: list[EveryWeeks] = field(default_factory=list)
    monthly: list[Monthly] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    not_nths: list[NotNths] = field(default_factory=list)
    not_on: list[NotOn] = field(default_factory=list)
