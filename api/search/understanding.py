"""Reading what a search asks: its words, its place, the time it wants; what was understood is said."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.areas.service import has_area, no_area
from api.db import ReadConnection
from api.errors import BadInput, FieldProblem
from api.face.near import keys_round
from api.places.service import NearPlace, name_places, resolve_near
from api.search import queries
from api.search.engine import Ground
from api.search.intent import Intent, TimeWanted, Understood, read_intent
from api.search.lexicon import ask_words, make_terms
from api.search.memory import Kept, Said
from api.search.schemas import SearchParams
from api.search.words import Term


@dataclass(frozen=True)
class Search:
    """A search once its words are read: `params` with what was understood put in its filter, the place it is
    about, the terms left to look for, and the time wanted; `names` are those of every need and audience.
    `guessed` are the filters that were understood, not chosen: they give way when nothing has them."""

    params: SearchParams
    near: NearPlace | None
    ground: Ground | None
    names: list[queries.TermName]
    terms: list[Term]
    wanted: TimeWanted | None
    understood: list[Understood]
    guessed: tuple[str, ...]
    today: date

    @property
    def area_names(self) -> list[tuple[str, str, str]]:
        return self.near.named_areas if self.near else []

    @property
    def district(self) -> str | None:
        """The largest area round the place that is not a whole county: what searches are counted by."""
        smaller = [code for code, _, type_ in self.area_names if type_ != "county"]
        return smaller[-1] if smaller else None


async def understand(
    read: ReadConnection, params: SearchParams, *, now: datetime, kept: Kept | None = None
) -> Search:
    """Read the words, find the place. What the visitor chose is never guessed over. Answers that are `kept`
    are not asked again, and those asked are kept: raises Outdated where one is of another edition."""
    kept = Kept(for_one=True) if kept is None else kept
    skip = [*params.as_typed, *(what for what, name in _CHOSEN_BY.items() if getattr(params, name))]

    async def name(names: list[str]) -> dict[str, str]:
        return await _name_places(read, names, kept)

    intent = await read_intent(params.q or "", skip=skip, now=now, name_places=name)
    changes: dict[str, Any] = {}
    if intent.place:
        changes["near"] = intent.place
    if intent.kind:
        changes["kind"] = (intent.kind,)
    if intent.language:
        changes["language"] = (intent.language,)
    full = params.model_copy(update=changes)
    terms, near = await _look_up(read, intent, full.near, kept)
    await _check_area(read, params)
    _check_terms(params, kept.names)
    wanted = intent.time or (TimeWanted((params.day,)) if params.day else None)
    guessed = tuple(what for what in ("kind", "language", "time") if getattr(intent, what))
    ground = _ground(near, full, kept) if near else None
    return Search(full, near, ground, kept.names, terms, wanted, intent.understood, guessed, now.date())


_CHOSEN_BY = {"place": "near", "time": "day", "kind": "kind", "language": "language"}


async def _look_up(
    read: ReadConnection, intent: Intent, place: str | None, kept: Kept
) -> tuple[list[Term], NearPlace | None]:
    """What the words come to, and where the place is."""
    said = Said(tuple(intent.words), tuple(intent.kind_words), keep_some=not intent.understood)
    terms = kept.terms.recall(said)
    near = kept.places.recall(place) if place else None
    if terms is not None and (near or not place):
        return terms, near
    # What does not wait for the place travels with its questions; the edition is read first of all.
    async with read.pipeline():
        asked = await ask_words(read, [*intent.words, *intent.kind_words])
        near = near or (await resolve_near(read, place) if place else None)
    about = await asked.read()
    terms = await make_terms(
        read, about, intent.words, optional=intent.kind_words, keep_some=not intent.understood
    )
    kept.read_at(about.edition)
    kept.names = kept.names or about.names
    if place and near:
        kept.places.keep(place, near)
    return kept.terms.keep(said, terms), near


async def _name_places(read: ReadConnection, names: list[str], kept: Kept) -> dict[str, str]:
    if not names:
        return {}
    known = kept.named.recall(tuple(names))
    if known is None:
        async with read.pipeline():
            asked = await queries.ask_edition(read)
            known = await name_places(read, names)
        kept.read_at(await asked.read())
        kept.named.keep(tuple(names), known)
    return known


def _ground(near: NearPlace, params: SearchParams, kept: Kept) -> Ground:
    key = params.near or "", params.radius_km
    return kept.grounds.recall(key) or kept.grounds.keep(key, _round(near, params))


def _round(near: NearPlace, params: SearchParams) -> Ground:
    counties = {code for code, _, type_ in near.named_areas if type_ == "county"}
    local = [code for code in near.areas if code not in counties]
    lon, lat, radius_m = near.place.lon, near.place.lat, float(params.radius_km * 1000)
    keys = keys_round(lon, lat, radius_m=radius_m, areas=near.areas, local_areas=local)
    return Ground(lon, lat, radius_m, near.areas, local, keys)


async def _check_area(read: ReadConnection, params: SearchParams) -> None:
    if params.area and not await has_area(read, params.area):
        raise no_area(params.area, field="area")


def _check_terms(params: SearchParams, names: list[queries.TermName]) -> None:
    known = {(term.scheme, term.code) for term in names}
    for group, what in (("need", "need"), ("audience", "group of people")):
        if unknown := [code for code in getattr(params, group) if (group, code) not in known]:
            message = f"We know no {what} called “{unknown[0]}”."
            raise BadInput(message, errors=[FieldProblem(field=group, message=message)])
