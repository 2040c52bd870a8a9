"""What the comparison of two entries works on and gives back."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from api.duplicates.names import NameParts

ReasonCode = Literal[
    "same_name",
    "near_name",
    "other_name",
    "other_places",
    "other_telling_word",
    "same_phone",
    "other_phone",
    "same_email",
    "same_web",
    "same_site",
    "same_organisation",
    "other_organisation",
    "same_kind",
    "other_kind",
    "close",
    "far",
    "same_venue",
    "other_venue",
    "same_sessions",
    "other_sessions",
    "same_area",
]
# A sign of one of these is new evidence when two entries once told apart are looked at again.
STRONG: frozenset[str] = frozenset({"same_name", "same_phone", "same_email", "same_web"})


@dataclass(frozen=True, slots=True)
class ContactSign:
    """A phone number, e-mail or web address in the form it is compared in; `public` False is never shown."""

    kind: Literal["phone", "email", "web"]
    value: str
    public: bool


@dataclass(frozen=True, slots=True)
class Signs:
    """All of one entry that speaks for or against its being another. `east` and `north` are metres
    (EPSG:27700), None without a point. `sessions`: (day code, "HH:MM" or ""). `areas`: codes it serves.
    `touch`: every number and address to get in touch by, and the site of each web page."""

    name: str
    kind: str
    parts: NameParts
    entry_id: UUID | None = None
    slug: str | None = None
    version: int = 0
    town: str = ""
    venue: str = ""
    organisation: str = ""
    charity_number: str = ""
    east: float | None = None
    north: float | None = None
    precision: str | None = None
    at_home: bool = False
    contacts: tuple[ContactSign, ...] = ()
    sessions: frozenset[tuple[str, str]] = frozenset()
    areas: frozenset[str] = frozenset()
    is_example: bool = False
    touch: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        values = [one.value for one in self.contacts]
        sites = [one.value.partition("/")[0] for one in self.contacts if one.kind == "web"]
        object.__setattr__(self, "touch", frozenset([*values, *sites]))


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for (`points` above 0) or against two entries being one, in plain words."""

    code: ReasonCode
    words: str
    points: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` from 0 to 1: from `rules.LIKELY` on, a person should look."""

    score: float
    reasons: tuple[Reason, ...] = field(default=())

    @property
    def speaks_for(self) -> list[str]:
        """Strongest first."""
        return [one.words for one in sorted(self.reasons, key=lambda one: -one.points) if one.points > 0]

    @property
    def speaks_against(self) -> list[str]:
        return [one.words for one in sorted(self.reasons, key=lambda one: one.points) if one.points < 0]

    @property
    def codes(self) -> set[str]:
        return {one.code for one in self.reasons if one.points > 0}


@dataclass(frozen=True, slots=True)
class Found:
    """An entry we hold that a draft may be."""

    entry_id: UUID
    slug: str
    name: str
    verdict: Verdict
