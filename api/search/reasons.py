"""Why an entry is shown, in the visitor's own words where we can."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from api.search.queries import TermName
from api.search.words import Term
from geo.distance import describe_distance
from geo.gazetteer import fold_name


@dataclass(frozen=True)
class Asked:
    """What a search asked for, in the shape reasons are worked out from. `meant` are the needs that each term
    says; `area_names` are those the place lies in, smallest first; every result is in the `languages`."""

    looked_for: list[Term]
    meant: list[list[TermName]]
    place: dict[str, Any] | None
    area_names: list[tuple[str, str, str]]
    languages: tuple[str, ...] = ()


def reasons(row: dict[str, Any], asked: Asked) -> list[str]:
    """One or more short sentences for one result."""
    found = []
    if asked.place is not None:
        found += _about_place(row, asked)
    found += _about_words(row, asked)
    return found + [f"In {label}" for label in asked.languages]


def _about_place(row: dict[str, Any], asked: Asked) -> list[str]:
    found = []
    served = next((name for code, name, _ in asked.area_names if code in row["served"]), None)
    if row["everywhere"]:
        found.append("By phone or online, for everyone")
    elif served:
        found.append(f"Serves {served}")
    elif row["has_coverage"] and row["serves"]:
        found.append("Serves this place")
    elif row["has_coverage"]:
        label = row["card"].get("coverage_label")
        found.append(f"Near, but serves {label} only" if label else "Near, but does not serve this place")
    elif row["rough"]:
        found.append("Close by; we know only roughly where")
    elif row["distance_m"] is None:
        found.append(_somewhere(row, asked))
    if row["distance_m"] is not None:
        found.append(describe_distance(row["distance_m"]))
    return found


def _somewhere(row: dict[str, Any], asked: Asked) -> str:
    shared = next((name for code, name, _ in asked.area_names if code in row["in_areas"]), None)
    return f"In {shared}; we do not show where" if shared else "We do not know where this is"


def _about_words(row: dict[str, Any], asked: Asked) -> list[str]:
    name = f" {_folded(row['card']['name'])} "
    has = {need["code"] for need in row["card"]["needs"]}
    found = []
    for term, meant, hit in zip(asked.looked_for, asked.meant, row["hits"], strict=True):
        if not hit:
            continue
        met = [need.label for need in meant if need.code in has]
        said = next((word for word in term.spoken if f" {word} " in name), None)
        if said:
            found.append(f"“{said}” is in its name")
        elif met:
            found.append(f"Matches “{term.typed}” ({met[0].lower()})")
        else:
            found.append(f"Mentions “{term.corrected[0] if term.corrected else term.typed}”")
    return found


_folded = lru_cache(maxsize=10_000)(fold_name)


def needs_meant(terms: list[Term], needs: list[TermName]) -> list[list[TermName]]:
    """For each term the needs whose label, or one of the words people say for it, is what was looked for."""
    return [[need for need in needs if not _said(need).isdisjoint(term.spoken)] for term in terms]


@lru_cache(maxsize=1024)
def _said(need: TermName) -> frozenset[str]:
    """Its phrases and their single words, folded."""
    phrases = {fold_name(phrase) for phrase in (need.label, *need.words)}
    return frozenset(phrases | {part for phrase in phrases for part in phrase.split()})
