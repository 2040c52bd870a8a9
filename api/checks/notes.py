"""What came back from those who run an entry, or did not: each waits until a curator has looked at it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.areas.service import areas_of_entry
from api.checks import queries_notes as queries
from api.errors import BadInput, FieldProblem, NotFound
from api.models import OwnerNote
from api.permissions import Actor, may_edit, require

NoteKind = Literal["changed", "stopped", "bounced", "silent", "hiding", "hidden"]
NOTE_WORDS: Final[dict[str, str]] = {
    "changed": "They say that something has changed",
    "stopped": "They say that they have stopped",
    "bounced": "Our letter did not reach them",
    "silent": "They have not answered three letters",
    "hiding": "Will be hidden in four weeks, unless somebody checks it",
    "hidden": "Was hidden: nobody has answered for it",
}
LONGEST: Final = 2000


def note_change(session: Session, entry_id: UUID, words: str, *, now: datetime) -> None:
    """Keep what those who run an entry say has changed. Nothing goes live by it. Raises BadInput."""
    words = words.strip()
    if not words or len(words) > LONGEST:
        message = "Write what has changed." if not words else f"Use at most {LONGEST} letters."
        raise BadInput(message, errors=[FieldProblem(field="words", message=message)])
    add_note(session, entry_id, "changed", words=words, now=now)


def add_note(
    session: Session, entry_id: UUID, kind: NoteKind, *, now: datetime, words: str | None = None
) -> None:
    session.add(
        OwnerNote(
            id=uuid4(), entry_id=entry_id, kind=kind, words=words, made_at=now,
            area_codes=sorted(areas_of_entry(session, entry_id)),
        )
    )  # fmt: skip
    session.flush()


def list_notes(session: Session, actor: Actor, *, most: int = 100) -> Sequence[queries.ListedNote]:
    """Those that wait in the areas they are curator of, the oldest first."""
    return queries.list_waiting(session, areas=actor.areas_as("curator"), most=most)


def notes_of(session: Session, entry_id: UUID) -> Sequence[OwnerNote]:
    """Those of one entry that wait, the oldest first."""
    return queries.waiting_of(session, entry_id)


def settle_note(session: Session, actor: Actor, note_id: UUID, *, now: datetime) -> OwnerNote:
    """A curator has done what there was to do. Raises NotFound, also when somebody else was first."""
    note = queries.find_waiting(session, note_id)
    if note is None:
        raise NotFound("Somebody has dealt with this already.")
    require(may_edit(actor, areas_of_entry(session, note.entry_id)))
    note.state, note.decided_at, note.decided_by = "done", now, actor.role_label
    session.flush()
    return note


def settle_notes(
    session: Session, entry_id: UUID, kinds: Collection[NoteKind], *, by: str, now: datetime
) -> None:
    """What a check has answered."""
    queries.settle(session, entry_id, kinds, by=by, now=now)
