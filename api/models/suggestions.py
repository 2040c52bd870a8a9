"""The table of suggestions: what anyone proposed, waiting for a curator; the live entry stays as it was."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, ForeignKey, Index, Uuid
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.models.accounts import Person
from api.models.base import Base, Document, Made, UuidKey, Words, one_of
from api.models.entry import Entry

SUGGESTION_WHATS = ("new", "change", "report")
SUGGESTION_STATES = ("waiting", "accepted", "part_accepted", "refused", "withdrawn")
REPORT_REASONS = ("closed", "wrong_time", "wrong_contact", "wrong_place", "other")


class Suggestion(Base):
    """`fields` are the proposed values by path, None to take one away; `was` is what the public saw of those
    fields then. `before` holds what accepting replaced, for undo; `result_version` is the version it made.
    `sender_email` is private, and forgotten once the outcome was sent."""

    __tablename__ = "suggestion"

    id: Mapped[UuidKey]
    reference: Mapped[str] = mapped_column(unique=True)
    what: Mapped[str]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    base_version: Mapped[int | None]
    fields: Mapped[Document]
    was: Mapped[Document]
    note: Mapped[str | None]
    report_reason: Mapped[str | None]
    sender_email: Mapped[str | None]
    area_codes: Mapped[Words]
    duplicates: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    taken_fields: Mapped[Words]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_note: Mapped[str | None]
    decisions: Mapped[int] = mapped_column(default=0, server_default="0")
    result_entry_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(Entry.id, ondelete="SET NULL"), index=True
    )
    result_version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    made_at: Mapped[Made]

    __table_args__ = (
        CheckConstraint(one_of("what", SUGGESTION_WHATS), name="what"),
        CheckConstraint(one_of("state", SUGGESTION_STATES), name="state"),
        CheckConstraint(one_of("report_reason", REPORT_REASONS), name="report_reason"),
        CheckConstraint("(entry_id IS NULL) = (what = 'new')", name="has_entry"),
        CheckConstraint("(report_reason IS NULL) = (what <> 'report')", name="has_reason"),
        Index(
            "ix_suggestion_waiting",
            "made_at",
            postgresql_where=sql_text("state = 'waiting'"),
        ),
        Index(
            "ix_suggestion_sender",
            "made_at",
            postgresql_where=sql_text("sender_email IS NOT NULL"),
        ),
    )
