"""What waits in a curator's areas, and what was decided there."""

from typing import Final, cast

from sqlalchemy.orm import Session

from api.permissions import Actor
from api.suggestions import queries
from api.suggestions.fields import FIELD_LABELS
from api.suggestions.schemas import ListedSuggestion, Reason, State, SuggestionPage, What

PER_PAGE: Final = 50


def list_suggestions(
    session: Session, actor: Actor, *, waiting: bool = True, page: int = 1, per_page: int = PER_PAGE
) -> SuggestionPage:
    """Those in the actor's areas: what waits, oldest first, or what was decided, newest first."""
    rows, total = queries.list_suggestions(
        session, areas=actor.areas_as("curator"), waiting=waiting, page=page, per_page=per_page
    )
    items = [
        ListedSuggestion(
            row.id,
            cast(What, row.what),
            cast(State, row.state),
            name or str(row.fields.get("name", "No name given")),
            cast("Reason | None", row.report_reason),
            [FIELD_LABELS[field] for field in FIELD_LABELS if field in row.fields],
            row.made_at,
        )
        for row, name in rows
    ]
    return SuggestionPage(items, total, page, per_page)
