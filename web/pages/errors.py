"""When something is wrong: the API's own problem document, shown to people as a page in the same words."""

import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.face import service as face
from api.state import DirectoryState
from web.rendering import render_page
from web.security import FRAMED_PATH

Handler = Callable[[Request, Exception], Awaitable[Response]]
MACHINE_PATHS = ("/api/", "/healthz", "/readyz", "/tiles/", "/static/", "/oembed")
# What is typed there no page shows again.
SECRET_PATHS = ("/sign-in", "/account")
JSON_ENDINGS = (".json", ".geojson", ".csv", ".ics", ".atom")


def wants_page(request: Request) -> bool:
    path = request.url.path
    return not path.startswith(MACHINE_PATHS) and not path.endswith(JSON_ENDINGS)


def show_problems_as_pages(app: FastAPI) -> None:
    """Wraps every handler the API has set, so that a problem has one home for its status and its words."""
    for cause, handler in list(app.exception_handlers.items()):
        app.exception_handlers[cause] = _as_page(cast(Handler, handler))


def _as_page(handler: Handler) -> Any:
    async def handle(request: Request, error: Exception) -> Response:
        response = await handler(request, error)
        if not wants_page(request):
            return response
        if response.status_code == 401 and request.method == "GET":
            return RedirectResponse(f"/sign-in?next={quote(way_back(request))}", status_code=303)
        if "location" in response.headers:
            return RedirectResponse(response.headers["location"], status_code=response.status_code)
        return await show_problem(request, response)

    return handle


def way_back(request: Request) -> str:
    """The path they asked for, with its question."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


class AnswerFaults:
    """Answers what nothing else caught, inside the middleware that adds headers; Starlette's own answer
    would come from outside it, without them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, note_start)
        except Exception as error:
            if started:
                raise
            request = Request(scope, receive)
            handler = cast(Handler, request.app.exception_handlers[Exception])
            await (await handler(request, error))(scope, receive, send)


async def show_problem(request: Request, response: Response) -> Response:
    """The page for a problem document, keeping its headers (Retry-After, Allow)."""
    problem = json.loads(bytes(response.body) or b"{}")
    status = response.status_code
    state: DirectoryState = request.app.state.directory
    context = {
        "problem": problem,
        "status": status,
        "has_examples": await _has_examples(state, status),
        "sent": _sent_fields(request) if status >= 500 else [],
        "posted": request.method == "POST",
        "again": way_back(request),
    }
    template = "embed/problem.html" if request.url.path == FRAMED_PATH else "errors/problem.html"
    page = render_page(request, state.settings, template, context, status=status)
    for name in ("retry-after", "allow"):
        if name in response.headers:
            page.headers[name] = response.headers[name]
    return page


def _sent_fields(request: Request) -> list[tuple[str, str]]:
    """What a form held that could not be kept, to be sent again. Nothing where that would put a secret into
    the page, or where a file was sent, which no page can send again."""
    form: FormData | None = getattr(request.state, "form", None)
    if form is None or request.url.path.startswith(SECRET_PATHS):
        return []
    fields = form.multi_items()
    texts = [(name, value) for name, value in fields if isinstance(value, str)]
    return texts if len(texts) == len(fields) else []


async def _has_examples(state: DirectoryState, status: int) -> bool:
    """The banner also stands on a 404; when the directory itself is in trouble it is left alone."""
    if status < 500:
        with contextlib.suppress(Exception):
            async with state.read_pool.connection(timeout=1) as read:
                return await face.has_examples(read)
    return False
