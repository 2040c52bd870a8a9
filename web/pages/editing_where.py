"""Where an entry is, for its editor: areas by their words, how well we know the spot, what everyone sees."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from api.editing.schemas import PlaceRow
from api.entries.schemas import PlaceDraft
from api.places.service import Locator
from geo.crs import to_osgb, to_wgs84
from geo.privacy import STREET_GRID_M, snap_to_grid
from web.pages.editing_fields import Fields, Typed

Area = tuple[str, str, str]
PRECISION_WORDS: Final = {
    "exact": "We know the exact spot.",
    "postcode": "We know its postcode: the spot is the middle of about fifteen homes.",
    "sector": "We know the first part of its postcode only: it may be a kilometre off.",
    "outcode": "We know its post town only: it may be five kilometres off.",
    "place": "We know its town or village only, so the spot is the middle of that.",
}
PRIVACY_CHOICES: Final = (
    ("exact", "The exact spot", "Everyone sees a pin on the spot, and the address."),
    (
        "street",
        "About 100 metres",
        "Everyone sees a pin in the middle of the square of 100 metres that the spot is in, and the town. "
        "No address.",
    ),
    ("area", "The area only", "No pin. Everyone sees the town and the first part of the postcode."),
    ("hidden", "Nothing", "No pin, no town, no address. It is found by what it serves and by its words."),
)


class AreaWords:
    """Areas as an editor picks them: “Soham, ward”; two of the same name and type carry their code."""

    def __init__(self, areas: Sequence[Area]) -> None:
        plain = Counter(f"{name}, {type_}" for _, name, type_ in areas)
        self.words = {
            code: words if plain[words := f"{name}, {type_}"] == 1 else f"{words} ({code})"
            for code, name, type_ in areas
        }
        self._codes = {words.casefold(): code for code, words in self.words.items()}
        names = Counter(name.casefold() for _, name, _ in areas)
        self._codes |= {name.casefold(): code for code, name, _ in areas if names[name.casefold()] == 1}
        self._codes |= {code.casefold(): code for code, _, _ in areas}

    def shown(self, fields: Fields) -> Fields:
        """Codes as words."""
        return self._each(fields, lambda text: self.words.get(text, text))

    def read(self, fields: Fields) -> tuple[Fields, dict[str, str]]:
        """Words as codes, and what is wrong with those we do not know."""
        known = self._each(fields, lambda text: self._codes.get(text.strip().casefold(), text))
        unknown = {
            name: "We hold no area of that name. Choose one of the list."
            for name, values in known.items()
            if _is_area(name) and values[-1].strip() and values[-1] not in self.words
        }
        return known, unknown

    def _each(self, fields: Fields, change: Any) -> Fields:
        return {
            name: [change(text) for text in values] if _is_area(name) else values
            for name, values in fields.items()
        }


def _is_area(name: str) -> bool:
    return name.startswith("coverage.") and name.endswith(".area")


@dataclass(frozen=True)
class Spot:
    """The true spot of a place and how we know it; no `lon` and `lat` where we do not. For curators."""

    lon: float | None
    lat: float | None
    precision: str | None
    words: str

    def as_json(self) -> dict[str, Any]:
        public = public_spots(self.lon, self.lat) if self.lon is not None and self.lat is not None else {}
        return {"lon": self.lon, "lat": self.lat, "precision": self.precision, "words": self.words} | {
            "public": public
        }


def public_spots(lon: float, lat: float) -> dict[str, Any]:
    """The pin that everyone sees at each privacy level: (lon, lat), or None."""
    try:
        east, north = snap_to_grid(*to_osgb(lon, lat), STREET_GRID_M)
        street: list[float] | None = list(to_wgs84(east, north))
    except ValueError:
        street = None
    return {"exact": [lon, lat], "street": street, "area": None, "hidden": None}


def find_spot(session: Session, place: PlaceDraft | None, stored: PlaceRow | None = None) -> Spot:
    """Where a draft's place is: as given, else by its postcode or town. `stored` is what we hold of the
    place, when the draft says no other address."""
    if place is None:
        return Spot(None, None, None, "It has no place of its own.")
    if place.lon is not None and place.lat is not None:
        precision = place.precision or "exact"
        return Spot(place.lon, place.lat, precision, PRECISION_WORDS[precision])
    if stored is not None:
        lon, lat, precision_held, failure = stored.lon, stored.lat, stored.precision, stored.failure
    else:
        locator = Locator(session, [(place.postcode, place.town)])
        found = locator.locate(postcode=place.postcode, town=place.town)
        lon, lat, precision_held, failure = found.lon, found.lat, found.precision, found.failure
    if lon is None or lat is None:
        return Spot(None, None, None, f"We do not know the spot. {failure or ''}".strip())
    return Spot(lon, lat, precision_held, PRECISION_WORDS.get(precision_held or "", ""))


def tidy_links(fields: Fields) -> Fields:
    """An entry is named by the last part of its page's address, however much of it was pasted."""
    changed = dict(fields)
    for row in Typed(fields).rows("links"):
        name = f"links.{row}.to"
        to = Typed(fields).text(name).rstrip("/").partition("?")[0]
        changed[name] = [to.rpartition("/entries/")[2].partition("/")[0].partition("#")[0]]
    return changed
