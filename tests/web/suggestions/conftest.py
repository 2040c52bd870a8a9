"""A directory with one public and one private entry in Soham, a client whose clock the test moves, and forms
filled in as a browser without scripts does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.accounts.dependencies import SESSION_COOKIE
from api.clock import london_now
from api.cluster import PrivateCluster
from tests.conftest import Directory, copied, new_directory
from tests.factories import NOW, SOHAM, add, add_areas, square
from tests.people import session_cookie

CONTACTS = [
    {"kind": "phone", "value": "01632 960201"},
    {"kind": "phone", "value": "01632 960999", "public": False},
]
WEDNESDAYS = {"rrule": "FREQ=WEEKLY;BYDAY=WE", "starts_on": "2024-01-03", "starts_at": "10:00",
              "ends_at": "12:00", "not_on": ["2026-12-23"]}  # fmt: skip
HOME = {"name": "12 Rose Lane", "address": ["12 Rose Lane"], "town": "Soham", "postcode": "CB7 5HJ",
        "lon": 0.33691, "lat": 52.33361}  # fmt: skip


class Form(HTMLParser):
    """The boxes of one form as a browser would send them."""

    def __init__(self, html: str, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.action, self.values = action, dict[str, str]()
        self._inside = False
        self._area = self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action") == self.action
        name = given.get("name", "")
        if not self._inside:
            return
        ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
        if tag == "input" and name and ticked:
            self.values[name] = given.get("value", "")
        elif tag == "textarea":
            self._area, self.values[name] = name, ""
        elif tag == "select":
            self._select, self.values[name] = name, ""
        elif tag == "option" and "selected" in given:
            self.values[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


@dataclass
class Visitor:
    """Someone at the site, whose clock stands until the test moves it."""

    client: TestClient
    now: datetime = NOW
    cookie: str = ""
    seen: str = field(default="", repr=False)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    @property
    def headers(self) -> dict[str, str]:
        """Their own cookie: several people share the one client."""
        return {"Cookie": f"{SESSION_COOKIE}={self.cookie}"} if self.cookie else {}

    def get(self, path: str) -> httpx2.Response:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, data: dict[str, str]) -> httpx2.Response:
        return self.client.post(path, data=data, headers=self.headers)

    def open(self, path: str) -> str:
        reply = self.get(path)
        assert reply.status_code == 200, reply.text[:300]
        self.seen = reply.text
        return reply.text

    def form(self, action: str) -> dict[str, str]:
        return Form(self.seen, action).values

    def send(self, action: str, **typed: str | None) -> httpx2.Response:
        """The form as it stands on the page seen last, with what is typed; None unticks. Two underlines are a
        dot. Follows to the next page."""
        values = self.form(action) | {name.replace("__", "."): value for name, value in typed.items()}
        data = {name: value for name, value in values.items() if value is not None}
        reply = self.post(action, data)
        if reply.status_code == 303:
            reply = self.get(reply.headers["location"])
        self.seen = reply.text
        return reply


@pytest.fixture(scope="session")
def pattern(
    cluster: PrivateCluster, base_database: Directory, tmp_path_factory: pytest.TempPathFactory
) -> Directory:
    """Only ever copied."""
    directory = new_directory(cluster, "suggested", template=base_database.name)
    with directory.write() as session:
        folder = tmp_path_factory.mktemp("areas")
        add_areas(session, folder, {"W1": square(*SOHAM), "W2": square(-0.2, 52.6)})
        add(session, contacts=CONTACTS, cost="free", summary="We sing.", sessions=[WEDNESDAYS])
        add(session, name="Rosalind's Sitting Service", place=HOME, privacy="area", contacts=CONTACTS)
    return directory


@pytest.fixture
def place(cluster: PrivateCluster, pattern: Directory) -> Iterator[Directory]:
    with copied(cluster, pattern) as directory:
        yield directory


@pytest.fixture
def visitor(place: Directory) -> Iterator[Visitor]:
    with place.client(public_url="https://hereabouts.example") as client:
        visitor = Visitor(client)
        assert isinstance(client.app, FastAPI)
        client.app.dependency_overrides[london_now] = lambda: visitor.now
        yield visitor


@pytest.fixture
def curator(place: Directory, visitor: Visitor) -> Visitor:
    """The curator of the ward."""
    return Visitor(visitor.client, cookie=session_cookie(place, "curator", area="W1"))
