"""What suggestions look like: as they come in by the JSON API, and as senders and curators read them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

What = Literal["new", "change", "report"]
State = Literal["waiting", "accepted", "part_accepted", "refused", "withdrawn"]
Reason = Literal["closed", "wrong_time", "wrong_contact", "wrong_place", "other"]

REASON_WORDS: dict[Reason, str] = {
    "closed": "It has closed or stopped",
    "wrong_time": "The times are wrong",
    "wrong_contact": "The phone, e-mail or web page is wrong",
    "wrong_place": "The place is wrong",
    "other": "Something else is wrong",
}
LONGEST_NOTE = 2_000
# As in RFC 5321.
LONGEST_EMAIL = 254


class SuggestionIn(BaseModel):
    """`fields` holds proposed values by path, as in `{"name": "Soham Singers", "place.postcode": "CB7 5HJ"}`;
    null takes a value away. `entry` is an id or slug: for a change or a report. `email` gets the reference
    and the outcome, is shown to curators alone, and is forgotten after."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    what: What
    entry: str | None = Field(default=None, max_length=120)
    fields: dict[str, Any] = Field(default={}, max_length=60)
    reason: Reason | None = None
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)
    email: str | None = Field(default=None, max_length=LONGEST_EMAIL)


class ReceiptOut(BaseModel):
    """`status_url` says in words what became of it."""

    reference: str
    status_url: str


@dataclass(frozen=True)
class Sender:
    """Who sent it, as far as they said: an address for the outcome, and free words to the curator."""

    email: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Receipt:
    """`mailed` is whether a letter with the reference is on its way."""

    reference: str
    mailed: bool


@dataclass(frozen=True)
class EntryName:
    """An entry as the public may see it; `slug` None when it is not public."""

    id: UUID
    name: str
    slug: str | None
    kind: str = ""
    town: str | None = None


@dataclass(frozen=True)
class Status:
    """What a sender may know. `asked` and `taken` are labels of fields, never what was typed."""

    reference: str
    what: What
    state: State
    made_at: datetime
    decided_at: datetime | None
    entry: EntryName | None
    reason: Reason | None
    asked: list[str]
    taken: list[str]
    answer: str | None


@dataclass(frozen=True)
class ProposedField:
    """One field of a suggestion: `was` when it was sent, `now` as stored, `suggested`."""

    field: str
    label: str
    was: Any
    now: Any
    suggested: Any

    @property
    def has_moved(self) -> bool:
        """Somebody changed it since, to something else: a person must choose."""
        return bool(self.now != self.was and self.now != self.suggested)

    @property
    def is_so_already(self) -> bool:
        return bool(self.now == self.suggested)


@dataclass(frozen=True)
class SuggestionView:
    """A suggestion as a curator reads it. `version` is that of the entry they see, None for a new one."""

    id: UUID
    reference: str
    what: What
    state: State
    reason: Reason | None
    note: str | None
    has_address: bool
    made_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    answer: str | None
    taken: list[str]
    entry: EntryName | None
    version: int | None
    fields: list[ProposedField]
    duplicates: list[EntryName] = field(default_factory=list)
    result: EntryName | None = None
    can_undo: bool = False

    @property
    def name(self) -> str:
        """What it is about, in the fewest words."""
        if self.entry is not None:
            return self.entry.name
        return str(next((one.suggested for one in self.fields if one.field == "name"), "No name given"))


@dataclass(frozen=True)
class ListedSuggestion:
    """A line of the list: what waits, for which entry, since when."""

    id: UUID
    what: What
    state: State
    name: str
    reason: Reason | None
    labels: list[str]
    made_at: datetime


@dataclass(frozen=True)
class SuggestionPage:
    items: list[ListedSuggestion]
    total: int
    page: int
    per_page: int
