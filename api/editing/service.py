"""Changing entries in the hands of those who may: opening, saving, the stages of an entry, its history.

Whoever saves says which version they changed. When someone else saved meanwhile, EditConflict carries both.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.areas.service import areas_of_entry
from api.editing import queries, rules
from api.editing.schemas import ListedPage, Opened, PlaceRow, RevisionLine, Wanted
from api.entries.differences import differences, flatten
from api.entries.schemas import EntryDraft
from api.entries.service import Saved, ToSave, as_document, get_draft, get_draft_at, save_entry
from api.errors import BadInput, FieldProblem, NotAllowed, NotFound
from api.permissions import Actor, may_act_in, may_edit, require

__all__ = [
    "ListedPage",
    "Opened",
    "Saved",
    "create_entry",
    "find_entries",
    "list_revisions",
    "list_terms",
    "names_of",
    "open_entry",
    "open_version",
    "patch_entry",
    "read_place",
    "restore",
    "save_edit",
]

PER_PAGE: Final = 25
UNKNOWN: Final = "We hold no entry of that number. It may have been merged into another."
OUTSIDE: Final = (
    "With this place and coverage it would lie outside your areas. Choose a place inside them, or ask the "
    "curators of that area to do it."
)
NO_WORDS: Final = "Say in a few words why. Others read it in the history."
WHY_LETTERS: Final = 300


def open_entry(session: Session, actor: Actor, entry_id: UUID) -> Opened:
    """The entry to be edited. Raises NotFound, also for drafts and archived entries outside one's areas;
    NotAllowed, with the reason, for what one may see and not edit."""
    try:
        stored = get_draft(session, entry_id)
    except NotFound as error:
        raise NotFound(UNKNOWN) from error
    areas = areas_of_entry(session, entry_id)
    answer = may_edit(actor, areas)
    if answer is not True:
        # Whose key may not edit is no stranger to the draft; whose areas end elsewhere is.
        if stored.draft.stage != "published" and may_act_in(actor, "curator", areas) is not True:
            raise NotFound(UNKNOWN)
        raise NotAllowed(answer)
    return Opened(entry_id, stored.slug, stored.version, stored.draft, stored.document, areas)


def save_edit(
    session: Session,
    actor: Actor,
    entry_id: UUID,
    draft: EntryDraft,
    *,
    expected_version: int | None,
    why: str,
    not_a_home: bool = False,
) -> Saved:
    """Save what an entry shall say. Raises EditConflict with both versions; BadInput, also for a pin on what
    may be a home unless it is `not_a_home`; NotAllowed when it is, or would then be, outside one's areas."""
    opened = open_entry(session, actor, entry_id)
    rules.refuse_what_is_not_edited(draft, opened.draft)
    if not not_a_home and rules.shows_a_home_anew(draft, opened.draft):
        raise rules.refuse_home_pin()
    return _save_inside(session, actor, ToSave(draft, entry_id, expected_version), why=why)


def create_entry(
    session: Session, actor: Actor, draft: EntryDraft, *, why: str, not_a_home: bool = False
) -> Saved:
    """A new entry. Its areas are those of its place and coverage once it is saved: outside one's own it is
    not kept (NotAllowed)."""
    rules.refuse_what_is_not_edited(draft, None)
    if not not_a_home and rules.shows_a_home_anew(draft, None):
        raise rules.refuse_home_pin()
    return _save_inside(session, actor, ToSave(draft), why=why)


def _save_inside(session: Session, actor: Actor, item: ToSave, *, why: str) -> Saved:
    """Nothing of it stays when it would lie outside their areas: whoever shows the form again goes on in the
    same transaction."""
    reason = clean_why(why.replace("\x00", ""))
    rules.refuse_what_cannot_be_kept(item.draft)
    with session.begin_nested():
        saved = save_entry(session, item, by=actor.role_label, why=reason)
        session.flush()
        if may_edit(actor, areas_of_entry(session, saved.entry_id)) is not True:
            raise NotAllowed(OUTSIDE)
    return saved


