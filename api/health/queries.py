"""SQL of readiness."""

from api.db import ReadConnection

_WAITING = "SELECT coalesce(extract(epoch FROM now() - oldest_at), 0) FROM face.waiting"


async def index_lag_s(read: ReadConnection) -> float:
    """Seconds the oldest saved change has waited for the search index; 0 when none waits."""
    cursor = await read.execute(_WAITING)
    row = await cursor.fetchone()
    return float(row[0]) if row else 0.0
