"""An import held to the areas of who brings it in: a row that lies elsewhere is refused, with its reason."""

import pickle
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import SEEK_END
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Final, Self
from zlib import compress, decompress

from sqlalchemy.orm import Session, sessionmaker

from api.areas.service import areas_around
from api.entries.schemas import EntryDraft
from api.entries.vocabulary import ROUGHNESS_M
from api.permissions import Actor, Answer, may_coordinate
from api.places.service import Locator
from geo.crs import EARTH
from ingest import queries_within
from ingest.mapping import KnownSource, map_row
from ingest.readers.sheet import Lazy
from ingest.table import Row, Table

_AT_ONCE: Final = 500
_MOST_IN_MEMORY: Final = 4_000_000
_ASK: Final = "Ask a coordinator of the whole directory to bring it in, or leave it out."
OUTSIDE: Final = ("This is outside your area.", _ASK)
NOT_KNOWN: Final = (
    "We cannot tell whether this is in your area.",
    f"Give the row a whole postcode that we know, a town that lies in your area, or a point. {_ASK}",
)
OF_OTHERS: Final = (
    "This list holds entries outside your area, so a coordinator of the whole directory brings it in. Ask "
    "one of them."
)
Reasons = dict[int, tuple[str, str]]


def may_bring_in(session: Session, actor: Actor, source_code: str) -> Answer:
    """Bring in a list, look at what was brought in from it, or undo that: for coordinators of all its
    entries. A new list has none; its rows are then held to their areas one by one."""
    mine = actor.areas_as("coordinator")
    if mine is None:
        return True
    if not mine:
        return may_coordinate(actor, ())
    return OF_OTHERS if queries_within.reaches_beyond(session, source_code, mine) else True


@contextmanager
def hold_to(
    factory: sessionmaker[Session], known: KnownSource, mine: Collection[str]
) -> Iterator[KnownSource]:
    """The same source, whose rows outside these areas cannot be used. All rows are mapped, and looked at,
    before the first is brought in."""
    with _Kept() as kept:

        def prepare(table: Table) -> Table:
            table = known.prepare(table)
            left = iter(table.rows)
            with factory() as session:
                while chunk := list(islice(left, _AT_ONCE)):
                    kept.add(_looked_at(session, known, chunk, mine))
            return replace(table, rows=Lazy(kept.read, len(table.rows)))

        yield replace(known, prepare=prepare)


class _Kept:
    """Mapped rows until they are brought in: few in memory, many on disk. Ours alone wrote them there."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_MOST_IN_MEMORY)  # noqa: SIM115 - closed by __exit__
        self._pieces: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, rows: Sequence[Row]) -> None:
        piece = compress(pickle.dumps(rows, pickle.HIGHEST_PROTOCOL), level=1)
        self._pieces.append((self._file.seek(0, SEEK_END), len(piece)))
        self._file.write(piece)

    def read(self) -> Iterator[Row]:
        """Anew at each walk, so that a row's problems are noted once."""
        for start, size in self._pieces:
            self._file.seek(start)
            yield from pickle.loads(decompress(self._file.read(size)))


def _looked_at(session: Session, known: KnownSource, rows: Sequence[Row], mine: Collection[str]) -> list[Row]:
    # Of a copy: what is wrong with the row is noted when it is brought in.
    mapped = [map_row(known, Row(row.number, row.cells, broken=row.broken)) for row in rows]
    reasons = _reasons(session, {one.row.number: one.draft for one in mapped if one.draft is not None}, mine)
    looked_at = []
    for row, made in zip(rows, mapped, strict=True):
        one = Row(row.number, row.cells, list(row.problems), row.broken or row.number in reasons)
        if row.number in reasons:
            one.note(None, *reasons[row.number])
        elif not row.broken:
            one.made = made
        looked_at.append(one)
    return looked_at


def _reasons(session: Session, drafts: dict[int, EntryDraft], mine: Collection[str]) -> Reasons:
    """Why rows are refused, by their number."""
    spots = _spots_of(session, drafts)
    inside = queries_within.spots_inside(session, spots, mine)
    reasons = {
        number: OUTSIDE if len(around) == 1 else NOT_KNOWN
        for number, around in spots.items()
        if number not in inside
    }
    for number in drafts.keys() - spots.keys():
        codes = [one.area for one in drafts[number].coverage if one.area]
        if not codes:
            reasons[number] = NOT_KNOWN
        elif areas_around(session, codes).isdisjoint(mine):
            reasons[number] = OUTSIDE
    return reasons


def _spots_of(session: Session, drafts: dict[int, EntryDraft]) -> dict[int, list[tuple[float, float]]]:
    """Where those are that say it: their own point, else that of their postcode or town. Of a place that is
    known only roughly all points as far away as it may be: it is inside when they all are."""
    places = {number: draft.place for number, draft in drafts.items() if draft.place is not None}
    locator = Locator(session, ((one.postcode, one.town) for one in places.values()))
    spots = {}
    for number, place in places.items():
        if place.lon is not None and place.lat is not None:
            spots[number] = [(place.lon, place.lat)]
            continue
        found = locator.locate(postcode=place.postcode, town=place.town)
        if found.lon is not None and found.lat is not None:
            spots[number] = _around(found.lon, found.lat, ROUGHNESS_M.get(found.precision or "", 0))
    return spots


def _around(lon: float, lat: float, metres: int) -> list[tuple[float, float]]:
    """The point, and where it is known only so well eight more round it."""
    if not metres:
        return [(lon, lat)]
    points = (EARTH.fwd(lon, lat, bearing, metres)[:2] for bearing in range(0, 360, 45))
    return [(lon, lat), *points]
