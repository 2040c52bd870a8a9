"""From the boxes of "Add something" to the fields of a new entry: what each step asks, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from api.entries.vocabulary import COST_LABELS, DELIVERY_LABELS, KIND_WORDS
from api.errors import BadInput
from api.suggestions.fields import FIELD_LABELS, Values
from api.suggestions.service import checked_email
from geo.postcodes import Postcode, parse_postcode
from ingest.values.link import read_emails, read_link
from web.pages.suggestions_forms import read_times, shown_lines

STEPS: Final = ("what", "where", "contact", "review")
BOXES: Final[dict[str, tuple[str, ...]]] = {
    "what": ("name", "kind", "about", "who"),
    "where": (
        *(f"how_{how}" for how in DELIVERY_LABELS),
        "town", "postcode", "address", "place_name", "lon", "lat", "home", "area", "when",
    ),
    "contact": ("phone", "mail", "web", "organisation", "cost", "cost_note", "email", "note"),
}  # fmt: skip
BOX_OF_FIELD: Final = {
    "summary": "about", "eligibility": "who", "sessions": "when", "place.name": "place_name",
    "place.address": "address", "place.town": "town", "place.postcode": "postcode", "place.point": "town",
    "contacts": "phone", "organisation.name": "organisation", "delivery": "how_in_person", "coverage": "area",
}  # fmt: skip
_PLAIN: Final = {
    "kind": "kind", "name": "name", "about": "summary", "who": "eligibility", "place_name": "place.name",
    "town": "place.town", "postcode": "place.postcode", "organisation": "organisation.name", "cost": "cost",
    "cost_note": "cost_note",
}  # fmt: skip
_LONGEST: Final = {"name": 200, "about": 300, "who": 600, "town": 100, "place_name": 200, "organisation": 200}
WHERE: Final = (
    "Say where it is: a town or village, a postcode, a click on the map, or the area it serves. Or tick that "
    "it is by phone or online."
)


@dataclass(frozen=True)
class NewEntry:
    """What the boxes say. `left` are words for the curator, `lines` all of it for the sender to look over,
    `times_read` whether typed times were understood (None: none were typed)."""

    fields: Values
    left: list[str] = field(default_factory=list)
    lines: list[tuple[str, list[str]]] = field(default_factory=list)
    times_read: bool | None = None


def step_of(box: str) -> str:
    return next((step for step, boxes in BOXES.items() if box in boxes), "what")


def check_step(step: str, typed: Mapping[str, str], *, today: date) -> dict[str, str]:
    """What is wrong with a step, by box."""
    problems = {
        box: f"This is too long: {most} letters at most."
        for box, most in _LONGEST.items()
        if box in BOXES.get(step, ()) and len(_of(typed, box)) > most
    }
    if step == "what" and len(_of(typed, "name")) < 2:
        problems["name"] = "Say what it is called."
    if step == "where":
        problems |= _check_where(typed)
    if step == "contact":
        problems |= _check_contact(typed)
    return problems


def _check_where(typed: Mapping[str, str]) -> dict[str, str]:
    postcode = _of(typed, "postcode")
    if postcode and not isinstance(parse_postcode(postcode), Postcode):
        return {"postcode": f"“{postcode[:20]}” is not a whole UK postcode. It looks like CB7 5HJ."}
    said = any(_of(typed, box) for box in ("town", "postcode", "address", "area")) or _point(typed)
    afar = any(_of(typed, f"how_{how}") for how in ("phone", "online"))
    return {} if said or afar else {"town": WHERE}


def _check_contact(typed: Mapping[str, str]) -> dict[str, str]:
    problems = {}
    for box, read in (("web", read_link), ("mail", read_emails)):
        issue = read(_of(typed, box)).issue if _of(typed, box) else None
        if issue is not None:
            problems[box] = f"{issue.what} {issue.todo}"
    try:
        checked_email(typed.get("email"))
    except BadInput as problem:
        problems["email"] = problem.detail
    return problems


def _of(typed: Mapping[str, str], box: str) -> str:
    return typed.get(box, "").strip()


def _point(typed: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        lon, lat = float(typed.get("lon", "")), float(typed.get("lat", ""))
    except ValueError:
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return {"lon": round(lon, 6), "lat": round(lat, 6), "precision": "exact"}


def read_new(typed: Mapping[str, str], *, today: date, areas: Mapping[str, str] | None = None) -> NewEntry:
    """`areas` are the names of areas by code."""
    fields: Values = {to: _of(typed, box) for box, to in _PLAIN.items() if _of(typed, box)}
    if fields.get("kind") not in KIND_WORDS:
        fields.pop("kind", None)
    if fields.get("cost") not in COST_LABELS:
        fields.pop("cost", None)
    how = [code for code in DELIVERY_LABELS if _of(typed, f"how_{code}")]
    times = read_times(typed.get("when", ""), today=today)
    fields |= {
        name: value
        for name, value in {
            "delivery": how,
            "place.address": [line.strip() for line in typed.get("address", "").split("\n") if line.strip()],
            "place.point": _point(typed),
            "privacy": "area" if _of(typed, "home") else None,
            "coverage": [{"how": "area", "area": _of(typed, "area")}] if _of(typed, "area") else None,
            "sessions": times.sessions,
            "contacts": _contacts(typed),
        }.items()
        if value
    }
    somewhere = any(name.startswith("place.") for name in fields) or "coverage" in fields
    if not somewhere and {"phone", "online"} & set(how):
        fields["everywhere"] = True
    left = [times.left] if times.left else []
    typed_times = bool(typed.get("when", "").strip())
    return NewEntry(fields, left, _lines(fields, areas or {}), bool(times.sessions) if typed_times else None)


def _contacts(typed: Mapping[str, str]) -> list[dict[str, str]]:
    link = read_link(_of(typed, "web")).value if _of(typed, "web") else None
    mails = read_emails(_of(typed, "mail")).value if _of(typed, "mail") else None
    phone = _of(typed, "phone")[:200]
    found = [("phone", phone), *(("email", one) for one in mails or ()), ("web", link)]
    return [{"kind": kind, "value": value} for kind, value in found if value]


def _lines(fields: Values, areas: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    def words(name: str) -> list[str]:
        if name == "place.point":
            return ["The spot you chose"]
        return shown_lines(name, fields[name], areas=areas)

    return [(label, words(name)) for name, label in FIELD_LABELS.items() if name in fields]
