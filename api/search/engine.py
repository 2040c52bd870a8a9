"""What finds words: one contract, two engines. Place, time, coverage and privacy are PostGIS's alone."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from api.db import ReadConnection
from api.search.words import Term

HowMany = Literal["all", "most", "any"]


class EngineAway(Exception):
    """The engine cannot answer in time; another must."""


@dataclass(frozen=True)
class Ground:
    """The place a search is about: a point in degrees, a radius, the areas it lies in, and those of them
    that are not a whole county (an entry somewhere in the same county is not near). What matches has one of
    its `keys` (`api.face.near`)."""

    lon: float
    lat: float
    radius_m: float
    areas: list[str]
    local_areas: list[str]
    keys: list[str]


@dataclass(frozen=True)
class WordQuery:
    """Terms to look for, and how many of those that are not optional must be there: `all`, `most` (a good
    part, the rare ones counting most) or `any`. `ground` lets an engine leave out what cannot match anyway;
    PostGIS decides in any case."""

    terms: list[Term]
    how_many: HowMany = "all"
    ground: Ground | None = None

    @property
    def required(self) -> list[Term]:
        """What must be there: everything, when all of it is optional."""
        return [term for term in self.terms if not term.optional] or self.terms

    @property
    def as_one(self) -> str:
        """All the words as one text, slips put right: what names are compared with."""
        return " ".join(term.corrected[0] if term.corrected else term.typed for term in self.terms)


@dataclass(frozen=True)
class WordMatch:
    """SQL over `face.entries e`: `source` to read from, `where` it matches, and `text`, how well, from 0 to
    about 2; `hits` whether it has each of the terms. `values` are the statement's values. `is_near` says that
    what cannot be near the query's ground is left out already."""

    source: str = "face.entries e"
    where: str = "true"
    text: str = "0.0"
    hits: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    is_near: bool = False


class WordEngine(Protocol):
    """`name` is what a reply says under `engine`."""

    @property
    def name(self) -> str: ...

    async def match_words(self, read: ReadConnection, query: WordQuery) -> WordMatch:
        """How entries match the words. Raises EngineAway when that cannot be said in time."""
        ...
