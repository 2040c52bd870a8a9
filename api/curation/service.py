"""The desk of someone who looks after areas: what waits there, holding it, putting it off, and undoing."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy.orm import Session

from api.curation import queries
from api.curation.schemas import KIND_BY_CODE, Desk, Hold, Waiting, WaitingKind
from api.errors import BadInput, NotFound
from api.models import DeskDeed
from api.permissions import Actor, may_edit

PAGE: Final = 50
HOLD_FOR: Final = timedelta(minutes=15)
UNDO_FOR: Final = timedelta(days=7)
# How far back an entry may have moved for its areas to be worked out again.
MOVED_WITHIN: Final = timedelta(hours=1)
DECIDED: Final = "This no longer waits. Somebody may have decided about it already."


def gather(session: Session, *, now: datetime) -> None:
    """Bring the desk up to date with the tables; the worker does it each minute."""
    queries.gather(session, now=now, moved_since=now - MOVED_WITHIN)


def open_desk(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    kind: str | None = None,
    off: bool = False,
    page: int = 1,
) -> Desk:
    """What waits in their areas, oldest and most used first. `off` shows what was put off instead.
    Raises BadInput for a kind there is not."""
    if kind is not None and kind not in KIND_BY_CODE:
        raise BadInput(f"Nothing of the kind “{kind}” waits on a desk.")
    mine = actor.areas_as("curator")
    areas = None if mine is None else sorted(mine)
    counted = queries.count_waiting(session, areas=areas, today=now.date())
    counts = {code: number for code, is_off, number in counted if not is_off}
    off_counts = {code: number for code, is_off, number in counted if is_off}
    of_these = off_counts if off else counts
    rows = queries.list_waiting(
        session, areas=areas, me=actor.id, kind=kind, off=off, now=now, most=PAGE, skip=(page - 1) * PAGE
    )
    total = of_these.get(kind, 0) if kind else sum(of_these.values())
    return Desk(counts, [_as_waiting(row) for row in rows], total, sum(off_counts.values()))


def _as_waiting(row: tuple[Any, ...]) -> Waiting:
    kind, ref, entry_id, name, entry_kind, about, made_at, opened, held_by = row
    return Waiting(
        cast("WaitingKind", kind),
        ref,
        entry_id,
        name or "No name",
        entry_kind,
        about,
        made_at,
        int(opened),
        held_by,
    )


def may_decide(session: Session, actor: Actor, kind: WaitingKind, ref: str) -> None:
    """Raises NotFound for what does not wait, or waits outside their areas: they may not know of it."""
    areas = queries.areas_of_item(session, kind, ref)
    if areas is None or may_edit(actor, areas) is not True:
        raise NotFound(DECIDED)


def take_hold(session: Session, actor: Actor, kind: WaitingKind, ref: str, *, now: datetime) -> Hold | None:
    """Say that they are looking at it, for a quarter of an hour. When somebody else is, who and since when:
    they may look, but not unknowingly."""
    if queries.take_hold(session, kind, ref, me=actor.id, now=now, until=now + HOLD_FOR):
        return None
    holder = queries.find_holder(session, kind, ref, me=actor.id, now=now)
    return Hold(*holder) if holder else None


def put_off(session: Session, actor: Actor, keys: Iterable[tuple[WaitingKind, str]], *, until: date) -> None:
    """Take these from the desk until a day; each must wait in their areas."""
    for kind, ref in keys:
        may_decide(session, actor, kind, ref)
        queries.put_off(session, kind, ref, until=until)


def bring_back(session: Session, keys: Iterable[tuple[WaitingKind, str]]) -> None:
    """What was put off waits again."""
    for kind, ref in keys:
        queries.put_off(session, kind, ref, until=None)


def decided(session: Session, keys: Iterable[tuple[WaitingKind, str]]) -> None:
    """Off the desk at once."""
    queries.forget_items(session, keys)


def note_deed(session: Session, actor: Actor, what: str, items: list[dict[str, Any]]) -> UUID:
    """Write down what was done, with what undoing needs; the number undoes it."""
    deed = DeskDeed(person_id=actor.id, what=what, items=items)
    queries.add_deed(session, deed)
    return deed.id


def take_back(session: Session, actor: Actor, deed_id: UUID, *, now: datetime) -> DeskDeed:
    """The deed to be undone, marked as undone. Only their own, and not after a week. Raises NotFound."""
    deed = queries.hold_deed(session, deed_id)
    if deed is None or deed.person_id != actor.id or now - deed.made_at > UNDO_FOR:
        raise NotFound("There is nothing of yours to undo here.")
    if deed.undone_at is not None:
        raise NotFound("This was undone already.")
    deed.undone_at = now
    return deed
