"""The map of a search: a view of clusters and points, a vector tile, or full features of a box."""

from dataclasses import dataclass
from datetime import datetime

from api.db import ReadConnection
from api.map import queries
from api.map.schemas import BRITAIN, Tile, clamp, is_plain
from api.search.engine import WordEngine
from api.search.schemas import SearchParams
from api.search.service import POSTGRES, Settled, settle


@dataclass(frozen=True)
class MapReply:
    """`body` is ready to be sent; None when a tile is empty. `version` is that of the data it was made of."""

    version: int
    body: bytes | None


async def show_view(
    read: ReadConnection, params: SearchParams, *, zoom: int, now: datetime, engine: WordEngine = POSTGRES
) -> MapReply:
    """Clusters and points in the params' box (None: everywhere), and how many entries have no pin."""
    search = await _settle(read, params, now=now, engine=engine)
    box = clamp(params.bbox) if params.bbox else None
    view = await queries.find_view(read, box=box, zoom=zoom, around=BRITAIN, kinds=params.kind, search=search)
    return MapReply(*view)


async def show_tile(
    read: ReadConnection, params: SearchParams, tile: Tile, *, now: datetime, engine: WordEngine = POSTGRES
) -> MapReply:
    """One vector tile of the search; the params' box plays no part."""
    search = await _settle(read, params, now=now, engine=engine)
    return MapReply(*await queries.draw_tile(read, tile, kinds=params.kind, search=search))


async def show_features(
    read: ReadConnection, params: SearchParams, *, limit: int, now: datetime, engine: WordEngine = POSTGRES
) -> MapReply:
    """A GeoJSON collection of at most `limit` entries in the params' box, with the true number of all."""
    search = await _settle(read, params, now=now, engine=engine)
    box = clamp(params.bbox) if params.bbox else None
    return MapReply(
        *await queries.find_features(read, box=box, limit=limit, kinds=params.kind, search=search)
    )


async def _settle(
    read: ReadConnection, params: SearchParams, *, now: datetime, engine: WordEngine
) -> Settled | None:
    return None if is_plain(params) else await settle(read, params, now=now, engine=engine)
