"""What can be done to many things on the desk at once, and how each is undone."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.clock import london_now
from api.curation import service as curation
from api.curation.schemas import WaitingKind
from api.duplicates import service as duplicates
from api.errors import HereaboutsError, NotFound
from api.permissions import Actor
from api.settings import Settings
from api.suggestions import deciding
from ingest import conflicts

PUT_OFF_FOR: Final = timedelta(days=28)
Key = tuple[WaitingKind, str]
Item = dict[str, Any]
Do = Callable[[Session, Actor, str, Settings], Item]
Undo = Callable[[Session, Actor, Item], None]


@dataclass(frozen=True)
class Deed:
    """`words` stand on its button and `done` after "3 "; `kinds` are what it can be done to, empty for all.
    One that `stays` leaves the thing on the desk, out of sight."""

    words: str
    done: str
    kinds: tuple[WaitingKind, ...]
    do: Do
    undo: Undo
    stays: bool = False


@dataclass(frozen=True)
class Outcome:
    """`deed_id` undoes it, None when nothing was done. `problems` are in words, one for each that was not."""

    done: int
    deed_id: UUID | None
    problems: list[str]


def read_pair(ref: str) -> tuple[UUID, UUID]:
    """`{first}_{second}`, as the desk names two entries. Raises NotFound."""
    first, _, second = ref.partition("_")
    try:
        return UUID(first), UUID(second)
    except ValueError as error:
        raise NotFound("There are no such two entries.") from error


def _tell_apart(session: Session, actor: Actor, ref: str, _settings: Settings) -> Item:
    first, second = read_pair(ref)
    duplicates.tell_apart(session, first, second, by=actor.role_label, why="Told apart at the desk")
    return {}


def _reopen_pair(session: Session, actor: Actor, item: Item) -> None:
    duplicates.reopen_pair(session, *read_pair(item["ref"]))


def _settle(*, take_source: bool) -> Do:
    def settle(session: Session, actor: Actor, ref: str, _settings: Settings) -> Item:
        version = conflicts.settle_conflict(session, UUID(ref), take_source=take_source, by=actor.role_label)
        return {"version": version}

    return settle


def _reopen_conflict(session: Session, actor: Actor, item: Item) -> None:
    conflicts.reopen_conflict(session, UUID(item["ref"]), version=item["version"], by=actor.role_label)


def _nothing(session: Session, actor: Actor, ref: str, _settings: Settings) -> Item:
    return {}


def _accept(session: Session, actor: Actor, ref: str, settings: Settings) -> Item:
    deciding.accept(session, actor, UUID(ref), settings=settings, now=london_now())
    return {}


def _refuse(session: Session, actor: Actor, ref: str, settings: Settings) -> Item:
    deciding.refuse(session, actor, UUID(ref), NOT_CONFIRMED, settings=settings, now=london_now())
    return {}


def _undo_decision(session: Session, actor: Actor, item: Item) -> None:
    deciding.undo(session, actor, UUID(item["ref"]))


def _bring_back(session: Session, actor: Actor, item: Item) -> None:
    curation.bring_back(session, [(item["kind"], item["ref"])])


NOT_CONFIRMED: Final = "Thank you. We could not confirm this, so we left the entry as it was."
SENT: Final[tuple[WaitingKind, ...]] = ("suggestion", "report")
DEEDS: Final[dict[str, Deed]] = {
    "accept": Deed("Accept as suggested", "accepted", ("suggestion",), _accept, _undo_decision),
    "refuse": Deed("Refuse: we could not confirm it", "refused", SENT, _refuse, _undo_decision),
    "apart": Deed("Not the same thing", "told apart", ("duplicate",), _tell_apart, _reopen_pair),
    "ours": Deed(
        "Keep what we say", "kept as we say", ("conflict",), _settle(take_source=False), _reopen_conflict
    ),
    "theirs": Deed(
        "Take what the source says",
        "taken from the source",
        ("conflict",),
        _settle(take_source=True),
        _reopen_conflict,
    ),
    "later": Deed("Put off for four weeks", "put off", (), _nothing, _bring_back, stays=True),
}


def deeds_for(kinds: Collection[WaitingKind]) -> list[tuple[str, str]]:
    """(code, words) of what can be done to things of these kinds."""
    return [
        (code, deed.words) for code, deed in DEEDS.items() if not deed.kinds or set(deed.kinds) & set(kinds)
    ]


def do_deed(session: Session, actor: Actor, code: str, keys: Sequence[Key], *, settings: Settings) -> Outcome:
    """Do it to each that waits in their areas; what cannot be done is said and does not stop the others."""
    deed = DEEDS[code]
    items: list[Item] = []
    problems: list[str] = []
    for kind, ref in keys:
        if deed.kinds and kind not in deed.kinds:
            problems.append(f"“{deed.words}” does not go with one of the things you ticked.")
            continue
        try:
            with session.begin_nested():
                items.append(_do_one(session, actor, deed, (kind, ref), settings))
        except HereaboutsError as problem:
            problems.append(problem.detail)
    deed_id = curation.note_deed(session, actor, code, items) if items else None
    return Outcome(len(items), deed_id, list(dict.fromkeys(problems)))


def _do_one(session: Session, actor: Actor, deed: Deed, key: Key, settings: Settings) -> Item:
    kind, ref = key
    curation.may_decide(session, actor, kind, ref)
    item = {"kind": kind, "ref": ref} | deed.do(session, actor, ref, settings)
    if deed.stays:
        curation.put_off(session, actor, [(kind, ref)], until=london_now().date() + PUT_OFF_FOR)
    else:
        curation.decided(session, [(kind, ref)])
    return item


def undo_deed(session: Session, actor: Actor, deed_id: UUID) -> Outcome:
    """Undo all of it that can be; the desk is gathered again, so that it waits at once. Raises NotFound, also
    for what was done in another room."""
    stored = curation.take_back(session, actor, deed_id, now=london_now())
    deed = DEEDS.get(stored.what)
    if deed is None:
        raise NotFound("That cannot be undone here.")
    done, problems = 0, []
    for item in stored.items:
        try:
            with session.begin_nested():
                deed.undo(session, actor, item)
                done += 1
        except HereaboutsError as problem:
            problems.append(problem.detail)
    curation.gather(session, now=london_now())
    return Outcome(done, None, list(dict.fromkeys(problems)))
