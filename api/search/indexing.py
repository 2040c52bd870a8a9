"""Keeping the search index in step with what the public may see."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from api.search.meili import INDEX, MeiliIndex, in_batches, index_settings
from api.search.queries import index as queries
from api.search.queries import sayings
from api.search.words import Lexicon

BATCH = 500
REINDEX_BATCH = 5_000


@dataclass(frozen=True)
class Drift:
    """How an index differs from the database: entries it lacks, has in an older form, or should not have."""

    missing: list[str]
    stale: list[str]
    extra: list[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.extra)


def current_settings(session: Session) -> dict[str, object]:
    """The index's settings with the synonyms and stop words as they are now."""
    groups = [(row.words, row.one_way_from) for row in sayings.list_groups(session)]
    return index_settings(Lexicon.of(groups, sayings.list_stop_words(session)))


def write_settings(factory: sessionmaker[Session], index: MeiliIndex) -> None:
    """Give the live index the settings of this version, with what people say now. Costs nothing when it has
    them already."""
    with factory.begin() as session:
        settings = current_settings(session)
    index.write_settings(settings)


def index_waiting(factory: sessionmaker[Session], index: MeiliIndex | None) -> int:
    """Index what waits in the outbox, a batch a transaction; returns how many changes were taken.
    A row leaves the outbox only when the index has said it is done. Without an index nothing waits for it."""
    if index is None:
        with factory.begin() as session:
            queries.forget_all_waiting(session)
        return 0
    done = 0
    while True:
        with factory.begin() as session:
            waiting = queries.take_waiting(session, size=BATCH)
            if not waiting:
                return done
            ids = sorted({entry_id for _, entry_id in waiting})
            documents = queries.documents_of(session, ids)
            index.add(documents)
            index.remove(sorted(set(ids) - {document["id"] for document in documents}))
            queries.forget_waiting(session, [outbox_id for outbox_id, _ in waiting])
            done += len(waiting)


def reindex(factory: sessionmaker[Session], index: MeiliIndex) -> int:
    """Build a new index beside the live one, then swap: searches never meet an empty one. Returns how many
    documents it holds. What was saved meanwhile is queued again, as the new index may have missed it."""
    # A save that began before us may commit after we have read past it.
    now = datetime.now(UTC)
    since = now - timedelta(minutes=5)
    beside = _name_of(now)
    index.drop_left_over(before=_name_of(now - timedelta(days=1)))
    total = 0
    with factory.begin() as session:
        index.make(beside, current_settings(session))
        for batch in in_batches(queries.all_documents(session, size=REINDEX_BATCH), REINDEX_BATCH):
            index.add(batch, index=beside)
            total += len(batch)
    index.swap_in(beside)
    with factory.begin() as session:
        queries.queue_changed_since(session, since)
    return total


def _name_of(built_at: datetime) -> str:
    return f"{INDEX}_{built_at:%Y%m%d%H%M%S%f}"


def find_drift(session: Session, index: MeiliIndex) -> Drift:
    """How the index differs from the database."""
    wanted = queries.stamps(session)
    held = dict(index.stamps())
    return Drift(
        missing=sorted(wanted.keys() - held.keys()),
        stale=sorted(key for key in wanted.keys() & held.keys() if wanted[key] != held[key]),
        extra=sorted(held.keys() - wanted.keys()),
    )


def mend_drift(factory: sessionmaker[Session], index: MeiliIndex) -> Drift:
    """Queue what differs for indexing; returns what was found."""
    with factory.begin() as session:
        drift = find_drift(session, index)
        queries.queue(session, [*drift.missing, *drift.stale, *drift.extra])
    return drift
