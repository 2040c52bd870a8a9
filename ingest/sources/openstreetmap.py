"""Places of OpenStreetMap, from Overpass: what its tags say in our words.

Tags and their meaning: https://wiki.openstreetmap.org/wiki/Map_features.
"""

from typing import Final

from api.entries.schemas import ContactDraft, EntryDraft, OrganisationDraft, PlaceDraft
from api.entries.vocabulary import AccessFact, ContactKind, Kind
from ingest.mapping import KnownSource
from ingest.readers.shapes import read_point
from ingest.sources.kinds import kind_of_words
from ingest.sources.refusing import refuse_row
from ingest.table import Row

KINDS: Final[dict[tuple[str, str], Kind]] = {
    ("social facility", "food_bank"): "food",
    ("social facility", "soup_kitchen"): "food",
    ("social facility", "dairy_kitchen"): "food",
    ("social facility", "clothing_bank"): "lending",
    ("social facility", "outreach"): "drop_in",
    ("social facility", "workshop"): "group",
    ("amenity", "food_sharing"): "food",
    ("amenity", "social_facility"): "group",
    ("amenity", "community_centre"): "venue",
    ("amenity", "social_centre"): "venue",
    ("amenity", "library"): "venue",
    ("amenity", "village_hall"): "venue",
    ("amenity", "arts_centre"): "venue",
    ("amenity", "public_bookcase"): "lending",
    ("amenity", "toy_library"): "lending",
    ("amenity", "tool_library"): "lending",
    ("community centre", "village_hall"): "venue",
    ("healthcare", "counselling"): "group",
    ("office", "charity"): "group",
}
# A club or a hall has no tag in common with others of its kind but this one.
KINDS_OF_ANY: Final[dict[str, Kind]] = {"club": "group", "community centre": "venue"}
# Homes and wards: people live there, and it is nobody's place to turn up.
HOMES: Final = frozenset({"group_home", "nursing_home", "assisted_living", "shelter", "hospice"})
ACCESS: Final[dict[str, AccessFact]] = {
    "wheelchair": "step_free",
    "toilets:wheelchair": "toilet",
    "hearing_loop": "hearing_loop",
    "audio_loop": "hearing_loop",
}
CONTACTS: Final[tuple[tuple[ContactKind, tuple[str, ...]], ...]] = (
    ("phone", ("contact:phone", "phone")),
    ("email", ("contact:email", "email")),
    ("web", ("contact:website", "website", "url")),
    ("social", ("contact:facebook",)),
)


def kind_of(row: Row) -> Kind | None:
    for (tag, value), kind in KINDS.items():
        if row.text(tag) == value:
            return kind
    return next((kind for tag, kind in KINDS_OF_ANY.items() if row.text(tag)), None)


def map_element(row: Row) -> EntryDraft:
    kind = kind_of(row)
    if row.text("social_facility") in HOMES:
        refuse_row("social_facility", row.text("social_facility"), "People live here, so it is no entry.")
    if kind is None:
        tag = next(
            (name for name in ("amenity", "leisure", "shop", "office", "building") if row.text(name)),
            "amenity",
        )
        refuse_row(tag, row.text(tag), "We know no kind of entry for these tags.")
    operator = row.text("operator")
    return EntryDraft(
        kind=kind_of_words(row.text("name")) or kind,
        name=row.text("name") or "",
        description=_description(row),
        organisation=OrganisationDraft(name=operator[:200]) if operator else None,
        place=_place(row),
        delivery=["in_person"],
        contacts=_contacts(row),
    )


def _description(row: Row) -> str | None:
    parts = [row.text("description")]
    hours = row.text("opening_hours")
    if hours:
        parts.append(f"Opening hours, as OpenStreetMap has them: {hours}.")
        row.note("opening_hours", "The hours are kept in words.", "Add the times to the entry by hand.")
    return " ".join(part for part in parts if part) or None


def _place(row: Row) -> PlaceDraft:
    lon, lat = read_point(row, "lon", "lat") or (None, None)
    street = " ".join(part for part in (row.text("addr:housenumber"), row.text("addr:street")) if part)
    lines = [row.text("addr:housename"), street, row.text("addr:place")]
    return PlaceDraft(
        name=row.text("name"),
        address=[line for line in lines if line],
        town=row.text("addr:village") or row.text("addr:city") or row.text("addr:town"),
        postcode=row.text("addr:postcode"),
        lon=lon,
        lat=lat,
        precision="exact" if lon is not None else None,
        access=_access(row),
    )


def _access(row: Row) -> dict[AccessFact, bool]:
    """Yes and no; "limited" and "designated" leave it unknown, which is true."""
    said = {"yes": True, "no": False}
    return {fact: said[value] for tag, fact in ACCESS.items() if (value := row.text(tag) or "") in said}


def _contacts(row: Row) -> list[ContactDraft]:
    found = []
    for kind, tags in CONTACTS:
        text = next((text for tag in tags if (text := row.text(tag))), None)
        # Several stand in one tag with semicolons between.
        for value in (text or "").split(";"):
            value = value.strip()
            if value and len(value) <= 200:
                found.append(ContactDraft(kind=kind, value=value))
    return found


SOURCE: Final = KnownSource(
    code="openstreetmap",
    name="OpenStreetMap",
    url="https://www.openstreetmap.org/copyright",
    licence="ODbL 1.0",
    licence_url="https://opendatacommons.org/licenses/odbl/1-0/",
    attribution="© OpenStreetMap contributors",
    columns=("osm", "name"),
    name_column="name",
    key_of=lambda row: row.text("osm"),
    map_row=map_element,
)
