"""Imports: where a list is handed in, with what is on its way, what was brought in, and the feeds."""

from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.areas.service import name_areas
from api.dependencies import AppSettings, Now
from api.errors import BadInput
from ingest import uploads
from ingest.feeds import list_feeds
from ingest.saved import called, list_mappings
from ingest.shown import list_runs
from ingest.sources import KNOWN_SOURCES
from ingest.uploads import MOST_BYTES, TOO_LARGE, folder_of, may_run_feeds
from ingest.within import may_bring_in
from web.bodies import Form, at_most, file_of, text_of
from web.pages.forms import problems_by_field
from web.pages.import_files import After
from web.pages.import_words import STATE_WORDS, run_words
from web.pages.page import CuratePage, PageRouter, SignedInPage

router = PageRouter(
    prefix="/curate/imports", dependencies=[at_most(MOST_BYTES, TOO_LARGE), needs("coordinator")]
)
SHOWN_RUNS: Final = 30
SHOWN_TRIALS: Final = 10
SAID: Final = {
    "forgotten": "The file is thrown away. Nothing of it was kept.",
    "undone": "The import is undone.",
    "paused": "The feed is paused. It is left alone until somebody resumes it.",
    "resumed": "The feed is fetched again, beginning now.",
    "fetching": "The feed is being fetched. Load this page again in a minute to see how it went.",
}


@router.page("")
def show_imports(
    page: CuratePage, session: Write, now: Now, settings: AppSettings, done: str = ""
) -> HTMLResponse:
    uploads.forget_old(session, folder_of(settings), now=now)
    return _index(page, session, said=SAID.get(done))


def _index(page: SignedInPage, session: Session, *, status: int = 200, **context: Any) -> HTMLResponse:
    plain: dict[str, Any] = {"said": None, "problems": {}, "typed": {}}
    everywhere = may_run_feeds(page.actor)
    mine = page.actor.areas_as("coordinator")
    runs = list_runs(session, limit=SHOWN_RUNS)
    trials = list_runs(session, limit=SHOWN_TRIALS, applied=False)
    codes = {source.code for _, source in (*runs, *trials)}
    return page.show(
        "imports/index.html",
        status=status,
        may_feeds=everywhere is True,
        mine=None if mine is None else name_areas(session, mine).values(),
        may_see={code for code in codes if may_bring_in(session, page.actor, code) is True},
        readers=_readers(session),
        waiting=uploads.list_open(session, page.actor),
        runs=runs,
        trials=trials,
        feeds=list_feeds(session),
        states=STATE_WORDS,
        run_words=run_words,
        most_mb=MOST_BYTES // 1_000_000,
        **(plain | context),
    )


def _readers(session: Session) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a file can be read as, in groups of (code, words)."""
    known = sorted((code, source.name) for code, source in KNOWN_SOURCES.items())
    kept = [(one.name, called(one)) for one in list_mappings(session)]
    return [("Lists you have described", kept), ("Lists and formats we know", known)]


@router.form("")
def hand_in(page: CuratePage, session: Write, after: After, form: Form) -> Response:
    file = file_of(form, "file")
    typed = {"read_as": text_of(form, "read_as"), "name": text_of(form, "name")}
    try:
        if file is None:
            raise uploads.bad("file", "Choose a file.")
        with session.begin_nested():
            upload = uploads.keep_upload(
                session, page.actor, folder_of(after.settings), file.file, file_name=file.filename, **typed
            )
    except BadInput as problem:
        problems = problems_by_field(problem)
        return _index(page, session, status=422, problems=problems, typed=typed)
    return after.work_at(upload.id)
