"""Searching by words and place."""

from tests.conftest import Directory
from tests.factories import add


def test_an_entry_on_longitude_zero_is_found(scratch: Directory) -> None:
    with scratch.write() as session:
        add(session, name="Meridian Choir", at=(0.0, 52.3))
    with scratch.client() as client:
        reply = client.get("/api/v1/entries", params={"near": "52.3,0.0"}).json()
    assert [item["point"]["lon"] for item in reply["items"]] == [0.0]
