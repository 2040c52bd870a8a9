"""An entry in Soham's own ward, its curator, and short ways to send and to decide."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from api.entries.service import Saved, StoredDraft, get_draft
from api.models import Mail, Suggestion
from api.permissions import Actor
from api.settings import Settings
from api.suggestions import deciding, service
from api.suggestions.schemas import Receipt, Sender, SuggestionView
from tests.factories import NOW, SOHAM, add, add_areas, square
from tests.people import make_actor

SETTINGS = Settings(
    environment="test",
    secret_key="only for tests, and the same in each of them",
    public_url="https://hereabouts.example",
)
CONTACTS = [
    {"kind": "phone", "value": "01632 960201"},
    {"kind": "phone", "value": "01632 960999", "label": "The organiser at home", "public": False},
]


@dataclass
class Desk:
    """One curator of ward W1, where the entry is, and all that visitors send there."""

    session: Session
    curator: Actor
    entry: Saved

    def stored(self) -> StoredDraft:
        return get_draft(self.session, self.entry.entry_id)

    def change(self, _sender: Sender = Sender(), **changes: Any) -> UUID:  # noqa: B008 (frozen)
        """Dots of fields are written as two underlines."""
        fields = {name.replace("__", "."): value for name, value in changes.items()}
        receipt = service.suggest_change(
            self.session, self.entry.slug, fields, sender=_sender, settings=SETTINGS, now=NOW
        )
        return self.id_of(receipt)

    def new(self, fields: dict[str, Any], sender: Sender = Sender()) -> UUID:  # noqa: B008
        receipt = service.suggest_new(self.session, fields, sender=sender, settings=SETTINGS, now=NOW)
        return self.id_of(receipt)

    def report(self, reason: Any, sender: Sender = Sender()) -> UUID:  # noqa: B008
        slug = self.entry.slug
        return self.id_of(
            service.report(self.session, slug, reason, sender=sender, settings=SETTINGS, now=NOW)
        )

    def id_of(self, receipt: Receipt) -> UUID:
        found = self.session.query(Suggestion).filter_by(reference=receipt.reference).one()
        return found.id

    def accept(self, suggestion_id: UUID, *fields: str, **more: Any) -> SuggestionView:
        return deciding.accept(
            self.session, more.pop("actor", self.curator), suggestion_id, set(fields) if fields else None,
            settings=SETTINGS, now=NOW + timedelta(hours=1), **more,
        )  # fmt: skip

    def refuse(self, suggestion_id: UUID, reason: str = "We know better.") -> SuggestionView:
        return deciding.refuse(self.session, self.curator, suggestion_id, reason, settings=SETTINGS, now=NOW)

    def undo(self, suggestion_id: UUID) -> SuggestionView:
        return deciding.undo(self.session, self.curator, suggestion_id)

    def look(self, suggestion_id: UUID, actor: Actor | None = None) -> SuggestionView:
        return deciding.get_suggestion(self.session, actor or self.curator, suggestion_id)

    def mails(self) -> list[Mail]:
        return self.session.query(Mail).order_by(Mail.made_at).all()


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    add_areas(session, tmp_path, {"W1": square(*SOHAM), "W2": square(-0.2, 52.6)})
    entry = add(session, contacts=CONTACTS, cost="free", summary="We sing.")
    return Desk(session, make_actor(session, "curator", area="W1"), entry)
