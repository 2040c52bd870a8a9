"""What part of the map is asked for: a box of degrees and a zoom, or one tile."""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import QueryParams

from api.errors import BadInput, FieldProblem, NotFound
from api.search.schemas import SearchParams
from geo.tiles import Box, run_of_tile

MOST_ZOOM: Final = 22
USUAL_ZOOM: Final = 10
MOST_FEATURES: Final = 1000
USUAL_FEATURES: Final = 500
# Where all our points are; the projection we measure in has no answer far from it.
BRITAIN: Final[Box] = (-12.0, 48.0, 6.0, 62.0)
# With these the answer comes from what a search engine or the gazetteer holds as well as from the face.
_FROM_ELSEWHERE: Final = ("q", "near")
_NARROWING: Final = (
    *_FROM_ELSEWHERE,
    *("need", "audience", "access", "language", "delivery", "cost", "area", "at", "day"),
)


@dataclass(frozen=True)
class Tile:
    """One tile of the web map; `first` and `last` are the numbers of its squares (`geo.tiles`)."""

    zoom: int
    x: int
    y: int

    @property
    def run(self) -> tuple[int, int]:
        return run_of_tile(self.zoom, self.x, self.y)


def is_plain(params: SearchParams) -> bool:
    """Whether nothing but kinds and a box narrows the search: then the counts kept in squares answer."""
    return not any(getattr(params, name) for name in _NARROWING)


def is_lasting(params: SearchParams) -> bool:
    """Whether the same question has the same answer for as long as the public data stays as it is."""
    return not any(getattr(params, name) for name in _FROM_ELSEWHERE)


def clamp(box: Box) -> Box:
    """The part of a box that can hold anything; a spot of sea when it lies elsewhere."""
    west, south, east, north = BRITAIN
    within = max(box[0], west), max(box[1], south), min(box[2], east), min(box[3], north)
    return within if within[0] <= within[2] and within[1] <= within[3] else (west, south, west, south)


def read_zoom(query: QueryParams) -> int:
    """Raises BadInput."""
    return _read_number(query, "zoom", least=0, most=MOST_ZOOM, usual=USUAL_ZOOM)


def read_limit(query: QueryParams) -> int:
    """Raises BadInput."""
    return _read_number(query, "limit", least=1, most=MOST_FEATURES, usual=USUAL_FEATURES)


def _read_number(query: QueryParams, name: str, *, least: int, most: int, usual: int) -> int:
    given = (query.get(name) or "").strip()
    if not given:
        return usual
    if given.isascii() and given.isdigit() and len(given) < 6 and least <= int(given) <= most:
        return int(given)
    message = f"Write a whole number from {least} to {most}."
    raise BadInput(
        f"We could not use “{name}”. {message}", errors=[FieldProblem(field=name, message=message)]
    )


def read_tile(zoom: str, x: str, y: str) -> Tile:
    """Raises NotFound where the world has no such tile."""
    parts = [int(part) for part in (zoom, x, y) if part.isascii() and part.isdigit() and len(part) < 9]
    if len(parts) == 3 and parts[0] <= MOST_ZOOM and max(parts[1:]) < 1 << parts[0]:
        return Tile(*parts)
    raise NotFound(f"There is no map tile {zoom}/{x}/{y}. Zooms go from 0 to {MOST_ZOOM}.")
