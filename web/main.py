"""The whole app: the JSON API with the pages, the static files and the headers that guard them."""

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from api.main import create_api
from api.settings import Settings
from api.state import DirectoryState
from web.assets import STATIC_FOLDER, VersionedFiles
from web.pages import (
    about,
    account,
    accounts,
    area_room,
    areas,
    checks,
    conflicts,
    connector_room,
    connectors,
    desk,
    developers,
    duplicates,
    editing,
    editing_conflict,
    editing_find,
    editing_history,
    embed,
    entries,
    feeds,
    getting_there,
    home,
    import_files,
    imports,
    keys,
    kinds,
    mailbox,
    notices,
    oembed,
    offline,
    owners,
    people,
    run_report,
    sayings,
    search,
    second_step,
    share,
    sign_in_links,
    sso,
    still_right,
    suggestions,
    suggestions_add,
    suggestions_change,
    suggestions_desk,
)
from web.pages import map as map_data
from web.pages.errors import AnswerFaults, show_problems_as_pages
from web.security import RefuseElsewhere, SecurityHeaders

PAGES = (home, search, entries, connectors, kinds, areas, getting_there, about, developers, map_data)
# Pages of people with an account, and of those who help without one.
CURATING = (
    accounts,
    sign_in_links,
    sso,
    account,
    second_step,
    keys,
    people,
    mailbox,
    desk,
    duplicates,
    conflicts,
    editing_find,
    editing,
    editing_conflict,
    editing_history,
    notices,
    sayings,
    suggestions,
    suggestions_add,
    suggestions_change,
    suggestions_desk,
    checks,
    owners,
    still_right,
    imports,
    import_files,
    run_report,
    feeds,
    connector_room,
    area_room,
)
SHARING = (embed, oembed, share, offline)
# Level 1 costs a quarter of the usual level's time for a tenth more bytes.
GZIP_LEVEL = 1
GZIP_FROM_BYTES = 700


def create_app(settings: Settings | None = None) -> FastAPI:
    """Composition root: `uvicorn web.main:create_app --factory` serves it."""
    app = create_api(settings)
    state: DirectoryState = app.state.directory
    for page in (*PAGES, *CURATING, *SHARING):
        app.include_router(page.router)
    app.mount("/static", VersionedFiles(directory=STATIC_FOLDER), name="static")
    show_problems_as_pages(app)
    # Added last is outermost: headers go on every reply, faults included.
    app.add_middleware(AnswerFaults)
    app.add_middleware(RefuseElsewhere)
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM_BYTES, compresslevel=GZIP_LEVEL)
    app.add_middleware(SecurityHeaders, settings=state.settings)
    return app
