"""The table of owners: people who showed that they read an entry's own letters."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from api.models.accounts import Person
from api.models.base import Base, Made, UuidKey
from api.models.entry import Entry


class Owner(Base):
    """Someone who runs an entry and proposes changes to it; `trusted`: they publish them. A merge leaves it
    with the entry that went: who runs that one does not thereby run the other."""

    __tablename__ = "owner"

    id: Mapped[UuidKey]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    trusted: Mapped[bool] = mapped_column(default=False, server_default="false")
    made_at: Mapped[Made]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[str | None]

    __table_args__ = (
        Index(
            "uq_owner_standing",
            "entry_id",
            "person_id",
            unique=True,
            postgresql_where=sql_text("ended_at IS NULL"),
        ),
    )
