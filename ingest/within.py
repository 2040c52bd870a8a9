"""An import held to the areas of who brings it in: a row that lies elsewhere is refused, with its reason."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from sqlalchemy.orm import Session, sessionmaker

from api.areas.service import areas_around
from api.entries.schemas import EntryDraft
from api.permissions import Actor, Answer, may_coordinate
from ingest import queries, queries_within
from ingest.mapping import KnownSource, map_row
from ingest.readers.sheet import Lazy
from ingest.table import Row, Table

_AT_ONCE: Final = 500
_ASK: Final = "Ask a coordinator of the whole directory to bring it in, or leave it out."
OUTSIDE: Final = ("This is outside your area.", _ASK)
NOT_KNOWN: Final = (
    "We cannot tell whether this is in your area.",
    f"Give the row a whole postcode that we know, or a point. {_ASK}",
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


def hold_to(factory: sessionmaker[Session], known: KnownSource, mine: Collection[str]) -> KnownSource:
    """The same source, whose rows outside these areas cannot be used."""

    def prepare(table: Table) -> Table:
        table = known.prepare(table)
        reasons = _reasons(factory, known, table.rows, mine)

        def read() -> Iterator[Row]:
            for row in table.rows:
                yield _refused(row, *reasons[row.number]) if row.number in reasons else row

        return replace(table, rows=Lazy(read, len(table.rows)))

    return replace(known, prepare=prepare)


def _refused(row: Row, what: str, todo: str) -> Row:
    """A copy: the rows may be walked through more than once."""
    refused = Row(row.number, row.cells, list(row.problems), broken=True)
    refused.note(None, what, todo)
    return refused


def _reasons(
    factory: sessionmaker[Session], known: KnownSource, rows: Iterable[Row], mine: Collection[str]
) -> Reasons:
    """Why rows are refused, by their number. All are looked at before the first is brought in."""
    reasons: Reasons = {}
    left = iter(rows)
    with factory() as session:
        while chunk := list(islice(left, _AT_ONCE)):
            reasons |= _look_at(session, known, chunk, mine)
    return reasons


def _look_at(session: Session, known: KnownSource, rows: Sequence[Row], mine: Collection[str]) -> Reasons:
    # Of a copy: what is wrong with the row is noted when it is brought in.
    mapped = (map_row(known, Row(row.number, row.cells, broken=row.broken)) for row in rows)
    drafts = {one.row.number: one.draft for one in mapped if one.draft is not None}
    points = _points_of(session, drafts)
    inside = queries_within.points_inside(session, points, mine)
    reasons = dict.fromkeys(points.keys() - inside, OUTSIDE)
    for number in drafts.keys() - points.keys():
        codes = [one.area for one in drafts[number].coverage if one.area]
        if not codes:
            reasons[number] = NOT_KNOWN
        elif areas_around(session, codes).isdisjoint(mine):
            reasons[number] = OUTSIDE
    return reasons


def _points_of(session: Session, drafts: dict[int, EntryDraft]) -> dict[int, tuple[float, float]]:
    """(lon, lat) of those that say where they are: their own point, else that of their postcode."""
    places = {number: draft.place for number, draft in drafts.items() if draft.place is not None}
    held = queries.points_of_postcodes(session, {one.postcode for one in places.values() if one.postcode})
    points = {}
    for number, place in places.items():
        own = (place.lon, place.lat)
        lon, lat = own if place.lon is not None else held.get(place.postcode or "", (None, None))
        if lon is not None and lat is not None:
            points[number] = lon, lat
    return points
