"""One run of an import: its rows by what became of them, the whole as CSV, and undoing it."""

import io
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.errors import BadInput
from api.models import IngestRun
from api.permissions import require
from ingest.exporting import get_run, write_report
from ingest.report import ALWAYS_SHOWN, LOCATED_WORDS
from ingest.shown import show_rows, source_of
from ingest.undo import undo_run
from ingest.within import may_bring_in
from web.bodies import Form, text_of
from web.pages.import_words import SHOWN_WORDS, run_words
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to

router = PageRouter(prefix="/curate/imports/runs", dependencies=[needs("coordinator")])


def describe_run(session: Session, run: IngestRun, *, show: str, part: int) -> dict[str, Any]:
    """What the template of a report needs: the run, its numbers in words, and a page of its rows."""
    shown = show_rows(session, run, show=show, part=part)
    located = run.counts.get("located", {})
    return {
        "run": run,
        "run_words": run_words(run.state, applied=run.applied),
        "located": [f"{count} {LOCATED_WORDS.get(how, how)}" for how, count in located.items()],
        "tabs": [
            (what, words) for what, words in SHOWN_WORDS.items() if shown.counts[what] or what in ALWAYS_SHOWN
        ],
        "shown": shown,
    }


def _get_run(page: SignedInPage, session: Session, run_id: UUID) -> IngestRun:
    """What it changed is told to those who may change it."""
    run = get_run(session, run_id)
    require(may_bring_in(session, page.actor, run.source_code))
    return run


@router.page("/{run_id}")
def show_run(run_id: UUID, page: CuratePage, session: Write, show: str = "", part: int = 1) -> HTMLResponse:
    return _run_page(page, session, run_id, show=show, part=part)


def _run_page(
    page: SignedInPage,
    session: Session,
    run_id: UUID,
    *,
    show: str = "",
    part: int = 1,
    status: int = 200,
    problem: str | None = None,
) -> HTMLResponse:
    run = _get_run(page, session, run_id)
    return page.show(
        "imports/run.html",
        status=status,
        source=source_of(session, run),
        problem=problem,
        here=f"/curate/imports/runs/{run_id}",
        **describe_run(session, run, show=show, part=part),
    )


@router.page("/{run_id}/report.csv")
def download(run_id: UUID, page: CuratePage, session: Write) -> Response:
    """Every row with its fate. What a spreadsheet would run as a formula is made harmless."""
    _get_run(page, session, run_id)
    text = io.StringIO(newline="")
    write_report(session, run_id, text)
    headers = {
        "Content-Disposition": f'attachment; filename="import-{run_id}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=headers)


@router.form("/{run_id}/undo")
def undo(run_id: UUID, page: CuratePage, session: Write, form: Form) -> Response:
    _get_run(page, session, run_id)
    try:
        with session.begin_nested():
            undo_run(session, run_id, keep_edited=text_of(form, "keep_edited") == "yes")
    except BadInput as problem:
        return _run_page(page, session, run_id, status=422, problem=problem.detail)
    return go_to("/curate/imports?done=undone")
