"""The pages of imports on a directory of the test's own, and files to hand in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Directory
from tests.ingest.conftest import LIBRARIES, add_postcodes
from tests.people import sign_in

SOURCE = "cambridgeshire-libraries"


@dataclass
class Desk:
    """A signed-in browser on the pages of imports. After a form the work on a file is done: the test's client
    waits for it."""

    client: TestClient
    directory: Directory
    home: Path
    csrf: str = ""

    def sign_in(self, role: Any, *, area: str | None = None) -> "Desk":
        self.csrf = sign_in(self.client, self.directory, role, area=area)
        return self

    def hand_in(
        self,
        content: bytes | Path,
        *,
        file_name: str = "libraries.csv",
        read_as: str = SOURCE,
        name: str = "",
    ) -> Any:
        raw = content.read_bytes() if isinstance(content, Path) else content
        form = {"csrf": self.csrf, "read_as": read_as, "name": name}
        return self.client.post("/curate/imports", data=form, files={"file": (file_name, raw)})

    def post(self, path: str, **form: Any) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **form})

    def page(self, reply_or_path: Any) -> str:
        path = reply_or_path if isinstance(reply_or_path, str) else reply_or_path.headers["location"]
        reply = self.client.get(path)
        assert reply.status_code == 200, reply.text[-500:]
        return str(reply.text)

    def bring_in(self, content: bytes | Path = LIBRARIES, **more: Any) -> str:
        """Hand in, look, apply; the address of the run."""
        file = self.hand_in(content, **more).headers["location"]
        self.post(f"{file}/apply")
        found = re.search(r"/curate/imports/runs/[0-9a-f-]+", self.page(file))
        assert found
        return found[0]

    def kept_files(self) -> list[Path]:
        return sorted((self.home / "imports").iterdir())


@pytest.fixture
def desk(scratch: Directory, tmp_path: Path) -> Iterator[Desk]:
    with scratch.write() as session:
        add_postcodes(session)
    with scratch.client(home=tmp_path) as client:
        yield Desk(client, scratch, tmp_path).sign_in("admin")
