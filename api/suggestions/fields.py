"""Which facts of an entry anyone may suggest, how they are read from what the public sees, and how they are
put into what is stored. Pure: no database.

A field is a path as in `api.entries.differences`, with two of its own: "contacts" is the public part alone,
and each access fact stands by itself ("access.toilet").
"""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from api.entries.differences import flatten, set_field, unflatten
from api.entries.schemas import EntryDraft, SessionDraft
from api.entries.service import as_document, as_draft
from api.entries.sessions import RuleError, normalise_session
from api.entries.vocabulary import ACCESS_LABELS
from api.errors import BadInput, FieldProblem
from api.wording import plain_words

Values = dict[str, Any]

FIELD_LABELS: Final[dict[str, str]] = {
    "kind": "Kind of help",
    "name": "Name",
    "summary": "In one sentence",
    "description": "What it is",
    "organisation.name": "Who runs it",
    "sessions": "When",
    "place.name": "Name of the place",
    "place.address": "Street",
    "place.town": "Town or village",
    "place.postcode": "Postcode",
    "place.point": "Point on the map",
    "privacy": "How much of the place is shown",
    "coverage": "Area it serves",
    "everywhere": "For everyone, wherever they live",
    "delivery": "How it is given",
    "eligibility": "Who it is for",
    "age_from": "Youngest age",
    "age_to": "Oldest age",
    "cost": "Cost",
    "cost_note": "More about the cost",
    "contacts": "How to get in touch",
    "self_referral": "Can people ask for themselves?",
    "referral_by": "Who can put someone forward",
    "state": "Running or closed",
    **{f"access.{fact}": label for fact, label in ACCESS_LABELS.items()},
}
# What only a new entry is asked for: later it is for curators, or for a report.
ONLY_NEW: Final = frozenset({"kind", "privacy", "coverage", "everywhere", "place.point"})
NEW_FIELDS: Final = frozenset(FIELD_LABELS) - {"state"}
CHANGE_FIELDS: Final = NEW_FIELDS - ONLY_NEW
# What is not said of a place that is kept private; nothing at all of a hidden one.
PRIVATE_PLACE: Final = frozenset({"place.name", "place.address", "place.postcode", "place.point"})
_PLAIN: Final = (
    "name", "summary", "description", "delivery", "eligibility", "age_from", "age_to", "cost", "cost_note",
    "self_referral", "referral_by",
)  # fmt: skip
_ACCESS: Final = "access."
_LONGEST: Final = 10_000
_DEEPEST: Final = 4


def may_be_changed(detail: Mapping[str, Any]) -> frozenset[str]:
    """The fields of one public entry that anyone may suggest about."""
    if detail["privacy"] == "exact":
        return CHANGE_FIELDS
    private = PRIVATE_PLACE | ({"place.town"} if detail["privacy"] == "hidden" else frozenset())
    return CHANGE_FIELDS - private


def public_fields(detail: Mapping[str, Any]) -> Values:
    """What the public sees of an entry, by field: only what is in its public face."""
    flat: Values = {name: detail.get(name) for name in _PLAIN}
    flat["organisation.name"] = (detail.get("organisation") or {}).get("name")
    place = detail["places"][0] if detail.get("places") else {}
    flat |= {f"place.{part}": place.get(part) for part in ("name", "address", "town", "postcode")}
    flat["sessions"] = [plain_session(one) for one in detail.get("sessions") or []]
    flat["contacts"] = [plain_contact(one) for one in detail.get("contacts") or []]
    flat |= {f"{_ACCESS}{fact}": value for fact, value in (detail.get("access") or {}).items()}
    allowed = may_be_changed(detail)
    return {field: value for field, value in flat.items() if field in allowed and not is_nothing(value)}


def current_fields(document: Mapping[str, Any]) -> Values:
    """The same of a stored document, for a curator: with the place also where it is private."""
    flat = flatten(dict(document))
    flat["contacts"] = [plain_contact(one) for one in flat.get("contacts", []) if one.get("public", True)]
    flat["sessions"] = [plain_session(one) for one in flat.get("sessions", [])]
    access = {**flat.pop("place.access", {}), **flat.pop("access", {})}
    flat |= {f"{_ACCESS}{fact}": value for fact, value in access.items()}
    flat.setdefault("state", "running")
    return {field: value for field, value in flat.items() if field in FIELD_LABELS and not is_nothing(value)}


