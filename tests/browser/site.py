"""The app as a browser meets it: served on a port of its own, watched, and waited for until it is still."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import ConsoleMessage, Error, Page, Request

from api.settings import Settings
from web.main import create_app

_SERVER_START_S = 15
_PATIENCE_S = 5
# What Playwright itself says where a test has no service worker.
_OWN_WORDS = "Service Worker registration blocked by Playwright"


@dataclass
class Watch:
    """What went wrong on one page. `expected` are parts of messages a test foresees."""

    base: str
    expected: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        foreseen = (*self.expected, _OWN_WORDS)
        if message.type in ("error", "warning") and not any(part in message.text for part in foreseen):
            self.problems.append(f"console {message.type}: {message.text}")

    def see_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        own = f"{address.scheme}://{address.netloc}" == self.base or address.scheme in (
            "data",
            "blob",
            "about",
        )
        if not own and address.netloc not in self.hosts:
            self.problems.append(f"request to another host: {request.url}")

    def see_error(self, error: Error) -> None:
        self.problems.append(f"page error: {error}")

    def follow(self, page: Page) -> None:
        page.on("console", self.hear)
        page.on("pageerror", self.see_error)
        page.on("request", self.see_request)

    def leave(self, page: Page) -> None:
        page.remove_listener("console", self.hear)
        page.remove_listener("pageerror", self.see_error)
        page.remove_listener("request", self.see_request)


@contextmanager
def serve(settings: Settings) -> Iterator[str]:
    """The app on a free port of its own, in a thread; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="error", loop="asyncio"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + _SERVER_START_S
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        if not server.started:
            raise RuntimeError("The app did not start for the browser tests")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=_SERVER_START_S)


def settle(page: Page) -> None:
    """Waits until the page's scripts are done and its map, if it has one, has said what it shows."""
    page.wait_for_load_state("load")
    if page.locator(".map .leaflet-container").count():
        page.locator(".map-names").wait_for(state="attached")
        page.locator(".map-busy").wait_for(state="detached")


def wait_until(true: Callable[[], bool]) -> None:
    """Playwright's own waiting for a function is eval, which the policy of our pages forbids."""
    deadline = time.monotonic() + _PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("What the test waits for did not come true")
        time.sleep(0.05)
