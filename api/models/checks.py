"""Tables of checks: how often each kind is due, who was asked and what came back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from api.models.accounts import Person
from api.models.base import Base, Made, UuidKey, Words, one_of
from api.models.entry import Entry

ATTEMPT_WAYS = ("phoned", "visited", "emailed", "wrote", "messaged")
ATTEMPT_OUTCOMES = ("no_answer", "left_message", "spoke", "wrong_address", "ask_later", "stopped")
NOTE_KINDS = ("changed", "stopped", "bounced", "silent", "hiding", "hidden")


class CheckRule(Base):
    """After how many months an entry of a kind is due for another check."""

    __tablename__ = "check_rule"

    kind: Mapped[str] = mapped_column(primary_key=True)
    months: Mapped[int]

    __table_args__ = (CheckConstraint("months BETWEEN 1 AND 60", name="months"),)


class ContactAttempt(Base):
    """Someone tried to reach those who run an entry: an append-only log, kept so by a trigger. `made_by` is a
    role; `note` is for those who look after the directory alone."""

    __tablename__ = "contact_attempt"

    id: Mapped[UuidKey]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    tried_on: Mapped[date] = mapped_column(Date)
    how: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[str | None]
    made_by: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    made_at: Mapped[Made]

    __table_args__ = (
        CheckConstraint(one_of("how", ATTEMPT_WAYS), name="how"),
        CheckConstraint(one_of("outcome", ATTEMPT_OUTCOMES), name="outcome"),
    )


class Reminder(Base):
    """One letter of a due date: steps 1 to 3 ask, step 4 says that the entry will be hidden (`mail_key` None:
    said on the desk alone). What is here was queued and is never queued again."""

    __tablename__ = "reminder"

    id: Mapped[UuidKey]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"))
    due_on: Mapped[date] = mapped_column(Date)
    step: Mapped[int]
    queued_on: Mapped[date] = mapped_column(Date)
    mail_key: Mapped[str | None]
    bounced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("entry_id", "due_on", "step"),
        CheckConstraint("step BETWEEN 1 AND 4", name="step"),
    )


class OwnerNote(Base):
    """What came back from those who run an entry, or did not: something a curator must decide. `area_codes`
    are all areas of the entry at the time, with those they lie in."""

    __tablename__ = "owner_note"

    id: Mapped[UuidKey]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    area_codes: Mapped[Words]
    kind: Mapped[str]
    words: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    made_at: Mapped[Made]
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(one_of("kind", NOTE_KINDS), name="kind"),
        CheckConstraint(one_of("state", ("waiting", "done")), name="state"),
        CheckConstraint("(state = 'done') = (decided_at IS NOT NULL)", name="decided"),
        Index("ix_owner_note_waiting", "made_at", postgresql_where=sql_text("state = 'waiting'")),
    )
