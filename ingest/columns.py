"""What the columns of a mapping make of one row."""

import re
from datetime import date
from functools import cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from api.entries.schemas import (
    ContactDraft,
    EntryDraft,
    OrganisationDraft,
    PlaceDraft,
    SessionDraft,
)
from api.entries.vocabulary import KINDS, LANGUAGE_LABELS, AccessFact, ContactKind, Cost, Kind
from geo.crs import to_wgs84
from geo.gazetteer import fold_name
from ingest.meanings import WEEK, Meaning
from ingest.table import Row
from ingest.values import read_email, read_postcode, read_web_address, read_week

if TYPE_CHECKING:
    from ingest.saved import Mapping

TAXONOMY: Final = Path(__file__).resolve().parent.parent / "data" / "taxonomy.yaml"
# A list rarely says since when its hours hold; a Monday that never moves makes the same entry every time.
HOURS_SINCE: Final = date(2024, 1, 1)
_LISTED: Final = re.compile(r"\s*[,;|/\n]\s*")
_ACCESS: Final = ("step_free", "toilet", "hearing_loop", "parking")
_YES: Final = frozenset({"y", "yes", "true", "1", "available", "full", "accessible"})
_NO: Final = frozenset({"n", "no", "false", "0", "none", "not available"})
_FREE: Final = frozenset(
    {"free", "free of charge", "no charge", "no cost", "0", "0.00", "£0", "£0.00", "yes", "nil"}
)
_WKT: Final = re.compile(r"(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*([-\d.]+)\s+([-\d.]+)", re.IGNORECASE)
_PAIR: Final = re.compile(r"\(?\s*([-\d.]+)\s*[,; ]\s*([-\d.]+)\s*\)?")
_NO_COLUMN: Final = "(no column for this day)"
# The British National Grid, in metres.
_GRID: Final = (700_000, 1_300_000)


def make_entry(mapping: "Mapping", row: Row) -> EntryDraft:
    """The row's entry. What is not understood is noted on the row, and kept as words where it can be."""
    text = _Texts(mapping, row)
    sessions, times = _sessions(mapping, row)
    organisation = text.one("organisation")
    costs = text.joined("cost")
    referral = text.joined("referral")
    access: dict[AccessFact, bool] = {
        fact: answer for fact in _ACCESS if (answer := _yes_or_no(text.one(fact))) is not None
    }
    return EntryDraft(
        kind=_kind(mapping, row, text.one("kind")),
        name=text.one("name") or "",
        summary=text.joined("summary"),
        description=_paragraphs(text.paragraphs("description"), times),
        organisation=OrganisationDraft(name=organisation[:200]) if organisation else None,
        place=_place(mapping, row, text),
        privacy=mapping.privacy,
        sessions=sessions,
        contacts=_contacts(mapping, row),
        needs=_terms(mapping, row, text, "needs"),
        languages=_languages(row, text),
        age_from=_age(text.one("age_from")),
        age_to=_age(text.one("age_to")),
        eligibility=text.joined("eligibility"),
        cost=_cost(costs),
        cost_note=costs,
        referral_by=referral,
        access=access,
        state="closed" if _is_closed(text.one("closed")) else "running",
        state_note="The list says that it has closed." if _is_closed(text.one("closed")) else None,
    )


class _Texts:
    """The cells of a row by what they mean."""

    def __init__(self, mapping: "Mapping", row: Row) -> None:
        self._mapping, self._row = mapping, row

    def all(self, meaning: Meaning) -> list[str]:
        found = [self._row.text(one.heading) for one in self._mapping.of(meaning)]
        return [text for text in found if text]

    def one(self, meaning: Meaning) -> str | None:
        return next(iter(self.all(meaning)), None)

    def joined(self, meaning: Meaning) -> str | None:
        return "; ".join(self.all(meaning)) or None

    def paragraphs(self, meaning: Meaning) -> list[str]:
        return self.all(meaning)


