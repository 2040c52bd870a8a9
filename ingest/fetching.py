"""Fetching from the network: politely, within limits, and never from a private network by a stranger's word.

The connection goes to the address that was looked at, after a redirect too: a name cannot mean one machine
when it is checked and another when it is used.
"""

import asyncio
import ipaddress
import json
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from api.errors import BadInput, FieldProblem

USER_AGENT: Final = "Hereabouts/0.1 (community directory; reads open data feeds)"
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({429, 500, 502, 503, 504})
_CHUNK: Final = 65_536
# Addresses that carry another inside them: one of the outside may lead to one of ours.
_CARRIERS: Final = ipaddress.ip_network("64:ff9b::/96")


class FetchFailed(BadInput):
    """What could not be fetched. `temporary`: it may work later, and goes on where it stopped."""

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        super().__init__(message, errors=[FieldProblem(field="url", message=message)])
        self.temporary = temporary


@dataclass(frozen=True)
class Manners:
    """How much we ask of another's machine, and how long we wait. `allowed` names hosts ("intranet.local" or
    "127.0.0.1:8080") that may be on a private network; there are none unless someone says so."""

    delay_s: float = 1.0
    requests: int = 3_000
    tries: int = 4
    request_s: float = 30.0
    longest_wait_s: float = 120.0
    all_s: float = 3_600.0
    redirects: int = 5
    reply_bytes: int = 30_000_000
    all_bytes: int = 200_000_000
    allowed: frozenset[str] = frozenset()


@dataclass
class Reply:
    """`status` is 200, or 304 when nothing has changed; then the body is empty."""

    status: int
    body: bytes
    url: str
    headers: Mapping[str, str]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, whatever it is wrapped in."""
    try:
        found = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in _CARRIERS or found.teredo or found.sixtofour:
            return False
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
    return found.is_global and not found.is_multicast


class _Resolver(AbstractResolver):
    """Gives only addresses we may call. Raises FetchFailed for a name that has any other."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not _is_allowed(host, port, self._allowed) and not all(is_public(one["host"]) for one in found):
            raise _private(host)
        return found

    async def close(self) -> None:
        await self._inner.close()


def _is_allowed(host: str, port: int | None, allowed: frozenset[str]) -> bool:
    return host in allowed or f"{host}:{port}" in allowed


def _private(host: str) -> FetchFailed:
    return FetchFailed(
        f"{host} is on a private network, so we do not fetch from it. "
        "If it is yours, ask the administrator to allow it."
    )


def check_url(text: str, *, allowed: frozenset[str] = frozenset()) -> URL:
    """Raises FetchFailed when it is no address of the web, or plainly one of a private network."""
    try:
        url = URL(text.strip())
        host, port = url.host, url.port
    except ValueError as error:
        raise FetchFailed(f"“{text[:200]}” is not a web address.") from error
    if url.scheme not in ("http", "https") or not host:
        raise FetchFailed(f"“{text[:200]}” is not a web address that begins with https:// or http://.")
    if url.user is not None or url.password is not None:
        raise FetchFailed("The address has a name or password in it. Take it out.")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return url
    if not is_public(host) and not _is_allowed(host, port, allowed):
        raise _private(host)
    return url


