"""Two entries that may be one, side by side: merge them field by field, or say that they are two."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.areas.service import areas_of_entry, name_areas
from api.curation import service as curation
from api.dependencies import Now
from api.duplicates import service as duplicates
from api.duplicates.merging import find_kept, merge_entries, undo_merge
from api.duplicates.side_by_side import list_field_pairs
from api.entries.service import StoredDraft, get_draft
from api.entries.wording import area_codes
from api.errors import NotFound
from api.permissions import Actor, may_edit, require
from web.pages.desk_deeds import read_pair
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to

router = PageRouter(prefix="/curate/duplicates", dependencies=[needs("curator")])
CHOICE: Final = "choice-"
MERGED: Final = "The two are one entry now. The old addresses lead to it."


@router.page("/{ref}")
def show_pair(ref: str, page: CuratePage, session: Write, now: Now, keep: UUID | None = None) -> HTMLResponse:
    """`keep` is the one whose address stays; without it, the one that was checked or saved more."""
    return _pair_page(page, session, now, ref, keep=keep)


def _pair_page(
    page: SignedInPage,
    session: Session,
    now: Now,
    ref: str,
    *,
    keep: UUID | None,
    status: int = 200,
    **context: object,
) -> HTMLResponse:
    ours, theirs = _two(session, page.actor, ref, keep=keep)
    pair = duplicates.get_pair(session, ours.entry_id, theirs.entry_id)
    documents = ours.document, theirs.document
    codes = area_codes("coverage", *(one.get("coverage") for one in documents))
    return page.show(
        "duplicates/pair.html",
        status=status,
        ref=ref,
        pair=pair,
        ours=ours,
        theirs=theirs,
        fields=list_field_pairs(*documents, areas=name_areas(session, codes)),
        hold=curation.take_hold(session, page.actor, "duplicate", ref, now=now),
        **({"problems": {}} | context),
    )


def _two(session: Session, actor: Actor, ref: str, *, keep: UUID | None) -> tuple[StoredDraft, StoredDraft]:
    """The kept one first. Both must lie in their areas: merging changes both."""
    both = [get_draft(session, one) for one in read_pair(ref)]
    for one in both:
        require(may_edit(actor, areas_of_entry(session, one.entry_id)))
    if keep is None:
        both.sort(key=lambda one: (len(one.draft.checks), one.version), reverse=True)
    else:
        both.sort(key=lambda one: one.entry_id != keep)
    return both[0], both[1]


async def read_choices(request: Request) -> dict[str, str]:
    """Field → choice, from the form's radio buttons."""
    form = await request.form()
    return {name.removeprefix(CHOICE): str(value) for name, value in form.items() if name.startswith(CHOICE)}


Choices = Annotated[dict[str, str], Depends(read_choices)]


@router.form("/{ref}/merge")
def merge(
    ref: str,
    page: CuratePage,
    session: Write,
    choices: Choices,
    keep: Annotated[UUID, Form()],
    keep_version: Annotated[int, Form()],
    merge_version: Annotated[int, Form()],
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    ours, theirs = _two(session, page.actor, ref, keep=keep)
    done = merge_entries(
        session,
        keep_id=ours.entry_id,
        merge_id=theirs.entry_id,
        choices=choices,
        by=page.actor.role_label,
        why=why or "The same thing.",
        keep_version=keep_version,
        merge_version=merge_version,
    )
    curation.decided(session, [("duplicate", ref)])
    return go_to(f"/curate/duplicates/merged/{done.merge_id}")


@router.form("/{ref}/apart")
def tell_apart(
    ref: str, page: CuratePage, session: Write, why: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    ours, theirs = _two(session, page.actor, ref, keep=None)
    duplicates.tell_apart(
        session, ours.entry_id, theirs.entry_id, by=page.actor.role_label, why=why or "Two different things"
    )
    curation.decided(session, [("duplicate", ref)])
    deed = curation.note_deed(session, page.actor, "apart", [{"kind": "duplicate", "ref": ref}])
    return go_to(f"/curate?did=apart&n=1&deed={deed}")


@router.page("/merged/{merge_id}")
def show_merged(merge_id: UUID, page: CuratePage, session: Write) -> HTMLResponse:
    """What a merge made, with the way back."""
    kept = get_draft(session, _kept_of(session, page.actor, merge_id))
    return page.show("duplicates/merged.html", kept=kept, merge_id=merge_id, said=MERGED)


@router.form("/merged/{merge_id}/undo")
def undo(merge_id: UUID, page: CuratePage, session: Write, now: Now) -> Response:
    _kept_of(session, page.actor, merge_id)
    undo_merge(session, merge_id, by=page.actor.role_label, why="Taken back at the desk.")
    curation.gather(session, now=now)
    return go_to("/curate?did=undone")


def _kept_of(session: Session, actor: Actor, merge_id: UUID) -> UUID:
    """Raises NotFound for a merge outside their areas."""
    keep_id = find_kept(session, merge_id)
    if keep_id is None or may_edit(actor, areas_of_entry(session, keep_id)) is not True:
        raise NotFound("There is no such merge.")
    return keep_id
