"""Without a network: the worker that keeps the pages last seen, and the page that says what is kept."""

import hashlib
import json
from typing import Any, Final

from starlette.responses import HTMLResponse, JSONResponse, Response

from api.dependencies import AppSettings
from api.settings import Settings
from web.assets import STATIC_FOLDER, static_url
from web.pages.page import PageRouter, ThisPage
from web.rendering import TEMPLATE_FOLDER

router = PageRouter()
OFFLINE_PATH: Final = "/offline"
WORKER: Final = STATIC_FOLDER / "service-worker.js"
# What every page is made of; the map's parts too, so that a saved page still has its map.
SHELL: Final = (
    "css/*.css",
    "js/*.js",
    "map/*.css",
    "map/*.js",
    "icons/*.svg",
    "vendor/leaflet/leaflet.css",
    "vendor/leaflet/leaflet.js",
)
SHELL_PAGES: Final = ("base.html", "offline/index.html")


@router.page(OFFLINE_PATH)
async def show_saved(page: ThisPage) -> HTMLResponse:
    return page.show("offline/index.html")


@router.get("/service-worker.js", include_in_schema=False)
async def show_worker(settings: AppSettings) -> Response:
    """Its own text with our files' versions before it: a browser takes a new one when any of them changed."""
    shell = [OFFLINE_PATH, *list_shell()]
    here = {"version": version_of(shell, settings), "shell": shell, "offline": OFFLINE_PATH}
    body = f"const HERE = {json.dumps(here)};\n{WORKER.read_text(encoding='utf-8')}"
    return Response(body, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/manifest.webmanifest", include_in_schema=False)
async def show_manifest(settings: AppSettings) -> Response:
    body: dict[str, Any] = {
        "name": f"{settings.title}: {settings.place_name}",
        "short_name": settings.title,
        "description": f"Help and good neighbours in {settings.place_name}.",
        "lang": "en-GB",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#fbf7ee",
        "theme_color": "#14594a",
        "icons": [
            {"src": static_url(f"icons/{name}.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": use}
            for name, use in (("favicon", "any"), ("app", "maskable"))
        ],
    }
    headers = {"Cache-Control": "public, max-age=3600"}
    return JSONResponse(body, media_type="application/manifest+json", headers=headers)


def list_shell() -> list[str]:
    """Addresses of the files of the shell, with their versions."""
    found = (file for pattern in SHELL for file in sorted(STATIC_FOLDER.glob(pattern)))
    return [static_url(file.relative_to(STATIC_FOLDER).as_posix()) for file in found]


def version_of(shell: list[str], settings: Settings) -> str:
    """Changes with any file of the shell, with its pages, and with what they are called."""
    said = [*shell, settings.title, settings.place_name]
    said += [WORKER.read_text(encoding="utf-8")]
    said += [(TEMPLATE_FOLDER / name).read_text(encoding="utf-8") for name in SHELL_PAGES]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]
