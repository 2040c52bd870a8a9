"""Who to ask: connectors whose patch holds a place, the most local first; kept by coordinators of it."""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy.orm import Session

from api.areas.service import areas_around, has_area, no_area
from api.connectors import queries
from api.connectors.rules import find_problems
from api.connectors.schemas import ConnectorDraft
from api.db import ReadConnection
from api.errors import BadInput, FieldProblem, NotFound
from api.models import Connector
from api.permissions import Actor, may_coordinate, require
from api.places.service import resolve_near
from geo.gazetteer import fold_name

NONE_SUCH: Final = "There is no such connector in your areas."
SAVED_FIRST: Final = (
    "Somebody else changed this connector while you had it open. What they wrote is below; put in what you "
    "wanted to say, and keep it again."
)


def save_connector(session: Session, draft: ConnectorDraft) -> None:
    """Store a connector by its slug, in the caller's transaction."""
    queries.save_connector(session, draft.model_dump(exclude={"areas"}), draft.areas)


async def list_connectors(
    read: ReadConnection, *, near: str | None = None, area: str | None = None
) -> dict[str, Any]:
    """Connectors for a place, for an area, or all. `place` is None without `near`. Raises PlaceNotFound, and
    BadInput for an area that we do not hold."""
    if near:
        place = await resolve_near(read, near)
        return {"place": place.as_json(), "items": await connectors_for(read, place.areas)}
    code = (area or "").replace("\x00", "")  # PostgreSQL's text cannot hold it
    if code and not await has_area(read, code):
        raise no_area(code, field="area")
    return {"place": None, "items": await connectors_for(read, [code] if code else None)}


async def connectors_for(read: ReadConnection, codes: list[str] | None) -> list[dict[str, Any]]:
    """Connectors with any of these areas in their patch; None means every connector."""
    return await queries.list_connectors(read, codes=codes)


def list_mine(session: Session, actor: Actor) -> list[ConnectorDraft]:
    """Connectors with a patch inside the areas they coordinate."""
    mine = actor.areas_as("coordinator")
    rows = queries.connectors_within(session, None if mine is None else sorted(mine))
    return [_as_draft(row) for row in rows]


def get_mine(session: Session, actor: Actor, slug: str) -> ConnectorDraft:
    """Raises NotFound, also for one of whose patch nothing is theirs."""
    found = next((one for one in list_mine(session, actor) if one.slug == slug), None)
    if found is None:
        raise NotFound(NONE_SUCH)
    return found


def print_of(draft: ConnectorDraft) -> str:
    """Changes when the connector does."""
    return hashlib.blake2b(draft.model_dump_json().encode(), digest_size=12).hexdigest()


def write_connector(
    session: Session, actor: Actor, draft: ConnectorDraft, *, seen: str | None = None
) -> ConnectorDraft:
    """Keep a new connector or, with `seen` (the print of what was changed), another form of the one with this
    slug. All of the patch, as it was and as it will be, must lie in their areas. Raises NotFound, NotAllowed,
    and BadInput that names the field or says that somebody else was first."""
    if problems := find_problems(draft):
        errors = [FieldProblem(field=name, message=words) for name, words in problems.items()]
        raise BadInput("The connector could not be kept.", errors=errors)
    _check_patch(session, actor, draft.areas)
    if seen is None:
        draft = draft.model_copy(update={"slug": _free_slug(session, draft.role)})
    else:
        before = get_mine(session, actor, draft.slug)
        _check_patch(session, actor, before.areas)
        if print_of(before) != seen:
            raise BadInput(SAVED_FIRST, errors=[FieldProblem(field="role", message=SAVED_FIRST)])
        draft = draft.model_copy(update={"is_example": before.is_example})
    save_connector(session, draft)
    return draft


def remove_connector(session: Session, actor: Actor, slug: str) -> ConnectorDraft:
    """Take it away; what it was brings it back. Raises NotFound, NotAllowed."""
    draft = get_mine(session, actor, slug)
    _check_patch(session, actor, draft.areas)
    row = queries.find_connector(session, slug)
    if row is not None:
        queries.delete_connector(session, row)
    return draft


def bring_back_connector(session: Session, actor: Actor, draft: ConnectorDraft) -> None:
    """Undo taking it away. Raises NotAllowed, and BadInput when its name is taken by now."""
    _check_patch(session, actor, draft.areas)
    if queries.find_connector(session, draft.slug) is not None:
        raise BadInput("There is a connector of that name by now. Add this one again under another role.")
    save_connector(session, draft)


def _check_patch(session: Session, actor: Actor, codes: Iterable[str]) -> None:
    for code in codes:
        around = areas_around(session, [code])
        if not around:
            raise no_area(code, field="areas")
        require(may_coordinate(actor, around))


def _free_slug(session: Session, role: str) -> str:
    plain = fold_name(role).replace(" ", "-")[:80].strip("-") or "connector"
    slug, number = plain, 1
    # "new" is the address of the form.
    while slug == "new" or queries.find_connector(session, slug) is not None:
        number += 1
        slug = f"{plain}-{number}"
    return slug


def _as_draft(row: Connector) -> ConnectorDraft:
    return ConnectorDraft(
        slug=row.slug,
        role=row.role,
        organisation=row.organisation,
        about=row.about,
        helps_with=list(row.helps_with),
        phone=row.phone,
        email=row.email,
        web=row.web,
        areas=sorted(patch.area_code for patch in row.patches),
        is_example=row.is_example,
    )
