"""The table of notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from api.models.accounts import Person
from api.models.base import Base, Made, UuidKey, Words


class Notice(Base):
    """Words for everyone in some areas, from `starts_at` until `ends_at`. No areas is everywhere.
    `ended_at` is when somebody took it down before its time."""

    __tablename__ = "notice"

    id: Mapped[UuidKey]
    title: Mapped[str]
    body: Mapped[str]
    link: Mapped[str | None]
    area_codes: Mapped[Words]
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    made_at: Mapped[Made]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (CheckConstraint("ends_at > starts_at", name="in_order"),)
