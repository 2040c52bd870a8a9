"""Tables of where facts came from: sources, their rows, and the runs that read them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.models.base import Base, Document, Made, UuidKey, Words, one_of

ROW_FATES = ("new", "changed", "unchanged", "refused", "gone", "conflict")
RUN_STATES = ("running", "done", "refused", "stopped", "undone")
WHEN_GONE = ("keep", "close", "archive")
ANSWERS = ("source", "ours", "withdrawn")


class Source(Base):
    """A file or feed facts came from, with the licence it came under. `may_vanish` is the share of its rows
    that may go at once, None the usual one; `canaries` are names that must be in it; `when_gone` says what
    becomes of an entry whose row went."""

    __tablename__ = "source"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str | None]
    licence: Mapped[str | None]
    licence_url: Mapped[str | None]
    attribution: Mapped[str | None]
    may_vanish: Mapped[float | None]
    canaries: Mapped[Words]
    when_gone: Mapped[str] = mapped_column(default="keep", server_default="keep")

    __table_args__ = (
        CheckConstraint(one_of("when_gone", WHEN_GONE), name="when_gone"),
        CheckConstraint("may_vanish BETWEEN 0 AND 1", name="may_vanish"),
    )


class SourceRow(Base):
    """The identity of one row of a source: the same key always means the same entry.
    `row_print` is the hash of the row's cells, `fingerprint` that of the entry they make, and `document` that
    entry where it is not the entry's revision `version`. `gone_at` is when the row left the source."""

    __tablename__ = "source_row"

    source_code: Mapped[str] = mapped_column(ForeignKey(Source.code), primary_key=True)
    row_key: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("directory.entry.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str]
    row_print: Mapped[str] = mapped_column(default="", server_default="")
    version: Mapped[int | None]
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    first_seen_at: Mapped[Made]
    gone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class IngestRun(Base):
    """One reading of a file: what it was, whether it was to be applied, how it ended, and the counts.
    A run is `running` until it ends; one that was killed is found so by the next and is then `stopped`."""

    __tablename__ = "ingest_run"

    id: Mapped[UuidKey]
    source_code: Mapped[str] = mapped_column(ForeignKey(Source.code), index=True)
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    applied: Mapped[bool]
    started_at: Mapped[Made]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default="done", server_default="done")
    note: Mapped[str | None]
    read_as: Mapped[str | None]
    mapping: Mapped[str | None]

    __table_args__ = (CheckConstraint(one_of("state", RUN_STATES), name="state"),)


class IngestRowFate(Base):
    """What became of one row of one run, with what changed (`field`, `old`, `new`), the problems found, in
    words, and the entries it may be a duplicate of. `version` is the entry's version that it made."""

    __tablename__ = "ingest_row"

    run_id: Mapped[UUID] = mapped_column(ForeignKey(IngestRun.id, ondelete="CASCADE"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    row_key: Mapped[str | None]
    name: Mapped[str | None]
    fate: Mapped[str]
    entry_id: Mapped[UUID | None] = mapped_column(index=True)
    version: Mapped[int | None]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    looks_like: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")

    __table_args__ = (CheckConstraint(one_of("fate", ROW_FATES), name="fate"),)


class IngestConflict(Base):
    """A field where a source says something new and a curator had changed it: it waits for a person.
    `answer` is whose value was taken, or that the source went back to an earlier one."""

    __tablename__ = "ingest_conflict"

    id: Mapped[UuidKey]
    source_code: Mapped[str] = mapped_column(ForeignKey(Source.code), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey(IngestRun.id))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("directory.entry.id", ondelete="CASCADE"), index=True)
    field: Mapped[str]
    ours: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    theirs: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    made_at: Mapped[Made]
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (CheckConstraint(one_of("answer", ANSWERS), name="answer"),)


class IngestBefore(Base):
    """What a row of the directory was before a run touched it, as PostgreSQL writes a row: written by
    triggers while `hereabouts.ingest_run` is set, read when the run is undone."""

    __tablename__ = "ingest_before"

    seq: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    run_id: Mapped[UUID]
    table_name: Mapped[str]
    row_id: Mapped[str]
    op: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]

    __table_args__ = (Index("ix_ingest_before_run", "run_id", "table_name"),)


class SavedMapping(Base):
    """How the columns of a file become entries, kept by name."""

    __tablename__ = "mapping"

    name: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[Document]
    made_at: Mapped[Made]
    changed_at: Mapped[Made]


class Feed(Base):
    """A source fetched again and again: when next, how it went, and why it is paused. `read_as` is the known
    source or the kept mapping whose columns it has."""

    __tablename__ = "feed"

    source_code: Mapped[str] = mapped_column(ForeignKey(Source.code), primary_key=True)
    url: Mapped[str]
    read_as: Mapped[str]
    every_minutes: Mapped[int]
    next_at: Mapped[Made]
    tried_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    succeeded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str | None]
    paused: Mapped[str | None]

    __table_args__ = (CheckConstraint("every_minutes BETWEEN 5 AND 525600", name="every"),)


class DirectoryFact(Base):
    """A small fact about this directory itself, such as when its example data was loaded."""

    __tablename__ = "directory_fact"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[Made]
