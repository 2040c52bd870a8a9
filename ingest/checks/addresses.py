"""Checks of an address by itself: points that cannot be, postcodes in a wrong column."""

from api.entries.schemas import EntryDraft, PlaceDraft
from geo.postcodes import Postcode, find_postcode_within, parse_postcode
from ingest.table import Row


def check_place(row: Row, draft: EntryDraft) -> EntryDraft:
    """The draft with a point that can be, and with its postcode where it belongs. What moved is said."""
    if draft.place is None:
        return draft
    place = _move_postcode(row, _mend_point(row, draft.place))
    if place is draft.place:
        return draft
    return draft.model_copy(update={"place": place})


def _mend_point(row: Row, place: PlaceDraft) -> PlaceDraft:
    lon, lat = place.lon, place.lat
    if lon is None or lat is None:
        return place
    shown = f"{lon:g}, {lat:g}"
    if lon == 0 and lat == 0:
        row.note(
            "point",
            "The point is 0, 0, which is in the sea off Africa. We left it out.",
            "Give the right point, or none: the postcode is looked up.",
            value=shown,
        )
        return place.model_copy(update={"lon": None, "lat": None, "precision": None})
    if 49 <= lon <= 61.5 and -9.5 <= lat <= 2.5:
        row.note(
            "point",
            "Longitude and latitude were the wrong way round. We turned them.",
            "Check the point on the map.",
            value=shown,
        )
        return place.model_copy(update={"lon": lat, "lat": lon})
    return place


def _move_postcode(row: Row, place: PlaceDraft) -> PlaceDraft:
    """A postcode that stands in another part of the address, where its own column has none."""
    if place.postcode and isinstance(parse_postcode(place.postcode), Postcode):
        return place
    for part, text in (("town", place.town), ("address", ", ".join(place.address)), ("name", place.name)):
        found = find_postcode_within(text) if text else None
        if found is None or text is None:
            continue
        row.note(
            part,
            f"The postcode {found.text} stands in the {part}. We moved it.",
            "Put it in the postcode's own column.",
            value=text,
        )
        return place.model_copy(update={"postcode": found.text, **_without(place, found)})
    return place


def _without(place: PlaceDraft, postcode: Postcode) -> dict[str, object]:
    """The parts of the address without the postcode; what stood in its column may be the town."""
    address = [_cut(line, postcode) for line in place.address]
    town = _cut(place.town, postcode) if place.town else ""
    slipped = place.postcode if place.postcode and place.postcode.replace(" ", "").isalpha() else None
    return {"address": [line for line in address if line], "town": town or slipped}


def _cut(text: str, postcode: Postcode) -> str:
    for form in (postcode.text, postcode.text.replace(" ", "")):
        position = text.upper().find(form)
        if position >= 0:
            text = text[:position] + text[position + len(form) :]
    return text.strip(" ,;\n")
