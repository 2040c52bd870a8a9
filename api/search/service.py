"""Finding entries: one search gives the list, its facets, and the map."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

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
from api.errors import BadInput, FieldProblem, PlaceNotFound
from api.search import queries
from api.search.engine import EngineAway, HowMany, WordEngine, WordQuery
from api.search.memory import Kept, Memory, Outdated
from api.search.postgres import PostgresEngine
from api.search.reasons import Asked, needs_meant, reasons
from api.search.schemas import GROUPS, SearchParams, SearchReply
from api.search.understanding import Search, understand

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
    read: ReadConnection,
    params: SearchParams,
    *,
    now: datetime,
    engine: WordEngine = POSTGRES,
    memory: Memory | None = None,
) -> SearchReply:
    """One page of what matches. `now` is London time. What searches before this one learnt of words and
    places is taken from `memory`, as long as it holds. Raises PlaceNotFound, BadInput."""
    reply = None
    if memory is not None:
        reply = await _find_remembering(read, params, now, engine, memory)
    if reply is None:
        reply, _ = await _find_page(read, params, now, engine, Kept(for_one=True))
    return reply


async def _find_remembering(
    read: ReadConnection, params: SearchParams, now: datetime, engine: WordEngine, memory: Memory
) -> SearchReply | None:
    """None where what was remembered holds no more: the statement that finds the page says so, which is
    quicker than to ask before."""
    kept = memory.kept
    try:
        reply, edition = await _find_page(read, params, now, engine, kept)
        if kept.edition in (None, edition):
            return reply
    except Outdated:
        pass
    except (BadInput, PlaceNotFound):
        asked = await queries.ask_edition(read)
        if kept.edition in (None, await asked.read()):
            raise
    memory.forget(kept)
    return None


async def _find_page(
    read: ReadConnection, params: SearchParams, now: datetime, engine: WordEngine, kept: Kept
) -> tuple[SearchReply, int]:
    """The reply, and the edition of words and places that it was found at."""
    asked = await understand(read, params, now=now, kept=kept)
    found, relaxed, engine_name = await _find_relaxing(read, asked, engine)
    return _reply(asked, found, relaxed, engine_name, params=params, now=now), found.edition


def _reply(
    asked: Search,
    found: queries.Found,
    relaxed: str | None,
    engine_name: str,
    *,
    params: SearchParams,
    now: datetime,
) -> SearchReply:
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
        district=asked.district,
    )


NO_PLACE_TO_MEASURE_FROM = (
    "Nearest first needs a place to measure from. Say near which place or postcode. Until then, the best "
    "match comes first."
)


def _passed_over(asked: Search) -> list[FieldProblem]:
    if asked.params.sort != "distance" or asked.near is not None:
        return []
    return [FieldProblem(field="sort", message=NO_PLACE_TO_MEASURE_FROM)]


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
class Step:
    """How strictly to match: how many of the words (None: none of them), and whether guessed filters hold.
    `name` says to the visitor what gave way; None for the strictest."""

    how_many: HowMany | None
    guesses_hold: bool
    name: str | None


STRICTEST = Step("all", True, None)
SOME_WORDS = Step("most", True, "some_words")
WITHOUT_GUESSES = Step("all", False, "without_guesses")
# A day, a language or a kind that somebody named says more than any one of the other words.
STEPS = (
    STRICTEST,
    SOME_WORDS,
    Step("any", True, "any_word"),
    WITHOUT_GUESSES,
    Step("most", False, "without_guesses"),
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
        return [STRICTEST] if not asked.guessed else [STRICTEST, WITHOUT_GUESSES]
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
    some_words_next = step is STRICTEST and SOME_WORDS in steps
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
