"""A frame on someone else's page: what its address says, and the code that puts it there."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, get_args
from urllib.parse import urlencode

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.datastructures import QueryParams

from api.entries.vocabulary import KINDS, Kind, KindWords
from api.errors import BadInput, FieldProblem
from api.search.schemas import SearchParams
from web.sharing.colours import Accent, read_accent

FRAME_PAGE: Final = 10
Show = Literal["both", "list", "map"]
Lock = Literal["q", "near", "kind"]
MANY: Final = ("lock",)
Model = TypeVar("Model", bound=BaseModel)


class FrameWishes(BaseModel):
    """What a frame's address says beside its search. `lock` names what its visitors cannot change, `just` is
    the one kind a visitor chose, `entry` the slug of the only entry to show."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    title: Annotated[str, Field(max_length=100)] = ""
    show: Show = "both"
    accent: str = ""
    lock: tuple[Lock, ...] = ()
    just: Kind | None = None
    entry: Annotated[str, Field(max_length=200)] | None = None

    @field_validator("accent")
    @classmethod
    def read_colour(cls, value: str) -> str:
        return read_accent(value).asked if value else ""

    @property
    def colours(self) -> Accent | None:
        return read_accent(self.accent) if self.accent else None


class FrameSize(BaseModel):
    """In CSS pixels; no width means as wide as the page it stands on."""

    model_config = ConfigDict(frozen=True)

    width: Annotated[int, Field(ge=200, le=2000)] | None = None
    height: Annotated[int, Field(ge=200, le=2000)] = 640


@dataclass(frozen=True)
class Frame:
    """One frame, read from its address. `params` are what its maker chose together with its visitor."""

    params: SearchParams
    wishes: FrameWishes

    @property
    def search(self) -> SearchParams:
        """What to look for: the visitor may choose among the maker's kinds only."""
        just = self.wishes.just
        kinds = self.params.kind
        if just is None or (kinds and just not in kinds):
            return self.params
        return self.params.model_copy(update={"kind": (just,)})

    @property
    def kinds(self) -> list[KindWords]:
        """The kinds a visitor may choose among; none when there is no choice."""
        offered = [kind for kind in KINDS if not self.params.kind or kind.code in self.params.kind]
        return offered if len(offered) > 1 and self.is_open("kind") else []

    def is_open(self, name: Lock) -> bool:
        return name not in self.wishes.lock

    def query_string(self, **changes: Any) -> str:
        """The frame's own address, from its question mark on; None leaves a name out."""
        own: dict[str, Any] = self.wishes.model_dump(exclude_defaults=True)
        own |= {name: changes.pop(name) for name in list(changes) if name in FrameWishes.model_fields}
        own = {name: value for name, value in own.items() if value}
        if self.params.per_page == FRAME_PAGE:
            changes = {"per_page": None} | changes
        search = self.params.query_string(**changes)
        return "&".join(part for part in (search, urlencode(own, doseq=True)) if part)

    def kept(self) -> list[tuple[str, str]]:
        """What the visitor's own form must carry along unseen."""
        shown = {name for name in ("q", "near") if self.is_open(name)} | {"page", "just"}
        query = QueryParams(self.query_string())
        return [(name, value) for name, value in query.multi_items() if name not in shown]


def read_frame(query: QueryParams) -> Frame:
    """Raises BadInput naming each field."""
    problems: list[FieldProblem] = []
    frame = _read_frame(query, problems)
    _refuse(problems)
    return frame


def read_frame_and_size(query: QueryParams) -> tuple[Frame, FrameSize]:
    """What a builder sends. Raises BadInput naming each field."""
    problems: list[FieldProblem] = []
    frame = _read_frame(query, problems)
    size = _read(FrameSize, query, problems)
    _refuse(problems)
    return frame, size


def _read_frame(query: QueryParams, problems: list[FieldProblem]) -> Frame:
    asked = query
    if not query.get("per_page"):
        asked = QueryParams([*query.multi_items(), ("per_page", str(FRAME_PAGE))])
    params = SearchParams()
    try:
        params = SearchParams.from_query(asked)
    except BadInput as problem:
        problems += problem.errors
    return Frame(params, _read(FrameWishes, query, problems))


def _read(model: type[Model], query: QueryParams, problems: list[FieldProblem]) -> Model:
    """The defaults when something could not be read; `problems` then says what."""
    values: dict[str, Any] = {}
    for name in model.model_fields:
        given = [one.strip().replace("\x00", "") for one in query.getlist(name)]
        given = [one for one in given if one]
        if given:
            values[name] = tuple(dict.fromkeys(given)) if name in MANY else given[0]
    try:
        return model(**values)
    except ValidationError as error:
        problems += _in_words(error)
        return model()


def frame_code(src: str, *, title: str, size: FrameSize) -> str:
    """The HTML to copy. `src` is a whole address; `title` is what a screen reader calls the frame."""
    return str(
        Markup(
            '<iframe src="{src}" title="{title}" width="{width}" height="{height}" loading="lazy" '
            'style="border:0;max-width:100%"></iframe>'
        ).format(src=src, title=title, width=size.width or "100%", height=size.height)
    )


_HELP: Final = {
    "title": "Use at most 100 characters for the title.",
    "show": f"Choose from {', '.join(get_args(Show))}.",
    "lock": f"Choose from {', '.join(get_args(Lock))}.",
    "just": f"Choose from {', '.join(get_args(Kind))}.",
    "entry": "This is not the address of an entry.",
    "width": "Write a width from 200 to 2000, or leave it empty to fill the page.",
    "height": "Write a height from 200 to 2000.",
}


def _in_words(error: ValidationError) -> list[FieldProblem]:
    problems = []
    for one in error.errors():
        name = str(one["loc"][0])
        own = one["msg"].removeprefix("Value error, ") if one["type"] == "value_error" else None
        problems.append(FieldProblem(field=name, message=own or _HELP[name]))
    return problems


def _refuse(problems: list[FieldProblem]) -> None:
    if problems:
        first = problems[0]
        raise BadInput(f"We could not use “{first.field}”. {first.message}", errors=problems)