def _paragraphs(parts: list[str], times: str | None) -> str | None:
    return "\n\n".join([*parts, *([f"Times: {times}"] if times else [])]) or None


def _kind(mapping: "Mapping", row: Row, said: str | None) -> Kind:
    if said is None:
        return mapping.kind
    known = {fold_name(word): kind for word, kind in mapping.kinds.items()}
    known = {fold_name(word): one.code for one in KINDS for word in (one.code, one.label, one.plural)} | known
    kind = known.get(fold_name(said))
    if kind is None:
        row.note(
            _heading(mapping, "kind"),
            f"We do not know this kind, so we took it for a {mapping.kind.replace('_', ' ')}.",
            "Say under “kinds” in the mapping which of our kinds it is.",
        )
    return kind or mapping.kind


def _heading(mapping: "Mapping", meaning: Meaning) -> str | None:
    return next((one.heading for one in mapping.of(meaning)), None)


def _place(mapping: "Mapping", row: Row, text: _Texts) -> PlaceDraft | None:
    column = _heading(mapping, "postcode")
    postcode = read_postcode(row, column) if column else None
    point = _point(mapping, row)
    address = [line[:200] for one in text.all("address") for line in one.split("\n") if line]
    name, town = text.one("place_name"), text.one("town")
    if not (postcode or point or address or town or name):
        return None
    lon, lat = point or (None, None)
    return PlaceDraft(
        name=name[:200] if name else None,
        address=address,
        town=town[:200] if town else None,
        postcode=postcode,
        lon=lon,
        lat=lat,
    )


def _point(mapping: "Mapping", row: Row) -> tuple[float, float] | None:
    """(lon, lat), whatever the columns give: degrees either way round, or metres of the National Grid."""
    for across, up in (("lon", "lat"), ("easting", "northing")):
        x_column, y_column = _heading(mapping, across), _heading(mapping, up)  # type: ignore[arg-type]
        if x_column and y_column and (row.text(x_column) or row.text(y_column)):
            shown = f"{row.text(x_column) or ''}, {row.text(y_column) or ''}"
            x, y = _number(row.text(x_column)), _number(row.text(y_column))
            return _read_point(row, x_column, x, y, shown, grid_meant=across == "easting")
    column = _heading(mapping, "point")
    text = row.text(column) if column else None
    if column is None or text is None:
        return None
    wkt, pair = _WKT.match(text), _PAIR.fullmatch(text)
    if wkt:
        return _read_point(row, column, _number(wkt[1]), _number(wkt[2]), text, grid_meant=None)
    # Without WKT people write the latitude first.
    y, x = (_number(pair[1]), _number(pair[2])) if pair else (None, None)
    return _read_point(row, column, x, y, text, grid_meant=None)


def _read_point(
    row: Row, column: str, x: float | None, y: float | None, shown: str, *, grid_meant: bool | None
) -> tuple[float, float] | None:
    if x is None or y is None:
        row.note(column, "We cannot read this as a point.", "Give two numbers.", value=shown)
        return None
    if (x, y) == (0, 0):
        row.note(
            column,
            "The point is 0, 0, which is nowhere here. We left it out.",
            "Give the right point, or none: the postcode is looked up.",
            value=shown,
        )
        return None
    if abs(x) <= 180 and abs(y) <= 90:
        return x, y
    if not (0 <= x <= _GRID[0] and 0 <= y <= _GRID[1]):
        row.note(column, "No point in Britain has these numbers.", "Check them.", value=shown)
        return None
    if grid_meant is False:
        row.note(
            column,
            "These are metres of the British National Grid, not degrees. We turned them into degrees.",
            "Call the columns easting and northing in the mapping.",
            value=shown,
        )
    lon, lat = to_wgs84(x, y)
    return round(lon, 6), round(lat, 6)


