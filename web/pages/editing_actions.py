"""What the buttons of the editor make of a form: rows that come, and an entry that stops, closes or goes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from api.editing import rules
from api.editing.service import NO_WORDS
from api.entries.schemas import EntryDraft
from api.entries.service import as_document
from api.entries.wording import field_words
from api.errors import BadInput, FieldProblem
from web.pages.editing_fields import Fields, Typed, next_row
from web.pages.editing_page import Editor

NEW_KINDS: Final = {"coverage:area": "area", "coverage:radius": "radius", "coverage:shape": "shape"}
STATE_WORDS: Final = {"publish": "Published", "pause": "Stopped for now", "resume": "Runs again"}


def add_row(editor: Editor, what: str) -> Editor:
    prefix = what.partition(":")[0]
    if prefix not in ("sessions", "contacts", "coverage", "links"):
        return editor
    row = next_row(editor.fields, prefix)
    new: Fields = {
        "sessions": {f"sessions.{row}.words": [""]},
        "contacts": {f"contacts.{row}.kind": ["phone"], f"contacts.{row}.public": ["yes"]},
        "coverage": {f"coverage.{row}.how": [NEW_KINDS.get(what, "area")]},
        "links": {f"links.{row}.type": ["meets_at"]},
    }[prefix]
    return replace(editor, fields=editor.fields | new, open_row=f"{prefix}.{row}")


def own_words(editor: Editor, draft: EntryDraft, wish: str) -> str:
    """What changed, where nobody said why."""
    if wish == "close":
        return f"Closed: {draft.state_note}"
    if wish in STATE_WORDS:
        return STATE_WORDS[wish]
    old = editor.opened.document if editor.opened else {}
    changed = sorted(field_words(one) for one in rules.changed_fields(old, as_document(draft)))
    return f"Changed: {', '.join(changed)}" if changed else "Nothing changed"


def in_state(draft: EntryDraft, wish: str, typed: Typed) -> EntryDraft:
    """The draft with what the pressed button makes of it. Raises BadInput."""
    change: dict[str, Callable[[], EntryDraft]] = {
        "publish": lambda: rules.published(draft),
        "pause": lambda: rules.paused(
            draft, until=_until(typed.text("pause.until")), note=typed.text("pause.note") or None
        ),
        "resume": lambda: rules.resumed(draft),
        "close": lambda: rules.closed(draft, reason=_needed(typed, "close.reason")),
        "archive": lambda: rules.archived(_with_reason(draft, typed)),
    }
    return change.get(wish, lambda: draft)()


def _with_reason(draft: EntryDraft, typed: Typed) -> EntryDraft:
    _needed(typed, "why")
    return draft


def _needed(typed: Typed, name: str) -> str:
    words = " ".join(typed.text(name).split())
    if not words:
        raise _wrong(name, NO_WORDS)
    return words


def _until(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _wrong("pause.until", "Write a date such as 2026-12-24.") from error


def _wrong(name: str, message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field=name, message=message)])