@dataclass
class Fetcher:
    """One visit to another's machine: `requests` and `received` bytes count what it has cost so far."""

    session: aiohttp.ClientSession
    manners: Manners
    requests: int = 0
    received: int = 0
    _first: bool = field(default=True, repr=False)

    async def get(self, address: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """The reply with status 200 or 304. Raises FetchFailed for any other, and for one that is too large,
        leads into a private network, or does not come in time."""
        url = check_url(address, allowed=self.manners.allowed)
        for attempt in range(1, self.manners.tries + 1):
            last = attempt == self.manners.tries
            try:
                reply, wait_s = await self._follow(url, headers or {})
            except aiohttp.InvalidURL as error:
                raise FetchFailed(f"“{str(error.url)[:200]}” is not a web address.") from error
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                if last:
                    raise FetchFailed(f"{url.host} did not answer.", temporary=True) from error
                wait_s = None
            else:
                if reply.status in (200, 304):
                    return reply
                self._refuse(reply, wait_s, last=last)
            pause = self.manners.delay_s * 2**attempt
            await asyncio.sleep(min(wait_s if wait_s is not None else pause, self.manners.longest_wait_s))
        raise FetchFailed(f"{url.host} did not answer.", temporary=True)

    async def look(self, address: str) -> int:
        """The status at the end of all redirects, asked once and without the body. Raises FetchFailed when
        there is no answer, or we may not ask; it is `temporary` when the machine is away."""
        url = check_url(address, allowed=self.manners.allowed)
        try:
            reply, _ = await self._follow(url, {}, read=False)
        except aiohttp.InvalidURL as error:
            raise FetchFailed(f"“{str(error.url)[:200]}” is not a web address.") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise FetchFailed(f"{url.host} did not answer.", temporary=True) from error
        return reply.status

    def _refuse(self, reply: Reply, wait_s: float | None, *, last: bool) -> None:
        host = URL(reply.url).host
        if reply.status not in _LATER:
            raise FetchFailed(f"{host} answered with {reply.status}. Look whether the address is right.")
        if last:
            raise FetchFailed(f"{host} is busy or broken ({reply.status}).", temporary=True)
        if wait_s is not None and wait_s > self.manners.longest_wait_s:
            minutes = round(wait_s / 60)
            raise FetchFailed(f"{host} asks us to come back in {minutes} minutes.", temporary=True)

    async def _follow(
        self, url: URL, headers: Mapping[str, str], *, read: bool = True
    ) -> tuple[Reply, float | None]:
        for _ in range(self.manners.redirects + 1):
            await self._wait_and_count()
            async with self.session.get(url, headers=dict(headers), allow_redirects=False) as response:
                if response.status not in _MOVED or "Location" not in response.headers:
                    body = await self._read(response) if read and response.status == 200 else b""
                    return Reply(response.status, body, str(url), response.headers), _wait_of(response)
                url = self._next(url, response.headers["Location"])
        raise FetchFailed(f"{url.host} sends us from one address to the next without end.")

    def _next(self, url: URL, location: str) -> URL:
        try:
            to = str(url.join(URL(location)))
        except ValueError as error:
            raise FetchFailed(f"{url.host} sends us to an address that is none.") from error
        onward = check_url(to, allowed=self.manners.allowed)
        if url.scheme == "https" and onward.scheme == "http":
            raise FetchFailed(f"{url.host} sends us from a safe address to an open one.")
        return onward

    async def _wait_and_count(self) -> None:
        most = self.manners.requests
        if self.requests >= most:
            raise FetchFailed(f"We stop after {most:,} requests, and go on next time.", temporary=True)
        if not self._first:
            await asyncio.sleep(self.manners.delay_s)
        self._first = False
        self.requests += 1

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, counted after unpacking: a small reply may hold a large one."""
        parts, size = [], 0
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            self.received += len(chunk)
            if size > self.manners.reply_bytes or self.received > self.manners.all_bytes:
                most = min(self.manners.reply_bytes, self.manners.all_bytes) // 1_000_000
                raise FetchFailed(f"{response.url.host} sends more than {most} MB.")
            parts.append(chunk)
        return b"".join(parts)


def _wait_of(response: aiohttp.ClientResponse) -> float | None:
    """Seconds of a Retry-After, which is a number or a date (RFC 9110)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(min(int(text[:9]), 10**8))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


@asynccontextmanager
async def visit(manners: Manners) -> AsyncIterator[Fetcher]:
    """A fetcher, for as long as `manners.all_s` allows. Raises FetchFailed when the time is over."""
    connector = aiohttp.TCPConnector(resolver=_Resolver(manners.allowed), limit=1)
    timeout = aiohttp.ClientTimeout(total=manners.request_s)
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
    try:
        async with (
            asyncio.timeout(manners.all_s),
            aiohttp.ClientSession(
                connector=connector, timeout=timeout, headers=headers, cookie_jar=aiohttp.DummyCookieJar()
            ) as session,
        ):
            yield Fetcher(session, manners)
    except TimeoutError as error:
        raise FetchFailed("It took too long. We go on where we stopped next time.", temporary=True) from error


@dataclass(frozen=True)
class Fetched:
    """What is at `path` now; `changed` False when the source says it is as it was."""

    path: Path
    changed: bool
    items: int = 0
    requests: int = 0
    warnings: tuple[str, ...] = ()


async def fetch_file(url: str, path: Path, *, manners: Manners | None = None) -> Fetched:
    """One file by its address, kept at `path`; what the source says of its version is kept beside it."""
    note = path.with_name(f"{path.name}.seen.json")
    seen = read_state(note) if path.exists() else {}
    headers = conditional(seen) if seen.get("url") == url else {}
    async with visit(manners or Manners()) as fetcher:
        reply = await fetcher.get(url, headers=headers)
        if reply.status == 304:
            return Fetched(path, changed=False, requests=fetcher.requests)
        write_whole(path, reply.body)
        write_whole(note, json.dumps({"url": url, **versions(reply)}).encode())
        return Fetched(path, changed=True, items=1, requests=fetcher.requests)


def conditional(seen: Mapping[str, Any]) -> dict[str, str]:
    pairs = (("If-None-Match", seen.get("etag")), ("If-Modified-Since", seen.get("last_modified")))
    return {name: value for name, value in pairs if isinstance(value, str) and value}


def versions(reply: Reply) -> dict[str, str]:
    found = {"etag": reply.headers.get("ETag"), "last_modified": reply.headers.get("Last-Modified")}
    return {name: value for name, value in found.items() if value}


def read_state(path: Path) -> dict[str, Any]:
    """What was kept there; nothing when there is none, or it was cut off."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_whole(path: Path, content: bytes) -> None:
    """All of it or, when we are stopped in the middle, what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(path)
