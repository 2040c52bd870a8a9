"""Turning what a person types into a place, and an entry's address into a point."""

from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from api.db import ReadConnection
from api.errors import FieldProblem, PlaceNotFound
from api.places import queries
from geo.gazetteer import fold_name
from geo.geocoding import PlaceProblem, ResolvedPlace, resolve_place
from geo.postcodes import Postcode, parse_postcode

Result = TypeVar("Result")


@dataclass(frozen=True)
class NearPlace:
    """A resolved place with the codes of the areas it lies in, smallest first, and (code, name, type) of
    those that we hold."""

    place: ResolvedPlace
    areas: list[str]
    named_areas: list[tuple[str, str, str]]

    def as_json(self) -> dict[str, Any]:
        shown = self.place
        return {
            "query": shown.query,
            "label": shown.label,
            "lat": shown.lat,
            "lon": shown.lon,
            "precision": shown.precision,
            "areas": self.areas,
            "note": shown.note,
        }


async def resolve_near(read: ReadConnection, query: str, *, asked_as: str = "near") -> NearPlace:
    """The place a visitor means. Raises PlaceNotFound, whose `extra` has `code` and `options`, and which
    names the field that it was `asked_as`."""
    lookup = queries.FaceLookup(read)
    try:
        place = await resolve_place(lookup, query)
    except PlaceProblem as problem:
        raise _not_found(problem, asked_as) from problem
    own = [code for code in (place.ward, place.district) if code]
    named = await lookup.areas_of(place.lon, place.lat, own)
    held = [code for code, _, _ in named]
    # A postcode's own district and ward stand beside the areas whose outline holds the point.
    return NearPlace(place, held + [code for code in own if code not in held], named)


def _not_found(problem: PlaceProblem, field: str) -> PlaceNotFound:
    options = [{"label": option.label, "value": option.value} for option in problem.options]
    return PlaceNotFound(
        problem.message,
        errors=[FieldProblem(field=field, message=problem.message)],
        extra={"code": problem.code, "options": options},
    )


async def name_places(read: ReadConnection, names: list[str]) -> dict[str, str]:
    """Which of some names mean exactly one place here, each with a full name that `resolve_near` takes."""
    keys = {name: fold_name(name) for name in names}
    if not keys:
        return {}
    known = await queries.named_once(read, sorted(set(keys.values())))
    return {name: known[key] for name, key in keys.items() if key in known}


async def suggest_places(read: ReadConnection, typed: str, *, limit: int = 8) -> list[dict[str, str]]:
    """Places to offer while someone types: settlements by name, postcodes by their start."""
    typed = typed.strip()[:60]
    if len(fold_name(typed)) < 2:
        return []
    found = [
        {"label": f"{name}, {district}", "value": f"{name}, {district}", "kind": kind}
        for name, district, kind in await queries.complete_settlements(read, typed, limit=limit)
    ]
    code = parse_postcode(typed)
    if code is not None:
        text = code.text if isinstance(code, Postcode) else (code.sector or code.outcode)
        for value, near in await queries.complete_postcodes(read, text, limit=limit):
            label = f"{value}, {near}" if near else value
            found.append({"label": label, "value": value, "kind": "postcode"})
    return found[:limit]


@dataclass(frozen=True)
class Located:
    """Where an address is, or in words why we do not know. `area_codes` come from the postcode's record."""

    lon: float | None
    lat: float | None
    precision: str | None
    area_codes: list[str]
    located_by: str | None
    failure: str | None


class Locator:
    """Finds the points of many addresses: what most of them need is looked up at once."""

    def __init__(self, session: Session, addresses: Iterable[tuple[str | None, str | None]]) -> None:
        """`addresses` are the (postcode, town) that will be asked for; others may be asked for too."""
        self._lookup = queries.WriterLookup(session)
        self._found: dict[tuple[str | None, str | None], Located] = {}
        units, groups, names = set(), set(), set()
        for postcode, town in addresses:
            code = parse_postcode(postcode) if postcode else None
            if isinstance(code, Postcode):
                units.add(code.text)
            if code is not None:
                groups |= {code.outcode, code.sector or code.outcode}
            if town:
                names.add(town)
        self._lookup.look_up(units=units, groups=groups, names=names)

    def locate(self, *, postcode: str | None, town: str | None) -> Located:
        """The point of an address: by postcode, then its sector, then its district, then the town.
        A failure is an answer, kept with the place; never a guess."""
        address = postcode, town
        if address not in self._found:
            self._found[address] = self._locate(postcode, town)
        return self._found[address]

    def _locate(self, postcode: str | None, town: str | None) -> Located:
        failures: list[str] = []
        for query, what in ((postcode, "postcode"), (town, "town")):
            if not query:
                continue
            try:
                place = _finish(resolve_place(self._lookup, query))
            except PlaceProblem as problem:
                failures.append(f"By {what}: {problem.message}")
                continue
            codes = [code for code in (place.ward, place.district) if code]
            return Located(place.lon, place.lat, place.precision, codes, f"by {what} {place.label}", None)
        failure = " ".join(failures) or "There is no postcode and no town to look up."
        return Located(None, None, None, [], None, failure)


def _finish(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that never waits (see WriterLookup) to its end."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    work.close()
    raise RuntimeError("a look-up in the writer's transaction tried to wait")
