"""Two versions of an entry: which fields differ, and how a field of one is put in the other.

A field is a path in an entry's document: "name", "place.postcode", "place.point", "facts.hub".
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from api.entries.wording import Areas, area_codes, field_words, sides_words

# Parts of an entry whose own fields are looked at one by one. A point is one thing.
_NESTED = ("place", "organisation", "facts")
_POINT = ("lon", "lat", "precision")


@dataclass(frozen=True)
class Change:
    """One field of an entry that is not as it was; None is nothing. `field` is a path, "place.postcode"."""

    field: str
    old: Any
    new: Any

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def words(self) -> str:
        old, new = self.sides()
        return f"{field_words(self.field)}: {old} → {new}"

    def sides(self, areas: Areas | None = None) -> tuple[str, str]:
        """What it was and what it is, in words; of lists and of long texts what differs."""
        return sides_words(self.field, self.old, self.new, areas=areas)


def areas_in(changes: Iterable[Change]) -> set[str]:
    """Codes of the areas that these changes speak of, so that they can be named."""
    return {code for one in changes for code in area_codes(one.field, one.old, one.new)}


def differences(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    fields = sorted({**old, **new})
    return tuple(Change(one, old.get(one), new.get(one)) for one in fields if old.get(one) != new.get(one))


def with_field(document: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """The document with one field set, or without it for None."""
    flat = flatten(document)
    set_field(flat, field, value)
    return unflatten(flat)


def set_field(flat: dict[str, Any], field: str, value: Any) -> None:
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
