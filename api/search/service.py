"""Finding entries: one search gives the list, its facets, and the map."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeAlias, TypeVar

from api.areas.service import has_area
from api.db import ReadConnection
from api.entries.freshness import freshness
from api.entries.service import next_times
from api.entries.sessions import is_open
from api.entries.vocabulary import (
    ACCESS_LABELS,
    COST_LABELS,
    DELIVERY_LABELS,
    KIND_WORDS,
    LANGUAGE_LABELS,
)
from api.errors import BadInput, FieldProblem
from api.face.near import keys_round
from api.places.service import NearPlace, name_places, resolve_near
from api.search import queries
from api.search.engine import EngineAway, Ground, HowMany, WordEngine, WordQuery
from api.search.intent import TimeWanted, Understood, read_intent
from api.search.lexicon import ask_words, make_terms
from api.search.postgres import PostgresEngine
from api.search.reasons import Asked, needs_meant, reasons
from api.search.schemas import GROUPS, SearchParams, SearchReply
from api.search.words import Term

POSTGRES = PostgresEngine()
Result = TypeVar("Result")
Look: TypeAlias = Callable[[SearchParams, queries.Match], Awaitable[Result]]
_FIXED_LABELS: dict[str, dict[str, str]] = {
    "kind": {code: kind.label for code, kind in KIND_WORDS.items()},
    "access": dict(ACCESS_LABELS.items()),
    "language": dict(LANGUAGE_LABELS),
    "delivery": dict(DELIVERY_LABELS.items()),
    "cost": dict(COST_LABELS.items()),
}


async def find_entries(
    read: ReadConnection, params: SearchParams, *, now: datetime, engine: WordEngine = POSTGRES
) -> SearchReply:
    """One page of what matches. `now` is London time. Raises PlaceNotFound, BadInput."""
    asked = await understand(read, params, now=now)
    found, relaxed, engine_name = await _find_relaxing(read, asked, engine)
    labels = {term.code: term.label for term in asked.names}
    place = asked.near.as_json() if asked.near else None
    spoken = () if relaxed == "without_guesses" else asked.params.language
    languages = tuple(LANGUAGE_LABELS[code] for code in spoken)
    meant = needs_meant(asked.terms, [term for term in asked.names if term.scheme == "need"])
    reasoned = Asked(asked.terms, meant, place, asked.area_names, languages)
    at = params.at.replace(tzinfo=now.tzinfo) if params.at else now
    items = [_item(row, reasoned, at=at, now=now) for row in found.rows]
    nearby = [_item(row, reasoned, at=at, now=now) for row in found.nearby_rows]
    return SearchReply(
        total=found.total,
        page=params.page,
        per_page=params.per_page,
        engine=engine_name,
        place=place,
        items=items,
        nearby_not_serving={"total": found.nearby_total, "items": nearby},
        facets=_label_facets(found.facets, asked.params, labels),
        links=_links(params, found.total),
        times_unknown=found.times_unknown,
        relaxed=relaxed,
        corrected={term.typed: term.corrected[0] for term in asked.terms if term.corrected},
        unknown=[term.typed for term in asked.terms if not term.known],
        understood=[one.as_json() for one in asked.understood],
        passed_over=_passed_over(asked),
        terms=asked.terms,
        district=_district(asked),
    )


@dataclass(frozen=True)
class Settled:
    """A search as the list ended up asking it, whatever gave way: `conditions` are the SQL of all that match,
    the facet groups among them, with the values in `match`."""

    params: SearchParams
    match: queries.Match
    conditions: list[str]


async def settle(
    read: ReadConnection, params: SearchParams, *, now: datetime, engine: WordEngine = POSTGRES
) -> Settled:
    """What a search comes to without its box: for outputs that show all of it, or what is in view."""
    asked = await understand(read, params.model_copy(update={"bbox": None}), now=now)
    step = await _find_step(read, asked, engine)
    match, _ = await _match(read, asked, engine, step)
    loosened = _loosen(asked.params, asked, step)
    return Settled(loosened, match, queries.conditions_of(match, loosened))


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


NO_PLACE_TO_MEASURE_FROM = (
    "Nearest first needs a place to measure from. Say near which place or postcode. Until then, the best "
    "match comes first."
)


def _passed_over(asked: Search) -> list[FieldProblem]:
    if asked.params.sort != "distance" or asked.near is not None:
        return []
    return [FieldProblem(field="sort", message=NO_PLACE_TO_MEASURE_FROM)]


def _district(asked: Search) -> str | None:
    """The largest area round the place that is not a whole county: what searches are counted by."""
    smaller = [code for code, _, type_ in asked.area_names if type_ != "county"]
    return smaller[-1] if smaller else None


async def understand(read: ReadConnection, params: SearchParams, *, now: datetime) -> Search:
    """Read the words, find the place. What the visitor chose is never guessed over."""
    skip = [*params.as_typed, *(what for what, name in _CHOSEN_BY.items() if getattr(params, name))]

    async def name(names: list[str]) -> dict[str, str]:
        return await name_places(read, names)

    intent = await read_intent(params.q or "", skip=skip, now=now, name_places=name)
    changes: dict[str, Any] = {}
    if intent.place:
        changes["near"] = intent.place
    if intent.kind:
        changes["kind"] = (intent.kind,)
    if intent.language:
        changes["language"] = (intent.language,)
    full = params.model_copy(update=changes)
    # What does not wait for the place travels with its questions.
    async with read.pipeline():
        asked_words = await ask_words(read, [*intent.words, *intent.kind_words])
        near = await resolve_near(read, full.near) if full.near else None
    about = await asked_words.read()
    await _check_area(read, params)
    _check_terms(params, about.names)
    terms = await make_terms(
        read, about, intent.words, optional=intent.kind_words, keep_some=not intent.understood
    )
    wanted = intent.time or (TimeWanted((params.day,)) if params.day else None)
    guessed = tuple(what for what in ("kind", "language", "time") if getattr(intent, what))
    ground = _ground(near, params) if near else None
    return Search(full, near, ground, about.names, terms, wanted, intent.understood, guessed, now.date())


_CHOSEN_BY = {"place": "near", "time": "day", "kind": "kind", "language": "language"}


@dataclass(frozen=True)
class Step:
    """How strictly to match: how many of the words (None: none of them), and whether guessed filters hold.
    `name` says to the visitor what gave way; None for the strictest."""

    how_many: HowMany | None
    guesses_hold: bool
    name: str | None


STRICTEST = Step("all", True, None)
STEPS = (
    STRICTEST,
    Step("most", True, "some_words"),
    Step("all", False, "without_guesses"),
    Step("most", False, "without_guesses"),
    Step("any", True, "any_word"),
    Step("any", False, "any_word"),
    Step(None, True, "no_words"),
)
# Fewer than this with all the words, and those with some of them are shown as well.
ENOUGH = 3


def _loosen(params: SearchParams, asked: Search, step: Step) -> SearchParams:
    if step.guesses_hold:
        return params
    return params.model_copy(update={what: () for what in asked.guessed if what in ("kind", "language")})


async def _match(
    read: ReadConnection, asked: Search, engine: WordEngine, step: Step
) -> tuple[queries.Match, str]:
    """The SQL of one step, and the name of the engine that found the words. PostgreSQL finds them when the
    engine is away."""
    params = _loosen(asked.params, asked, step)
    words, used = None, engine
    if asked.terms and step.how_many:
        query = WordQuery(asked.terms, step.how_many, asked.ground)
        try:
            words = await engine.match_words(read, query)
        except EngineAway:
            words, used = await POSTGRES.match_words(read, query), POSTGRES
    wanted = asked.wanted if step.guesses_hold or "time" not in asked.guessed else None
    match = queries.build_match(params, ground=asked.ground, words=words, wanted=wanted, today=asked.today)
    return match, used.name


def _steps(asked: Search) -> list[Step]:
    """The steps that differ for this search, from the strictest."""
    required = [term for term in asked.terms if not term.optional]
    if not asked.terms:
        return [STRICTEST] if not asked.guessed else [STRICTEST, STEPS[2]]
    narrowed = asked.ground is not None or asked.guessed
    return [
        step
        for step in STEPS
        if (step.how_many in ("all", None) or len(required) > 1)
        and (step.guesses_hold or asked.guessed)
        and (step.how_many is not None or narrowed)
    ]


def _is_enough(size: int, step: Step, steps: list[Step]) -> bool:
    """A few that have every word are joined by those with most of them; anything looser is for when there is
    nothing else."""
    some_words_next = step is STRICTEST and STEPS[1] in steps
    return size >= (ENOUGH if some_words_next else 1)


async def _climb(
    read: ReadConnection, asked: Search, engine: WordEngine, look: Look[Result], size: Callable[[Result], int]
) -> tuple[Result, Step, str]:
    """What `look` says of the strictest step that finds enough, or of the one that finds most; that step; the
    engine's name."""
    best: tuple[Result, Step, str] | None = None
    steps = _steps(asked)
    for step in steps:
        match, name = await _match(read, asked, engine, step)
        found = await look(_loosen(asked.params, asked, step), match)
        if best is None or size(found) > size(best[0]):
            best = found, step, name
        if _is_enough(size(best[0]), step, steps):
            break
    assert best is not None  # the strictest step is always there
    return best


