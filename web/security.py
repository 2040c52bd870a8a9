"""Headers that keep a page to itself: what may run, load, frame it, or learn where the visitor came from."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, cast
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import HereaboutsError, NotAllowed
from api.settings import Settings

Handler = Callable[[Request, Exception], Awaitable[Response]]

FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), browsing-topics=(), "
        "interest-cohort=()"
    ),
}

# What a page needs means nothing to a style sheet or a script, and a first visit loads forty of them.
FILES: Final = "/static/"
FILE_HEADERS: Final = {"X-Content-Type-Options": "nosniff"}
# A drawing can be opened as a page of its own.
DRAWING_HEADERS: Final = FILE_HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"
}

ELSEWHERE: Final = "This was sent from another site. Nothing was changed."
# The one page made to stand on the pages of others. It keeps nothing and can change nothing.
FRAMED_PATH = "/embed/view"


def tile_host(settings: Settings) -> str | None:
    """Scheme and host of the street tiles, when a deployment has set them; a `{s}` becomes a wildcard."""
    if settings.street_tiles_url is None:
        return None
    parts = urlsplit(settings.street_tiles_url.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else None


def content_policy(nonce: str, *, image_host: str | None, framed: bool = False) -> str:
    images = f"'self' data: {image_host}" if image_host else "'self' data:"
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src {images}",
            "worker-src 'self'",
            "manifest-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors *" if framed else "frame-ancestors 'none'",
            "form-action 'self'",
        )
    )


def from_elsewhere(headers: Headers) -> bool:
    """Whether another site's page sent this: browsers say so (Fetch Metadata), older ones by Origin.
    What says neither is no browser, and carries no one's cookie."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


class RefuseElsewhere:
    """What changes something is taken from our own pages only, and from systems with a key of their own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            headers = Headers(scope=scope)
            if "authorization" not in headers and from_elsewhere(headers):
                request = Request(scope, receive)
                handler = cast(Handler, request.app.exception_handlers[HereaboutsError])
                await (await handler(request, NotAllowed(ELSEWHERE)))(scope, receive, send)
                return
        await self.app(scope, receive, send)


class SecurityHeaders:
    """Gives each request a fresh nonce (`request.state.nonce`) and each reply its headers.

    Written straight on ASGI: a wrapping middleware would buffer streams and cost a task a request.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.image_host = tile_host(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = self._headers_of(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in headers.items():
                    given.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _headers_of(self, scope: Scope) -> Mapping[str, str]:
        """Those of a reply that brings none of its own by that name."""
        path = scope["path"]
        if path.startswith(FILES):
            return FILE_HEADERS if path.endswith((".css", ".js")) else DRAWING_HEADERS
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        framed = path == FRAMED_PATH
        policy = content_policy(nonce, image_host=self.image_host, framed=framed)
        headers = FIXED_HEADERS | {"Content-Security-Policy": policy}
        if framed:
            del headers["X-Frame-Options"]
        return headers
