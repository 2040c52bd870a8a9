"""The editor: one page an entry, with all it says; nothing typed is lost, with scripts or without."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, JSONResponse, Response

from api.accounts.dependencies import Write, needs
from api.dependencies import Now
from api.duplicates.service import find_duplicates
from api.editing import drafts, service
from api.entries.schemas import EntryDraft
from api.errors import BadInput, EditConflict, NotAllowed
from web.pages.editing_actions import add_row, in_state, own_words
from web.pages.editing_conflict import show_conflict
from web.pages.editing_fields import Fields, Typed, without_row
from web.pages.editing_form import FormRead
from web.pages.editing_page import (
    Editor,
    get_fields,
    get_wish,
    keep,
    opened_editor,
    show_editor,
    understand,
)
from web.pages.editing_sessions import preview
from web.pages.editing_where import find_spot
from web.pages.forms import problems_by_field, read_whole
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to
from web.rendering import csrf_field

router = PageRouter(dependencies=[needs("curator")])
FormFields = Annotated[Fields, Depends(get_fields)]
Wish = Annotated[str, Depends(get_wish)]

DONE: Final = {
    "saved": "Saved.",
    "same": "Nothing was different, so nothing was saved.",
    "added": "Added.",
    "publish": "Published: everyone can see it now.",
    "pause": "Marked as stopped for now.",
    "resume": "Marked as running again.",
    "close": "Marked as closed.",
    "archive": "Archived: nobody but its curators sees it now.",
    "restored": "Put back as it was.",
}
KEPT_SAID: Final = "Kept as a draft. Nothing is public until you save."
SAVING: Final = frozenset({"save", "publish", "pause", "resume", "close", "archive"})


@router.page("/curate/entries/new")
def show_new(
    page: CuratePage, session: Write, now: Now, draft: str = "", kind: str = "group"
) -> HTMLResponse:
    kept = drafts.find_kept(session, page.actor, None)
    editor = Editor(None, {"kind": [kind], "delivery": ["in_person"]}, 0)
    return show_editor(page, session, _with_kept(editor, kept, wanted=draft == "on"), now=now)


@router.form("/curate/entries/new")
def send_new(page: CuratePage, session: Write, now: Now, fields: FormFields, wish: Wish) -> Response:
    editor = Editor(None, fields, 0)
    return _act(page, session, editor, wish, now=now)


@router.post("/curate/entries/new/keep", include_in_schema=False)
def keep_new(page: CuratePage, session: Write, now: Now, fields: FormFields) -> Response:
    keep(session, page, Editor(None, fields, 0), now=now)
    return Response(status_code=204)


@router.page("/curate/entries/{entry_id}")
def show_entry(
    entry_id: UUID, page: CuratePage, session: Write, now: Now, draft: str = "", done: str = ""
) -> HTMLResponse:
    editor = opened_editor(service.open_entry(session, page.actor, entry_id))
    editor = _with_kept(editor, drafts.find_kept(session, page.actor, entry_id), wanted=draft == "on")
    editor.just_said = _what_was_done(page, editor, done)
    return show_editor(page, session, editor, now=now)


@router.form("/curate/entries/{entry_id}")
def send_entry(
    entry_id: UUID, page: CuratePage, session: Write, now: Now, fields: FormFields, wish: Wish
) -> Response:
    opened = service.open_entry(session, page.actor, entry_id)
    return _act(page, session, Editor(opened, fields, _version(fields)), wish, now=now)


@router.post("/curate/entries/{entry_id}/keep", include_in_schema=False)
def keep_entry(entry_id: UUID, page: CuratePage, session: Write, now: Now, fields: FormFields) -> Response:
    """What a script sends every few seconds while someone types."""
    opened = service.open_entry(session, page.actor, entry_id)
    keep(session, page, Editor(opened, fields, _version(fields)), now=now)
    return Response(status_code=204)


@router.post("/curate/preview.json", include_in_schema=False)
def show_preview(session: Write, now: Now, fields: FormFields) -> JSONResponse:
    """What the sessions and the place of a form mean, while it is typed."""
    read = understand(session, fields, None, now=now)
    spot = find_spot(session, read.place).as_json() if read.is_placed else None
    return JSONResponse(
        {
            "said": read.said,
            "problems": {
                name: words for name, words in read.problems.items() if name.startswith("sessions.")
            },
            "next": preview(read.document["sessions"], now=now),
            "spot": spot,
        },
        headers={"Cache-Control": "no-store"},
    )


def _version(fields: Fields) -> int:
    return read_whole(Typed(fields).text("version")) or 0


def _with_kept(editor: Editor, kept: Any, *, wanted: bool) -> Editor:
    """The form as it was left, when that is wanted; otherwise the page offers it."""
    if kept is None:
        return editor
    if not wanted:
        return replace(editor, kept=kept)
    return replace(
        editor, fields=kept.fields, version=kept.base_version, unsaved_since=kept.saved_at, typed=True
    )


def _what_was_done(page: SignedInPage, editor: Editor, done: str) -> Markup | str | None:
    if done == "kept":
        return KEPT_SAID
    opened = editor.opened
    if done not in DONE or opened is None:
        return None
    parts = [Markup("<span>{}</span>").format(DONE[done])]
    if opened.draft.stage == "published":
        parts.append(Markup('<a href="/entries/{}">See the public page</a>').format(opened.slug))
    if opened.version > 1 and done not in ("same", "added"):
        parts.append(
            Markup(
                '<form method="post" action="{}/restore">{}<input type="hidden" name="version" value="{}">'
                '<input type="hidden" name="expected" value="{}"><button class="quiet">Undo</button></form>'
            ).format(editor.address, csrf_field(page.csrf), opened.version - 1, opened.version)
        )
    return Markup(" ").join(parts)


def _act(page: SignedInPage, session: Session, editor: Editor, wish: str, *, now: datetime) -> Response:
    """Do what the button says; whatever it is, the form comes back with all that was typed."""
    entry_id = editor.opened.entry_id if editor.opened else None
    if wish == "keep":
        keep(session, page, editor, now=now)
        return go_to(f"{editor.address}?draft=on&done=kept")
    if wish == "discard":
        drafts.drop_kept(session, page.actor, entry_id)
        return go_to(editor.address)
    if wish in SAVING:
        return _save(page, session, editor, wish, now=now)
    action, _, rest = wish.partition(":")
    if action == "add":
        editor = add_row(editor, rest)
    elif action == "remove":
        prefix, _, row = rest.partition(":")
        fields = (
            without_row(editor.fields, prefix, int(row)) if row.isascii() and row.isdigit() else editor.fields
        )
        editor = replace(editor, fields=fields)
    read = understand(session, editor.fields, editor.opened.draft if editor.opened else None, now=now)
    # Only what was asked about: half a form is not wrong yet.
    asked = {name: words for name, words in read.problems.items() if name.startswith(("sessions.", "place."))}
    editor = replace(
        editor, problems=asked if wish == "show" else {}, twins=_twins(session, editor, read), typed=True
    )
    return show_editor(page, session, editor, now=now, read=read)


def _twins(session: Session, editor: Editor, read: FormRead) -> list[Any]:
    """Entries that a new one may be."""
    if editor.opened is not None or read.draft is None:
        return []
    return find_duplicates(session, read.draft)


def _save(page: SignedInPage, session: Session, editor: Editor, wish: str, *, now: datetime) -> Response:
    before = editor.opened.draft if editor.opened else None
    read = understand(session, editor.fields, before, now=now)
    if read.draft is None:
        return _refuse(page, session, editor, read, read.problems, now=now)
    twins = _twins(session, editor, read)
    if twins and not Typed(editor.fields).text("not_a_twin"):
        words = "We may hold this already. Look at the entries named below, then say that it is none of them."
        editor = replace(editor, twins=twins)
        return _refuse(page, session, editor, read, {"not_a_twin": words}, now=now)
    try:
        draft = in_state(read.draft, wish, Typed(editor.fields))
        return _write(page, session, replace(editor, twins=twins), draft, wish)
    except EditConflict as conflict:
        keep(session, page, editor, now=now)
        sure = Typed(editor.fields).text("not_a_home") == "yes"
        return show_conflict(page, session, editor.opened, draft, editor.version, conflict, not_a_home=sure)
    except BadInput as error:
        problems = problems_by_field(error, otherwise="name")
        return _refuse(page, session, editor, read, problems, now=now)
    except NotAllowed as error:
        return _refuse(page, session, editor, read, {"place.name": error.detail}, now=now)


def _write(page: SignedInPage, session: Session, editor: Editor, draft: EntryDraft, wish: str) -> Response:
    typed = Typed(editor.fields)
    not_a_home = typed.text("not_a_home") == "yes"
    if editor.opened is None:
        why = typed.text("why") or "New entry"
        saved = service.create_entry(session, page.actor, draft, why=why, not_a_home=not_a_home)
        done = "publish" if draft.stage == "published" else "added"
    else:
        saved = service.save_edit(
            session,
            page.actor,
            editor.opened.entry_id,
            draft,
            expected_version=editor.version,
            why=typed.text("why") or own_words(editor, draft, wish),
            not_a_home=not_a_home,
        )
        done = ("saved" if wish == "save" else wish) if saved.changed else "same"
    drafts.drop_kept(session, page.actor, editor.opened.entry_id if editor.opened else None)
    return go_to(f"/curate/entries/{saved.entry_id}?done={done}")


def _refuse(
    page: SignedInPage,
    session: Session,
    editor: Editor,
    read: FormRead,
    problems: dict[str, str],
    *,
    now: datetime,
) -> HTMLResponse:
    """The form again, with what is wrong. What was typed is kept as well: the page may be left now."""
    keep(session, page, editor, now=now)
    editor = replace(editor, problems=problems, status=422, typed=True)
    return show_editor(page, session, editor, now=now, read=read)
