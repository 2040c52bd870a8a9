"""Tables of the desk: what waits for a curator, who is looking at it, and what was done with many at once."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.models.accounts import Person
from api.models.base import Base, Made, UuidKey, Words, one_of
from api.models.entry import Entry

# What the worker gathers from the tables; suggestions and notes of owners are read where they are.
GATHERED = ("duplicate", "conflict", "place", "check", "web")


class DeskItem(Base):
    """Something gathered that waits. `ref` finds it in its own table; `area_codes` are those of the entry
    with all they lie in, as they were then."""

    __tablename__ = "desk_item"

    kind: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    about: Mapped[str]
    area_codes: Mapped[Words]
    made_at: Mapped[Made]

    __table_args__ = (
        CheckConstraint(one_of("kind", GATHERED), name="kind"),
        Index("ix_desk_item_area_codes", "area_codes", postgresql_using="gin"),
    )


class DeskMark(Base):
    """Who is looking at something that waits (`held_until`), or until when it was put off."""

    __tablename__ = "desk_mark"

    kind: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    held_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    held_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    held_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    put_off_until: Mapped[date | None]


class DeskDeed(Base):
    """What someone did at the desk, to one thing or to many at once, with what undoing it needs."""

    __tablename__ = "desk_deed"

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    what: Mapped[str]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    made_at: Mapped[Made]
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class EntryUse(Base):
    """How often an entry's page was opened in a month. Nothing about who."""

    __tablename__ = "entry_use"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    opened: Mapped[int]


class WebCheck(Base):
    """Whether a public web address of an entry answers: looked at now and then by the worker, when it may."""

    __tablename__ = "web_check"

    url: Mapped[str] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    problem: Mapped[str | None]
