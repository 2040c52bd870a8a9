"""Three versions of an entry made one: what the source said before, what we hold, what it says now."""

from dataclasses import dataclass
from typing import Any

from ingest.report import Change

# Parts of an entry whose own fields are looked at one by one. A point is one thing.
_NESTED = ("place", "organisation", "facts")
_POINT = ("lon", "lat", "precision")


@dataclass(frozen=True)
class Clash:
    """A field that the source changed and so did a person; ours stays until somebody decides."""

    field: str
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """`changes` are what `document` says otherwise than what we hold."""

    document: dict[str, Any]
    changes: tuple[Change, ...]
    clashes: tuple[Clash, ...]


def merge(before: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> Merged:
    """What the source changed is taken where nobody else did; where both did, ours stays and it is said."""
    old, held, new = flatten(before), flatten(ours), flatten(theirs)
    merged, clashes = dict(held), []
    for field in sorted({**old, **new}):
        said, says, have = old.get(field), new.get(field), held.get(field)
        if says in (said, have):
            continue
        if have == said:
            _set(merged, field, says)
        else:
            clashes.append(Clash(field, have, says))
    return Merged(unflatten(merged), differences(held, merged), tuple(clashes))


def differences(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    fields = sorted({**old, **new})
    return tuple(Change(one, old.get(one), new.get(one)) for one in fields if old.get(one) != new.get(one))


def with_field(document: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """The document with one field set, or without it for None."""
    flat = flatten(document)
    _set(flat, field, value)
    return unflatten(flat)


def _set(flat: dict[str, Any], field: str, value: Any) -> None:
    if value is None:
        flat.pop(field, None)
    else:
        flat[field] = value


def flatten(document: dict[str, Any]) -> dict[str, Any]:
    """Fields by path: "name", "place.postcode", "place.point"."""
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if name not in _NESTED or not isinstance(value, dict):
            flat[name] = value
            continue
        inside = dict(value)
        point = {part: inside.pop(part) for part in _POINT if part in inside}
        flat |= {f"{name}.{part}": one for part, one in inside.items()}
        if point:
            flat[f"{name}.point"] = point
        if not value:
            flat[name] = {}
    return flat


def unflatten(flat: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for field, value in flat.items():
        name, _, part = field.partition(".")
        if part == "point":
            document.setdefault(name, {}).update(value)
        elif part:
            document.setdefault(name, {})[part] = value
        elif name in _NESTED:
            document.setdefault(name, {})
        else:
            document[name] = value
    return document