def _number(text: str | None) -> float | None:
    try:
        number = float((text or "").replace(",", ""))
    except ValueError:
        return None
    return number if isfinite(number) else None


def _sessions(mapping: "Mapping", row: Row) -> tuple[list[SessionDraft], str | None]:
    """The sessions, and in the file's own words what could not be read as one."""
    sessions: list[SessionDraft] = []
    week = [_heading(mapping, day) or _NO_COLUMN for day in WEEK]
    if set(week) != {_NO_COLUMN}:
        sessions += read_week(row, tuple(week), purpose="session", label=None, since=HOURS_SINCE)
    words = []
    for column in mapping.of("hours"):
        found, left = read_times(row, column.heading)
        sessions += found
        words += [left] if left else []
    return sessions, "; ".join(words) or None


def read_times(row: Row, column: str) -> tuple[list[SessionDraft], str | None]:
    """A cell of times as sessions, and what of it is kept as words."""
    return [], row.text(column)


def _contacts(mapping: "Mapping", row: Row) -> list[ContactDraft]:
    contacts: list[ContactDraft] = []
    for column in mapping.of("phone", "email", "web"):
        kind: ContactKind
        if column.means == "email":
            kind, value = "email", read_email(row, column.heading)
        elif column.means == "web":
            kind, value = "web", read_web_address(row, column.heading)
        else:
            text = row.text(column.heading)
            kind, value = "phone", text[:200] if text else None
        if value and value not in [one.value for one in contacts]:
            contacts.append(ContactDraft(kind=kind, value=value, public=column.public))
    return contacts


@cache
def _known_terms() -> dict[str, str]:
    listed = yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))["needs"]
    words = {fold_name(word): one["code"] for one in reversed(listed) for word in one.get("words", [])}
    return words | {fold_name(name): one["code"] for one in listed for name in (one["code"], one["label"])}


def _terms(mapping: "Mapping", row: Row, text: _Texts, meaning: Meaning) -> list[str]:
    own = {fold_name(word): code for word, code in mapping.terms.items()}
    found: dict[str, None] = {}
    unknown = []
    for word in (part for cell in text.all(meaning) for part in _LISTED.split(cell) if part):
        code = own.get(fold_name(word)) or _known_terms().get(fold_name(word))
        if code is None:
            unknown.append(word)
        else:
            found[code] = None
    if unknown:
        row.note(
            _heading(mapping, meaning),
            "These words are not among ours, so the entry is not found by them.",
            "Say under “terms” in the mapping which of our needs they mean.",
            value=", ".join(unknown)[:200],
        )
    return list(found)


def _languages(row: Row, text: _Texts) -> list[str]:
    known = {fold_name(label): code for code, label in LANGUAGE_LABELS.items()} | {
        code: code for code in LANGUAGE_LABELS
    }
    words = [part for cell in text.all("languages") for part in _LISTED.split(cell) if part]
    unknown = [word for word in words if fold_name(word) not in known]
    if unknown:
        row.note(None, "We have no such language.", "Ask for it to be added.", value=", ".join(unknown)[:200])
    return list(dict.fromkeys(known[fold_name(word)] for word in words if fold_name(word) in known))


def _cost(text: str | None) -> Cost | None:
    if text is None:
        return None
    folded = text.casefold().strip(" .")
    if folded in _FREE:
        return "free"
    return "donation" if "donation" in folded else "paid" if "£" in folded else None


def _age(text: str | None) -> int | None:
    number = _number(text)
    return int(number) if number is not None and 0 <= number <= 120 else None


def _yes_or_no(text: str | None) -> bool | None:
    """None is unknown, also for words that say neither."""
    folded = (text or "").casefold().strip(" .")
    return True if folded in _YES else False if folded in _NO else None


def _is_closed(text: str | None) -> bool:
    return _yes_or_no(text) is True or bool(text and re.fullmatch(r"(?:19|20)\d\d(?:-\d\d-\d\d)?", text))
