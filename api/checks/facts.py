"""The facts of an entry by group, in words: what we hold, and what the public sees of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.entries.schemas import EntryDraft
from api.entries.service import as_document
from api.entries.vocabulary import (
    CHECK_GROUP_LABELS,
    COST_LABELS,
    KIND_WORDS,
    CheckGroup,
)
from api.entries.wording import capital, contact_words, session_words


@dataclass(frozen=True)
class Facts:
    """One group; each line is one fact in words. No line: nothing is said."""

    group: CheckGroup
    label: str
    lines: tuple[str, ...]


def public_facts(detail: dict[str, Any]) -> list[Facts]:
    """What the public sees, from the public's own document."""
    places = [_place_lines(place) for place in detail["places"]]
    label = (detail["coverage"] or {}).get("label")
    where = [*(line for lines in places for line in lines), *_served(label, everywhere=detail["everywhere"])]
    audiences = [one["label"] for one in detail["audiences"]]
    return _grouped(detail, where=where, audiences=audiences)


def held_facts(draft: EntryDraft, audience_labels: Mapping[str, str]) -> list[Facts]:
    """What we hold, private places and contacts too: for those who may see them."""
    document = as_document(draft)
    place = document.get("place") or {}
    labels = [
        piece.get("label") or piece.get("area") or piece["how"] for piece in document.get("coverage", [])
    ]
    served = _served(", ".join(labels), everywhere=draft.everywhere)
    audiences = [audience_labels.get(code, code) for code in draft.audiences]
    return _grouped(document, where=[*_place_lines(place), *served], audiences=audiences)


def _grouped(says: dict[str, Any], *, where: list[str], audiences: list[str]) -> list[Facts]:
    lines: dict[CheckGroup, Iterator[str]] = {
        "name": _name_lines(says),
        "contact": _contact_lines(says.get("contacts") or []),
        "times": _time_lines(says.get("sessions") or []),
        "place": iter(where),
        "audience": _audience_lines(says, audiences),
        "cost": _cost_lines(says),
    }
    return [
        Facts(group, label, tuple(line for line in lines[group] if line))
        for group, label in CHECK_GROUP_LABELS.items()
    ]


def _name_lines(says: dict[str, Any]) -> Iterator[str]:
    yield f"{says['name']} ({KIND_WORDS[says['kind']].label.lower()})"
    yield says.get("summary") or ""
    yield says.get("description") or ""
    organisation = says.get("organisation")
    if organisation:
        yield f"Run by {organisation['name']}"


def _contact_lines(contacts: list[dict[str, Any]]) -> Iterator[str]:
    # The public's document leaves the mark out whether one is public, and only holds those that are.
    yield from map(capital, map(contact_words, contacts))


def _time_lines(sessions: list[dict[str, Any]]) -> Iterator[str]:
    yield from map(session_words, sessions)


def _place_lines(place: dict[str, Any]) -> list[str]:
    address = place.get("address") or []
    parts = [place.get("name"), *address, place.get("town"), place.get("postcode")]
    line = ", ".join(part for part in parts if part)
    return [line] if line else []


def _served(label: str | None, *, everywhere: bool) -> list[str]:
    lines = [f"Serves {label}"] if label else []
    return [*lines, "For everyone, by phone or online"] if everywhere else lines


def _audience_lines(says: dict[str, Any], audiences: list[str]) -> Iterator[str]:
    yield ", ".join(audiences)
    low, high = says.get("age_from"), says.get("age_to")
    if low is not None or high is not None:
        yield f"Aged {low if low is not None else 0}" + (f" to {high}" if high is not None else " and over")
    yield says.get("eligibility") or ""
    if says.get("self_referral") is not None:
        yield "You can go yourself" if says["self_referral"] else "Somebody must refer you"
    yield f"Referral by {says['referral_by']}" if says.get("referral_by") else ""


def _cost_lines(says: dict[str, Any]) -> Iterator[str]:
    yield COST_LABELS[says["cost"]] if says.get("cost") else ""
    yield says.get("cost_note") or ""