async def _find_relaxing(
    read: ReadConnection, asked: Search, engine: WordEngine
) -> tuple[queries.Found, str | None, str]:
    """The page, what gave way for it, and the engine's name."""

    async def find(params: SearchParams, match: queries.Match) -> queries.Found:
        return await queries.find(read, params, match, terms=asked.terms, explain=params.explain)

    if asked.params.bbox is None:
        found, step, name = await _climb(
            read, asked, engine, find, lambda found: found.total + found.nearby_total
        )
        return found, step.name, name
    # A box is a part of the map to look at: what gives way must not change with every move of it.
    step = await _find_step(read, asked, engine)
    match, name = await _match(read, asked, engine, step)
    return await find(_loosen(asked.params, asked, step), match), step.name, name


async def _find_step(read: ReadConnection, asked: Search, engine: WordEngine) -> Step:
    """The step the list and the map of this search are at, whatever the box."""
    steps = _steps(asked)
    if len(steps) == 1:
        return steps[0]

    async def count(params: SearchParams, match: queries.Match) -> int:
        return await queries.count(read, params, match)

    anywhere = replace(asked, params=asked.params.model_copy(update={"bbox": None}))
    _, step, _ = await _climb(read, anywhere, engine, count, int)
    return step


def _ground(near: NearPlace, params: SearchParams) -> Ground:
    counties = {code for code, _, type_ in near.named_areas if type_ == "county"}
    local = [code for code in near.areas if code not in counties]
    lon, lat, radius_m = near.place.lon, near.place.lat, float(params.radius_km * 1000)
    keys = keys_round(lon, lat, radius_m=radius_m, areas=near.areas, local_areas=local)
    return Ground(lon, lat, radius_m, near.areas, local, keys)


