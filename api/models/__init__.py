"""Every table that holds the truth; the public projection `face` is made from these."""

from api.models.accounts import (
    AccountEvent,
    ApiToken,
    Attempt,
    Mail,
    Person,
    PersonRole,
    RecoveryCode,
    SignIn,
    Ticket,
)
from api.models.base import DIRECTORY, FACE, GAZETTEER, Base
from api.models.checks import CheckRule, ContactAttempt, OwnerNote, Reminder
from api.models.curation import DeskDeed, DeskItem, DeskMark, EntryUse, WebCheck
from api.models.duplicates import DuplicatePair, EntryMerge
from api.models.editing import EditDraft
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
from api.models.notices import Notice
from api.models.owners import Owner
from api.models.people import Connector, Patch, Term
from api.models.places import Area, AreaWithin, PostcodeGroup, PostcodeRow, Settlement
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
from api.models.suggestions import Suggestion
from api.models.uploads import Upload

__all__ = [
    "DIRECTORY",
    "FACE",
    "GAZETTEER",
    "AccountEvent",
    "ApiToken",
    "Area",
    "AreaWithin",
    "Attempt",
    "Base",
    "Check",
    "CheckRule",
    "Connector",
    "Contact",
    "ContactAttempt",
    "Coverage",
    "DeskDeed",
    "DeskItem",
    "DeskMark",
    "DirectoryFact",
    "DropInFactsRow",
    "DuplicatePair",
    "EditDraft",
    "Entry",
    "EntryMerge",
    "EntryUse",
    "Feed",
    "IngestBefore",
    "IngestConflict",
    "IngestRowFate",
    "IngestRun",
    "Link",
    "Mail",
    "MicroEnterpriseFactsRow",
    "MutualAidFactsRow",
    "Notice",
    "OldSlug",
    "Organisation",
    "OutboxRow",
    "Owner",
    "OwnerNote",
    "Patch",
    "Person",
    "PersonRole",
    "Place",
    "PostcodeGroup",
    "PostcodeRow",
    "RecoveryCode",
    "Reminder",
    "Revision",
    "SavedMapping",
    "SearchCount",
    "SessionRow",
    "Settlement",
    "SignIn",
    "Source",
    "SourceRow",
    "StopWord",
    "Suggestion",
    "SynonymGroup",
    "Term",
    "Ticket",
    "TimebankFactsRow",
    "TransportFactsRow",
    "Upload",
    "WebCheck",
]
