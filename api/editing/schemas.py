"""What the editor works on: an opened entry, a line of its history, and the entries one may edit."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from api.entries.differences import Change
from api.entries.schemas import EntryDraft


@dataclass(frozen=True)
class Opened:
    """An entry in the hands of someone who may edit it: all it says, private places and contacts too."""

    entry_id: UUID
    slug: str
    version: int
    draft: EntryDraft
    document: dict[str, Any]
    areas: frozenset[str]


@dataclass(frozen=True)
class PlaceRow:
    """Where an entry's place is by our tables. `others` is how many other entries share the place."""

    lon: float | None
    lat: float | None
    precision: str | None
    located_by: str | None
    failure: str | None
    others: int = 0


@dataclass(frozen=True)
class RevisionLine:
    """One stored version. `made_by` is a role or a source; `person` is who it was, for curators only. `said`
    is what it said, field by field; `changes` are the fields that differ from the version before, None for
    the first."""

    version: int
    made_at: datetime
    made_by: str
    person: str | None
    why: str
    said: dict[str, Any]
    changes: tuple[Change, ...] | None
    is_now: bool


@dataclass(frozen=True)
class Listed:
    """One entry in the list of those one may edit."""

    entry_id: UUID
    slug: str
    name: str
    kind: str
    state: str
    stage: str
    town: str | None
    updated_at: datetime
    checked_on: date | None
    unsaved: bool


@dataclass(frozen=True)
class Wanted:
    """What is looked for among them; empty is all."""

    words: str = ""
    kind: str = ""
    state: str = ""
    stage: str = ""
    area: str = ""


@dataclass(frozen=True)
class ListedPage:
    items: list[Listed]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True)
class KeptDraft:
    """What someone typed and did not save: the form's fields as they stood."""

    fields: dict[str, list[str]]
    base_version: int
    saved_at: datetime


class SavedReply(BaseModel):
    """An entry as it was saved. `changed` is false when it said all that already. `entry` is all it says,
    private places and contacts too."""

    id: UUID
    slug: str
    url: str
    version: int
    changed: bool
    entry: dict[str, Any]
