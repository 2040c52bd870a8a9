"""The data Hereabouts brings itself: its gazetteer and taxonomy always, its example entries when wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from api.areas.service import load_areas
from api.connectors.schemas import ConnectorDraft
from api.connectors.service import save_connector
from api.entries.schemas import EntryDraft
from api.entries.service import ToSave, save_entries
from api.face.service import rebuild_face
from api.models import DirectoryFact, Source
from api.places.loading import load_gazetteer
from api.search.sayings import load_sayings
from api.taxonomy.service import load_taxonomy
from ingest import queries

DATA = Path(__file__).resolve().parent.parent / "data"
EXAMPLE_SOURCE = "examples"


@dataclass(frozen=True)
class Loaded:
    entries: int
    connectors: int
    areas: int


def load_foundations(session: Session, folder: Path = DATA) -> None:
    """The taxonomy, what people say, and our own gazetteer. What a fuller gazetteer brought stays."""
    load_taxonomy(session, folder / "taxonomy.yaml")
    load_sayings(session, folder / "synonyms.yaml")
    load_gazetteer(session, folder / "gazetteer" / "settlements.csv")
    load_gazetteer(session, folder / "gazetteer" / "postcode_groups.csv")


def load_examples(session: Session, folder: Path = DATA / "examples") -> Loaded:
    """Example areas, entries and connectors, every one marked as an example."""
    session.merge(
        Source(
            code=EXAMPLE_SOURCE,
            name="Examples made up to show how Hereabouts works",
            licence="Same licence as the program",
            attribution="Example data of the Hereabouts project",
        )
    )
    session.flush()
    areas = load_areas(session, folder / "areas.geojson", type_=None, source=EXAMPLE_SOURCE, is_example=True)
    drafts = [
        EntryDraft.model_validate({**document, "is_example": True})
        for path in sorted((folder / "entries").glob("*.yaml"))
        for document in _read(path)
    ]
    items = [ToSave(draft, source_code=EXAMPLE_SOURCE) for draft in drafts]
    save_entries(session, items, by="Hereabouts", why="Example data")
    connectors = [
        ConnectorDraft.model_validate({**document, "is_example": True})
        for document in _read(folder / "connectors.yaml")
    ]
    for connector in connectors:
        save_connector(session, connector)
    rebuild_face(session)
    return Loaded(len(drafts), len(connectors), areas.loaded)


def _read(path: Path) -> list[dict[str, Any]]:
    # The parser in C where PyYAML has it: ten times as fast, and this is most of a first start.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return documents


def load_once(session: Session, *, examples: bool, say: Callable[[str], None] | None = None) -> Loaded | None:
    """At first start: the foundations, and the examples when wanted and nothing else is in. Later: nothing.
    Returns what was loaded, or None when there was nothing to do."""
    tell = say or (lambda _words: None)
    if session.get(DirectoryFact, "foundations") is None:
        tell("Loading place names and the taxonomy")
        load_foundations(session)
        session.add(DirectoryFact(name="foundations", value={}))
        session.flush()
    if not examples or session.get(DirectoryFact, "examples") is not None:
        return None
    if queries.holds_entries(session):
        return None
    tell("Loading the example entries")
    loaded = load_examples(session)
    session.add(DirectoryFact(name="examples", value=vars(loaded)))
    return loaded