async def _check_area(read: ReadConnection, params: SearchParams) -> None:
    if params.area and not await has_area(read, params.area):
        message = f"We hold no area with the code “{params.area}”."
        raise BadInput(message, errors=[FieldProblem(field="area", message=message)])


def _check_terms(params: SearchParams, names: list[queries.TermName]) -> None:
    known = {(term.scheme, term.code) for term in names}
    for group, what in (("need", "need"), ("audience", "group of people")):
        if unknown := [code for code in getattr(params, group) if (group, code) not in known]:
            message = f"We know no {what} called “{unknown[0]}”."
            raise BadInput(message, errors=[FieldProblem(field=group, message=message)])


def _item(row: dict[str, Any], asked: Asked, *, at: datetime, now: datetime) -> dict[str, Any]:
    card: dict[str, Any] = row["card"]
    if row["distance_m"] is not None:
        # Nearer than the point is known: any number of metres would be made up.
        row["distance_m"] = None if row["rough"] else round(row["distance_m"])
    coming = next_times(row["sessions"], now=now, count=1)
    return card | {
        "distance_m": row["distance_m"],
        "serves": row["serves"],
        "why": reasons(row, asked),
        "open": is_open(row["sessions"], state=card["state"], at=at),
        "next_session": coming[0]["starts_at"] if coming else None,
        "next_session_words": f"{coming[0]['date_words']}, {coming[0]['time_words']}" if coming else None,
        "freshness": freshness(row["due_on"], today=now.date()),
        **({"explain": row["explain"]} if "explain" in row else {}),
    }


def _label_facets(
    counts: dict[str, dict[str, int]], params: SearchParams, terms: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """Values of each group with their labels, most first; a chosen one stays even where it counts none."""
    shown = {}
    for group in GROUPS:
        chosen = getattr(params, group)
        labels = _FIXED_LABELS.get(group, terms)
        values = counts[group] | {value: counts[group].get(value, 0) for value in chosen}
        ordered = sorted(values.items(), key=lambda one: (-one[1], labels.get(one[0], one[0])))
        shown[group] = [
            {"value": value, "label": labels.get(value, value), "count": count, "chosen": value in chosen}
            for value, count in ordered
        ]
    return shown


def _links(params: SearchParams, total: int) -> dict[str, str]:
    first = params.query_string(page=None)

    def page(number: int) -> str:
        query = "&".join(part for part in (first, f"page={number}" if number > 1 else "") if part)
        return f"/api/v1/entries?{query}" if query else "/api/v1/entries"

    links = {"self": page(params.page)}
    if params.page > 1:
        links["prev"] = page(params.page - 1)
    if params.page * params.per_page < total:
        links["next"] = page(params.page + 1)
    return links
