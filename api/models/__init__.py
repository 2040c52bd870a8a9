"""Every table that holds the truth; the public projection `face` is made from these."""

from api.models.base import DIRECTORY, FACE, GAZETTEER, Base
from api.models.duplicates import DuplicatePair, EntryMerge
from api.models.entry import (
    Check,
    Contact,
    Coverage,
    Entry,
    Link,
    OldSlug,
    Organisation,
    OutboxRow,
    Place,
    Revision,
    SessionRow,
)
from api.models.kind_facts import (
    DropInFactsRow,
    MicroEnterpriseFactsRow,
    MutualAidFactsRow,
    TimebankFactsRow,
    TransportFactsRow,
)
from api.models.people import Connector, Patch, Term
from api.models.places import Area, PostcodeGroup, PostcodeRow, Settlement
from api.models.search import SearchCount, StopWord, SynonymGroup
from api.models.source import (
    DirectoryFact,
    Feed,
    IngestBefore,
    IngestConflict,
    IngestRowFate,
    IngestRun,
    SavedMapping,
    Source,
    SourceRow,
)

__all__ = [
    "DIRECTORY",
    "FACE",
    "GAZETTEER",
    "Area",
    "Base",
    "Check",
    "Connector",
    "Contact",
    "Coverage",
    "DirectoryFact",
    "DropInFactsRow",
    "DuplicatePair",
    "Entry",
    "EntryMerge",
    "Feed",
    "IngestBefore",
    "IngestConflict",
    "IngestRowFate",
    "IngestRun",
    "Link",
    "MicroEnterpriseFactsRow",
    "MutualAidFactsRow",
    "OldSlug",
    "Organisation",
    "OutboxRow",
    "Patch",
    "Place",
    "PostcodeGroup",
    "PostcodeRow",
    "Revision",
    "SavedMapping",
    "SearchCount",
    "SessionRow",
    "Settlement",
    "Source",
    "SourceRow",
    "StopWord",
    "SynonymGroup",
    "Term",
    "TimebankFactsRow",
    "TransportFactsRow",
]
