"""The filters of the search page: their groups, and a removable chip for each one that is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api.entries.sessions import DAY_NAMES, describe_time
from api.search.schemas import SearchParams

# Facet group → the question its fieldset asks.
FILTER_GROUPS: Final[dict[str, str]] = {
    "kind": "What kind of thing?",
    "need": "What is it for?",
    "audience": "Who is it for?",
    "access": "What must it have?",
    "delivery": "How would you use it?",
    "cost": "What can you pay?",
    "language": "Which language?",
}
DAY_CODES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Chip:
    """Something chosen, and the address of the same search without it."""

    label: str
    remove_url: str


@dataclass(frozen=True)
class ReadChip:
    """Something read out of the words: `words` as typed, what they were taken to mean, and the address of the
    same search with them left as words."""

    words: str
    meaning: str
    remove_url: str


@dataclass(frozen=True)
class DayChoice:
    value: str
    label: str
    chosen: bool


def day_choices(chosen: str | None) -> list[DayChoice]:
    return [DayChoice(code, name, code == chosen) for code, name in zip(DAY_CODES, DAY_NAMES, strict=True)]


def chosen_chips(
    params: SearchParams,
    facets: Mapping[str, Sequence[Mapping[str, Any]]],
    all_areas: Sequence[Mapping[str, Any]],
) -> list[Chip]:
    chips = [
        Chip(str(option["label"]), _without(params, group, str(option["value"])))
        for group in FILTER_GROUPS
        for option in facets.get(group, ())
        # What was only understood from the words is chosen too, but not by the visitor.
        if option["value"] in getattr(params, group)
    ]
    chips += _single_chips(params, all_areas)
    return chips


def read_chips(params: SearchParams, understood: Sequence[Mapping[str, str]]) -> list[ReadChip]:
    return [
        ReadChip(one["words"], one["label"], _url(params, as_typed=(*params.as_typed, one["what"])))
        for one in understood
    ]


# What may be read out of the words, and how it is said that it is not.
AS_TYPED_WORDS: Final[dict[str, str]] = {
    "place": "No place read from your words",
    "time": "No day or time read from your words",
    "kind": "No kind read from your words",
    "language": "No language read from your words",
}


def _single_chips(params: SearchParams, all_areas: Sequence[Mapping[str, Any]]) -> list[Chip]:
    chips = []
    if params.day:
        name = DAY_NAMES[DAY_CODES.index(params.day)]
        chips.append(Chip(f"On {name}s", _url(params, day=None)))
    if params.at:
        chips.append(Chip(f"Open {_moment_words(params.at)}", _url(params, at=None)))
    if params.area:
        names = {str(area["code"]): str(area["name"]) for area in all_areas}
        chips.append(Chip(f"In or serving {names.get(params.area, params.area)}", _url(params, area=None)))
    if params.bbox:
        chips.append(Chip("Only the part of the map you chose", _url(params, bbox=None)))
    if params.radius_km != SearchParams().radius_km:
        chips.append(Chip(f"Within {params.radius_km:g} km", _url(params, radius_km=None)))
    if params.serves == "any":
        chips.append(Chip("Also what serves other places", _url(params, serves=None)))
    for what in params.as_typed:
        left = tuple(one for one in params.as_typed if one != what)
        chips.append(Chip(AS_TYPED_WORDS.get(what, "Words as typed"), _url(params, as_typed=left)))
    return chips


def _moment_words(at: datetime) -> str:
    return f"on {DAY_NAMES[at.weekday()]} {at.day} {at:%B} at {describe_time(at.time())}"


def _without(params: SearchParams, group: str, value: str) -> str:
    kept = [one for one in getattr(params, group) if one != value]
    return _url(params, **{group: kept or None})


def _url(params: SearchParams, **changes: Any) -> str:
    query = params.query_string(page=None, **changes)
    return f"/search?{query}" if query else "/search"
