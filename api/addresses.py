"""What an address answers to: every method of it, and the one it is meant for when a slash is in the way."""

from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.routing import Match, Mount, Router

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def methods_of(request: Request) -> list[str]:
    """All that can be done at the address asked for, whichever routes do it. HEAD goes with GET."""
    path = request.scope["path"]
    can = [method for method in METHODS if _match(request, path, method) is Match.FULL]
    return ["GET", "HEAD", *can[1:]] if "GET" in can else can


def without_stray_slash(request: Request) -> str | None:
    """Path and query of the address that was meant, for one that is only ours with a slash more or less; else
    None. It names no host: the one that was asked for is whatever the visitor wrote."""
    path = request.scope["path"]
    meant = path.rstrip("/") if path.endswith("/") else f"{path}/"
    if _match(request, path) is not Match.NONE or _match(request, meant) is Match.NONE:
        return None
    query = request.url.query
    return quote(meant) + (f"?{query}" if query else "")


def _match(request: Request, path: str, method: str = "GET") -> Match:
    """The best that any route of the whole app can do, also when what failed was a part mounted in it."""
    root = request.scope.get("app_root_path", request.scope.get("root_path", ""))
    scope = {**request.scope, "path": path, "method": method, "root_path": root}
    router: Router = request.app.router
    # What is mounted is files: they are only read.
    routes = [route for route in router.routes if method == "GET" or not isinstance(route, Mount)]
    return max((route.matches(scope)[0] for route in routes), key=lambda match: match.value)
