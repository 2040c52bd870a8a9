"""What a curator does with a suggestion: read it beside the entry as it is now, take all or some of it,
refuse it, or undo that."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy.orm import Session

from api.areas.service import areas_of_entry
from api.entries.differences import flatten, set_field, unflatten
from api.entries.service import StoredDraft, ToSave, as_document, get_draft, save_entry
from api.errors import BadInput, EditConflict, FieldProblem, NotFound
from api.models import Suggestion
from api.permissions import Actor, may_edit, may_see_internal, may_use_scope, require
from api.settings import Settings
from api.suggestions import queries
from api.suggestions.fields import (
    CHANGE_FIELDS,
    FIELD_LABELS,
    NEW_FIELDS,
    Values,
    as_checked_draft,
    check_fields,
    current_fields,
    tidy_text,
    with_fields,
)
from api.suggestions.letters import send_outcome, take_back_outcome
from api.suggestions.schemas import (
    EntryName,
    ProposedField,
    Reason,
    State,
    SuggestionView,
    What,
)

SOURCE: Final = ("visitors", "Suggested by a visitor")
LONGEST_ANSWER: Final = 1_000
WHY_NEW: Final = "Suggested by a visitor"
WHY_CHANGE: Final = "A visitor suggested it"
WHY_UNDO: Final = "Put back: the suggestion was taken too soon"
NOT_YOURS: Final = "We know of no such suggestion in your areas."


def get_suggestion(session: Session, actor: Actor, suggestion_id: UUID) -> SuggestionView:
    """Raises NotFound, also for one outside the actor's areas."""
    found = _get(session, actor, suggestion_id)
    stored = _stored(session, found)
    now = current_fields(stored.document) if stored else {}
    about = queries.standing_id(session, found.entry_id)
    names = queries.entry_names(
        session, [one for one in (about, found.result_entry_id, *found.duplicates) if one]
    )

    def name_of(entry_id: UUID | None) -> EntryName | None:
        row = names.get(entry_id) if entry_id else None
        return EntryName(row.id, row.name, row.slug, row.kind, row.town) if row else None

    return SuggestionView(
        id=found.id,
        reference=found.reference,
        what=cast(What, found.what),
        state=cast(State, found.state),
        reason=cast("Reason | None", found.report_reason),
        note=found.note,
        has_address=found.sender_email is not None,
        made_at=found.made_at,
        decided_at=found.decided_at,
        decided_by=queries.person_name(session, found.decided_by) if found.decided_by else None,
        answer=found.decision_note,
        taken=found.taken_fields,
        entry=name_of(about),
        version=stored.version if stored else None,
        fields=[
            ProposedField(field, label, found.was.get(field), now.get(field), found.fields[field])
            for field, label in FIELD_LABELS.items()
            if field in found.fields
        ],
        duplicates=[one for one in map(name_of, found.duplicates) if one],
        result=name_of(found.result_entry_id),
        can_undo=_can_undo(session, found),
    )


def accept(
    session: Session,
    actor: Actor,
    suggestion_id: UUID,
    fields: set[str] | None = None,
    edited: Mapping[str, Any] | None = None,
    why: str = "",
    *,
    settings: Settings,
    now: datetime,
    seen_version: int | None = None,
) -> SuggestionView:
    """Take all (`fields` None) or some of it, with values of the curator's own in `edited`. `why` is shown to
    the sender. Raises EditConflict when the entry is no longer as the curator saw it (`seen_version`), and
    when a field that somebody changed meanwhile is not named; BadInput, NotFound."""
    found = _to_decide(session, actor, suggestion_id)
    values = _wanted(found, fields, edited or {})
    if found.what == "new":
        _make_entry(session, actor, found, values)
    else:
        _change_entry(session, actor, found, values, named=fields, seen_version=seen_version)
    found.taken_fields = sorted(values)
    found.state = "accepted" if set(values) >= set(found.fields) else "part_accepted"
    _decide(session, actor, found, answer=why, settings=settings, now=now)
    return get_suggestion(session, actor, suggestion_id)


def _wanted(found: Suggestion, fields: set[str] | None, edited: Mapping[str, Any]) -> Values:
    chosen = set(found.fields) if fields is None else fields & set(found.fields)
    if found.fields and not chosen:
        message = "Choose at least one thing to take, or refuse it all."
        raise BadInput(message, errors=[FieldProblem(field="fields", message=message)])
    allowed = NEW_FIELDS if found.what == "new" else CHANGE_FIELDS
    own = check_fields({field: edited[field] for field in chosen & set(edited)}, allowed=allowed)
    return {field: found.fields[field] for field in chosen} | own


def _make_entry(session: Session, actor: Actor, found: Suggestion, values: Values) -> None:
    draft = as_checked_draft(unflatten({"kind": "group"} | values))
    queries.keep_source(session, *SOURCE)
    item = ToSave(draft, source_code=SOURCE[0])
    saved = save_entry(session, item, by=actor.role_label, why=WHY_NEW)
    found.result_entry_id, found.result_version = saved.entry_id, saved.version


def _change_entry(
    session: Session,
    actor: Actor,
    found: Suggestion,
    values: Values,
    *,
    named: set[str] | None,
    seen_version: int | None,
) -> None:
    stored = _stored(session, found)
    if stored is None:
        raise NotFound("The entry this is about is gone.")
    _refuse_stale(found, stored, values, named=named, seen_version=seen_version)
    draft = as_checked_draft(with_fields(stored.document, values))
    item = ToSave(draft, entry_id=stored.entry_id, expected_version=stored.version)
    saved = save_entry(session, item, by=actor.role_label, why=WHY_CHANGE)
    old, new = flatten(stored.document), flatten(get_draft(session, stored.entry_id).document)
    found.before = {name: old.get(name) for name in {*old, *new} if old.get(name) != new.get(name)}
    found.result_entry_id, found.result_version = saved.entry_id, saved.version


