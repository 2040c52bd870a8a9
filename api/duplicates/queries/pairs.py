"""SQL of the pairs we remember: open candidates, and those someone has told apart."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from api.models import DuplicatePair, Entry

First, Second = aliased(Entry), aliased(Entry)


def lock_search(session: Session) -> None:
    """One search of the whole directory at a time."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("hereabouts.duplicates"))))


def decisions_among(
    session: Session, pairs: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], DuplicatePair]:
    """Those of the pairs that someone told apart."""
    if not pairs:
        return {}
    rows = session.scalars(
        select(DuplicatePair).where(
            tuple_(DuplicatePair.first_id, DuplicatePair.second_id).in_(pairs),
            DuplicatePair.state == "not_duplicate",
        )
    )
    return {(row.first_id, row.second_id): row for row in rows}


def decisions_about(session: Session, entry_id: UUID) -> list[DuplicatePair]:
    """What was told apart from this entry."""
    about = or_(DuplicatePair.first_id == entry_id, DuplicatePair.second_id == entry_id)
    return list(session.scalars(select(DuplicatePair).where(about, DuplicatePair.state == "not_duplicate")))


def write_pairs(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Pairs as open candidates, or as what `state` says; a pair there is already is written over."""
    if not rows:
        return
    statement = upsert(DuplicatePair)
    columns = [name for name in rows[0] if name not in ("first_id", "second_id")]
    statement = statement.on_conflict_do_update(
        index_elements=[DuplicatePair.first_id, DuplicatePair.second_id],
        set_={name: statement.excluded[name] for name in columns},
    )
    session.execute(statement, rows)


def forget_open_before(session: Session, moment: datetime) -> None:
    """Candidates that the newest search did not find again."""
    session.execute(
        delete(DuplicatePair).where(DuplicatePair.state == "open", DuplicatePair.found_at < moment)
    )


def stream_listed(session: Session, *, state: str, least: float) -> Iterator[Row[DuplicatePair, str, str]]:
    """(pair, first entry's slug, second's) of pairs whose entries are both published, best first."""
    rows = session.execute(
        select(DuplicatePair, First.slug, Second.slug)
        .join(First, First.id == DuplicatePair.first_id)
        .join(Second, Second.id == DuplicatePair.second_id)
        .where(
            DuplicatePair.state == state,
            DuplicatePair.score >= least,
            First.stage == "published",
            Second.stage == "published",
        )
        .order_by(DuplicatePair.score.desc(), DuplicatePair.first_id, DuplicatePair.second_id),
        execution_options={"yield_per": 500},
    )
    yield from rows


def find_entry_id(session: Session, id_or_slug: str) -> UUID | None:
    """The entry with this id, this slug, or once with this slug."""
    statement = text(
        "SELECT id FROM directory.entry WHERE id::text = :it OR slug = :it "
        "UNION ALL SELECT entry_id FROM directory.old_slug WHERE slug = :it LIMIT 1"
    )
    found: UUID | None = session.scalar(statement, {"it": id_or_slug})
    return found
