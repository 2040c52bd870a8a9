"""SQL of the feeds: which is due, how each went, and what vanished from it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models import Entry, Feed, Source, SourceRow


@dataclass(frozen=True)
class Gone:
    """An entry whose row left its source, and what became of it."""

    entry_id: UUID
    name: str
    state: str
    stage: str
    gone_at: datetime


def all_feeds(session: Session) -> list[tuple[Feed, Source]]:
    rows = select(Feed, Source).join(Source, Source.code == Feed.source_code).order_by(Source.name)
    return [(feed, source) for feed, source in session.execute(rows)]


def find_feed(session: Session, source_code: str) -> Feed | None:
    return session.get(Feed, source_code)


def find_source(session: Session, source_code: str) -> Source | None:
    return session.get(Source, source_code)


def take_due(session: Session, now: datetime, *, only: str | None) -> Feed | None:
    """A feed whose time has come, or this one whatever its time; none that another worker is taking."""
    rows = select(Feed).order_by(Feed.next_at).limit(1).with_for_update(skip_locked=True)
    if only is not None:
        return session.scalar(rows.where(Feed.source_code == only))
    return session.scalar(rows.where(Feed.next_at <= now, Feed.paused.is_(None)))


def gone_rows(session: Session, source_code: str) -> list[Gone]:
    """Latest first."""
    rows = session.execute(
        select(Entry.id, Entry.name, Entry.state, Entry.stage, SourceRow.gone_at)
        .join(SourceRow, SourceRow.entry_id == Entry.id)
        .where(SourceRow.source_code == source_code, SourceRow.gone_at.is_not(None))
        .order_by(SourceRow.gone_at.desc(), Entry.name)
    )
    return [
        Gone(entry_id, name, state, stage, gone_at)
        for entry_id, name, state, stage, gone_at in rows
        if gone_at is not None
    ]
