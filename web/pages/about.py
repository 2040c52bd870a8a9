"""Pages about the site itself, and the small files browsers and robots ask for."""

from pathlib import Path

from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse

from api.dependencies import AppSettings, Read
from api.taxonomy import service as taxonomy
from web.assets import STATIC_FOLDER
from web.pages.page import PageRouter, ThisPage
from web.security import tile_host

router = PageRouter()
FAVICON: Path = STATIC_FOLDER / "icons" / "favicon.svg"
_PRIVATE = "".join(
    f"Disallow: {path}\n"
    for path in (
        "/api/", "/account", "/claim/", "/curate", "/list/", "/owner", "/sign-in/", "/still-right/",
        "/suggestions", "/your-desk",
    )
)  # fmt: skip
# They fetch only what somebody shares, to show it there; without a search's page they could not.
_SHOWERS = ("facebookexternalhit", "LinkedInBot", "Slackbot", "TelegramBot", "Twitterbot", "WhatsApp")
ROBOTS = (
    f"User-agent: *\nDisallow: /search\nDisallow: /share/search.png\n{_PRIVATE}\n"
    + "".join(f"User-agent: {name}\n" for name in _SHOWERS)
    + _PRIVATE
)


@router.page("/about")
async def show_about(page: ThisPage, read: Read) -> HTMLResponse:
    return page.show("about/about.html", kinds=await taxonomy.list_kinds(read))


@router.page("/accessibility")
async def show_accessibility(page: ThisPage) -> HTMLResponse:
    return page.show("about/accessibility.html")


@router.page("/privacy")
async def show_privacy(page: ThisPage, settings: AppSettings) -> HTMLResponse:
    return page.show("about/privacy.html", tile_host=tile_host(settings))


@router.get("/robots.txt", include_in_schema=False)
async def show_robots() -> PlainTextResponse:
    return PlainTextResponse(ROBOTS)


@router.get("/favicon.ico", include_in_schema=False)
async def show_favicon() -> FileResponse:
    return FileResponse(
        FAVICON, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"}
    )
