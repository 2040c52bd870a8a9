"""What the columns of a mapping make of one row."""

import re
from collections import defaultdict
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from api.entries.schemas import (
    ContactDraft,
    CoverageDraft,
    EntryDraft,
    OrganisationDraft,
    PlaceDraft,
    SessionDraft,
)
from api.entries.vocabulary import KINDS, LANGUAGE_LABELS, AccessFact, ContactKind, Cost, Kind
from geo.gazetteer import fold_name
from ingest.hours import HoursRead, read_hours, read_week
from ingest.meanings import WEEK, Meaning
from ingest.points import NOWHERE, Spot, read_number, read_spot
from ingest.table import Row
from ingest.values import note_no_postcode, read_email, read_link, read_phones, read_postcode

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
# Numbers written as they are written here need no library, which takes as long as the rest of the row.
_USUAL_PHONE: Final = re.compile(r"01\d{3} \d{6}|01\d1 \d{3} \d{4}|02\d \d{4} \d{4}|07\d{3} \d{6}")
_NO_COLUMN: Final = "(no column for this day)"
OUR_KINDS: Final = {fold_name(word): one.code for one in KINDS for word in (one.code, one.label, one.plural)}


class EntryMaker:
    """Makes entries of rows with one mapping, whose columns it has looked up once."""

    def __init__(self, mapping: "Mapping") -> None:
        self.mapping = mapping
        self.columns: dict[Meaning, list[str]] = defaultdict(list)
        for one in mapping.columns:
            self.columns[one.means].append(one.heading)
        self._folded = {means: list(map(fold_name, given)) for means, given in self.columns.items()}
        self.contacts = mapping.of("phone", "email", "web")
        self.week = tuple(self.column(day) or _NO_COLUMN for day in WEEK)
        self.kinds = OUR_KINDS | {fold_name(word): kind for word, kind in mapping.kinds.items()}
        self.terms = known_terms() | {fold_name(word): code for word, code in mapping.terms.items()}

    def column(self, meaning: Meaning) -> str | None:
        return next(iter(self.columns.get(meaning, ())), None)

    def all(self, row: Row, meaning: Meaning) -> list[str]:
        """The filled cells that mean this, each in one line."""
        if meaning not in self._folded:
            return []
        found = (" ".join(row.cells.get(one, "").split()) for one in self._folded[meaning])
        return [text for text in found if text]

    def one(self, row: Row, meaning: Meaning) -> str | None:
        return next(iter(self.all(row, meaning)), None)

    def joined(self, row: Row, meaning: Meaning) -> str | None:
        return "; ".join(self.all(row, meaning)) or None

    def __call__(self, row: Row) -> EntryDraft:
        """The row's entry. What is not understood is noted on the row, and kept as words where it can be."""
        sessions, times = _sessions(self, row)
        place, coverage = _whereabouts(self, row)
        organisation = self.one(row, "organisation")
        costs = self.joined(row, "cost")
        is_closed = _is_closed(self.one(row, "closed"))
        access: dict[AccessFact, bool] = {
            fact: answer for fact in _ACCESS if (answer := _yes_or_no(self.one(row, fact))) is not None
        }
        return EntryDraft(
            kind=_kind(self, row),
            name=self.one(row, "name") or "",
            summary=self.joined(row, "summary"),
            description=_paragraphs(self.all(row, "description"), times),
            organisation=OrganisationDraft(name=organisation[:200]) if organisation else None,
            place=place,
            coverage=coverage,
            privacy=self.mapping.privacy,
            sessions=sessions,
            contacts=_contacts(self, row),
            needs=_needs(self, row),
            languages=_languages(self, row),
            age_from=_age(self.one(row, "age_from")),
            age_to=_age(self.one(row, "age_to")),
            eligibility=self.joined(row, "eligibility"),
            cost=_cost(costs),
            cost_note=costs,
            referral_by=self.joined(row, "referral"),
            access=access,
            state="closed" if is_closed else "running",
            state_note="The list says that it has closed." if is_closed else None,
        )


def _paragraphs(parts: list[str], times: str | None) -> str | None:
    return "\n\n".join([*parts, *([f"Times: {times}"] if times else [])]) or None


def _kind(make: EntryMaker, row: Row) -> Kind:
    said, usual = make.one(row, "kind"), make.mapping.kind
    if said is None:
        return usual
    kind = make.kinds.get(fold_name(said))
    if kind is None:
        row.note(
            make.column("kind"),
            f"We do not know this kind, so we took it for a {usual.replace('_', ' ')}.",
            "Say which of our kinds it means, where you say what the columns mean (“kinds” in a mapping).",
        )
    return kind or usual


def _whereabouts(make: EntryMaker, row: Row) -> tuple[PlaceDraft | None, list[CoverageDraft]]:
    column = make.column("postcode")
    postcode = read_postcode(row, column) if column and row.text(column) else None
    spot = read_spot(make, row, postcode)
    if column and postcode is None and spot == NOWHERE:
        note_no_postcode(row, column)
    coverage = [CoverageDraft(how="shape", shape=spot.ground)] if spot.ground else []
    return _place(make, row, postcode, spot), coverage


