"""The bare SQL of our own map replies over HTTP, with nothing round it: what an application can add to."""

import os
from typing import Any, Final
from urllib.parse import parse_qs

from psycopg_pool import AsyncConnectionPool

from api.db import ReadConnection, face_conninfo, make_read_pool
from api.map import queries
from api.map.schemas import BRITAIN, Tile
from geo.tiles import Box
from tests.bench.orm_way import URL_NAME

POOL_SIZE: Final = 8


class BareApp:
    """One ASGI callable: an address's numbers in, the statement's bytes out."""

    pool: AsyncConnectionPool[ReadConnection] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._live(receive, send)
            return
        assert self.pool is not None  # the server opens it before it takes a request
        async with self.pool.connection() as read:
            body = await answer(read, scope["path"], scope["query_string"].decode())
        length = str(len(body)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        self.pool = make_read_pool(face_conninfo(os.environ[URL_NAME], own_login=True), size=POOL_SIZE)
        await self.pool.open(wait=True)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def answer(read: ReadConnection, path: str, query: str) -> bytes:
    """The reply to one of our own addresses."""
    if path.startswith("/tiles/"):
        zoom, x, y = (int(part) for part in path[7:-4].split("/"))
        _, body = await queries.draw_tile(read, Tile(zoom, x, y), kinds=(), search=None)
        return body or b""
    given = parse_qs(query)
    west, south, east, north = (float(side) for side in given["bbox"][0].split(","))
    box: Box = (west, south, east, north)
    if path.endswith(".geojson"):
        limit = int(given["limit"][0])
        _, body = await queries.find_features(read, box=box, limit=limit, kinds=(), search=None)
    else:
        zoom = int(given["zoom"][0])
        _, body = await queries.find_view(read, box=box, zoom=zoom, around=BRITAIN, kinds=(), search=None)
    return body or b""


def create_app() -> BareApp:
    return BareApp()
