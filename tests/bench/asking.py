"""A client that asks over HTTP and costs next to nothing, so that what is measured is the server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from httptools import HttpResponseParser

_OK: Final = (200, 204)


class Caller(asyncio.Protocol):
    """One kept-alive connection, one question at a time."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._parser: HttpResponseParser | None = None
        self._waiting: asyncio.Future[int] | None = None
        self._got: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._parser is not None  # nobody sends before they are asked
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionError("The server hung up."))

    def on_body(self, body: bytes) -> None:
        self._got.append(body)

    def on_message_complete(self) -> None:
        assert self._waiting is not None  # an answer has a question
        assert self._parser is not None  # which was read
        self._waiting.set_result(self._parser.get_status_code())

    async def get(self, path: str) -> bytes:
        """The body, as it was sent."""
        self._parser, self._got = HttpResponseParser(self), []
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\n\r\n".encode()
        )
        status = await self._waiting
        body = b"".join(self._got)
        if status not in _OK:
            raise RuntimeError(f"{status} {path}: {body[:300]!r}")
        return body

    def close(self) -> None:
        self._transport.close()


@asynccontextmanager
async def calling(base: str, count: int) -> AsyncIterator[Sequence[Caller]]:
    """So many connections to one server."""
    address = urlsplit(base)
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        callers = []
        for _ in range(count):
            _, caller = await loop.create_connection(Caller, address.hostname, address.port)
            stack.callback(caller.close)
            callers.append(caller)
        yield callers
