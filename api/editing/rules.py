"""What an edit may and may not do to a draft, worked out without the database."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from api.entries.differences import differences, flatten, set_field, unflatten
from api.entries.schemas import EntryDraft
from api.errors import BadInput, FieldProblem

# People of these kinds may work or meet at home.
AT_HOME_KINDS: Final = frozenset({"micro_enterprise", "mutual_aid"})
# Written by those who check, by imports and by the examples: never by an editor.
NOT_EDITED: Final = ("checks", "is_example")
HOME_PIN: Final = (
    "This could be someone’s home, and everyone would see a pin on it. Choose “about 100 metres” or less, or "
    "say that nobody lives there."
)


def may_be_a_home(draft: EntryDraft) -> bool:
    """Whether the public would see a pin on what may be somebody's door: an address of one of the kinds that
    are often at home, without the name of a hall or a shop."""
    place = draft.place
    if draft.kind not in AT_HOME_KINDS or draft.privacy != "exact" or place is None or place.name:
        return False
    return bool(place.address or place.postcode or place.lon is not None)


def shows_a_home_anew(draft: EntryDraft, before: EntryDraft | None) -> bool:
    """The same as `before` was said to be fine once; a place, a privacy or a kind that changed is not."""
    if not may_be_a_home(draft):
        return False
    said = (draft.kind, draft.privacy, draft.place)
    return before is None or said != (before.kind, before.privacy, before.place)


def refuse_home_pin() -> BadInput:
    return BadInput(HOME_PIN, errors=[FieldProblem(field="privacy", message=HOME_PIN)])


def refuse_what_is_not_edited(draft: EntryDraft, before: EntryDraft | None) -> None:
    """Raises BadInput."""
    empty = {"checks": [], "is_example": False}
    for name in NOT_EDITED:
        was = getattr(before, name) if before else empty[name]
        if getattr(draft, name) != was:
            message = f"“{name}” cannot be changed by editing an entry."
            raise BadInput(message, errors=[FieldProblem(field=name, message=message)])


def refuse_what_cannot_be_kept(draft: EntryDraft) -> None:
    """Text that no database holds: the letter of number 0, and halves of letters. Raises BadInput."""
    for name, value in draft.model_dump().items():
        if any("\x00" in text or not _is_whole(text) for text in _texts(value)):
            message = f"“{name}” holds letters that cannot be kept."
            raise BadInput(message, errors=[FieldProblem(field=name, message=message)])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield str(name)
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def published(draft: EntryDraft) -> EntryDraft:
    return draft.model_copy(update={"stage": "published"})


def archived(draft: EntryDraft) -> EntryDraft:
    return draft.model_copy(update={"stage": "archived"})


def paused(draft: EntryDraft, *, until: date | None, note: str | None) -> EntryDraft:
    return draft.model_copy(update={"state": "paused", "paused_until": until, "state_note": note})


def resumed(draft: EntryDraft) -> EntryDraft:
    return draft.model_copy(update={"state": "running", "paused_until": None, "state_note": None})


def closed(draft: EntryDraft, *, reason: str) -> EntryDraft:
    return draft.model_copy(update={"state": "closed", "paused_until": None, "state_note": reason})


def merge_patch(document: Any, patch: Any) -> Any:
    """RFC 7396: null takes a member away, objects go into each other, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def patched(document: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """A stored document with a merge patch on it, as a draft reads it: facts are of the entry's kind unless
    they name another."""
    merged: dict[str, Any] = merge_patch(document, patch)
    facts = merged.get("facts")
    return merged | ({"facts": {"kind": merged.get("kind")} | facts} if isinstance(facts, dict) else {})


def settle(theirs: dict[str, Any], mine: dict[str, Any], *, take_mine: frozenset[str]) -> dict[str, Any]:
    """Their document with some of the fields of mine."""
    flat, own = flatten(theirs), flatten(mine)
    for field in take_mine:
        set_field(flat, field, own.get(field))
    return unflatten(flat)


def changed_fields(old: dict[str, Any], new: dict[str, Any]) -> frozenset[str]:
    return frozenset(change.field for change in differences(flatten(old), flatten(new)))
