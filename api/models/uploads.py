"""The table of files that were handed in on the page of imports and are not yet done with."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.models.accounts import Person
from api.models.base import Base, Document, Made, UuidKey, one_of
from api.models.source import IngestRun

UPLOAD_TASKS = ("look", "try", "apply")
UPLOAD_STATES = ("waiting", "working", "mapped", "tried", "applied", "failed")


class Upload(Base):
    """A file on its way in; its bytes lie in a file named after `id`, `file_name` is only ever shown.
    `task` is what is done or was done last, `state` how far it is. `mapping` is what its columns mean, None
    for a known source; `options` are what the person chose about rows that are gone, that it is to `stop`,
    and what we found at the first look. `notes` are about the file as a whole. `beat_at` is when whoever
    works at it was last heard of."""

    __tablename__ = "upload"

    id: Mapped[UuidKey]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    file_name: Mapped[str]
    size: Mapped[int]
    source_code: Mapped[str]
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    options: Mapped[Document]
    task: Mapped[str]
    state: Mapped[str]
    rows_done: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_total: Mapped[int] = mapped_column(default=0, server_default="0")
    beat_at: Mapped[Made]
    problem: Mapped[str | None]
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey(IngestRun.id, ondelete="SET NULL"))
    made_at: Mapped[Made]

    __table_args__ = (
        CheckConstraint(one_of("task", UPLOAD_TASKS), name="task"),
        CheckConstraint(one_of("state", UPLOAD_STATES), name="state"),
    )
