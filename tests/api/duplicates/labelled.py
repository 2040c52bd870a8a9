"""The labelled pairs: reading them, and how well the rules judge them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from api.duplicates.contacts import read_contact
from api.duplicates.names import read_name
from api.duplicates.rules import LIKELY, compare
from api.duplicates.schemas import Signs, Verdict
from geo.crs import to_osgb
from geo.gazetteer import fold_name, read_settlements
from tests.yaml_files import read_yaml

PROJECT: Final = Path(__file__).resolve().parents[3]
PAIRS: Final = PROJECT / "tests" / "fixtures" / "duplicates.yaml"


@dataclass(frozen=True)
class Pair:
    number: int
    family: str
    same: bool
    held_out: bool
    one: Signs
    other: Signs

    @property
    def verdict(self) -> Verdict:
        return compare(self.one, self.other)


@dataclass(frozen=True)
class Figures:
    """Of the pairs called likely, the share that is one thing; of those that are, the share called likely."""

    pairs: int
    precision: float
    recall: float


@cache
def place_names() -> frozenset[str]:
    rows = read_settlements(PROJECT / "data" / "gazetteer" / "settlements.csv")
    return frozenset(fold_name(name) for row in rows for name in (row.name, *row.aliases))


@cache
def read_pairs() -> tuple[Pair, ...]:
    rows: list[dict[str, Any]] = read_yaml(PAIRS)
    return tuple(
        Pair(
            row["id"], row["family"], row["same"], row["held_out"], make_signs(row["a"]), make_signs(row["b"])
        )
        for row in rows
    )


def make_signs(given: dict[str, Any]) -> Signs:
    """Signs of an entry in the short form of the file."""
    at = given.get("at")
    east, north = to_osgb(*at) if at else (None, None)
    contacts = [
        read_contact(kind, given[kind], public=not given.get("private"))
        for kind in ("phone", "email", "web")
        if given.get(kind)
    ]
    town = fold_name(given.get("town") or "")
    return Signs(
        name=given["name"],
        kind=given["kind"],
        parts=read_name(given["name"], place_names(), town=town),
        town=town,
        venue=fold_name(given.get("venue") or ""),
        organisation=fold_name(given.get("org") or ""),
        east=east,
        north=north,
        precision=given.get("precision", "exact") if at else None,
        at_home=bool(given.get("at_home")),
        contacts=tuple(one for one in contacts if one),
        sessions=frozenset(tuple(one.split()) for one in given.get("sessions", [])),
        areas=frozenset(given.get("areas", [])),
    )


def judge(pairs: list[Pair]) -> Figures:
    called = [pair for pair in pairs if pair.verdict.score >= LIKELY]
    right = sum(pair.same for pair in called)
    return Figures(len(pairs), right / max(1, len(called)), right / max(1, sum(pair.same for pair in pairs)))
