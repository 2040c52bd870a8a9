"""What a curator has typed and not saved yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.models.accounts import Person
from api.models.base import Base, Document, UuidKey
from api.models.entry import Entry


class EditDraft(Base):
    """The editor's form of one person and one entry as it was typed, field by field; no `entry_id` is a new
    entry. `base_version` is the version it was opened with. It is no part of what the entry says: it goes
    with the entry, and with its person."""

    __tablename__ = "edit_draft"

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    base_version: Mapped[int]
    document: Mapped[Document]
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (UniqueConstraint("person_id", "entry_id", postgresql_nulls_not_distinct=True),)
