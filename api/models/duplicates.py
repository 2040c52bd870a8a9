"""Tables of duplicates: pairs that may be one thing or were told apart, and what was merged into what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.models.base import DIRECTORY, Base, Made, UuidKey, Words, one_of
from api.models.entry import Contact, Entry

PAIR_STATES = ("open", "not_duplicate")

# Equal phones, e-mail and web addresses are found by this, whatever way they are written.
Index(
    "ix_contact_sign",
    text("directory.contact_sign(kind, value)"),
    _table=Base.metadata.tables[f"{DIRECTORY}.{Contact.__tablename__}"],
)


class DuplicatePair(Base):
    """Two entries that may be one. `not_duplicate`: someone said they are two; with `codes` and both names as
    they were then, to see whether much has changed since."""

    __tablename__ = "duplicate_pair"

    first_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[UUID] = mapped_column(
        ForeignKey(Entry.id, ondelete="CASCADE"), primary_key=True, index=True
    )
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    score: Mapped[float]
    codes: Mapped[Words]
    speaks_for: Mapped[Words]
    speaks_against: Mapped[Words]
    first_name: Mapped[str]
    second_name: Mapped[str]
    found_at: Mapped[Made]
    decided_by: Mapped[str | None]
    decided_why: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("first_id < second_id", name="in_order"),
        CheckConstraint(one_of("state", PAIR_STATES), name="state"),
        CheckConstraint("state = 'open' OR decided_at IS NOT NULL", name="decided"),
    )


class EntryMerge(Base):
    """One entry merged into another. `before` and `after` hold every row of both that the merge touched, so
    that it can be undone exactly; the versions are those the merge made. An undone merge stays as history."""

    __tablename__ = "entry_merge"

    id: Mapped[UuidKey]
    keep_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    merged_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"))
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    keep_version: Mapped[int]
    merged_version: Mapped[int]
    made_by: Mapped[str]
    made_why: Mapped[str]
    made_at: Mapped[Made]
    undone_by: Mapped[str | None]
    undone_why: Mapped[str | None]
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("keep_id <> merged_id", name="not_itself"),
        Index(
            "uq_entry_merge_standing",
            "merged_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
    )
