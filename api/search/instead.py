"""When a search finds nothing: what was perhaps meant, which wider searches find something, what serves the
place for the same need, and who to ask. Each way on is tried first: none leads to nothing again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from rapidfuzz.distance import DamerauLevenshtein

from api.connectors.service import connectors_for
from api.db import ReadConnection
from api.search import queries
from api.search.engine import WordEngine
from api.search.memory import Memory
from api.search.schemas import SearchParams, SearchReply
from api.search.service import find_entries
from api.search.words import Term, split_words
from geo.gazetteer import fold_name
from geo.postcodes import find_postcode_within

WIDER_KM: Final = (10, 20, 40)
MEANT = 3
ITEMS = 3
ASKED = 3
CONTACT = ("slug", "role", "organisation", "phone", "email", "web")
NEEDS = 2
# Of what is spelt like an unknown word, from 0 to 1: below this it is another word.
LEAST_ALIKE = 0.6
LEAST_ALIKE_BUT_FIRST = 0.75
# A wider search that had to drop the words as well would not be the same search.
KEEPS_WORDS: Final = (None, "some_words")
# What was chosen, and how the search without it is called.
LOOSENED: Final = {
    "kind": "Any kind of thing",
    "need": "For any need",
    "audience": "For anyone",
    "access": "Whatever we know of access",
    "language": "In any language",
    "delivery": "However it is given",
    "cost": "At any cost",
    "day": "On any day",
    "at": "At any time",
    "area": "In any area",
    "bbox": "On the whole map",
}


@dataclass(frozen=True)
class Way:
    """Another search and how many it finds; `label` says what is different about it."""

    label: str
    total: int
    params: SearchParams

    @property
    def query(self) -> str:
        return self.params.query_string()

    def as_json(self) -> dict[str, Any]:
        return {"label": self.label, "total": self.total, "url": f"/api/v1/entries?{self.query}"}


@dataclass(frozen=True)
class SameNeed:
    """What there is at the place for the needs that the words point to; `needs` are their labels."""

    needs: list[str]
    way: Way
    items: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        return {"needs": self.needs, "items": self.items} | self.way.as_json()


@dataclass(frozen=True)
class Instead:
    """`fewer` are the search without one thing that was chosen or read from the words; `here` is all that
    serves the place, or None; `ask` are connectors for the place, the most local first."""

    did_you_mean: list[Way] = field(default_factory=list)
    wider: list[Way] = field(default_factory=list)
    fewer: list[Way] = field(default_factory=list)
    same_need: SameNeed | None = None
    here: Way | None = None
    ask: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "did_you_mean": [way.as_json() for way in self.did_you_mean],
            "wider": [way.as_json() for way in self.wider],
            "fewer": [way.as_json() for way in self.fewer],
            "same_need": self.same_need.as_json() if self.same_need else None,
            "here": self.here.as_json() if self.here else None,
            "ask": [{name: one[name] for name in CONTACT} for one in self.ask],
        }


async def find_instead(
    read: ReadConnection,
    params: SearchParams,
    *,
    now: datetime,
    engine: WordEngine,
    memory: Memory | None = None,
    reply: SearchReply | None = None,
) -> Instead:
    """The ways on from a search that found nothing. `reply` is its answer, when the caller has it."""
    asked = params.model_copy(update={"page": 1, "per_page": SearchParams().per_page, "explain": False})
    if reply is None:
        reply = await find_entries(read, asked, now=now, engine=engine, memory=memory)
    search = _Instead(read, asked, reply, now, engine, memory)
    same_need = await search.find_same_need()
    return Instead(
        did_you_mean=await search.find_meant(),
        wider=await search.find_wider(),
        fewer=await search.find_fewer(),
        same_need=same_need,
        here=None if same_need else await search.find_here(),
        ask=(await connectors_for(read, reply.place["areas"]))[:ASKED] if reply.place else [],
    )


@dataclass(frozen=True)
class _Instead:
    read: ReadConnection
    asked: SearchParams
    reply: SearchReply
    now: datetime
    engine: WordEngine
    memory: Memory | None

    async def _find(self, params: SearchParams, *, show: int = 1) -> SearchReply:
        shown = params.model_copy(update={"per_page": show})
        return await find_entries(self.read, shown, now=self.now, engine=self.engine, memory=self.memory)

    async def _try(self, label: str, **changes: Any) -> Way | None:
        params = self.asked.model_copy(update=changes)
        if params == self.asked or params.is_blank:
            return None
        reply = await self._find(params)
        found = reply.total and reply.relaxed in KEEPS_WORDS
        return Way(label, reply.total, params) if found else None

    async def find_meant(self) -> list[Way]:
        """The words with one that no entry has put right, further than a search does by itself; and the
        words as they stand, where something else was read out of them."""
        found = []
        for typed, meant in await self._alike():
            words = _put(self.asked.q or "", typed, meant)
            if words and (way := await self._try(words, q=words)):
                found.append(way)
        for one in self.reply.understood:
            if find_postcode_within(one["words"]):
                continue
            plain = (*self.asked.as_typed, one["what"])
            if way := await self._try(f"“{one['words']}” as a plain word", as_typed=plain):
                found.append(way)
        return found[:MEANT]

    async def _alike(self) -> list[tuple[str, str]]:
        """(typed, one of ours spelt much like it), the likest first."""
        unknown = [word for word in self.reply.unknown if " " not in word]
        if not unknown:
            return []
        known = await queries.look_up_words(self.read, unknown)
        said = {
            word
            for need in await self._needs()
            for phrase in (need.label, *need.words)
            for word in split_words(phrase)
        }
        scored = []
        for typed in unknown:
            alike = {word for word, _ in known[typed].alike} if typed in known else set()
            for word in alike | said:
                score = DamerauLevenshtein.normalized_similarity(typed, word)
                least = LEAST_ALIKE if word[:1] == typed[:1] else LEAST_ALIKE_BUT_FIRST
                if least <= score < 1:
                    scored.append((-score, typed, word))
        return [(typed, word) for _, typed, word in sorted(scored)[:MEANT]]

    async def _needs(self) -> list[queries.TermName]:
        return [term for term in await queries.read_term_names(self.read) if term.scheme == "need"]

    async def find_wider(self) -> list[Way]:
        """The same search further and further out, each that finds more than the last."""
        place = self.reply.place
        if place is None:
            return []
        wider: list[tuple[str, dict[str, Any]]] = []
        if self.reply.nearby_not_serving["total"]:
            wider.append(("Near, though it says it serves somewhere else", {"serves": "any"}))
        wider += [
            (f"Within {km} km of {place['label']}", {"radius_km": km})
            for km in WIDER_KM
            if km > self.asked.radius_km
        ]
        if everywhere := self._without_place():
            wider.append(("Anywhere at all", everywhere))
        tried = [await self._try(label, **changes) for label, changes in wider]
        return _growing(way for way in tried if way)

    def _without_place(self) -> dict[str, Any] | None:
        """The changes that take the place out: of its field, or of the words it was read from."""
        if self.asked.near:
            return {"near": None, "radius_km": SearchParams().radius_km, "serves": None}
        place = next((one["words"] for one in self.reply.understood if one["what"] == "place"), "")
        words = _put(self.asked.q or "", place, "", joined=True) if place else None
        return {"q": words, "radius_km": SearchParams().radius_km, "serves": None} if words else None

    async def find_fewer(self) -> list[Way]:
        """The search without one thing that was chosen; when that is not enough, without any of them."""
        empty = SearchParams()
        chosen = {name: getattr(empty, name) for name in LOOSENED if getattr(self.asked, name)}
        tried = [await self._try(LOOSENED[name], **{name: value}) for name, value in chosen.items()]
        if self.asked.q:
            tried.append(await self._try("Whatever the words", q=None, near=self._near))
        found = [way for way in tried if way]
        if not found and len(chosen) > 1 and (way := await self._try("Without all that you chose", **chosen)):
            found.append(way)
        return sorted(found, key=lambda way: -way.total)

    async def find_same_need(self) -> SameNeed | None:
        """Entries for the needs that were chosen, or that the words point to, whatever else was asked."""
        needs = await self._needs()
        codes = set(self.asked.need) or set(_needs_meant(self.reply.terms, needs))
        if not codes:
            return None
        params = self._at_place(need=tuple(sorted(codes)))
        if params == self.asked:
            return None
        reply = await self._find(params, show=ITEMS)
        labels = [need.label for need in needs if need.code in codes]
        if not reply.total:
            return None
        return SameNeed(labels, Way(" or ".join(labels), reply.total, params), reply.items)

    async def find_here(self) -> Way | None:
        """All that serves the place."""
        if self.reply.place is None or (params := self._at_place()) == self.asked:
            return None
        total = (await self._find(params)).total
        return Way(f"All that serves {self.reply.place['label']}", total, params) if total else None

    @property
    def _near(self) -> str | None:
        """The place as it was typed in its field or among the words."""
        return self.asked.near or (self.reply.place["query"] if self.reply.place else None)

    def _at_place(self, **changes: Any) -> SearchParams:
        return SearchParams(near=self._near, radius_km=self.asked.radius_km, **changes)


def _growing(ways: Iterable[Way]) -> list[Way]:
    """Those that find more than any before them."""
    found: list[Way] = []
    for way in ways:
        if not found or way.total > found[-1].total:
            found.append(way)
    return found


def _put(query: str, typed: str, meant: str, *, joined: bool = False) -> str | None:
    """The query with a word or phrase of it replaced, or taken out with the small word before it (`joined`);
    None when it is not there as typed, or nothing is left."""
    before = r"(?:\b(?:in|near|at|around|by|from|nr)\s+)?" if joined else ""
    phrase = r"[\W_]+".join(re.escape(part) for part in typed.split())
    words, times = re.subn(rf"{before}\b{phrase}\b", lambda _: meant, query, count=1, flags=re.IGNORECASE)
    words = " ".join(words.split())
    return words if times and words else None


def _needs_meant(terms: list[Term], needs: list[queries.TermName]) -> list[str]:
    """Codes of the needs whose label, or a whole phrase people say for it, is among the words."""
    spoken = {word for term in terms for word in term.spoken}
    met = [
        need.code
        for need in needs
        if spoken
        & ({fold_name(phrase) for phrase in (need.label, *need.words)} | set(split_words(need.label)))
    ]
    return met[:NEEDS]
