"""A short way to the map's replies: most requests are theirs, and looking for their routes among all others,
layer by layer, would cost as much as answering."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.map.routes import show_features, show_map, show_tile

_SHORT = {"/api/v1/map": show_map, "/api/v1/map.geojson": show_features}
_TILES, _END = "/tiles/", ".mvt"
_PARTS = ("zoom", "x", "y")


class MapDoor:
    """Any other request goes on as it came. Problems are answered as everywhere else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        show = _SHORT.get(path)
        if show is None and path.startswith(_TILES) and path.endswith(_END):
            parts = path[len(_TILES) : -len(_END)].split("/")
            if len(parts) == len(_PARTS):
                scope["path_params"] = dict(zip(_PARTS, parts, strict=True))
                show = show_tile
        if show is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response: Response = await show(request)
        except Exception as problem:
            response = await scope["app"].exception_handlers[Exception](request, problem)
        await response(scope, receive, send)
