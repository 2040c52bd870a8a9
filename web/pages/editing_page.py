"""The editor's page in the making: what the form shows, whether opened, typed, kept or refused."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from api.areas.service import list_area_names
from api.duplicates.schemas import Found
from api.editing import drafts, service
from api.editing.rules import may_be_a_home
from api.editing.schemas import KeptDraft, Opened
from api.entries.schemas import EntryDraft
from api.entries.vocabulary import (
    ACCESS_LABELS,
    CHECK_GROUP_LABELS,
    CHECK_HOW_LABELS,
    CONTACT_KIND_LABELS,
    COST_LABELS,
    DELIVERY_LABELS,
    KINDS,
    LANGUAGE_LABELS,
    LINK_LABELS,
)
from web.map import MapView, draw_map
from web.pages.editing_facts import FACT_FIELDS
from web.pages.editing_fields import YES_NO, Fields, Typed, as_fields
from web.pages.editing_form import FormRead, fields_of, read_form
from web.pages.editing_sessions import DAY_CHOICES, NTH_CHOICES, PURPOSES, REPEATS, preview
from web.pages.editing_where import PRIVACY_CHOICES, AreaWords, Spot, find_spot, tidy_links
from web.pages.page import SignedInPage

# Not part of the entry: how the form works.
WORKING: Final = frozenset({"csrf", "do"})
PUBLIC_CHOICES: Final = (("yes", "Everyone sees it"), ("no", "For curators only"))
CHOICES: Final[dict[str, Any]] = {
    "kinds": [(kind.code, kind.label) for kind in KINDS],
    "access_facts": list(ACCESS_LABELS.items()),
    "costs": list(COST_LABELS.items()),
    "deliveries": list(DELIVERY_LABELS.items()),
    "languages": list(LANGUAGE_LABELS.items()),
    "link_types": list(LINK_LABELS.items()),
    "check_groups": CHECK_GROUP_LABELS,
    "check_hows": CHECK_HOW_LABELS,
    "contact_kinds": list(CONTACT_KIND_LABELS.items()),
    "public_choices": PUBLIC_CHOICES,
    "yes_no": YES_NO,
    "privacies": PRIVACY_CHOICES,
    "repeats": REPEATS,
    "purposes": PURPOSES,
    "day_choices": DAY_CHOICES,
    "nth_choices": NTH_CHOICES,
}


async def get_fields(request: Request) -> Fields:
    """The form as it was sent."""
    return as_fields((await request.form()).multi_items(), leave_out=WORKING)


async def get_wish(request: Request) -> str:
    """Which button was pressed: “save”, “add:contacts”, “remove:sessions:2”…"""
    wish = (await request.form()).get("do")
    return wish if isinstance(wish, str) else "show"


@dataclass
class Editor:
    """One showing of the editor. `opened` None is a new entry. `kept` is what lies kept and is not shown;
    `typed` is a form that came back, not saved."""

    opened: Opened | None
    fields: Fields
    version: int
    problems: dict[str, str] = field(default_factory=dict)
    said: dict[int, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    kept: KeptDraft | None = None
    unsaved_since: datetime | None = None
    typed: bool = False
    twins: list[Found] = field(default_factory=list)
    just_said: Any = None
    status: int = 200
    open_row: str = ""

    @property
    def address(self) -> str:
        return f"/curate/entries/{self.opened.entry_id if self.opened else 'new'}"


def opened_editor(opened: Opened) -> Editor:
    return Editor(opened, fields_of(opened.draft), opened.version)


def understand(session: Session, fields: Fields, before: EntryDraft | None, *, now: datetime) -> FormRead:
    """What a form says, with areas and entries by the words people know them by."""
    areas = AreaWords(list_area_names(session))
    coded, unknown = areas.read(tidy_links(fields))
    read = read_form(coded, before=before, today=now.date())
    if unknown:
        read.problems = unknown | {
            name: words for name, words in read.problems.items() if name not in unknown
        }
        read.draft = None
    read.fields = areas.shown(read.fields)
    return read


def show_editor(
    page: SignedInPage, session: Session, editor: Editor, *, now: datetime, read: FormRead | None = None
) -> HTMLResponse:
    """The page. What the form says is read again to show dates, the spot and what everyone would see."""
    before = editor.opened.draft if editor.opened else None
    read = read or understand(session, editor.fields, before, now=now)
    typed = Typed(read.fields)
    spot = _spot(session, editor, read)
    view = MapView(kind="edit", label="Map: where it is and where it serves")
    opened = editor.opened
    return page.show(
        "editing/entry.html",
        status=editor.status,
        said=editor.just_said,
        editor=editor,
        opened=opened,
        draft=opened.draft if opened else None,
        f=typed,
        kind=typed.text("kind") or "group",
        fact_fields=FACT_FIELDS.get(typed.text("kind"), ()),
        problems=editor.problems,
        meanings=read.said,
        preview=preview(read.document["sessions"], now=now),
        spot=spot,
        home=read.draft is not None and may_be_a_home(read.draft),
        terms=service.list_terms(session),
        area_words=sorted(AreaWords(list_area_names(session)).words.values()),
        link_names=service.names_of(session, [typed.text(f"links.{row}.to") for row in typed.rows("links")]),
        shared=_shared(session, opened),
        map=draw_map(view, nonce=page.nonce, settings=page.settings),
        **CHOICES,
    )


def _spot(session: Session, editor: Editor, read: FormRead) -> Spot | None:
    """Where the place of what is typed would be; the stored place as long as its address is the same. None
    when what is typed is no place."""
    if not read.is_placed:
        return None
    opened = editor.opened
    same = opened is not None and opened.draft.place == read.place
    stored = service.read_place(session, opened.entry_id) if opened and same else None
    return find_spot(session, read.place, stored)


def _shared(session: Session, opened: Opened | None) -> int:
    """How many other entries are at the same place."""
    row = service.read_place(session, opened.entry_id) if opened else None
    return row.others if row else 0


def keep(session: Session, page: SignedInPage, editor: Editor, *, now: datetime) -> None:
    """Keep what was typed, so that nothing is lost whatever comes next."""
    entry_id = editor.opened.entry_id if editor.opened else None
    drafts.keep_draft(session, page.actor, entry_id, editor.fields, base_version=editor.version, now=now)
