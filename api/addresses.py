"""What an address answers to: every method of it."""

from typing import Final

from starlette.requests import Request
from starlette.routing import Match, Mount, Router

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def methods_of(request: Request) -> list[str]:
    """All that can be done at the address asked for, whichever routes do it. HEAD goes with GET."""
    path = request.scope["path"]
    can = [method for method in METHODS if _match(request, path, method) is Match.FULL]
    return ["GET", "HEAD", *can[1:]] if "GET" in can else can


def _match(request: Request, path: str, method: str = "GET") -> Match:
    """The best that any route of the whole app can do, also when what failed was a part mounted in it."""
    root = request.scope.get("app_root_path", request.scope.get("root_path", ""))
    scope = {**request.scope, "path": path, "method": method, "root_path": root}
    router: Router = request.app.router
    # What is mounted is files: they are only read.
    routes = [route for route in router.routes if method == "GET" or not isinstance(route, Mount)]
    return max((route.matches(scope)[0] for route in routes), key=lambda match: match.value)