def plain_session(given: Mapping[str, Any]) -> dict[str, Any]:
    """A session in the one form in which two can be compared."""
    known = {name: value for name, value in given.items() if name in SessionDraft.model_fields}
    return SessionDraft.model_validate(known).model_dump(mode="json", exclude_defaults=True)


def plain_contact(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("kind", "value", "label") if given.get(name)}


def is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def tidy_text(text: str | None, *, most: int) -> str | None:
    """Typed words without what no database or mail can hold; None when nothing is left."""
    if not text:
        return None
    kept = (
        one for one in text.replace("\r\n", "\n") if one in "\n\t" or unicodedata.category(one) not in _NOT
    )
    return "".join(kept).strip()[:most] or None


_NOT: Final = ("Cc", "Cs")


def _tidy(value: Any, *, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        raise _refused({"fields": "This is nested deeper than any fact of ours."})
    if isinstance(value, str):
        return tidy_text(value, most=_LONGEST)
    if isinstance(value, list):
        return [one for one in (_tidy(one, depth=depth + 1) for one in value) if not is_nothing(one)]
    if isinstance(value, dict):
        return {name: _tidy(one, depth=depth + 1) for name, one in value.items()}
    return value


def check_fields(given: Mapping[str, Any], *, allowed: frozenset[str], kind: str = "group") -> Values:
    """The values as we keep them, None for what is to be taken away. Raises BadInput, a problem a field."""
    unknown = sorted(set(given) - allowed)
    if unknown:
        raise _refused({unknown[0]: "This is not something that can be suggested here."})
    values = {field: _tidy(value) for field, value in given.items()}
    pieces = values.get("coverage")
    if isinstance(pieces, list) and any(isinstance(one, dict) and "shape" in one for one in pieces):
        raise _refused({"coverage": "Name the area it serves; a shape is drawn by a curator."})
    values = {field: None if is_nothing(value) else value for field, value in values.items()}
    # Only what is given is looked at: the rest of an entry is made up here.
    rest: Values = {"kind": kind, "name": "A name", "place": {"town": "A town"}}
    if values.get("everywhere") and not values.get("delivery"):
        rest["delivery"] = ["phone"]
    kept = current_fields(as_document(as_checked_draft(with_fields(rest, values))))
    return {field: kept.get(field) if value is not None else None for field, value in values.items()}


def with_fields(document: Mapping[str, Any], values: Mapping[str, Any]) -> Values:
    """The document with these values in it. Contacts that are not public stay. With another postcode the
    point is looked up again, unless it is given too."""
    flat = flatten(dict(document))
    old_postcode = flat.get("place.postcode")
    for field, value in values.items():
        if field == "contacts":
            internal = [one for one in flat.get("contacts", []) if not one.get("public", True)]
            set_field(flat, field, [*(value or []), *internal] or None)
        elif field.startswith(_ACCESS):
            _set_access(flat, field.removeprefix(_ACCESS), value)
        else:
            set_field(flat, field, value)
    if "place.point" not in values and _squeeze(flat.get("place.postcode")) != _squeeze(old_postcode):
        flat.pop("place.point", None)
    if any(field.startswith("place.") for field in flat):
        flat.pop("place", None)
    return unflatten(flat)


def _squeeze(postcode: Any) -> str:
    return "".join(str(postcode or "").split()).upper()


def _set_access(flat: Values, fact: str, value: bool | None) -> None:
    """Said of the entry: the same place may be reached otherwise by others. Not known is said of neither."""
    if value is None:
        for part in ("access", "place.access"):
            set_field(flat, part, {k: v for k, v in flat.get(part, {}).items() if k != fact} or None)
    else:
        flat["access"] = {**flat.get("access", {}), fact: value}


def as_checked_draft(document: Values) -> EntryDraft:
    """Raises BadInput, whose problems name fields of ours."""
    try:
        draft = as_draft(document)
        for one in draft.sessions:
            normalise_session(one)
    except ValidationError as error:
        raise _refused({_field_of(one["loc"]): plain_words(one) for one in error.errors()}) from error
    except RuleError as error:
        raise _refused({"sessions": str(error)}) from error
    return draft


def _field_of(loc: tuple[int | str, ...]) -> str:
    path = ".".join(str(part) for part in loc[:2])
    return path if path in FIELD_LABELS else str(loc[0]) if loc else "name"


def _refused(problems: dict[str, str]) -> BadInput:
    errors = [FieldProblem(field=field, message=message) for field, message in problems.items()]
    first = errors[0]
    label = FIELD_LABELS.get(first.field, first.field)
    return BadInput(f"We could not use “{label}”: {first.message}", errors=errors)
