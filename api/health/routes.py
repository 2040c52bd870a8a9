"""`/healthz` says the process lives; `/readyz` says what it stands on."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.dependencies import State
from api.health import queries
from api.search.meili import MeiliEngine

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """200 while the process lives; asks nothing of the database."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "The database is away"}})
async def readyz(state: State) -> JSONResponse:
    """200 when searches can be answered, with the engine that finds words. 503 when the database is away."""
    async with state.read_pool.connection() as read:
        lag_s = await queries.index_lag_s(read)
    meili = state.words if isinstance(state.words, MeiliEngine) else None
    search = meili.name if meili is not None and await meili.is_up() else "postgres"
    # Without Meilisearch nothing waits for an index.
    return JSONResponse(
        {"database": "ok", "search": search, "index_lag_s": round(lag_s, 1) if meili is not None else 0.0}
    )