def _refuse_stale(
    found: Suggestion,
    stored: StoredDraft,
    values: Values,
    *,
    named: set[str] | None,
    seen_version: int | None,
) -> None:
    if seen_version is not None and seen_version != stored.version:
        raise EditConflict("The entry was changed while you read this. Look at it again, then decide.")
    is_now = current_fields(stored.document)
    moved = [
        FIELD_LABELS[field]
        for field, value in values.items()
        if is_now.get(field) not in (found.was.get(field), value) and field not in (named or ())
    ]
    if moved:
        raise EditConflict(
            f"Somebody changed this since it was suggested: {', '.join(sorted(moved))}. Choose which to keep."
        )


def refuse(
    session: Session, actor: Actor, suggestion_id: UUID, reason: str, *, settings: Settings, now: datetime
) -> SuggestionView:
    """`reason` is shown to the sender. Raises NotFound, BadInput, EditConflict."""
    found = _to_decide(session, actor, suggestion_id)
    if not tidy_text(reason, most=LONGEST_ANSWER):
        message = "Say why, in a few words: the sender will read it."
        raise BadInput(message, errors=[FieldProblem(field="reason", message=message)])
    found.state = "refused"
    _decide(session, actor, found, answer=reason, settings=settings, now=now)
    return get_suggestion(session, actor, suggestion_id)


def _decide(
    session: Session, actor: Actor, found: Suggestion, *, answer: str, settings: Settings, now: datetime
) -> None:
    found.decided_by, found.decided_at = actor.id, now
    found.decision_note = tidy_text(answer, most=LONGEST_ANSWER)
    found.decisions += 1
    session.flush()
    about = found.result_entry_id or found.entry_id
    card = queries.public_cards(session, [about]).get(about) if about else None
    entry = EntryName(card.id, card.name, card.slug) if card else None
    held = "an example" if found.entry_id and queries.is_example(session, found.entry_id) else None
    send_outcome(session, settings, found, entry=entry, held=held)


def undo(session: Session, actor: Actor, suggestion_id: UUID) -> SuggestionView:
    """The suggestion waits again. What was taken is put back by a new revision, a new entry is archived.
    Raises EditConflict when somebody changed the entry since."""
    found = _get(session, actor, suggestion_id, hold=True)
    _require_may_edit(session, actor, found)
    if found.state not in ("accepted", "part_accepted", "refused"):
        raise EditConflict("There is nothing to undo: this waits, or was taken back.")
    if found.result_entry_id is not None:
        _put_back(session, actor, found, found.result_entry_id)
    take_back_outcome(session, found)
    found.state, found.taken_fields, found.before = "waiting", [], None
    found.result_entry_id = found.result_version = None
    found.decided_by = found.decided_at = found.decision_note = None
    session.flush()
    return get_suggestion(session, actor, suggestion_id)


def _put_back(session: Session, actor: Actor, found: Suggestion, entry_id: UUID) -> None:
    stored = get_draft(session, entry_id)
    if stored.version != found.result_version:
        raise EditConflict(
            "Somebody changed the entry since, so this cannot be undone here. Use its history."
        )
    flat = flatten(stored.document)
    for field, value in (found.before or {}).items():
        set_field(flat, field, value)
    if found.what == "new":
        flat["stage"] = "archived"
    draft = as_checked_draft(unflatten(flat))
    if as_document(draft) != stored.document:
        item = ToSave(draft, entry_id=entry_id, expected_version=stored.version)
        save_entry(session, item, by=actor.role_label, why=WHY_UNDO)


def _can_undo(session: Session, found: Suggestion) -> bool:
    if found.state == "refused":
        return True
    if found.state not in ("accepted", "part_accepted"):
        return False
    if found.result_entry_id is None:
        return True
    stored = _stored_of(session, found.result_entry_id)
    return stored is not None and stored.version == found.result_version


def _to_decide(session: Session, actor: Actor, suggestion_id: UUID) -> Suggestion:
    found = _get(session, actor, suggestion_id, hold=True)
    _require_may_edit(session, actor, found)
    if found.state != "waiting":
        raise EditConflict("This was decided already, or its sender took it back.")
    return found


def _get(session: Session, actor: Actor, suggestion_id: UUID, *, hold: bool = False) -> Suggestion:
    found = queries.find_suggestion(session, suggestion_id, hold=hold)
    if found is None or may_see_internal(actor, _areas(session, found)) is not True:
        raise NotFound(NOT_YOURS)
    return found


def _require_may_edit(session: Session, actor: Actor, found: Suggestion) -> None:
    require(may_use_scope(actor, "edit"))
    require(may_edit(actor, _areas(session, found)))


def _areas(session: Session, found: Suggestion) -> frozenset[str]:
    """Of the entry as it is now, where there is one; of the place that a new one names."""
    about = queries.standing_id(session, found.entry_id or found.result_entry_id)
    return areas_of_entry(session, about) if about else frozenset(found.area_codes)


def _stored(session: Session, found: Suggestion) -> StoredDraft | None:
    entry_id = queries.standing_id(session, found.entry_id)
    return _stored_of(session, entry_id) if entry_id else None


def _stored_of(session: Session, entry_id: UUID) -> StoredDraft | None:
    try:
        return get_draft(session, entry_id)
    except NotFound:
        return None
