"""From what a person types to a point we can stand by, or to plain words on why there is none."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import dist
from typing import Final, Literal, Protocol

from geo.crs import to_osgb
from geo.gazetteer import fold_name
from geo.grid_references import read_grid_reference
from geo.postcodes import (
    PartialPostcode,
    Postcode,
    find_postcode_within,
    looks_like_postcode,
    parse_postcode,
    postcode_area,
    read_as_sector,
    suggest_repair,
)

MAX_QUERY: Final = 200

Precision = Literal["exact", "postcode", "sector", "outcode", "place"]
ProblemCode = Literal[
    "not_a_postcode", "no_point", "outside", "ambiguous", "unknown_place", "too_long", "empty"
]


@dataclass(frozen=True)
class KnownPostcode:
    """A postcode we hold. `district` and `ward` are area codes; `near` is the name of a settlement."""

    code: str
    lon: float | None
    lat: float | None
    district: str | None
    ward: str | None
    near: str | None
    terminated: bool


@dataclass(frozen=True)
class KnownGroup:
    """The middle of an outcode or of a sector."""

    code: str
    lon: float
    lat: float
    near: str | None


@dataclass(frozen=True)
class KnownSettlement:
    """A city, town, village or hamlet we hold."""

    id: int
    name: str
    district_name: str
    kind: str
    lon: float
    lat: float


@dataclass(frozen=True)
class KnownArea:
    """A named area, with a point inside it."""

    code: str
    name: str
    lon: float
    lat: float


class Lookup(Protocol):
    """What resolving a place needs to know; the database answers it, and in tests a few lists do."""

    async def find_postcode(self, unit: str) -> KnownPostcode | None:
        """The postcode written as "CB7 5HJ"."""

    async def find_group(self, code: str) -> KnownGroup | None:
        """The outcode written as "CB7", or the sector as "CB7 5"."""

    async def find_settlements(self, name: str) -> list[KnownSettlement]:
        """Those whose name or alias equals `name` once both go through `geo.gazetteer.fold_name`."""

    async def find_areas_named(self, name: str) -> list[KnownArea]:
        """Areas whose name or alias equals `name`, compared in the same way."""

    async def suggest_settlements(self, name: str) -> list[str]:
        """Names spelt nearly so, best first."""

    async def covers_area(self, postcode_area: str) -> bool:
        """Whether any outcode of these area letters ("CB") is held."""

    async def covers_point(self, lon: float, lat: float) -> bool:
        """Whether the point is in, or within 30 km of, the ground the directory covers."""


@dataclass(frozen=True)
class ResolvedPlace:
    """A point with how well it is known. `district` and `ward` are area codes, brought by postcodes alone."""

    query: str
    label: str
    lon: float
    lat: float
    precision: Precision
    district: str | None = None
    ward: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class PlaceOption:
    """Something the person may have meant; `value` typed as a new query gives it."""

    label: str
    value: str


class PlaceProblem(Exception):
    """Why a query has no point: a code for machines, a message for people, and what they may have meant."""

    def __init__(self, code: ProblemCode, message: str, options: Sequence[PlaceOption] = ()) -> None:
        super().__init__(message)
        self.code: ProblemCode = code
        self.message = message
        self.options = list(options)


Step = Callable[[Lookup, str], Awaitable[ResolvedPlace | None]]


async def resolve_place(lookup: Lookup, query: str) -> ResolvedPlace:
    """The place meant by "lat,lon", a grid reference, a postcode or a part of one, or a place name.

    Raises PlaceProblem when there is none, or more than one.
    """
    if len(query) > MAX_QUERY:
        raise PlaceProblem(
            "too_long", "That is too long for a place. Type a postcode, or the name of a town or village."
        )
    text = _clean(query)
    if not text:
        raise PlaceProblem("empty", "Type a postcode, or the name of a town or village.")
    for step in STEPS:
        place = await step(lookup, text)
        if place is not None:
            return place
    raise await _unknown_place(lookup, text)


def _clean(query: str) -> str:
    """One line, without the control characters and lone surrogates that a database refuses as text.

    Format characters (category Cf) go without a trace: pasted text hides them inside words.
    """
    if query.isascii() and query.isprintable():
        return " ".join(query.split())
    shown = (c for c in query if unicodedata.category(c) != "Cf")
    kept = (" " if unicodedata.category(c) in {"Cc", "Cs", "Cn"} else c for c in shown)
    return " ".join("".join(kept).split())


_NUMBER: Final = r"([+-]?\d{1,3}(?:\.\d{1,20})?)"
_POINT: Final = re.compile(rf"\(?{_NUMBER}°?(?: ?[,;] ?| ){_NUMBER}°?\)?", re.ASCII)


async def _resolve_point(lookup: Lookup, text: str) -> ResolvedPlace | None:
    found = _POINT.fullmatch(unicodedata.normalize("NFKC", text).replace("−", "-"))
    if found is None:
        return None
    lat, lon = float(found.group(1)), float(found.group(2))
    label = _point_text(lat, lon, ", ")
    if _is_british(lon, lat) and await lookup.covers_point(lon, lat):
        return ResolvedPlace(text, label, lon, lat, "exact")
    if _is_british(lat, lon) and await lookup.covers_point(lat, lon):
        swapped = _point_text(lon, lat, ",")
        raise PlaceProblem(
            "outside",
            f"{label} is outside the area this directory covers. The two numbers look swapped: "
            f"the latitude comes first. Try {swapped}.",
            [PlaceOption(swapped, swapped)],
        )
    raise PlaceProblem("outside", _outside_words(label))


def _is_british(lon: float, lat: float) -> bool:
    """Whether the British National Grid reaches here: far from it, databases fail rather than answer."""
    return -9.5 <= lon <= 2.5 and 49 <= lat <= 61.5


def _point_text(lat: float, lon: float, comma: str) -> str:
    """Five decimals are about a metre, which is all a point can mean here; adding 0.0 turns -0 into 0."""
    return comma.join(f"{round(n, 5) + 0.0:.5f}".rstrip("0").rstrip(".") for n in (lat, lon))


async def _resolve_grid_reference(lookup: Lookup, text: str) -> ResolvedPlace | None:
    square = read_grid_reference(text)
    if square is None:
        return None
    lon, lat = square.lon_lat()
    if not await lookup.covers_point(lon, lat):
        raise PlaceProblem("outside", _outside_words(square.name))
    size = f"{square.size_m} m" if square.size_m < 1000 else "1 km"
    note = f"This is the middle of a square of {size}." if square.size_m >= 100 else None
    return ResolvedPlace(text, square.name, lon, lat, square.precision, note=note)


async def _resolve_postcode(lookup: Lookup, text: str) -> ResolvedPlace | None:
    postcode = parse_postcode(text) or find_postcode_within(text) or _partial_beside_comma(text)
    if isinstance(postcode, Postcode):
        return await _resolve_unit(lookup, text, postcode)
    if isinstance(postcode, PartialPostcode):
        return await _resolve_partial(lookup, text, postcode)
    return None


def _partial_beside_comma(text: str) -> Postcode | PartialPostcode | None:
    """The part of a postcode in "CB7 5, Soham", which is how we label it ourselves, or in "Soham, CB7"."""
    before, comma, _ = text.partition(",")
    return (parse_postcode(before) or parse_postcode(text.rpartition(",")[2])) if comma else None


async def _resolve_unit(lookup: Lookup, text: str, postcode: Postcode) -> ResolvedPlace:
    known = await lookup.find_postcode(postcode.text)
    if known is None:
        return await _resolve_unknown_unit(lookup, text, postcode)
    if known.lon is not None and known.lat is not None:
        ended = f"{known.code} is no longer used by Royal Mail: this is where it was."
        note = ended if known.terminated else None
        label = _near_label(known.code, known.near)
        return ResolvedPlace(text, label, known.lon, known.lat, "postcode", known.district, known.ward, note)
    sector = await lookup.find_group(postcode.sector)
    if sector is None:
        raise PlaceProblem("no_point", _no_point_words(postcode.text))
    note = (
        f"{known.code} is a real postcode, but we hold no point for it, so this uses the middle of "
        f"{sector.code}: it may be a mile or two out."
    )
    label = _near_label(sector.code, sector.near)
    return ResolvedPlace(text, label, sector.lon, sector.lat, "sector", known.district, known.ward, note)


async def _resolve_unknown_unit(lookup: Lookup, text: str, postcode: Postcode) -> ResolvedPlace:
    sector = await lookup.find_group(postcode.sector)
    if sector is not None:
        note = _unknown_unit_words(postcode.text, sector.code, "a mile or two out")
        return _group_place(text, sector, "sector", note)
    outcode = await lookup.find_group(postcode.outcode)
    if outcode is not None:
        note = _unknown_unit_words(postcode.text, outcode.code, "several miles out")
        return _group_place(text, outcode, "outcode", note)
    raise await _postcode_not_held(lookup, postcode.text)


def _unknown_unit_words(unit: str, known: str, far: str) -> str:
    return (
        f"We do not know {unit}: it may be new, or no longer used. "
        f"Distances are from the middle of {known}, so they may be {far}."
    )


async def _resolve_partial(lookup: Lookup, text: str, typed: PartialPostcode) -> ResolvedPlace:
    outcode = await lookup.find_group(typed.outcode)
    reading = typed if outcode is not None else read_as_sector(typed) or typed
    sector = await lookup.find_group(reading.sector) if reading.sector else None
    if sector is not None:
        note = f"This is the middle of {sector.code}. A whole postcode gives better distances."
        return _group_place(text, sector, "sector", note)
    if outcode is None:
        raise await _postcode_not_held(lookup, typed.text)
    is_middle = (
        f"We do not hold {typed.sector}, so this uses the middle" if typed.sector else "This is the middle"
    )
    note = f"{is_middle} of {outcode.code}, which may be several miles across."
    return _group_place(text, outcode, "outcode", note)


def _group_place(
    text: str, group: KnownGroup, precision: Literal["sector", "outcode"], note: str
) -> ResolvedPlace:
    label = _near_label(group.code, group.near)
    return ResolvedPlace(text, label, group.lon, group.lat, precision, note=note)


def _near_label(code: str, near: str | None) -> str:
    return f"{code}, {near}" if near else code


async def _postcode_not_held(lookup: Lookup, text: str) -> PlaceProblem:
    if await lookup.covers_area(postcode_area(text)):
        return PlaceProblem("no_point", _no_point_words(text))
    return PlaceProblem("outside", _outside_words(text))


def _outside_words(label: str) -> str:
    return f"{label} is outside the area this directory covers. Try a postcode or a place inside it."


def _no_point_words(label: str) -> str:
    return (
        f"We do not know where {label} is. It may be new, mistyped or a little outside the area this "
        "directory covers. Check it, or try the name of the town or village."
    )


_WIDER_PLACES: Final = frozenset(
    {"cambridgeshire", "cambridgeshire and peterborough", "england", "uk", "united kingdom", "great britain"}
)
_POST_TOWN_M: Final = 20_000
_SHORT_WORDS: Final = {"cambs": "cambridgeshire", "hunts": "huntingdonshire", "e": "east", "s": "south"}


async def _resolve_settlement(lookup: Lookup, text: str) -> ResolvedPlace | None:
    if not fold_name(text):
        return None
    found = await lookup.find_settlements(text)
    if not found and "," in text:
        found = await _find_in_district(lookup, text)
    if len(found) > 1:
        raise _several_settlements(text, found)
    if not found:
        return None
    settlement = found[0]
    return ResolvedPlace(text, _settlement_label(settlement), settlement.lon, settlement.lat, "place")


async def _find_in_district(lookup: Lookup, text: str) -> list[KnownSettlement]:
    """Settlements meant by "name, district" or "name, post town"; a county or a country narrows nothing."""
    name, *wheres = (part.strip() for part in text.split(","))
    known = await lookup.find_settlements(name) if fold_name(name) else []
    found = known
    for where in wheres:
        found = await _narrow(lookup, found, where)
    if known and not found:
        raise PlaceProblem(
            "unknown_place",
            f"We know {name}, but not in {wheres[0]}. Choose one of these, or try a postcode.",
            _settlement_options(known),
        )
    return found


async def _narrow(lookup: Lookup, found: list[KnownSettlement], where: str) -> list[KnownSettlement]:
    folded = _fold_district(where)
    if not found or not folded or folded in _WIDER_PLACES:
        return found
    within = [s for s in found if _fold_district(s.district_name) == folded]
    if within:
        return within
    towns = [to_osgb(town.lon, town.lat) for town in await lookup.find_settlements(where)]
    return [s for s in found if any(dist(to_osgb(s.lon, s.lat), town) < _POST_TOWN_M for town in towns)]


def _fold_district(name: str) -> str:
    return " ".join(_SHORT_WORDS.get(word, word) for word in fold_name(name).split())


def _settlement_label(settlement: KnownSettlement) -> str:
    return f"{settlement.name}, {settlement.district_name}" if settlement.district_name else settlement.name


def _settlement_options(found: list[KnownSettlement]) -> list[PlaceOption]:
    """A name with its district where that tells them apart, else the point itself."""
    labels = [_settlement_label(settlement) for settlement in found]
    return [
        PlaceOption(label, label if labels.count(label) == 1 else _point_text(s.lat, s.lon, ","))
        for label, s in zip(labels, found, strict=True)
    ]


def _several_settlements(text: str, found: list[KnownSettlement]) -> PlaceProblem:
    message = f"There is more than one place called “{text}” here. Choose which one you mean."
    return PlaceProblem("ambiguous", message, _settlement_options(found))


async def _resolve_area(lookup: Lookup, text: str) -> ResolvedPlace | None:
    found = await lookup.find_areas_named(text) if fold_name(text) else []
    if len(found) > 1:
        options = [PlaceOption(f"{a.name} ({a.code})", _point_text(a.lat, a.lon, ",")) for a in found]
        message = f"More than one area is called {text}. Choose which one you mean."
        raise PlaceProblem("ambiguous", message, options)
    if not found:
        return None
    area = found[0]
    note = f"This is the middle of {area.name}, which is a wide area."
    return ResolvedPlace(text, area.name, area.lon, area.lat, "place", note=note)


async def _refuse_broken_postcode(_lookup: Lookup, text: str) -> ResolvedPlace | None:
    if not looks_like_postcode(text):
        return None
    repair = suggest_repair(text)
    advice = f"Did you mean {repair}?" if repair else "A postcode looks like CB7 5HJ: check it and try again."
    options = [PlaceOption(repair, repair)] if repair else []
    raise PlaceProblem("not_a_postcode", f"{text} is not a UK postcode. {advice}", options)


async def _unknown_place(lookup: Lookup, text: str) -> PlaceProblem:
    names = await lookup.suggest_settlements(text) if fold_name(text) else []
    advice = "Choose one of these, or try a postcode." if names else "Check the spelling, or try a postcode."
    return PlaceProblem(
        "unknown_place",
        f"We do not know a place called “{text}”. It may be outside the area this directory covers. {advice}",
        [PlaceOption(name, name) for name in names],
    )


STEPS: Final[tuple[Step, ...]] = (
    _resolve_point,
    _resolve_grid_reference,
    _resolve_postcode,
    _resolve_settlement,
    _resolve_area,
    _refuse_broken_postcode,
)
"""Tried in this order; the first that knows the place wins. A step passes by giving None."""
