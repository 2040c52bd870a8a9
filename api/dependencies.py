"""What every route may ask for: the public's connection, the settings, and the time in London."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from api.clock import london_now
from api.db import ReadConnection
from api.search.engine import WordEngine
from api.settings import Settings
from api.state import DirectoryState


def get_state(request: Request) -> DirectoryState:
    return cast(DirectoryState, request.app.state.directory)


State = Annotated[DirectoryState, Depends(get_state)]


async def get_read(state: State) -> AsyncIterator[ReadConnection]:
    """One checkout a request, of the role that can only select from `face`."""
    async with state.read_pool.connection() as connection:
        yield connection


def get_app_settings(state: State) -> Settings:
    return state.settings


def get_words(state: State) -> WordEngine:
    return state.words


def client_address(request: Request) -> str:
    """The network address, for counting tries; behind a proxy uvicorn is told whom to believe."""
    return request.client.host if request.client else ""


Read = Annotated[ReadConnection, Depends(get_read, scope="function")]
AppSettings = Annotated[Settings, Depends(get_app_settings)]
Words = Annotated[WordEngine, Depends(get_words)]
Now = Annotated[datetime, Depends(london_now)]
