"""What a visitor asks for, read from a query string, and what the search answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.datastructures import QueryParams

from api.entries.vocabulary import LANGUAGE_LABELS, AccessFact, Cost, Delivery, Kind
from api.errors import BadInput, FieldProblem
from api.search.words import Term

MAX_WORDS = 200
MAX_PER_PAGE = 100
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Sort = Literal["best", "distance", "name", "checked"]
# Groups a visitor may choose several of: OR within one, AND across.
GROUPS = ("kind", "need", "audience", "access", "language", "delivery", "cost")
SINGLE = (
    "q",
    "near",
    "radius_km",
    "bbox",
    "area",
    "at",
    "day",
    "serves",
    "sort",
    "page",
    "per_page",
    "explain",
)


class SearchParams(BaseModel):
    """One search. Empty values are as good as none, since an HTML form sends every field it has.
    `bbox` is (west, south, east, north) in degrees; `at` is London wall time; None means not asked for.
    `as_typed` names what must not be read out of the words; `explain` shows the parts of the order."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    q: Annotated[str, Field(max_length=MAX_WORDS)] | None = None
    near: str | None = None
    radius_km: Annotated[float, Field(gt=0, le=100)] = 5
    bbox: tuple[float, float, float, float] | None = None
    kind: tuple[Kind, ...] = ()
    need: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    access: tuple[AccessFact, ...] = ()
    language: tuple[str, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    cost: tuple[Cost, ...] = ()
    area: str | None = None
    at: datetime | None = None
    day: Day | None = None
    serves: Literal["only", "any"] | None = None
    sort: Sort = "best"
    as_typed: tuple[Literal["place", "time", "kind", "language"], ...] = ()
    explain: bool = False
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    per_page: Annotated[int, Field(ge=1, le=MAX_PER_PAGE)] = 20

    @field_validator("bbox", mode="before")
    @classmethod
    def read_bbox(cls, value: Any) -> Any:
        """Four numbers, clamped to the world; corners in the wrong order are put right."""
        if not isinstance(value, str):
            return value
        try:
            west, south, east, north = (float(part) for part in value.split(","))
        except ValueError as error:
            raise ValueError("Write four numbers: minlon,minlat,maxlon,maxlat.") from error
        if not all(abs(number) < 1e9 for number in (west, south, east, north)):
            raise ValueError("Write four numbers: minlon,minlat,maxlon,maxlat.")
        west, east = sorted((max(-180.0, min(180.0, west)), max(-180.0, min(180.0, east))))
        south, north = sorted((max(-90.0, min(90.0, south)), max(-90.0, min(90.0, north))))
        return west, south, east, north

    @field_validator("language")
    @classmethod
    def know_language(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [code for code in value if code not in LANGUAGE_LABELS]
        if unknown:
            raise ValueError(f"We do not know the language code {unknown[0]}.")
        return value

    @field_validator("at", mode="after")
    @classmethod
    def be_wall_time(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError("Write a London time without a zone, such as 2026-11-25T10:00.")
        return value

    @classmethod
    def from_query(cls, query: QueryParams) -> Self:
        """Read a query string. Names that are not ours are passed over. Raises BadInput naming each field."""
        values: dict[str, Any] = {}
        for name in SINGLE:
            if given := (query.get(name) or "").strip().replace("\x00", ""):
                values[name] = given
        for name in (*GROUPS, "as_typed"):
            given_many = [one.strip().replace("\x00", "") for one in query.getlist(name)]
            values[name] = tuple(dict.fromkeys(one for one in given_many if one))
        try:
            return cls(**values)
        except ValidationError as error:
            raise _bad_params(error) from error

    def query_string(self, **changes: Any) -> str:
        """The URL query of this search with changes; None leaves a name out, defaults are never written."""
        values = self.model_dump(exclude_defaults=True) | changes
        pairs: list[tuple[str, str]] = []
        for name, value in values.items():
            if value is None or value == ():
                continue
            if name == "bbox":
                pairs.append((name, ",".join(repr(number) for number in value)))
            elif isinstance(value, (tuple, list)):
                pairs += [(name, str(one)) for one in value]
            else:
                shown = value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value)
                pairs.append((name, shown))
        return urlencode(pairs)

    def without(self, group: str, value: str) -> str:
        """The URL query with one chosen value of a group taken out, back on page one."""
        left = tuple(one for one in getattr(self, group) if one != value)
        return self.query_string(**{group: left, "page": None})

    @property
    def is_blank(self) -> bool:
        return not self.model_dump(
            exclude_defaults=True, exclude={"sort", "page", "per_page", "radius_km", "as_typed", "explain"}
        )


_HELP = {
    "q": f"Use at most {MAX_WORDS} characters.",
    "radius_km": "Write a distance in kilometres, above 0 and up to 100.",
    "kind": f"Choose from {', '.join(get_args(Kind))}.",
    "access": f"Choose from {', '.join(get_args(AccessFact))}.",
    "delivery": f"Choose from {', '.join(get_args(Delivery))}.",
    "cost": f"Choose from {', '.join(get_args(Cost))}.",
    "at": "Write a London date and time, such as 2026-11-25T10:00.",
    "day": f"Choose from {', '.join(get_args(Day))}.",
    "serves": "Choose only or any.",
    "as_typed": "Choose from place, time, kind, language.",
    "explain": "Write 1 to see how the order was made.",
    "sort": f"Choose from {', '.join(get_args(Sort))}.",
    "page": "Write a page number from 1.",
    "per_page": f"Write a number from 1 to {MAX_PER_PAGE}.",
}


def _bad_params(error: ValidationError) -> BadInput:
    problems = []
    for one in error.errors():
        name = str(one["loc"][0])
        own = one["msg"].removeprefix("Value error, ") if one["type"] == "value_error" else None
        problems.append(FieldProblem(field=name, message=own or _HELP.get(name, one["msg"])))
    first = problems[0]
    return BadInput(f"We could not use “{first.field}”. {first.message}", errors=problems)


@dataclass(frozen=True)
class SearchReply:
    """`total` is exact. `nearby_not_serving` are entries close by whose coverage leaves the place out.
    `relaxed` says what gave way when too little had all that was asked: `some_words`, `without_guesses`,
    `any_word`, `no_words`. `unknown` are words that none of our entries has. `passed_over` is what was asked
    but changed nothing, and why, each as a problem names a field."""

    total: int
    page: int
    per_page: int
    engine: str
    place: dict[str, Any] | None
    items: list[dict[str, Any]]
    nearby_not_serving: dict[str, Any]
    facets: dict[str, list[dict[str, Any]]]
    links: dict[str, str]
    times_unknown: int = 0
    relaxed: str | None = None
    corrected: dict[str, str] = field(default_factory=dict)
    understood: list[dict[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    passed_over: list[FieldProblem] = field(default_factory=list)
    total_is: str = "exact"
    terms: list[Term] = field(default_factory=list)
    district: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The reply of CONTRACT.md."""
        return {
            "total": self.total,
            "total_is": self.total_is,
            "page": self.page,
            "per_page": self.per_page,
            "engine": self.engine,
            "place": self.place,
            "items": self.items,
            "nearby_not_serving": {"total": self.nearby_not_serving["total"]},
            "times_unknown": self.times_unknown,
            "relaxed": self.relaxed,
            "corrected": self.corrected,
            "understood": self.understood,
            "unknown": self.unknown,
            "passed_over": [one.model_dump() for one in self.passed_over],
            "facets": {
                group: {one["value"]: one["count"] for one in values} for group, values in self.facets.items()
            },
            "links": self.links,
        }
