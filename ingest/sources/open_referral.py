"""Services of any Open Referral feed or package: UK 1 and 3, HSDS 1.1 to 3, as their readers lay them out.

Fields and their meaning: https://docs.openreferraluk.org and https://docs.openreferral.org.
"""

import re
from typing import Any, Final

import orjson

from api.entries.schemas import ContactDraft, CoverageDraft, EntryDraft, OrganisationDraft, PlaceDraft
from api.entries.vocabulary import LANGUAGE_LABELS, Cost, Delivery, State
from ingest.mapping import KnownSource
from ingest.readers.shapes import cells_of_geometry, read_point
from ingest.sources.kinds import kind_of_words
from ingest.sources.open_referral_times import read_schedules
from ingest.table import Row
from ingest.values import read_email, read_web_address

STATES: Final[dict[str, State]] = {
    "inactive": "closed",
    "defunct": "closed",
    "temporarily closed": "paused",
    "temporarily_closed": "paused",
}
DELIVERY: Final[tuple[tuple[Delivery, str], ...]] = (
    ("phone", r"phone|telephone|by phone"),
    ("online", r"online|remote|video|virtual|web ?chat"),
    ("home_visit", r"home ?visits?|at home|in your home"),
    ("in_person", r"venue|in[- ]person|face[- ]to[- ]face|physical"),
)
_LONGEST: Final = 9_500
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")


def key_of(row: Row) -> str | None:
    """The service's id; with that of its location where it has one, for each of its places is an entry."""
    service, location = row.text("id"), row.text("location id")
    return f"{service}|{location}" if service and location else service


def things(row: Row, column: str) -> list[dict[str, Any]]:
    """The things a column holds as JSON; those that are none are left out."""
    try:
        found = orjson.loads(row.cells.get(column.replace("_", " "), "") or "[]")
    except orjson.JSONDecodeError:
        row.note(column, "We could not read this list.", "Compare it with the feed.")
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def map_service(row: Row) -> EntryDraft:
    sessions, time_words = read_schedules(row, things(row, "schedules"))
    coverage, area_words = _coverage(row)
    cost, cost_note = _cost(row)
    state = STATES.get((row.text("status") or "").casefold(), "running")
    return EntryDraft(
        kind=_kind(row),
        name=row.text("name") or "",
        description=_description(row, [*time_words, *area_words]),
        organisation=_organisation(row),
        place=_place(row, has_coverage=bool(coverage)),
        coverage=coverage,
        sessions=sessions,
        contacts=_contacts(row),
        languages=_languages(row),
        delivery=_delivery(row),
        **_ages(row),
        eligibility=_eligibility(row),
        cost=cost,
        cost_note=cost_note,
        state=state,
        state_note=row.text("alert")
        or (f"The feed says: {row.text('status')}." if state != "running" else None),
    )


def _kind(row: Row) -> Any:
    """By clear words in the name, then in the feed's own terms; what has none is a group, and says so."""
    terms = " ; ".join(
        str(term.get("name") or term.get("term") or "")
        for one in things(row, "attributes")
        if isinstance(term := one.get("taxonomy_term") or one.get("taxonomy") or {}, dict)
    )
    kind = kind_of_words(row.text("name")) or kind_of_words(terms)
    if kind is None:
        row.note("name", "The feed has no kinds of ours. We took it as a group.", "Look whether that fits.")
    return kind or "group"


def _description(row: Row, more: list[str]) -> str | None:
    access = [
        text for one in things(row, "accessibility") if (text := _first(one, "accessibility", "description"))
    ]
    accreditations = row.text("accreditations")
    parts = [
        row.cells.get("description", ""),
        *more,
        *(f"Access: {text}" for text in access),
        *([f"Accreditations: {accreditations}"] if accreditations else []),
    ]
    text = "\n\n".join(part.strip() for part in parts if part.strip())
    if len(text) > _LONGEST:
        row.note("description", "The description is very long, so its end is cut off.", "Shorten it.")
    return text[:_LONGEST] or None


def _first(thing: dict[str, Any], *names: str) -> str:
    return next((str(thing[name]).strip() for name in names if thing.get(name)), "")


def _organisation(row: Row) -> OrganisationDraft | None:
    name = row.text("organization name")
    if name is None:
        return None
    url = row.text("organization website") or row.text("organization url")
    return OrganisationDraft(name=name[:200], description=row.text("organization description"), url=url)


def _place(row: Row, *, has_coverage: bool) -> PlaceDraft | None:
    """None for a service that has an area and no place; a place nobody knows, for one that has neither."""
    lines = [text[:200] for name in ("address_1", "address_2") if (text := row.text(name))]
    postcode, town, name = row.text("postal_code"), row.text("city"), row.text("location name")
    point = read_point(row, "location longitude", "location latitude")
    virtual = row.text("location location_type") == "virtual"
    if virtual or not (lines or postcode or town or name or point):
        if has_coverage:
            return None
        row.note(None, "The feed gives no place and no area.", "Find out where it is or whom it serves.")
        return PlaceDraft()
    lon, lat = point or (None, None)
    precision = "exact" if point else None
    return PlaceDraft(
        name=name[:200] if name else None,
        address=lines,
        town=town[:200] if town else None,
        postcode=postcode,
        lon=lon,
        lat=lat,
        precision=precision,
    )


