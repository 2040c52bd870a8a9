"""Tables of where facts came from: sources, their rows, and the runs that read them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.models.base import Base, Made, UuidKey, one_of

ROW_FATES = ("new", "changed", "unchanged", "refused", "gone")


class Source(Base):
    """A file or feed facts came from, with the licence it came under."""

    __tablename__ = "source"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str | None]
    licence: Mapped[str | None]
    licence_url: Mapped[str | None]
    attribution: Mapped[str | None]


class SourceRow(Base):
    """The identity of one row of a source: the same key always means the same entry.
    `fingerprint` is the hash of what the row said last time."""

    __tablename__ = "source_row"

    source_code: Mapped[str] = mapped_column(ForeignKey(Source.code), primary_key=True)
    row_key: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("directory.entry.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str]
    first_seen_at: Mapped[Made]
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class IngestRun(Base):
    """One reading of a file: what it was, whether it was applied, and the counts."""

    __tablename__ = "ingest_run"

    id: Mapped[UuidKey]
    source_code: Mapped[str] = mapped_column(ForeignKey(Source.code), index=True)
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    applied: Mapped[bool]
    started_at: Mapped[Made]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class IngestRowFate(Base):
    """What became of one row of one run, with the problems found, in words."""

    __tablename__ = "ingest_row"

    run_id: Mapped[UUID] = mapped_column(ForeignKey(IngestRun.id, ondelete="CASCADE"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    row_key: Mapped[str | None]
    fate: Mapped[str]
    entry_id: Mapped[UUID | None]
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")

    __table_args__ = (CheckConstraint(one_of("fate", ROW_FATES), name="fate"),)


class DirectoryFact(Base):
    """A small fact about this directory itself, such as when its example data was loaded."""

    __tablename__ = "directory_fact"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[Made]
