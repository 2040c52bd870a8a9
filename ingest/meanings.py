"""What a column of an unknown file may mean, and the names such columns go by in real files."""

from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

import yaml

from geo.gazetteer import fold_name

HEADINGS: Final = Path(__file__).resolve().parent.parent / "data" / "headings.yaml"

Meaning = Literal[
    "key",
    "name",
    "kind",
    "summary",
    "description",
    "organisation",
    "place_name",
    "address",
    "town",
    "postcode",
    "lon",
    "lat",
    "easting",
    "northing",
    "point",
    "phone",
    "email",
    "web",
    "hours",
    "hours_monday",
    "hours_tuesday",
    "hours_wednesday",
    "hours_thursday",
    "hours_friday",
    "hours_saturday",
    "hours_sunday",
    "cost",
    "age_from",
    "age_to",
    "eligibility",
    "needs",
    "languages",
    "step_free",
    "toilet",
    "hearing_loop",
    "parking",
    "referral",
    "closed",
    "ignore",
]
MEANINGS: Final[tuple[Meaning, ...]] = get_args(Meaning)
WEEK: Final[tuple[Meaning, ...]] = tuple(one for one in MEANINGS if one.startswith("hours_"))


@cache
def known_headings() -> dict[str, Meaning]:
    """What a heading means, by its squashed form."""
    listed: dict[Meaning, list[str]] = yaml.safe_load(HEADINGS.read_text(encoding="utf-8"))
    return {squash(variant): meaning for meaning, variants in listed.items() for variant in variants}


def squash(heading: str) -> str:
    """A heading without case, spaces, punctuation and a number at its end."""
    letters = fold_name(heading).replace(" ", "")
    return letters.rstrip("0123456789") or letters


def meaning_of(heading: str) -> Meaning | None:
    return known_headings().get(squash(heading))
