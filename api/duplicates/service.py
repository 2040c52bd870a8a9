"""Finding entries that may be one thing: for a draft, for many, and over the whole directory."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from rapidfuzz import fuzz
from sqlalchemy.orm import Session

from api.duplicates.queries import candidates, pairs, signs
from api.duplicates.reading import block_keys, contact_keys, name_keys, signs_of_draft, signs_of_row
from api.duplicates.rules import LIKELY, compare
from api.duplicates.schemas import STRONG, Found, Signs, Verdict
from api.entries.schemas import EntryDraft
from api.errors import BadInput, NotFound
from api.models import DuplicatePair
from api.places.service import Locator

Progress = Callable[[int, int], None]
"""Told the pairs compared and the pairs in all."""
PIECE: Final = 2_000
# Entries whose signs are kept at hand; neighbours come together, so a few thousand are enough.
KEPT_AT_HAND: Final = 12_000
# A name less like the one it had, in hundredths, when two were told apart: look again.
STILL_THE_NAME: Final = 75


@dataclass(frozen=True)
class SearchReport:
    """One search of the whole directory; `remembered` pairs were found, but told apart before."""

    entries: int
    compared: int
    found: int
    remembered: int


@dataclass(frozen=True)
class ListedPair:
    """A pair as a person reads it. `earlier` says who told the two apart before much changed, if anyone."""

    score: float
    first_id: UUID
    first_slug: str
    first_name: str
    second_id: UUID
    second_slug: str
    second_name: str
    speaks_for: list[str]
    speaks_against: list[str]
    earlier: str | None


def find_duplicates(
    session: Session,
    draft: EntryDraft,
    *,
    entry_id: UUID | None = None,
    least: float = LIKELY,
    limit: int = 5,
) -> list[Found]:
    """Published entries a draft may be, best first. `entry_id` is the entry it edits, if any. Never those
    that someone told apart from it, unless much has changed."""
    found = find_duplicates_of_all(session, [draft], least=least, limit=limit + 1)[0]
    if entry_id is None:
        return found[:limit]
    decided = {frozenset((row.first_id, row.second_id)) for row in pairs.decisions_about(session, entry_id)}
    return [
        one
        for one in found
        if one.entry_id != entry_id and frozenset((entry_id, one.entry_id)) not in decided
    ][:limit]


def find_duplicates_of_all(
    session: Session, drafts: Sequence[EntryDraft], *, least: float = LIKELY, limit: int = 5
) -> list[list[Found]]:
    """The same for many drafts at once, such as the new rows of an import, in their order."""
    places = signs.place_names(session)
    locator = Locator(session, [(one.place.postcode, one.place.town) for one in drafts if one.place])
    asked, ours = [], []
    for no, draft in enumerate(drafts):
        at = _locate(draft, locator)
        mine = signs_of_draft(draft, places, at=at)
        ours.append(mine)
        asked.append(_ask(no, mine))
    near = candidates.find_for_drafts(session, orjson.dumps(asked).decode())
    ids = {one for found in near.values() for one in found}
    theirs = {row.id: signs_of_row(row, places) for row in signs.read_signs(session, sorted(ids))}
    return [
        _best(mine, [theirs[one] for one in near.get(no, []) if one in theirs], least=least)[:limit]
        for no, mine in enumerate(ours)
    ]


def _ask(no: int, mine: Signs) -> dict[str, Any]:
    return {
        "no": no,
        "name_key": mine.parts.key,
        "keys": name_keys(mine.parts),
        "contacts": contact_keys(mine),
        "east": mine.east,
        "north": mine.north,
    }


def _locate(draft: EntryDraft, locator: Locator) -> tuple[float, float, str] | None:
    """Where a draft is: longitude, latitude, precision."""
    place = draft.place
    if place is None:
        return None
    if place.lon is not None and place.lat is not None:
        return place.lon, place.lat, place.precision or "exact"
    there = locator.locate(postcode=place.postcode, town=place.town)
    if there.lon is None or there.lat is None or there.precision is None:
        return None
    return there.lon, there.lat, there.precision


def _best(mine: Signs, theirs: Sequence[Signs], *, least: float) -> list[Found]:
    found = []
    for one in theirs:
        verdict = compare(mine, one)
        if verdict.score >= least and one.entry_id is not None and one.slug is not None:
            found.append(Found(one.entry_id, one.slug, one.name, verdict))
    return sorted(found, key=lambda one: -one.verdict.score)


def search_directory(
    session: Session, *, least: float = LIKELY, progress: Progress | None = None
) -> SearchReport:
    """Compare all that is published, and keep what may be one thing as open candidates in place of those of
    the search before. What someone told apart stays apart, unless one of the two changed much since."""
    pairs.lock_search(session)
    began = datetime.now(UTC)
    places = signs.place_names(session)
    numbered = _write_blocks(session, places)
    compared = found = remembered = 0
    at_hand = _AtHand(session, numbered, places)
    total = candidates.make_pairs(session)
    for piece in candidates.stream_pairs(session, size=PIECE):
        likely = _compare_piece(piece, at_hand, least=least)
        fresh = _not_told_apart(session, likely)
        pairs.write_pairs(session, [_as_row(one, other, verdict, began) for one, other, verdict in fresh])
        compared, found = compared + len(piece), found + len(fresh)
        remembered += len(likely) - len(fresh)
        if progress is not None:
            progress(compared, total)
    pairs.forget_open_before(session, began)
    return SearchReport(len(numbered), compared, found, remembered)


def _write_blocks(session: Session, places: frozenset[str]) -> list[UUID]:
    """The entries' ids; the number of an entry is its position."""
    candidates.start_blocks(session)
    numbered: list[UUID] = []
    for rows in signs.stream_signs(session, size=PIECE):
        first = len(numbered)
        numbered += [row.id for row in rows]
        candidates.add_blocks(
            session,
            (
                (first + position, key)
                for position, row in enumerate(rows)
                for key in block_keys(signs_of_row(row, places))
            ),
        )
    return numbered


