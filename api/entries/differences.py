"""Two versions of an entry: which fields differ, in words, and how a field of one is put in the other.

A field is a path in an entry's document: "name", "place.postcode", "place.point", "facts.hub".
"""

from dataclasses import asdict, dataclass
from typing import Any

from api.entries.sessions import describe_session

# Parts of an entry whose own fields are looked at one by one. A point is one thing.
_NESTED = ("place", "organisation", "facts")
_POINT = ("lon", "lat", "precision")
_FIELD_WORDS = {
    "everywhere": "who it is for",
    "is_example": "example mark",
    "place.name": "place name",
    "place.address": "address",
    "place.town": "town",
    "place.postcode": "postcode",
    "place.point": "point on the map",
    "organisation.name": "organisation",
}
_LONGEST_VALUE = 120


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
        old, new = self.sides
        return f"{field_words(self.field)}: {old} → {new}"

    @property
    def sides(self) -> tuple[str, str]:
        """What it was and what it is, in words; of two lists only what differs."""
        old, new = self.old, self.new
        if isinstance(old, list) and isinstance(new, list):
            # A list of twelve sessions with one that moved: the one is the news.
            old, new = [one for one in old if one not in new], [one for one in new if one not in old]
        return value_words(old), value_words(new)


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


def field_words(path: str) -> str:
    return _FIELD_WORDS.get(path, path.rpartition(".")[2].replace("_", " "))


def value_words(value: Any) -> str:
    """A stored value as a person would write it, cut short where it is long."""
    words = _words(value)
    return words if len(words) <= _LONGEST_VALUE else words[: _LONGEST_VALUE - 1] + "…"


def _words(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(_words(one) for one in value)
    if isinstance(value, dict):
        if "starts_on" in value:
            return describe_session(value)
        if "coordinates" in value:
            return "drawn on the map"
        return ", ".join(f"{name.replace('_', ' ')} {_words(one)}" for name, one in value.items())
    return str(value)
