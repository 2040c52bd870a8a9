"""From what we hold, or what a draft says, to the signs that are compared and the keys they are found by."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from api.duplicates.contacts import read_contact
from api.duplicates.names import NameParts, read_name
from api.duplicates.schemas import ContactSign, Signs
from api.duplicates.words import DULL, EMPTY, PLAIN, SHORT_FORMS, SILENT
from api.entries.schemas import EntryDraft
from geo.crs import to_osgb
from geo.gazetteer import fold_name

LETTERS = 4
# Two squares of which one is shifted by half: neighbours this near always share one.
NEAR_SQUARE_M = 8_000
SPOT_SQUARE_M = 300
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


# Towns, venues and organisations come again and again.
_fold = lru_cache(maxsize=5_000)(fold_name)


def signs_of_row(row: Row[Any], places: frozenset[str]) -> Signs:
    town = _fold(row.town or "")
    return Signs(
        name=row.name,
        kind=row.kind,
        parts=read_name(row.name, places, town=town),
        entry_id=row.id,
        slug=row.slug,
        version=row.version,
        town=town,
        venue=_fold(row.venue or ""),
        organisation=_fold(row.organisation or ""),
        charity_number=row.charity_number or "",
        east=row.east,
        north=row.north,
        precision=row.precision,
        at_home=row.at_home,
        contacts=_contacts(row.contacts or []),
        sessions=frozenset(_sessions(row.sessions or [])),
        areas=frozenset(row.areas or []),
        is_example=row.is_example,
    )


def signs_of_draft(
    draft: EntryDraft, places: frozenset[str], *, at: tuple[float, float, str] | None
) -> Signs:
    """`at`: (lon, lat, precision) of its place, where that is known."""
    place, organisation = draft.place, draft.organisation
    town = fold_name(place.town or "") if place else ""
    east, north = _grid(at)
    return Signs(
        name=draft.name,
        kind=draft.kind,
        parts=read_name(draft.name, places, town=town),
        town=town,
        venue=fold_name(place.name or "") if place else "",
        organisation=fold_name(organisation.name) if organisation else "",
        charity_number=(organisation.charity_number or "") if organisation else "",
        east=east,
        north=north,
        precision=at[2] if at else None,
        at_home=draft.privacy != "exact",
        contacts=_contacts([(one.kind, one.value, one.public) for one in draft.contacts]),
        sessions=frozenset(
            _sessions(
                (one.rrule, one.starts_on.isoformat(), one.starts_at and one.starts_at.strftime("%H:%M"))
                for one in draft.sessions
            )
        ),
        areas=frozenset(one.area for one in draft.coverage if one.area),
        is_example=draft.is_example,
    )


def _grid(at: tuple[float, float, str] | None) -> tuple[float | None, float | None]:
    try:
        return to_osgb(at[0], at[1]) if at else (None, None)
    except ValueError:
        return None, None


def _contacts(given: Iterable[Any]) -> tuple[ContactSign, ...]:
    signs = (read_contact(kind, value, public=public) for kind, value, public in given)
    return tuple(sign for sign in signs if sign is not None)


def _sessions(given: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """("WE" or "2TU" or a date, "HH:MM") for each day of each rule."""
    for rrule, starts_on, starts_at in given:
        days = (rrule or "").partition("BYDAY=")[2].partition(";")[0]
        if not days:
            days = _DAYS[date.fromisoformat(starts_on).weekday()] if rrule else starts_on
        for day in days.split(","):
            yield day, starts_at or ""


def name_keys(parts: NameParts) -> list[str]:
    """The beginnings and ends of the words that say most: its own, else plain ones, else all. The database
    has the same rule as `face.name_keys`."""
    tokens = parts.key.split()
    own = [token for token in tokens if _rank(token) == 2 and token not in parts.places]
    plain = [token for token in tokens if _rank(token) == 1]
    return sorted({key for token in own or plain or tokens for key in _keys(token)})


def _rank(token: str) -> int:
    spelt = SHORT_FORMS.get(token, token).split() or [token]
    if all(word in SILENT or word in EMPTY or word in DULL for word in spelt):
        return 0
    return 1 if all(word in PLAIN or word.rstrip("s") in PLAIN for word in spelt) else 2


def _keys(token: str) -> tuple[str, str]:
    return f"<{token[:LETTERS]}", f">{token[-LETTERS:]}"


def contact_keys(signs: Signs) -> list[str]:
    return [f"{one.kind}:{one.value}" for one in signs.contacts]


def block_keys(signs: Signs) -> set[str]:
    """Keys of the whole directory's search: two entries that share one are worth comparing. Ways to get in
    touch anywhere, a telling word of the name near by or with the same organisation, and the very spot."""
    keys = set(contact_keys(signs))
    where = [*_squares(signs, NEAR_SQUARE_M), *(f"area {code}" for code in signs.areas)]
    where += [f"town {town}" for town in ({signs.town} - {""}) | signs.parts.places]
    if signs.organisation:
        where.append(f"by {signs.organisation}")
    keys |= {f"{key} {here}" for key in name_keys(signs.parts) for here in where or ["nowhere"]}
    if signs.precision in ("exact", "postcode"):
        keys |= set(_squares(signs, SPOT_SQUARE_M))
    return keys


def _squares(signs: Signs, size_m: int) -> list[str]:
    if signs.east is None or signs.north is None:
        return []
    half = size_m // 2
    return [
        f"{size_m} {int(signs.east + shift_east) // size_m} {int(signs.north + shift_north) // size_m} "
        f"{shift_east} {shift_north}"
        for shift_east in (0, half)
        for shift_north in (0, half)
    ]