class _AtHand:
    """The signs of entries by number, read in pieces and forgotten when long unused."""

    def __init__(self, session: Session, numbered: list[UUID], places: frozenset[str]) -> None:
        self._session, self._numbered, self._places = session, numbered, places
        self._kept: OrderedDict[int, Signs] = OrderedDict()

    def fetch(self, numbers: set[int]) -> dict[int, Signs]:
        missing = {self._numbered[number]: number for number in numbers - self._kept.keys()}
        for row in signs.read_signs(self._session, list(missing)) if missing else ():
            self._kept[missing[row.id]] = signs_of_row(row, self._places)
        found = {number: self._kept[number] for number in numbers if number in self._kept}
        for number in found:
            self._kept.move_to_end(number)
        while len(self._kept) > KEPT_AT_HAND:
            self._kept.popitem(last=False)
        return found


def _compare_piece(
    piece: Sequence[tuple[int, int]], at_hand: _AtHand, *, least: float
) -> list[tuple[Signs, Signs, Verdict]]:
    known = at_hand.fetch({number for pair in piece for number in pair})
    likely: list[tuple[Signs, Signs, Verdict]] = []
    for first, second in piece:
        if first in known and second in known:
            verdict = compare(known[first], known[second])
            if verdict.score >= least:
                one, other = _in_order(known[first], known[second])
                likely.append((one, other, verdict))
    return likely


def _in_order(one: Signs, other: Signs) -> tuple[Signs, Signs]:
    return (one, other) if _id(one) < _id(other) else (other, one)


def _id(one: Signs) -> UUID:
    if one.entry_id is None:
        raise ValueError("a draft has no id")
    return one.entry_id


