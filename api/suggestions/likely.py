"""Entries that something new may be already: shown to curators, and, with care, to whoever types it."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.duplicates.service import find_duplicates_of_all
from api.entries.differences import unflatten
from api.entries.schemas import EntryDraft
from api.errors import BadInput
from api.suggestions import queries
from api.suggestions.fields import Values, as_checked_draft, tidy_text
from api.suggestions.schemas import EntryName

MOST_DUPLICATES: Final = 5


def draft_of_new(values: Values) -> EntryDraft | None:
    """The entry these values make; None where they do not say where it is."""
    try:
        return as_checked_draft(unflatten(values | {"kind": values.get("kind", "group")}))
    except BadInput:
        return None


def list_likely(session: Session, values: Values) -> list[EntryName]:
    """Entries that a new one may be: for curators, who may know all of both."""
    draft = draft_of_new(values)
    if draft is None:
        return []
    found = _find(session, draft)
    names = queries.entry_names(session, found)
    return [as_name(names[one]) for one in found if one in names]


def _find(session: Session, draft: EntryDraft) -> list[UUID]:
    """Examples too: where they are shown, they are what there is."""
    both = [draft, draft.model_copy(update={"is_example": True})]
    found = [one for each in find_duplicates_of_all(session, both, limit=MOST_DUPLICATES) for one in each]
    best = sorted(found, key=lambda one: -one.verdict.score)
    return [one.entry_id for one in best[:MOST_DUPLICATES]]


def find_likely(session: Session, *, name: str, town: str) -> list[EntryName]:
    """Public entries that something of this name in this town may be, to show while it is typed. Asked by
    name and town alone: with a point or a phone number one could find out about homes and numbers that are
    private. For the same reason an entry whose place is private is named only for its own public town."""
    name, town = tidy_text(name, most=200) or "", tidy_text(town, most=100) or ""
    if len(name) < 3 or len(town) < 2:
        return []
    draft = EntryDraft.model_validate({"kind": "group", "name": name, "place": {"town": town}})
    found = _find(session, draft)
    cards = queries.public_cards(session, found)
    return [
        as_name(cards[one])
        for one in found
        if one in cards
        and (cards[one].privacy == "exact" or (cards[one].town or "").casefold() == town.casefold())
    ]


def as_name(row: Any) -> EntryName:
    return EntryName(row.id, row.name, row.slug, row.kind, row.town)
