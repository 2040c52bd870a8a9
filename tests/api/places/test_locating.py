"""Finding many addresses at once gives each the answer it would get alone."""

import csv
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models import PostcodeRow
from api.places.loading import load_gazetteer
from api.places.service import Locator
from tests.yaml_files import read_yaml

EXAMPLES = Path(__file__).resolve().parents[3] / "data" / "examples" / "entries"
Address = tuple[str | None, str | None]
ODD: list[Address] = [
    ("CB7 5ZZ", None), ("CB7", "Ely"), ("CB75", None), ("nonsense", "Soham"), ("SW1A 1AA", "Ely"),
    ("CB7 5ZI", "St Ives, Cambs"), (None, "Sutton"), (None, "Sutton, East Cambridgeshire"),
    (None, "Atlantis"),
    (None, "52.3, 0.1"), (None, None), ("", "..."), ("cb7 5hp", "Saint Neots"), (None, "the Fens"),
]  # fmt: skip


def assert_each_is_found_as_alone(session: Session, addresses: list[Address]) -> None:
    together = Locator(session, addresses)
    for postcode, town in addresses:
        alone = Locator(session, []).locate(postcode=postcode, town=town)
        assert together.locate(postcode=postcode, town=town) == alone


def test_addresses_of_the_examples_and_odd_ones(session: Session) -> None:
    entries = [one for path in EXAMPLES.glob("*.yaml") for one in read_yaml(path)]
    places = [entry["place"] for entry in entries if entry.get("place")]
    addresses = {(place.get("postcode"), place.get("town")) for place in places}
    assert len(addresses) > 50
    assert_each_is_found_as_alone(session, [*sorted(addresses, key=str), *ODD])


def test_real_libraries_and_real_postcodes(session: Session, test_data: Path) -> None:
    load_gazetteer(session, test_data / "codepoint_open")
    with (test_data / "directories" / "libraries_cambridgeshire.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    libraries: list[Address] = [(row["Postcode"], row["Address 2"]) for row in rows]
    postcodes = sorted(session.scalars(select(PostcodeRow.code)))
    some: list[Address] = [(code, None) for code in Random(1).sample(postcodes, 150)]
    assert len(libraries) >= 44
    assert_each_is_found_as_alone(session, libraries + some)