def _not_told_apart(
    session: Session, likely: list[tuple[Signs, Signs, Verdict]]
) -> list[tuple[Signs, Signs, Verdict]]:
    decided = pairs.decisions_among(session, [(_id(one), _id(other)) for one, other, _ in likely])
    return [
        (one, other, verdict)
        for one, other, verdict in likely
        if (row := decided.get((_id(one), _id(other)))) is None or changed_much(row, one, other, verdict)
    ]


def changed_much(row: DuplicatePair, one: Signs, other: Signs, verdict: Verdict) -> bool:
    """Whether two that were told apart deserve another look: one has another name now, or they have come to
    share a name, phone, e-mail or web address they did not share then."""
    names = ((row.first_name, one.name), (row.second_name, other.name))
    renamed = any(fuzz.token_sort_ratio(then, now) < STILL_THE_NAME for then, now in names)
    return renamed or bool((verdict.codes & STRONG) - set(row.codes))


def _as_row(one: Signs, other: Signs, verdict: Verdict, at: datetime) -> dict[str, Any]:
    return {
        "first_id": _id(one),
        "second_id": _id(other),
        "state": "open",
        "score": verdict.score,
        "codes": sorted(verdict.codes),
        "speaks_for": verdict.speaks_for,
        "speaks_against": verdict.speaks_against,
        "first_name": one.name,
        "second_name": other.name,
        "found_at": at,
    }


def tell_apart(session: Session, one_id: UUID, other_id: UUID, *, by: str, why: str) -> None:
    """Remember that two entries are not one thing: they are not offered again unless much changes.
    `by` is a role. Raises BadInput, NotFound."""
    if one_id == other_id:
        raise BadInput("These are one and the same entry.")
    places = signs.place_names(session)
    known = {row.id: signs_of_row(row, places) for row in signs.read_signs(session, [one_id, other_id])}
    if len(known) < 2:
        raise NotFound("One of the two is not a published entry of ours.")
    one, other = _in_order(known[one_id], known[other_id])
    now = datetime.now(UTC)
    decided = {"state": "not_duplicate", "decided_by": by, "decided_why": why, "decided_at": now}
    pairs.write_pairs(session, [_as_row(one, other, compare(one, other), now) | decided])


def get_pair(session: Session, first_id: UUID, second_id: UUID) -> DuplicatePair:
    """One candidate, open or told apart, in either order. Raises NotFound."""
    pair = session.get(DuplicatePair, tuple(sorted((first_id, second_id))))
    if pair is None:
        raise NotFound("These two are not known as possible duplicates.")
    return pair


def reopen_pair(session: Session, first_id: UUID, second_id: UUID) -> None:
    """Take back that two were told apart: they are offered again. Raises NotFound."""
    pair = get_pair(session, first_id, second_id)
    pair.state, pair.decided_by, pair.decided_why, pair.decided_at = "open", None, None, None


def list_pairs(session: Session, *, least: float = 0.0) -> Iterator[ListedPair]:
    """Open candidates, the likeliest first."""
    for pair, first_slug, second_slug in pairs.stream_listed(session, state="open", least=least):
        yield ListedPair(
            score=pair.score,
            first_id=pair.first_id,
            first_slug=first_slug,
            first_name=pair.first_name,
            second_id=pair.second_id,
            second_slug=second_slug,
            second_name=pair.second_name,
            speaks_for=pair.speaks_for,
            speaks_against=pair.speaks_against,
            earlier=f"told apart on {pair.decided_at:%-d %B %Y} by {pair.decided_by}: {pair.decided_why}"
            if pair.decided_at
            else None,
        )


def get_entry_id(session: Session, id_or_slug: str) -> UUID:
    """The entry a person names by its id or address. Raises NotFound."""
    found = pairs.find_entry_id(session, id_or_slug)
    if found is None:
        raise NotFound(f"We hold no entry “{id_or_slug}”.")
    return found