def _coverage(row: Row) -> tuple[list[CoverageDraft], list[str]]:
    """Areas that are drawn, and in words those that are only named."""
    drawn, words = [], []
    for area in things(row, "service_areas"):
        label = _first(area, "name", "service_area", "description")
        shape = _shape(area.get("extent"))
        if shape is not None:
            drawn.append(CoverageDraft(how="shape", shape=shape, label=label[:200] or None))
        elif label:
            words.append(f"Area served: {label}")
    return drawn, words


def _shape(extent: Any) -> dict[str, Any] | None:
    """The GeoJSON that a feed writes into a text; None when there is none that has an inside."""
    try:
        geometry = orjson.loads(extent) if isinstance(extent, str) else extent
        if isinstance(geometry, dict) and geometry.get("type") == "Feature":
            geometry = geometry.get("geometry")
        found = orjson.loads(cells_of_geometry(geometry).get("geometry", "null"))
    except ValueError:
        return None
    is_area = isinstance(found, dict) and found.get("type") in ("Polygon", "MultiPolygon")
    return found if is_area else None


def _contacts(row: Row) -> list[ContactDraft]:
    """The service's own, and telephone numbers; names of people in the feed are not taken over."""
    email, page = read_email(row, "email"), read_web_address(row, "url")
    numbers = [_first(phone, "number")[:200] for phone in things(row, "phones")]
    return [
        *(ContactDraft(kind="phone", value=number) for number in dict.fromkeys(numbers) if number),
        *([ContactDraft(kind="email", value=email)] if email else []),
        *([ContactDraft(kind="web", value=page)] if page else []),
    ]


def _languages(row: Row) -> list[str]:
    said = {_first(one, "code", "language", "name").casefold() for one in things(row, "languages")}
    return [code for code, label in LANGUAGE_LABELS.items() if code in said or label.casefold() in said]


def _delivery(row: Row) -> list[Delivery]:
    said = [row.text(name) or "" for name in ("attending_type", "deliverable_type", "location location_type")]
    said += [_first(one, "attending_type") for one in things(row, "schedules")]
    text = " ; ".join(said)
    return [code for code, words in DELIVERY if re.search(rf"\b({words})\b", text, re.IGNORECASE)]


def _ages(row: Row) -> dict[str, int]:
    low = [row.text("minimum_age"), *(_first(one, "minimum_age") for one in things(row, "eligibility"))]
    high = [row.text("maximum_age"), *(_first(one, "maximum_age") for one in things(row, "eligibility"))]
    ages = {"age_from": _age(low), "age_to": _age(high)}
    found = {name: age for name, age in ages.items() if age is not None}
    if len(found) == 2 and found["age_to"] < found["age_from"]:
        row.note("maximum_age", "The highest age is below the lowest, so both are left out.", "Ask the feed.")
        return {}
    return found


def _age(texts: list[str | None]) -> int | None:
    text = next((text for text in texts if text), "")
    if not _NUMBER.fullmatch(text) or float(text) > 120:
        return None
    return int(float(text))


def _eligibility(row: Row) -> str | None:
    said = [row.text("eligibility_description") or ""]
    said += [_first(one, "eligibility", "description") for one in things(row, "eligibility")]
    return "; ".join(text for text in dict.fromkeys(said) if text) or None


def _cost(row: Row) -> tuple[Cost | None, str | None]:
    """Free only where every amount is nothing; a price is kept in the feed's words."""
    options = things(row, "cost_options")
    fees = row.text("fees") or row.text("fees_description")
    amounts = [float(text) for one in options if _NUMBER.fullmatch(text := _first(one, "amount") or "")]
    free = sum(str(one.get("amount")) in ("0", "0.0", "0.00") for one in options)
    words = [_price(one) for one in options]
    note = "; ".join(text for text in [fees or "", *words] if text) or None
    if (fees or "").casefold() in ("free", "free of charge", "no charge") or (
        options and free == len(options)
    ):
        return "free", note
    return ("paid" if any(amounts) else None), note


def _price(option: dict[str, Any]) -> str:
    amount = option.get("amount")
    parts = [_first(option, "option"), f"£{amount}" if amount not in (None, "") else ""]
    return " ".join(part for part in [*parts, _first(option, "amount_description")] if part)


SOURCE: Final = KnownSource(
    code="open-referral",
    name="Open Referral feed",
    url="https://openreferraluk.org",
    licence="See the feed",
    licence_url=None,
    attribution="The publisher of the feed",
    columns=("id", "name"),
    name_column="name",
    key_of=key_of,
    paged=True,
    map_row=map_service,
)
