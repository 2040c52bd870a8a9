"""What the kept entry says after a merge: field by field from one of the two, or from both. Pure."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import ValidationError

from api.duplicates.contacts import read_contact
from api.entries.schemas import EntryDraft
from api.errors import BadInput, FieldProblem

Choice = Literal["keep", "merge", "both"]
CHOICES: Final = ("keep", "merge", "both")
LISTS: Final = frozenset("coverage sessions contacts needs audiences languages delivery checks links".split())
# Who an entry is and whether it is shown is not for choosing; its facts hang on its kind.
FIXED: Final = frozenset({"slug", "stage", "is_example"})
FIELDS: Final = tuple(name for name in EntryDraft.model_fields if name not in FIXED)
# Without a choice these come from both: nothing that was checked or tied is lost.
FROM_BOTH: Final = frozenset({"checks", "links", "contacts"})
# From open to hidden: without a choice the stricter holds, and a private place is never shown more openly.
STRICTER: Final = ("exact", "street", "area", "hidden")


def combine(keep: Mapping[str, Any], merged: Mapping[str, Any], choices: Mapping[str, str]) -> EntryDraft:
    """The draft of the kept entry, from the two documents. Where nothing is chosen the kept entry's word
    stands, its gaps are filled from the other, and checks, ties and contacts of both are kept.
    Raises BadInput for a field or a choice there is not, and for a mixture that cannot be."""
    _refuse_unknown(choices)
    keep, merged = _with_kind_of_facts(keep), _with_kind_of_facts(merged)
    result: dict[str, Any] = {}
    for field in FIELDS:
        ours, theirs = keep.get(field), merged.get(field)
        value = _choose(field, ours, theirs, choices.get(field))
        if value is not None:
            result[field] = value
    _fit_facts(result, keep, merged, choices)
    result["privacy"] = _privacy(keep, merged, choices)
    result["contacts"] = _keep_private(result.get("contacts", []), keep, merged)
    result["is_example"] = keep.get("is_example", False)
    try:
        return EntryDraft.model_validate(result)
    except ValidationError as error:
        first = error.errors()[0]
        words = first["msg"].removeprefix("Value error, ")
        where = ".".join(str(part) for part in first["loc"]) or "choices"
        problem = FieldProblem(field=where, message=words)
        raise BadInput(f"These choices do not fit together: {words}", errors=[problem]) from error


def _with_kind_of_facts(document: Mapping[str, Any]) -> dict[str, Any]:
    """A stored document leaves the kind out of its facts: it is the entry's."""
    facts = document.get("facts")
    named = {"facts": {"kind": document["kind"], **facts}} if facts is not None else {}
    return {**document, **named}


def _refuse_unknown(choices: Mapping[str, str]) -> None:
    for field, choice in choices.items():
        if field not in FIELDS:
            message = f"“{field}” is not a field to choose. There are: {', '.join(FIELDS)}."
        elif choice not in CHOICES:
            message = f"“{choice}” is not a choice for {field}: take keep, merge or both."
        elif choice == "both" and field not in LISTS:
            message = f"{field} can come from one of the two only: take keep or merge."
        else:
            continue
        raise BadInput(message, errors=[FieldProblem(field=field, message=message)])


def _choose(field: str, ours: Any, theirs: Any, choice: str | None) -> Any:
    if choice == "merge":
        return theirs
    if choice == "both" or (choice is None and field in FROM_BOTH):
        return _joined(field, ours or [], theirs or [])
    if choice == "keep":
        return ours
    if field == "access":
        return {**(theirs or {}), **(ours or {})}
    return ours if ours not in (None, [], "") else theirs


def _joined(field: str, ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Ours, then what of theirs says something new."""
    seen = {_sign(field, one) for one in ours}
    return [*ours, *(one for one in theirs if _sign(field, one) not in seen)]


def _sign(field: str, one: Any) -> str:
    if field == "contacts":
        return contact_sign(one)
    if field == "links":
        return f"{one['type']} {one['to']}"
    return repr(sorted(one.items()) if isinstance(one, dict) else one)


def contact_sign(contact: Mapping[str, Any]) -> str:
    """The same for two ways of writing one number or address."""
    sign = read_contact(contact["kind"], contact["value"], public=True)
    return f"{sign.kind}:{sign.value}" if sign else f"{contact['kind']}:{contact['value']}"


def _fit_facts(
    result: dict[str, Any], keep: Mapping[str, Any], merged: Mapping[str, Any], choices: Mapping[str, str]
) -> None:
    """Facts belong to a kind: without a choice they come from an entry of the kind that is kept."""
    if "facts" in choices:
        return
    found = [
        side["facts"]
        for side in (keep, merged)
        if side.get("facts") and side["facts"]["kind"] == result["kind"]
    ]
    result.pop("facts", None)
    if found:
        result["facts"] = found[0]


def _privacy(keep: Mapping[str, Any], merged: Mapping[str, Any], choices: Mapping[str, str]) -> str:
    ours: str = keep.get("privacy", "exact")
    theirs: str = merged.get("privacy", "exact")
    chosen = {"keep": ours, "merge": theirs}.get(choices.get("privacy", ""))
    takes_place = choices.get("place") == "merge" or not keep.get("place")
    home = theirs if takes_place and merged.get("place") else ours
    levels = [chosen, home] if chosen else [ours, theirs]
    return max(levels, key=STRICTER.index)


def _keep_private(
    contacts: list[dict[str, Any]], keep: Mapping[str, Any], merged: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What either of the two kept from the public stays from it."""
    private = {
        contact_sign(one)
        for side in (keep, merged)
        for one in side.get("contacts", [])
        if one.get("public") is False
    }
    return [{**one, "public": False} if contact_sign(one) in private else one for one in contacts]
