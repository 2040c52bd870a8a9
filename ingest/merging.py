"""Three versions of an entry made one: what the source said before, what we hold, what it says now."""

from dataclasses import dataclass
from typing import Any

from api.entries.differences import Change, differences, flatten, set_field, unflatten


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
            set_field(merged, field, says)
        else:
            clashes.append(Clash(field, have, says))
    return Merged(unflatten(merged), differences(held, merged), tuple(clashes))
