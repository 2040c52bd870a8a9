"""What one running app holds: its settings, its pools, and what searches learnt last. Nothing else of the
directory is kept here."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from api.curation.counting import UseTally
from api.db import ReadConnection, face_conninfo, make_engine, make_read_pool, make_session_factory
from api.search.counting import SearchTally
from api.search.engine import WordEngine
from api.search.meili import MeiliEngine
from api.search.memory import Memory
from api.search.postgres import PostgresEngine
from api.settings import Settings

log = structlog.get_logger()


@dataclass
class DirectoryState:
    settings: Settings
    engine: Engine
    write: sessionmaker[Session]
    read_pool: AsyncConnectionPool[ReadConnection]
    words: WordEngine
    tally: SearchTally
    uses: UseTally
    memory: Memory

    async def mend_pool(self) -> None:
        """After a lost connection: throw away every idle one that is dead, so the next visitor is served."""
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.read_pool.check(), timeout=5)


def open_state(settings: Settings) -> DirectoryState:
    """`database_url` must be set by now: the supervisor or the command line starts the private cluster."""
    if settings.database_url is None:
        raise RuntimeError("HEREABOUTS_DATABASE_URL is not set: start with `make run` or `hereabouts serve`.")
    engine = make_engine(settings.database_url, patience_s=settings.save_patience_s)
    read_url = settings.read_database_url
    conninfo = face_conninfo(read_url or settings.database_url, own_login=read_url is not None)
    pool = make_read_pool(conninfo, size=settings.read_pool_size)
    write = make_session_factory(engine)
    words = MeiliEngine(settings.meili_url, settings.meili_key) if settings.meili_url else PostgresEngine()
    return DirectoryState(settings, engine, write, pool, words, SearchTally(write), UseTally(write), Memory())


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Opens the pools without waiting for the database, which may come later; freezes the garbage
    collector's view of what start-up made, which takes 30 ms pauses out of the slowest replies."""
    state: DirectoryState = app.state.directory
    await state.read_pool.open(wait=False)
    counting = [asyncio.create_task(tally.run()) for tally in (state.tally, state.uses)]
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        for task in counting:
            task.cancel()
        await asyncio.gather(*counting)
        await state.read_pool.close()
        if isinstance(state.words, MeiliEngine):
            await state.words.close()
        state.engine.dispose()
