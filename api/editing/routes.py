"""`POST /api/v1/entries` and `PATCH /api/v1/entries/{id}`: entries changed by partners' systems."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Header, Query, Response
from pydantic import ValidationError

from api.accounts.dependencies import SignedIn, Write, needs
from api.editing import service
from api.editing.schemas import SavedReply
from api.entries.schemas import EntryDraft
from api.entries.service import as_document
from api.errors import NeedsVersion
from api.problems import may_answer
from api.wording import refusal

router = APIRouter(prefix="/api/v1/entries", tags=["entries"], dependencies=[needs("curator")])

Why = Annotated[str, Query(max_length=service.WHY_LETTERS, description="Kept in the entry's history")]
NotAHome = Annotated[
    bool,
    Query(description="Says that nobody lives at the place of a micro-enterprise or mutual aid group"),
]


@router.post("", status_code=201, responses=may_answer(401, 403))
def create_entry(
    draft: EntryDraft,
    actor: SignedIn,
    session: Write,
    response: Response,
    why: Why = "Added by a partner’s system",
    not_a_home: NotAHome = False,
) -> SavedReply:
    """A new entry, inside your areas. `stage` `draft` keeps it from the public."""
    saved = service.create_entry(session, actor, draft, why=why, not_a_home=not_a_home)
    response.headers["Location"] = f"/api/v1/entries/{saved.slug}"
    return _reply(session, actor, saved, response)


@router.patch("/{entry_id}", responses=may_answer(401, 403, 404, 412, 428))
def patch_entry(
    entry_id: UUID,
    patch: Annotated[dict[str, Any], Body(description="JSON merge patch (RFC 7396) on the entry")],
    actor: SignedIn,
    session: Write,
    response: Response,
    if_match: Annotated[str | None, Header(description="The `ETag` of the version you changed")] = None,
    why: Why = "Changed by a partner’s system",
    not_a_home: NotAHome = False,
) -> SavedReply:
    """Change some of what an entry says: null takes a value away, a list replaces the whole list."""
    opened = service.open_entry(session, actor, entry_id)
    if if_match is None:
        raise NeedsVersion("Send “If-Match” with the ETag of the version you changed.")
    try:
        saved = service.patch_entry(
            session,
            actor,
            opened,
            patch,
            expected_version=_expected(if_match, opened.version),
            why=why,
            not_a_home=not_a_home,
        )
    except ValidationError as error:
        raise refusal(error.errors(), whole="entry") from error
    return _reply(session, actor, saved, response)


def _expected(if_match: str, version: int) -> int:
    """The version asked for; of several the stored one, if it is among them. 0 is never a version."""
    named = {int(digits) for digits in re.findall(r'"(\d{1,9})"', if_match)}
    return version if version in named else max(named, default=0)


def _reply(session: Write, actor: SignedIn, saved: service.Saved, response: Response) -> SavedReply:
    opened = service.open_entry(session, actor, saved.entry_id)
    response.headers["ETag"] = f'"{saved.version}"'
    response.headers["Cache-Control"] = "no-store"
    return SavedReply(
        id=saved.entry_id,
        slug=saved.slug,
        url=f"/entries/{saved.slug}",
        version=saved.version,
        changed=saved.changed,
        entry=as_document(opened.draft),
    )
