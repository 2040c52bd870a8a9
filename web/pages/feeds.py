"""Feeds on the page of imports: pausing, resuming, and fetching one now."""

from fastapi import BackgroundTasks
from starlette.responses import Response

from api.accounts.dependencies import Write, needs
from api.dependencies import AppSettings, State
from api.errors import NotFound
from api.permissions import require
from ingest.feeds import list_feeds, pause_feed, resume_feed, run_feed
from ingest.uploads import may_run_feeds
from web.bodies import Form, text_of
from web.pages.page import CuratePage, PageRouter, go_to

router = PageRouter(prefix="/curate/imports/feeds", dependencies=[needs("coordinator")])


@router.form("/{code}/pause")
def pause(code: str, page: CuratePage, session: Write, form: Form) -> Response:
    require(may_run_feeds(page.actor))
    pause_feed(session, code, why=text_of(form, "why", most=300) or "Somebody paused it.")
    return go_to("/curate/imports?done=paused#feeds")


@router.form("/{code}/resume")
def resume(code: str, page: CuratePage, session: Write) -> Response:
    require(may_run_feeds(page.actor))
    resume_feed(session, code)
    return go_to("/curate/imports?done=resumed#feeds")


@router.form("/{code}/run")
def fetch_now(
    code: str, page: CuratePage, session: Write, settings: AppSettings, state: State, tasks: BackgroundTasks
) -> Response:
    """It is fetched when the reply has been sent; how it went is written down with the feed."""
    require(may_run_feeds(page.actor))
    if code not in {feed.code for feed in list_feeds(session)}:
        raise NotFound("There is no such feed.")
    tasks.add_task(run_feed, state.write, settings.home_folder / "feeds", only=code)
    return go_to("/curate/imports?done=fetching#feeds")