def _place(make: EntryMaker, row: Row, postcode: str | None, spot: Spot) -> PlaceDraft | None:
    address = [line[:200] for line in make.all(row, "address")]
    name, town = make.one(row, "place_name"), make.one(row, "town")
    if not (postcode or address or town or name) and spot.lon is None:
        return None
    return PlaceDraft(
        name=name[:200] if name else None,
        address=address,
        town=town[:200] if town else None,
        postcode=postcode,
        lon=spot.lon,
        lat=spot.lat,
        precision=spot.precision,
    )


def _sessions(make: EntryMaker, row: Row) -> tuple[list[SessionDraft], str | None]:
    """The sessions, and in the file's own words what could not be read as one."""
    sessions: list[SessionDraft] = []
    if set(make.week) != {_NO_COLUMN}:
        sessions += read_week(row, make.week, purpose="session", label=None, since=HOURS_SINCE)
    words = []
    for column in make.columns.get("hours", ()):
        found, left = read_times(row, column)
        sessions += found
        words += [left] if left else []
    return sessions, "; ".join(words) or None


def read_times(row: Row, column: str) -> tuple[list[SessionDraft], str | None]:
    """A cell of times as sessions, and what of it is kept as words: words that may mean two things make no
    session."""
    found = _read_times(row.text(column), datetime.now(UTC).date())
    if found.issue is not None:
        row.note(column, found.issue.what, found.issue.todo, value=found.text[:200])
    left = "; ".join(found.notes) if found.understood == "whole" else found.text
    return list(found.sessions), left or None


@lru_cache(maxsize=4_000)
def _read_times(text: str | None, today: date) -> HoursRead:
    return read_hours(text, today=today)


def _contacts(make: EntryMaker, row: Row) -> list[ContactDraft]:
    contacts: list[ContactDraft] = []
    for column in make.contacts:
        kind: ContactKind
        if column.means == "email":
            kind, value = "email", read_email(row, column.heading)
        elif column.means == "web":
            kind, value = "web", _web_address(row, column.heading)
        else:
            contacts += _phones(row, column.heading, public=column.public)
            continue
        if value and value not in [one.value for one in contacts]:
            contacts.append(ContactDraft(kind=kind, value=value, public=column.public))
    return contacts


def _web_address(row: Row, column: str) -> str | None:
    """Also without http before it, as people write it. What is none is left out."""
    text = row.text(column)
    if text is None:
        return None
    read = read_link(text)
    if read.issue is not None:
        # The words quote the cell.
        row.note(column, read.issue.what, read.issue.todo, value="")
    return read.value


def _phones(row: Row, column: str, *, public: bool) -> list[ContactDraft]:
    """The numbers of a cell; what is none is kept as it is, for a person to read."""
    text = row.text(column)
    if text is not None and _USUAL_PHONE.fullmatch(text):
        return [ContactDraft(kind="phone", value=text, public=public)]
    read = read_phones(text or "")
    if read.issue is not None:
        row.note(column, read.issue.what, read.issue.todo)
    numbers = read.value or ((text[:200],) if text else ())
    return [ContactDraft(kind="phone", value=number, public=public) for number in numbers]


@cache
def known_terms() -> dict[str, str]:
    """Codes of our needs by their labels and by what people say instead."""
    listed = yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))["needs"]
    words = {fold_name(word): one["code"] for one in reversed(listed) for word in one.get("words", [])}
    return words | {fold_name(name): one["code"] for one in listed for name in (one["code"], one["label"])}


@cache
def _known_languages() -> dict[str, str]:
    return {fold_name(word): code for code, label in LANGUAGE_LABELS.items() for word in (code, label)}


def _needs(make: EntryMaker, row: Row) -> list[str]:
    todo = "Say which of our needs they mean, where you say what the columns mean (“terms” in a mapping)."
    return _known(make, row, "needs", make.terms, todo)


def _languages(make: EntryMaker, row: Row) -> list[str]:
    return _known(make, row, "languages", _known_languages(), "Ask for the language to be added.")


def _known(make: EntryMaker, row: Row, meaning: Meaning, codes: dict[str, str], todo: str) -> list[str]:
    """Codes of the words in the cells; a word we do not have is said."""
    words = [part for cell in make.all(row, meaning) for part in _LISTED.split(cell) if part]
    unknown = [word for word in words if fold_name(word) not in codes]
    if unknown:
        what = "These words are not among ours, so the entry is not found by them."
        row.note(make.column(meaning), what, todo, value=", ".join(unknown)[:200])
    return list(dict.fromkeys(codes[fold_name(word)] for word in words if fold_name(word) in codes))


def _cost(text: str | None) -> Cost | None:
    if text is None:
        return None
    folded = text.casefold().strip(" .")
    if folded in _FREE:
        return "free"
    return "donation" if "donation" in folded else "paid" if "£" in folded else None


def _age(text: str | None) -> int | None:
    number = read_number(text)
    return int(number) if number is not None and 0 <= number <= 120 else None


def _yes_or_no(text: str | None) -> bool | None:
    """None is unknown, also for words that say neither."""
    folded = (text or "").casefold().strip(" .")
    return True if folded in _YES else False if folded in _NO else None


def _is_closed(text: str | None) -> bool:
    return _yes_or_no(text) is True or bool(text and re.fullmatch(r"(?:19|20)\d\d(?:-\d\d-\d\d)?", text))
