"""The editor's form: an entry as fields, and the fields as an entry again.

What a form says back is the entry it was made of, to the letter, so that saving without a change is none.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast, get_args

from pydantic import ValidationError

from api.editing.shapes import ShapeError, tidy_shape
from api.entries.schemas import EntryDraft, PlaceDraft
from api.entries.vocabulary import AccessFact
from web.pages.editing_facts import facts_fields, read_facts
from web.pages.editing_fields import Fields, Typed, point_text, precision_of, read_point, yes_no, yes_no_text
from web.pages.editing_sessions import read_sessions, session_fields
from web.pages.editing_words import plain_problem

NOT_GEOJSON: Final = "This is not GeoJSON. Draw the shape again, or paste all of it."
ACCESS: Final[tuple[str, ...]] = get_args(AccessFact)
_TEXTS: Final = ("name", "summary", "description", "eligibility", "cost_note", "referral_by")
_CHOICES: Final = ("kind", "privacy", "cost")
_NUMBERS: Final = ("age_from", "age_to")
_LISTS: Final = ("needs", "audiences", "languages", "delivery")
_ORGANISATION: Final = ("name", "description", "url", "charity_number", "company_number")
# What an edit leaves as it is: written by others, or by the buttons for it.
KEPT: Final = ("slug", "checks", "is_example", "stage", "state", "state_note", "paused_until")


@dataclass
class FormRead:
    """`draft` is None where there are `problems` (field → words). `fields` is the form to show again: as
    typed, but with sessions as they were understood; `said` is what each row of sessions means; `notes` say
    what was mended."""

    draft: EntryDraft | None
    document: dict[str, Any]
    problems: dict[str, str]
    fields: Fields
    said: dict[int, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def is_placed(self) -> bool:
        """Whether the place can be used, whatever else is wrong."""
        return not any(name.startswith("place") for name in self.problems)

    @property
    def place(self) -> PlaceDraft | None:
        place = self.document["place"]
        return PlaceDraft.model_validate(place) if place and self.is_placed else None


def fields_of(draft: EntryDraft) -> Fields:
    document = draft.model_dump(mode="json")
    fields: Fields = {name: [document[name] or ""] for name in (*_TEXTS, *_CHOICES)}
    fields |= {name: _number_text(document[name]) for name in _NUMBERS}
    fields |= {name: list(document[name]) for name in _LISTS}
    fields["everywhere"] = ["yes"] if draft.everywhere else []
    fields["self_referral"] = [yes_no_text(draft.self_referral)]
    fields |= _access_fields("access", document["access"])
    organisation = document["organisation"] or {}
    fields |= {f"organisation.{name}": [organisation.get(name) or ""] for name in _ORGANISATION}
    fields |= _place_fields(document["place"])
    for row, one in enumerate(document["sessions"]):
        fields |= session_fields(row, one)
    for row, one in enumerate(document["contacts"]):
        fields |= contact_fields(row, one)
    for row, one in enumerate(document["coverage"]):
        fields |= coverage_fields(row, one)
    for row, one in enumerate(document["links"]):
        fields |= {f"links.{row}.{name}": [one[name] or ""] for name in ("type", "to", "note")}
    return fields | facts_fields(draft.kind, document["facts"])


def _number_text(value: int | None) -> list[str]:
    return ["" if value is None else str(value)]


def _access_fields(prefix: str, access: dict[str, bool]) -> Fields:
    return {f"{prefix}.{fact}": [yes_no_text(access.get(fact))] for fact in ACCESS}


def _place_fields(place: dict[str, Any] | None) -> Fields:
    if place is None:
        return {}
    fields: Fields = {f"place.{name}": [place[name] or ""] for name in ("name", "town", "postcode")}
    fields["place.given"] = ["yes"]
    fields["place.address"] = ["\n".join(place["address"])]
    fields["place.point"] = [point_text(place["lon"], place["lat"])]
    fields["place.precision"] = [place["precision"] or ""]
    fields["place.point_was"] = fields["place.point"]
    return fields | _access_fields("place.access", place["access"])


def contact_fields(row: int, contact: dict[str, Any]) -> Fields:
    fields = {f"contacts.{row}.{name}": [contact[name] or ""] for name in ("kind", "value", "label")}
    return fields | {f"contacts.{row}.public": ["yes" if contact["public"] else "no"]}


def coverage_fields(row: int, piece: dict[str, Any]) -> Fields:
    values = {
        "how": piece["how"],
        "area": piece["area"] or "",
        "radius_m": "" if piece["radius_m"] is None else str(piece["radius_m"]),
        "point": point_text(piece["lon"], piece["lat"]),
        "shape": json.dumps(piece["shape"]) if piece["shape"] else "",
        "label": piece["label"] or "",
    }
    return {f"coverage.{row}.{name}": [value] for name, value in values.items()}


def read_form(fields: Fields, *, before: EntryDraft | None, today: date) -> FormRead:
    """The entry a form says. `before` is the entry it was opened with: what the form does not show stays."""
    return _Reading(fields, before, today).run()


class _Reading:
    def __init__(self, fields: Fields, before: EntryDraft | None, today: date) -> None:
        self.fields, self.before, self.today = fields, before, today
        self.typed = Typed(fields)
        self.problems: dict[str, str] = {}
        self.notes: list[str] = []
        # Which row of the form the parts of a list came from.
        self.rows: dict[str, list[int]] = {}

    def run(self) -> FormRead:
        sessions = read_sessions(self.typed, today=self.today)
        self.problems |= sessions.problems
        self.rows["sessions"] = sessions.rows
        document = self._plain() | {"sessions": sessions.sessions}
        draft = None
        try:
            read = EntryDraft.model_validate(document)
        except ValidationError as error:
            for one in error.errors():
                name, words = plain_problem(dict(one), self.rows)
                self.problems.setdefault(name, words)
        else:
            draft = None if self.problems else read
        others = {name: values for name, values in self.fields.items() if not name.startswith("sessions.")}
        return FormRead(draft, document, self.problems, others | sessions.fields, sessions.said, self.notes)

    def _plain(self) -> dict[str, Any]:
        typed = self.typed
        document: dict[str, Any] = {name: typed.text(name) or None for name in (*_TEXTS, *_NUMBERS, "cost")}
        document |= {name: typed.many(name) for name in _LISTS}
        document |= self._kept()
        kind = typed.text("kind")
        return document | {
            "name": typed.text("name"),
            "kind": kind,
            "privacy": typed.text("privacy") or "exact",
            "everywhere": typed.text("everywhere") == "yes",
            "self_referral": yes_no(typed.text("self_referral")),
            "access": self._access("access"),
            "organisation": self._organisation(),
            "place": self._place(),
            "coverage": self._coverage(),
            "contacts": self._contacts(),
            "links": self._links(),
            "facts": read_facts(kind, typed),
        }

    def _kept(self) -> dict[str, Any]:
        if self.before is None:
            return {"stage": "draft"}
        kept = self.before.model_dump(mode="json")
        return {name: kept[name] for name in KEPT}

    def _access(self, prefix: str) -> dict[str, bool]:
        answers = {fact: yes_no(self.typed.text(f"{prefix}.{fact}")) for fact in ACCESS}
        return {fact: answer for fact, answer in answers.items() if answer is not None}

    def _organisation(self) -> dict[str, Any] | None:
        values = {name: self.typed.text(f"organisation.{name}") or None for name in _ORGANISATION}
        return values if any(values.values()) else None

    def _place(self) -> dict[str, Any] | None:
        typed = self.typed
        place: dict[str, Any] = {
            name: typed.text(f"place.{name}") or None for name in ("name", "town", "postcode")
        }
        place |= {"address": typed.lines("place.address"), "access": self._access("place.access")}
        point = self._point("place.point")
        if point:
            same = typed.text("place.point") == typed.text("place.point_was")
            precision = (
                typed.text("place.precision") if same else precision_of(typed.text("place.point") or "")
            )
            place |= {"lon": point[0], "lat": point[1], "precision": precision or None}
        if any(place.values()):
            return place
        # A place of which nothing is known is still one; it goes only when it was emptied.
        nothing = self.before is not None and self.before.place == PlaceDraft()
        return {} if nothing and typed.text("place.given") else None

    def _point(self, name: str) -> tuple[float, float] | None:
        text = self.typed.text(name)
        if not text:
            return None
        try:
            return read_point(text)
        except ValueError as error:
            self.problems.setdefault(name, str(error))
            return None

    def _coverage(self) -> list[dict[str, Any]]:
        pieces = []
        for row in self._rows("coverage"):
            piece = self._piece(row)
            if piece is not None:
                pieces.append(piece)
                self.rows["coverage"].append(row)
        return pieces

    def _piece(self, row: int) -> dict[str, Any] | None:
        typed, start = self.typed, f"coverage.{row}"
        how, label = typed.text(f"{start}.how"), typed.text(f"{start}.label") or None
        if how == "area":
            area = typed.text(f"{start}.area")
            return {"how": how, "area": area, "label": label} if area else None
        if how == "radius":
            radius = typed.text(f"{start}.radius_m")
            point = self._point(f"{start}.point")
            where = {"lon": point[0], "lat": point[1]} if point else {}
            return {"how": how, "radius_m": radius, "label": label, **where} if radius or point else None
        shape = typed.text(f"{start}.shape")
        if not shape:
            return None
        drawn = self._shape(f"{start}.shape", shape)
        return {"how": "shape", "shape": drawn, "label": label} if drawn else None

    def _shape(self, name: str, text: str) -> dict[str, Any] | None:
        """What is stored already stays to the letter; what is new is mended and made lighter."""
        try:
            drawn = json.loads(text)
            if self.before and any(piece.shape == drawn for piece in self.before.coverage):
                return cast("dict[str, Any]", drawn)
            tidied = tidy_shape(drawn)
        except (ValueError, RecursionError) as error:
            words = str(error) if isinstance(error, ShapeError) else NOT_GEOJSON
            self.problems.setdefault(name, words)
            return None
        if tidied.mended:
            self.notes.append(tidied.mended)
        return tidied.geojson

    def _contacts(self) -> list[dict[str, Any]]:
        found = []
        for row in self._rows("contacts"):
            start = f"contacts.{row}"
            value, label = self.typed.text(f"{start}.value"), self.typed.text(f"{start}.label") or None
            if not value and not label:
                continue
            public = self.typed.text(f"{start}.public") == "yes"
            kind = self.typed.text(f"{start}.kind")
            found.append({"kind": kind, "value": value, "label": label, "public": public})
            self.rows["contacts"].append(row)
        return found

    def _links(self) -> list[dict[str, Any]]:
        found = []
        for row in self._rows("links"):
            start = f"links.{row}"
            to, note = self.typed.text(f"{start}.to"), self.typed.text(f"{start}.note") or None
            if not to and not note:
                continue
            found.append({"type": self.typed.text(f"{start}.type"), "to": to, "note": note})
            self.rows["links"].append(row)
        return found

    def _rows(self, prefix: str) -> list[int]:
        self.rows[prefix] = []
        return self.typed.rows(prefix)
