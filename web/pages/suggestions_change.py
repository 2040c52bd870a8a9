"""Suggesting a change: the public facts in groups, each in its box, and only what was changed is sent."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write
from api.dependencies import Now, Read
from api.entries.vocabulary import ACCESS_LABELS, DELIVERY_LABELS
from api.entries.wording import session_line
from api.errors import BadInput
from api.suggestions import service
from api.suggestions.fields import FIELD_LABELS, Values, may_be_changed, public_fields
from api.suggestions.guard import SmallBodyRoute
from api.suggestions.letters import spell
from web.pages.forms import Typed, problems_by_field
from web.pages.page import Page, PageRouter, ThisPage, go_to
from web.pages.suggestions_forms import (
    NotNow,
    get_entry_at,
    new_seal,
    read_times,
    sender_of,
    why_not_now,
)

router = PageRouter(route_class=SmallBodyRoute)

_TEXTS: Final = (
    "name", "summary", "description", "organisation.name", "place.name", "place.town", "place.postcode",
    "eligibility", "cost", "cost_note", "referral_by",
)  # fmt: skip
_AGES: Final = ("age_from", "age_to")
_YES_NO: Final = ("self_referral", *(f"access.{fact}" for fact in ACCESS_LABELS))
_ANSWERS: Final[dict[Any, str]] = {True: "yes", False: "no"}
_NEW_CONTACTS: Final = {"new_phone": "phone", "new_email": "email", "new_web": "web"}


@router.page("/entries/{slug}/suggest")
async def show_change(slug: str, page: ThisPage, read: Read, now: Now) -> HTMLResponse:
    detail = await get_entry_at(read, slug, now=now, then="suggest")
    boxes = as_boxes(public_fields(detail))
    return _show(page, detail, now=now, typed=boxes, was=boxes)


@router.form("/entries/{slug}/suggest")
def send_change(slug: str, page: ThisPage, session: Write, form: Typed, now: Now) -> Response:
    entry = service.get_public(session, slug)
    was = _read_was(form.get("was", ""))
    again: dict[str, Any] = {"now": now, "typed": form, "was": was}
    not_now = why_not_now(page, session, form, now=now)
    if not_now:
        return _show(page, entry.detail, **again, not_now=not_now)
    try:
        with session.begin_nested():
            changes, left = read_changes(form, was, entry.fields, today=now.date())
            receipt = service.suggest_change(
                session, slug, changes, sender=sender_of(form, left), settings=page.settings, now=now
            )
    except BadInput as problem:
        return _show(
            page,
            entry.detail,
            **again,
            problems=problems_by_field(problem, boxes=_boxes_of(was), otherwise="note"),
        )
    return go_to(f"/suggestions/{spell(receipt.reference)}?done=change")


def _show(
    page: Page,
    detail: Mapping[str, Any],
    *,
    now: Any,
    typed: Mapping[str, str],
    was: Mapping[str, str],
    problems: dict[str, str] | None = None,
    not_now: NotNow | None = None,
) -> HTMLResponse:
    status = not_now.status if not_now else 422 if problems else 200
    contacts = [(f"contact_{no}", one) for no, one in enumerate(public_fields(detail).get("contacts", []))]
    return page.show(
        "suggestions/change.html",
        status=status,
        entry=detail,
        typed=typed,
        was=json.dumps(was),
        problems=problems or {},
        not_now=not_now.words if not_now else None,
        seal=new_seal(page, now),
        allowed=may_be_changed(detail),
        labels=FIELD_LABELS,
        contacts=[(name, one) for name, one in contacts if name in was],
        delivery=DELIVERY_LABELS,
    )


def as_boxes(fields: Values) -> dict[str, str]:
    """What stands in each box before anyone types."""
    boxes = {name: str(fields.get(name) or "") for name in _TEXTS}
    boxes |= {name: "" if fields.get(name) is None else str(fields[name]) for name in _AGES}
    boxes |= {name: _ANSWERS.get(fields.get(name), "") for name in _YES_NO}
    boxes |= {
        f"delivery.{how}": "yes" if how in fields.get("delivery", []) else "" for how in DELIVERY_LABELS
    }
    boxes["place.address"] = "\n".join(fields.get("place.address", []))
    boxes["sessions"] = "\n".join(map(session_line, fields.get("sessions", [])))
    boxes |= {f"contact_{no}": one["value"] for no, one in enumerate(fields.get("contacts", []))}
    return boxes


def _read_was(text: str) -> dict[str, str]:
    """What stood in the boxes when the page was made. It only tells what was touched, so a forged one can
    do no more than typing can."""
    try:
        was = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in was.items()} if isinstance(was, dict) else {}


def _boxes_of(was: Mapping[str, str]) -> dict[str, str]:
    return {
        "contacts": next((name for name in was if name.startswith("contact_")), "new_phone"),
        "delivery": "delivery.in_person",
        "fields": "note",
    }


def read_changes(
    form: Mapping[str, str], was: Mapping[str, str], fields: Values, *, today: date
) -> tuple[Values, str | None]:
    """The fields whose boxes were touched, and words about times that are for a person to read."""
    touched = {
        name for name in {*form, *was} if form.get(name, "").strip() != was.get(name, "").strip()
    }  # an unticked box sends nothing
    changes: Values = {name: form[name] for name in _TEXTS if name in touched and name in form}
    for name in touched & set(_AGES) & set(form):
        changes[name] = _age(form[name])
    for name in touched & set(_YES_NO) & set(form):
        changes[name] = {"yes": True, "no": False}.get(form[name])
    if "place.address" in touched and "place.address" in form:
        changes["place.address"] = [line for line in form["place.address"].split("\n") if line.strip()]
    if any(name.startswith("delivery.") for name in touched):
        changes["delivery"] = [how for how in DELIVERY_LABELS if form.get(f"delivery.{how}")]
    if any(name.startswith("contact_") or (name in _NEW_CONTACTS) for name in touched):
        changes["contacts"] = _contacts(form, was, fields.get("contacts", []))
    left = None
    if "sessions" in touched and "sessions" in form:
        sessions, left = _sessions(form["sessions"], fields.get("sessions", []), today=today)
        if sessions is not None:
            changes["sessions"] = sessions
    return changes, left


def _age(text: str) -> int | str | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else text or None


def _contacts(
    form: Mapping[str, str], was: Mapping[str, str], contacts: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """An emptied box takes its contact away; one that somebody added meanwhile stays."""
    boxes = {value: name for name, value in was.items() if name.startswith("contact_")}
    kept = []
    for one in contacts:
        box = boxes.get(one["value"])
        value = form.get(box, one["value"]).strip() if box else one["value"]
        if value:
            kept.append(one | {"value": value})
    new = [(kind, form.get(name, "").strip()) for name, kind in _NEW_CONTACTS.items()]
    return kept + [{"kind": kind, "value": value} for kind, value in new if value]


def _sessions(
    text: str, sessions: list[dict[str, Any]], *, today: date
) -> tuple[list[dict[str, Any]] | None, str | None]:
    """A line that stayed keeps its session, with all that the line does not say; a new one is read. When one
    cannot be read for certain, the sessions stay and the words go to the curator."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    standing = {session_line(one): one for one in sessions}
    kept = [standing[line] for line in lines if line in standing]
    new = [line for line in lines if line not in standing]
    gone = [one for line, one in standing.items() if line not in lines]
    beside = [{part: one[part] for part in ("purpose", "label") if part in one} for one in gone]
    # What replaces a session is of the same sort, as far as that is plain.
    sort = beside[0] if beside and all(one == beside[0] for one in beside) else {}
    prefix = f"{session_line(gone[0]).partition(': ')[0]}: " if sort and gone else ""
    found, left = [], []
    for line in new:
        read = read_times(line.removeprefix(prefix), today=today)
        if not read.sessions:
            return None, f"When, in the sender’s words:\n{text.strip()}"
        found += [one | sort for one in read.sessions]
        left += [read.left] if read.left else []
    return kept + found, "\n".join(left) or None
