"""What the people who run an entry change in it: published when they are trusted, otherwise for a curator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.checks.notes import note_change
from api.checks.service import ALL_GROUPS, OWNERS_LABEL, confirm_facts
from api.entries.differences import differences
from api.entries.schemas import EntryDraft
from api.entries.service import StoredDraft, ToSave, as_document, as_draft, get_draft, save_entry
from api.errors import BadInput, EditConflict, FieldProblem
from api.models import Owner
from api.owners.service import get_owner
from api.permissions import Actor

# Plain text that stands in their own form; times and places are told in words.
FIELDS: Final[dict[str, str]] = {
    "summary": "In one sentence",
    "description": "What you do",
    "eligibility": "Who it is for",
    "cost": "Cost",
    "cost_note": "More about the cost",
}
Outcome = Literal["published", "proposed", "nothing"]


@dataclass(frozen=True)
class OwnEntry:
    """One's own entry as it stands. `contacts`: (field name, kind, value) of those the public sees."""

    stored: StoredDraft
    owner: Owner

    @property
    def values(self) -> dict[str, str]:
        draft = self.stored.draft
        plain = {name: str(getattr(draft, name) or "") for name in FIELDS}
        return plain | {name: value for name, _kind, value in self.contacts}

    @property
    def contacts(self) -> list[tuple[str, str, str]]:
        return [
            (f"contact_{number}", contact.kind, contact.value)
            for number, contact in enumerate(self.stored.draft.contacts)
            if contact.public
        ]


def get_own_entry(session: Session, actor: Actor, entry_id: UUID) -> OwnEntry:
    """Raises NotFound, NotAllowed."""
    owner = get_owner(session, actor, entry_id)
    return OwnEntry(get_draft(session, entry_id), owner)


def change_own_entry(
    session: Session,
    actor: Actor,
    entry_id: UUID,
    given: Mapping[str, str],
    *,
    words: str,
    version: int,
    now: datetime,
) -> Outcome:
    """`given`: field → text; a field left out stays. `words` is what the form has no field for: a curator
    gets it. Raises NotFound, NotAllowed, BadInput, EditConflict (somebody saved since `version`)."""
    own = get_own_entry(session, actor, entry_id)
    if own.stored.version != version:
        raise EditConflict("Somebody else changed this entry while you were writing. Look at it again.")
    draft = _with(own, given)
    changes = differences(own.stored.document, as_document(draft))
    published = bool(changes) and own.owner.trusted
    if published:
        item = ToSave(draft, entry_id, expected_version=version)
        save_entry(session, item, by=OWNERS_LABEL, why="Changed by the people who run it")
    told = [words.strip()] if words.strip() else []
    if changes and not published:
        told += [f"{label}: {new or 'nothing'}" for label, new in _told(own, given)]
    if told:
        note_change(session, entry_id, "\n\n".join(told), now=now)
        return "proposed"
    return "published" if published else "nothing"


def confirm_own_entry(session: Session, actor: Actor, entry_id: UUID, *, now: datetime) -> None:
    """ "All of this is still right", said by those who run it. Raises NotFound, NotAllowed."""
    get_owner(session, actor, entry_id)
    confirm_facts(
        session, entry_id, ALL_GROUPS, how="owner_confirmed", by=OWNERS_LABEL, on=now.date(), now=now
    )


def _told(own: OwnEntry, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """(field in words, new text) of what is not as it was, whole: a curator types it in."""
    labels = FIELDS | {name: f"Contact ({kind}) {value}" for name, kind, value in own.contacts}
    values = own.values
    return [
        (label, given[name].strip())
        for name, label in labels.items()
        if name in given and given[name].strip() != values[name]
    ]


def _with(own: OwnEntry, given: Mapping[str, str]) -> EntryDraft:
    document: dict[str, Any] = dict(own.stored.document)
    for name in FIELDS:
        if name in given:
            text = given[name].replace("\r\n", "\n").strip()
            document[name] = text or None
    contacts = [dict(contact) for contact in document.get("contacts", [])]
    for name, _kind, _value in own.contacts:
        if name in given:
            contacts[int(name.rpartition("_")[2])]["value"] = given[name].strip()
    document["contacts"] = [contact for contact in contacts if contact["value"]]
    try:
        return as_draft(document)
    except ValidationError as error:
        fields = [str(one["loc"][0]) for one in error.errors()]
        message = f"We could not use this: {', '.join(dict.fromkeys(fields))}. It may be too long."
        raise BadInput(
            message, errors=[FieldProblem(field=one, message=message) for one in fields]
        ) from error