def clean_why(why: str) -> str:
    """The words of a history, in one line. Raises BadInput when there are none."""
    words = " ".join(why.split())[:WHY_LETTERS]
    if not words:
        raise BadInput(NO_WORDS, errors=[FieldProblem(field="why", message=NO_WORDS)])
    return words


def patch_entry(
    session: Session,
    actor: Actor,
    opened: Opened,
    patch: dict[str, Any],
    *,
    expected_version: int,
    why: str,
    not_a_home: bool = False,
) -> Saved:
    """A JSON merge patch (RFC 7396) on all an entry says. Raises pydantic's ValidationError for a document
    that is no entry."""
    draft = EntryDraft.model_validate(rules.patched(opened.document, patch))
    return save_edit(
        session,
        actor,
        opened.entry_id,
        draft,
        expected_version=expected_version,
        why=why,
        not_a_home=not_a_home,
    )


def list_revisions(session: Session, actor: Actor, entry_id: UUID) -> list[RevisionLine]:
    """Every version, newest first, each with the fields it changed."""
    opened = open_entry(session, actor, entry_id)
    found = queries.list_revisions(session, entry_id)
    said = [flatten(row.document) for row, _ in found]
    lines = []
    for (row, person), now, before in zip(found, said, [*said[1:], None], strict=True):
        lines.append(
            RevisionLine(
                version=row.version,
                made_at=row.made_at,
                made_by=row.made_by,
                person=person,
                why=row.made_why,
                said=now,
                changes=None if before is None else differences(before, now),
                is_now=row.version == opened.version,
            )
        )
    return lines


def open_version(session: Session, actor: Actor, entry_id: UUID, version: int) -> dict[str, Any]:
    """What one version said. Raises NotFound."""
    open_entry(session, actor, entry_id)
    return as_document(get_draft_at(session, entry_id, version))


def restore(
    session: Session,
    actor: Actor,
    entry_id: UUID,
    *,
    version: int,
    expected_version: int | None = None,
    not_a_home: bool = False,
) -> Saved:
    """A new version that says exactly what that one said. Its checks come back as they were, too: they are
    part of what it said."""
    opened = open_entry(session, actor, entry_id)
    draft = get_draft_at(session, entry_id, version)
    if not not_a_home and rules.shows_a_home_anew(draft, opened.draft):
        raise rules.refuse_home_pin()
    item = ToSave(draft, entry_id, expected_version)
    return _save_inside(session, actor, item, why=f"As it was in version {version}")


def find_entries(
    session: Session, actor: Actor, wanted: Wanted, *, page: int = 1, per_page: int = PER_PAGE
) -> ListedPage:
    """Entries this person may edit, drafts and archived ones too; those most like the words first."""
    require(may_act_in(actor, "curator", actor.areas_as("curator") or ()))
    total, items = queries.list_entries(
        session,
        wanted,
        areas=actor.areas_as("curator"),
        person=actor.id,
        limit=per_page,
        offset=(page - 1) * per_page,
    )
    return ListedPage(items, total, page, per_page)


def read_place(session: Session, entry_id: UUID) -> PlaceRow | None:
    """Where an entry's place is; None without a place. For those who may edit it."""
    return queries.read_place(session, entry_id)


def list_terms(session: Session) -> dict[str, list[tuple[str, str]]]:
    """(code, label) of needs and audiences, in their order: {"need": …, "audience": …}."""
    terms: dict[str, list[tuple[str, str]]] = {"need": [], "audience": []}
    for scheme, code, label in queries.list_terms(session):
        terms[scheme].append((code, label))
    return terms


def names_of(session: Session, slugs: list[str]) -> dict[str, str]:
    """Names of entries by slug, for the links of a draft."""
    return queries.names_of(session, slugs)
