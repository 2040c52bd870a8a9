"""The editor as a curator without JavaScript meets it: open, change, save, see it in public; nothing lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.entries.service import Saved
from tests.conftest import Directory
from tests.factories import add, add_areas, square
from tests.people import sign_in
from tests.web.editing.forms import Form


@pytest.fixture
def here(scratch: Directory, tmp_path: Path) -> Saved:
    """An entry in area HERE; THERE is elsewhere."""
    with scratch.write() as session:
        add_areas(session, tmp_path, {"HERE": square(0.33, 52.33), "THERE": square(0.9, 52.9)})
        return add(
            session,
            name="Soham Singers",
            sessions=[{"rrule": "FREQ=WEEKLY;BYDAY=WE", "starts_on": "2024-01-03", "starts_at": "10:00"}],
        )


@pytest.fixture
def client(scratch: Directory) -> Iterator[TestClient]:
    with scratch.client() as opened:
        yield opened


def test_a_new_name_is_on_the_public_page(scratch: Directory, client: TestClient, here: Saved) -> None:
    sign_in(client, scratch, "curator", area="HERE")
    form = Form.of(client, f"/curate/entries/{here.entry_id}")
    reply = form.send("save", {"name": "Soham Community Singers", "why": "They told us"})
    assert reply.status_code == 303, reply.text
    assert "Saved." in client.get(reply.headers["location"]).text
    assert "Soham Community Singers" in client.get(f"/entries/{here.slug}").text
    history = client.get(f"/curate/entries/{here.entry_id}/history").text
    assert "They told us" in history
