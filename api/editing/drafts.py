"""What someone has typed in the editor and not saved: kept for them, and for nobody else."""

from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from api.editing import queries
from api.editing.schemas import KeptDraft
from api.errors import BadInput
from api.permissions import Actor

Fields = dict[str, list[str]]
MOST_BYTES: Final = 1_000_000


def keep_draft(
    session: Session, actor: Actor, entry_id: UUID | None, fields: Fields, *, base_version: int, now: datetime
) -> None:
    """Keep the fields as they stand, over what was kept before. Whether they may edit the entry is the
    caller's question. Raises BadInput for what no form of ours is as long as."""
    plain = {
        name.replace("\x00", ""): [one.replace("\x00", "") for one in values]
        for name, values in fields.items()
    }
    if len(orjson.dumps(plain)) > MOST_BYTES:
        raise BadInput("That is more than an entry can hold. Save it in parts.")
    queries.put_draft(session, actor.id, entry_id, document=plain, base_version=base_version, saved_at=now)


def find_kept(session: Session, actor: Actor, entry_id: UUID | None) -> KeptDraft | None:
    row = queries.find_draft(session, actor.id, entry_id)
    return KeptDraft(row.document, row.base_version, row.saved_at) if row else None


def drop_kept(session: Session, actor: Actor, entry_id: UUID | None) -> None:
    queries.drop_draft(session, actor.id, entry_id)
