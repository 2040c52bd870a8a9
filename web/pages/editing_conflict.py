"""Two people edited one entry: both versions side by side, and a choice for every field."""

import json
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.areas.service import name_areas
from api.editing import drafts, service
from api.editing.rules import changed_fields, settle
from api.editing.schemas import Opened, RevisionLine
from api.entries.differences import areas_in, differences, flatten
from api.entries.schemas import EntryDraft
from api.entries.service import as_document, as_draft
from api.entries.wording import NOTHING, Areas, field_words, value_lines
from api.errors import BadInput, EditConflict, NotFound
from ingest.provenance import Origin, list_origins
from web.pages.editing_fields import Fields, Typed
from web.pages.editing_page import get_fields
from web.pages.forms import read_whole
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to

router = PageRouter(dependencies=[needs("curator")])
FormFields = Annotated[Fields, Depends(get_fields)]


@dataclass(frozen=True)
class Choice:
    """One field that the two say differently. `both` changed it; else `mine` or they alone did."""

    field: str
    words: str
    theirs: str
    mine: str
    both: bool
    take_mine: bool


def show_conflict(
    page: SignedInPage,
    session: Session,
    opened: Opened | None,
    draft: EntryDraft,
    version: int,
    conflict: EditConflict,
    *,
    not_a_home: bool,
) -> HTMLResponse:
    """`draft` is mine, made from `version`."""
    if opened is None:
        raise conflict
    mine = as_document(draft)
    return page.show(
        "editing/conflict.html",
        status=conflict.status,
        opened=opened,
        mine=json.dumps(mine),
        version=version,
        not_a_home=not_a_home,
        choices=choices(session, page, opened, mine, version),
        who=_who_since(session, page, opened, version),
    )


def choices(
    session: Session, page: SignedInPage, opened: Opened, mine: dict[str, Any], version: int
) -> list[Choice]:
    """A field that one of the two left as it was is chosen for the other beforehand."""
    theirs = opened.document
    try:
        base = service.open_version(session, page.actor, opened.entry_id, version)
    except NotFound:
        base = theirs
    apart = differences(flatten(theirs), flatten(mine))
    areas = name_areas(session, areas_in(apart))
    by_me, by_them = changed_fields(base, mine), changed_fields(base, theirs)
    return [
        Choice(
            field=one.field,
            words=field_words(one.field),
            theirs=_whole(one.field, one.old, areas),
            mine=_whole(one.field, one.new, areas),
            both=one.field in by_me and one.field in by_them,
            take_mine=one.field in by_me,
        )
        for one in apart
    ]


def _whole(field: str, value: Any, areas: Areas) -> str:
    """However long: who has to choose has to see all of it."""
    return "\n".join(value_lines(field, value, areas=areas)) or NOTHING


def _who_since(
    session: Session, page: SignedInPage, opened: Opened, version: int
) -> list[tuple[RevisionLine, Origin]]:
    lines = service.list_revisions(session, page.actor, opened.entry_id)
    since = [line for line in lines if line.version > version]
    origins = list_origins(session, opened.entry_id, since)
    return [(line, origins[line.version]) for line in since]


@router.form("/curate/entries/{entry_id}/settle")
def settle_conflict(entry_id: UUID, page: CuratePage, session: Write, fields: FormFields) -> Response:
    """Save what was chosen of the two. If someone saved yet again, the choice is offered once more."""
    opened = service.open_entry(session, page.actor, entry_id)
    typed = Typed(fields)
    mine = _document(typed.text("mine"))
    taken = frozenset(
        name.removeprefix("pick.")
        for name in fields
        if name.startswith("pick.") and typed.text(name) == "mine"
    )
    not_a_home = typed.text("not_a_home") == "yes"
    shown = read_whole(typed.text("theirs")) or 0
    if shown != opened.version:
        conflict = EditConflict("Someone saved yet again. Look once more and choose.")
        return show_conflict(page, session, opened, as_draft(mine), shown, conflict, not_a_home=not_a_home)
    try:
        draft = as_draft(settle(opened.document, mine, take_mine=taken))
    except ValidationError as error:
        raise BadInput(f"These two do not go together: {error.errors()[0]['msg']}.") from error
    words = ", ".join(sorted(map(field_words, taken)))
    saved = service.save_edit(
        session,
        page.actor,
        entry_id,
        draft,
        expected_version=shown,
        why=f"Two edits put together: {words}" if words else "Kept as the other edit had it",
        not_a_home=not_a_home,
    )
    drafts.drop_kept(session, page.actor, entry_id)
    return go_to(f"/curate/entries/{entry_id}?done={'saved' if saved.changed else 'same'}")


def _document(text: str) -> dict[str, Any]:
    """My version as the page carried it. Raises BadInput when it is none."""
    try:
        document = json.loads(text)
        return as_document(as_draft(document))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput("What you typed did not come back whole. Go back and save it again.") from error
