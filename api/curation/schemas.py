"""What waits on the desk, as pages and services hand it round."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

WaitingKind = Literal["suggestion", "report", "owner", "duplicate", "conflict", "place", "check", "web"]


@dataclass(frozen=True)
class KindOfWaiting:
    """`plural` heads its list, `page` is where one is decided ({ref} or {entry} in it)."""

    code: WaitingKind
    plural: str
    about: str
    page: str


KINDS_OF_WAITING: Final[tuple[KindOfWaiting, ...]] = (
    KindOfWaiting("report", "Reports", "Someone says it is wrong or closed", "/curate/suggestions/{ref}"),
    KindOfWaiting("suggestion", "Suggestions", "Sent by visitors", "/curate/suggestions/{ref}"),
    KindOfWaiting("owner", "From owners", "Those who run it say so", "/curate/checks/{entry}"),
    KindOfWaiting(
        "conflict", "Import conflicts", "A source changed what we had changed too", "/curate/conflicts/{ref}"
    ),
    KindOfWaiting(
        "duplicate", "Possible duplicates", "Two entries that may be one", "/curate/duplicates/{ref}"
    ),
    KindOfWaiting(
        "place", "No point on the map", "We could not find the place", "/curate/entries/{entry}#where"
    ),
    KindOfWaiting("check", "Checks due", "Nobody confirmed it lately", "/curate/checks/{entry}"),
    KindOfWaiting("web", "Broken links", "Its web page does not answer", "/curate/entries/{entry}#contact"),
)
KIND_BY_CODE: Final = {kind.code: kind for kind in KINDS_OF_WAITING}


@dataclass(frozen=True)
class Waiting:
    """One thing that waits. `entry_id` is None for a new entry; `opened` is how often its page was opened in
    twelve months. `held_by` is who else is looking at it just now, by name."""

    kind: WaitingKind
    ref: str
    entry_id: UUID | None
    name: str
    entry_kind: str | None
    about: str
    made_at: datetime
    opened: int
    held_by: str | None

    @property
    def page(self) -> str:
        return KIND_BY_CODE[self.kind].page.format(ref=self.ref, entry=self.entry_id)

    @property
    def key(self) -> str:
        """For ticking it in a list."""
        return f"{self.kind}:{self.ref}"


@dataclass(frozen=True)
class Desk:
    """`counts` of every kind, whatever is chosen; `items` are one page of those chosen."""

    counts: dict[str, int]
    items: list[Waiting]
    total: int
    put_off: int


@dataclass(frozen=True)
class Hold:
    """Somebody else has this open."""

    name: str
    since: datetime
