"""Notices: written by coordinators for their areas, shown to everyone there while they stand."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.areas.service import areas_around, no_area
from api.db import ReadConnection
from api.errors import NotFound
from api.models import Notice
from api.notices import queries
from api.notices.schemas import NoticeDraft
from api.permissions import Actor, may_coordinate, require

SHOWN_AFTER = timedelta(days=30)


async def list_standing(
    read: ReadConnection, *, now: datetime, areas: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """What stands now for everyone, and for people in these areas (None: in any); the newest first."""
    return await queries.read_standing(read, areas, entry=None, now=now)


async def list_for_entry(read: ReadConnection, slug: str, *, now: datetime) -> list[dict[str, Any]]:
    """What stands now for everyone, and where this entry is or serves."""
    return await queries.read_standing(read, [], entry=slug, now=now)


def list_notices(session: Session, actor: Actor, *, now: datetime) -> Sequence[Notice]:
    """Those of their areas and of everywhere, with those that ended within a month."""
    mine = actor.areas_as("coordinator")
    return queries.list_notices(
        session, areas=None if mine is None else sorted(mine), since=now - SHOWN_AFTER
    )


def write_notice(session: Session, actor: Actor, draft: NoticeDraft) -> UUID:
    """Raises NotAllowed outside their areas, and BadInput for an area we do not hold."""
    for code in draft.area_codes:
        around = areas_around(session, [code])
        if not around:
            raise no_area(code, field="area_codes")
        require(may_coordinate(actor, around))
    if not draft.area_codes:
        require(may_coordinate(actor, ()))
    notice = Notice(person_id=actor.id, **draft.model_dump())
    session.add(notice)
    session.flush()
    return notice.id


def end_notice(session: Session, actor: Actor, notice_id: UUID, *, now: datetime) -> None:
    """Take it down now. Raises NotFound, NotAllowed."""
    notice = _get(session, actor, notice_id)
    notice.ended_at = notice.ended_at or now


def bring_back_notice(session: Session, actor: Actor, notice_id: UUID) -> None:
    """Undo taking it down. Raises NotFound, NotAllowed."""
    _get(session, actor, notice_id).ended_at = None


def _get(session: Session, actor: Actor, notice_id: UUID) -> Notice:
    notice = queries.find_notice(session, notice_id)
    if notice is None:
        raise NotFound("There is no such notice.")
    for code in notice.area_codes or [""]:
        require(may_coordinate(actor, areas_around(session, [code])))
    return notice
