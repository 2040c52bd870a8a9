"""The history of an entry: every version, who made it and why, and putting one back."""

from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.areas.service import name_areas
from api.editing import service
from api.editing.rules import HOME_PIN
from api.entries.differences import areas_in
from api.entries.wording import NOTHING, field_words
from api.errors import BadInput
from ingest.provenance import by_origin, list_origins, provenance
from web.pages.page import CuratePage, PageRouter, go_to

router = PageRouter(dependencies=[needs("curator")])


@router.page("/curate/entries/{entry_id}/history")
def show_history(entry_id: UUID, page: CuratePage, session: Write) -> HTMLResponse:
    opened = service.open_entry(session, page.actor, entry_id)
    lines = service.list_revisions(session, page.actor, entry_id)
    origins = list_origins(session, entry_id, lines)
    codes = areas_in(change for line in lines for change in line.changes or ())
    return page.show(
        "editing/history.html",
        opened=opened,
        lines=[(line, origins[line.version]) for line in lines],
        field_words=field_words,
        areas=name_areas(session, codes),
        nothing=NOTHING,
        origins=[
            (origin, [field_words(field) for field in fields])
            for origin, fields in by_origin(provenance(lines, origins))
        ],
    )


@router.form("/curate/entries/{entry_id}/restore")
def restore_version(
    entry_id: UUID,
    page: CuratePage,
    session: Write,
    version: Annotated[int, Form(ge=1, le=1_000_000_000)],
    expected: Annotated[int, Form(ge=1, le=1_000_000_000)],
    not_a_home: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Put a version back. When it would show what may be a home, it asks first."""
    try:
        service.restore(
            session,
            page.actor,
            entry_id,
            version=version,
            expected_version=expected,
            not_a_home=not_a_home == "yes",
        )
    except BadInput as error:
        if error.detail != HOME_PIN:
            raise
        opened = service.open_entry(session, page.actor, entry_id)
        context = {"opened": opened, "version": version, "expected": expected}
        return page.show("editing/home.html", status=error.status, **context)
    return go_to(f"/curate/entries/{entry_id}?done=restored")
