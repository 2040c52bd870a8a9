"""Reads Open Referral: UK versions 1 and 3 and HSDS 3, one row for each service at each of its locations."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ingest.readers.flat import Thing, as_json, flatten, things_in
from ingest.table import Record, Table, table_of

# Lists of one service that the mapping reads as JSON, by what versions 1, 2 and 3 call them.
_LISTS: Final = {
    "schedules": ("schedules", "regular_schedules", "regular_schedule"),
    "holiday_schedules": ("holiday_schedules", "holiday_schedule"),
    "phones": ("phones",),
    "contacts": ("contacts",),
    "languages": ("languages",),
    "cost_options": ("cost_options",),
    "service_areas": ("service_areas",),
    "attributes": ("attributes", "service_taxonomys", "service_taxonomies"),
    "eligibility": ("eligibilitys", "eligibility", "eligibilities"),
    "accessibility": ("accessibility", "accessibilities", "accessibility_for_disabilities"),
}
_TIES: Final = ("service_at_locations", "services_at_locations", "service_at_location")
_ADDRESSES: Final = ("addresses", "physical_addresses", "physical_address")
_ADDRESS: Final = ("attention", "address_1", "address_2", "city", "region", "state_province", "postal_code")
_TOTALS: Final = ("total_items", "totalElements", "total")
_VERSION_1: Final = ("totalElements", "content")


def read_services(services: list[Thing], *, claim: Thing, left_out: int = 0) -> Table:
    """`claim` is the page they came in: what it says of their number is compared with what is there."""
    version = "Open Referral UK 1" if any(name in claim for name in _VERSION_1) else "Open Referral"
    return table_of(
        service_records(services),
        read_as=f"{version}, {len(services)} services",
        warnings=tuple(_doubts(services, claim, left_out)),
    )


def service_records(services: Iterable[Thing]) -> Iterator[Record]:
    for service in services:
        ties = [tie for name in _TIES for tie in things_in(service.get(name))]
        places = [place for name in ("locations", "location") for place in _one_or_many(service.get(name))]
        if not ties and not places:
            yield Record(_cells(service, {}, {}))
        for tie in ties:
            location = tie.get("location")
            yield Record(_cells(service, tie, location if isinstance(location, dict) else {}))
        if not ties:
            for place in places:
                yield Record(_cells(service, {}, place))


def _one_or_many(value: Any) -> list[Thing]:
    return [value] if isinstance(value, dict) else things_in(value)


def _doubts(services: list[Thing], claim: Thing, left_out: int) -> Iterator[str]:
    said = next((claim[name] for name in _TOTALS if isinstance(claim.get(name), int)), None)
    pages = claim.get("total_pages", claim.get("totalPages"))
    if said is not None and said != len(services) and pages in (None, 0, 1):
        yield f"The feed says it has {said} services and holds {len(services)}. We took what it holds."
    if isinstance(pages, int) and pages > 1:
        yield f"This is one page of {pages}. Bring in the whole feed by its address."
    ids = [str(service.get("id")) for service in services]
    if len(set(ids)) < len(ids):
        kinds = len(set(ids))
        share = "one id" if kinds == 1 else f"{kinds} ids"
        yield f"{len(ids)} services share {share}, so they cannot all be told apart."
    if left_out:
        yield f"{left_out} items of the feed are no services and are left out."


def _cells(service: Thing, tie: Thing, location: Thing) -> dict[str, str]:
    own = {name for names in _LISTS.values() for name in names} | {*_TIES, "locations", "location"}
    cells = flatten({name: value for name, value in service.items() if name not in own})
    apart = own | {*_ADDRESSES}
    cells |= flatten({n: v for n, v in location.items() if n not in apart}, before="location ")
    address = _address(location)
    cells |= flatten({name: address[name] for name in _ADDRESS if name in address})
    for column, names in _LISTS.items():
        listed = [
            one for holder in (service, tie, location) for name in names for one in _listed(holder, name)
        ]
        if column == "phones":
            listed += [
                one for contact in _contacts(service, location) for one in things_in(contact.get("phones"))
            ]
        if listed:
            cells[column] = as_json(_apart(listed))
    return cells


def _listed(holder: Thing, name: str) -> list[Any]:
    value = holder.get(name)
    if isinstance(value, list):
        return value
    return [value] if value else []


def _contacts(*holders: Thing) -> list[Thing]:
    return [one for holder in holders for one in things_in(holder.get("contacts"))]


def _apart(things: list[Any]) -> list[Any]:
    """Each once: a feed gives the same telephone with the service and with its contact."""
    seen: dict[str, Any] = {}
    for thing in things:
        seen.setdefault(as_json(thing), thing)
    return list(seen.values())


def _address(location: Thing) -> Thing:
    """The physical address, before one for post."""
    found = [one for name in _ADDRESSES for one in _one_or_many(location.get(name))]
    physical = [one for one in found if one.get("address_type", "physical") == "physical"]
    return next(iter(physical or found), {})
