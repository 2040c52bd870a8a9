"""Keeping the public face in step with the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.face import queries
from api.face.counts import Counts

__all__ = [
    "Counts",
    "RebuildReport",
    "get_data_version",
    "get_origin",
    "has_examples",
    "lay_out",
    "project_entries",
    "rebuild_face",
    "take_turn",
    "write_counts",
]


AT_ONCE = 2_000
# Fewer fit in memory in any order.
WORTH_LAYING_OUT = 50_000


@dataclass(frozen=True)
class RebuildReport:
    """`changed` and `removed` are 0 when the face already said what the tables say."""

    changed: int
    removed: int
    total: int


def take_turn(session: Session) -> None:
    """Wait until nobody else is saving, and keep others waiting until the transaction ends. Whoever changes
    entries takes it before it locks anything else: two that did so the other way round would wait for each
    other."""
    queries.take_turn(session)


def project_entries(session: Session, ids: Sequence[UUID], *, counts: Counts | None = None) -> None:
    """Work out the public face of these entries, in the caller's transaction. With `counts`, what is counted
    of many entries together is noted there and nowhere else: the caller hands it to `write_counts` before the
    transaction ends, once for all the entries it saves."""
    if not ids:
        return
    noted = Counts()
    for start in range(0, len(ids), AT_ONCE):
        queries.project(session, ids[start : start + AT_ONCE], noted)
    if counts is None:
        queries.write_counts(session, noted)
    else:
        counts.add(noted)


def write_counts(session: Session, counts: Counts) -> None:
    """Bring the words and the squares of the map up to date with all that `counts` has noted."""
    queries.write_counts(session, counts)


def rebuild_face(session: Session) -> RebuildReport:
    """Work out every entry's public face again from the tables; also after areas or terms changed."""
    changed, removed, total = queries.rebuild(session)
    return RebuildReport(changed=changed, removed=removed, total=total)


def lay_out(session: Session, *, least: int = WORTH_LAYING_OUT) -> bool:
    """Store entries that are near each other beside each other: a search near a place reads few pages then,
    however many entries there are. Those saved later stand at the end until it is done again. Nobody can read
    entries meanwhile (a minute for 200,000). Does nothing for fewer than `least`; says whether it did."""
    if queries.count_entries(session) < least:
        return False
    queries.lay_out(session)
    return True


async def has_examples(read: ReadConnection) -> bool:
    return await queries.has_examples(read)


async def get_data_version(read: ReadConnection) -> int:
    """A number that rises with every change of what the public may see."""
    return await queries.read_data_version(read)


async def get_origin(read: ReadConnection, ids: Sequence[str]) -> tuple[datetime | None, list[str]]:
    """When the newest of these entries changed (None when there are none), and whom they are owed to."""
    return await queries.read_origin(read, ids)
