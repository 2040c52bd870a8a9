"""Feeds on the page of imports: how each is, pausing, resuming, and fetching one now."""

import pytest

from api.models import Source
from ingest.feeds import add_feed, list_feeds
from tests.web.imports.conftest import Desk

FEED = "/curate/imports/feeds/next-county"


@pytest.fixture
def fed(desk: Desk) -> Desk:
    with desk.directory.write() as session:
        source = Source(code="next-county", name="The next county", licence="OGL v3", when_gone="close")
        url = "http://127.0.0.1:9/services"
        add_feed(session, source, url=url, read_as="open-referral", every_minutes=1440)
    return desk


def test_a_feed_is_paused_and_resumed(fed: Desk) -> None:
    page = fed.page("/curate/imports")
    assert "The next county" in page
    assert "Every day. Last success: never." in page
    assert "left alone" in fed.page(fed.post(f"{FEED}/pause", why="They are moving house"))
    page = fed.page("/curate/imports")
    assert "They are moving house" in page
    assert f"{FEED}/pause" not in page
    fed.post(f"{FEED}/resume")
    assert "They are moving house" not in fed.page("/curate/imports")


def test_fetching_now_writes_down_how_it_went_and_calls_no_private_network(fed: Desk) -> None:
    said = fed.page(fed.post(f"{FEED}/run"))
    assert "Load this page again" in said
    assert "127.0.0.1 is on a private network" in said
    with fed.directory.write() as session:
        assert list_feeds(session)[0].failures == 1


def test_only_coordinators_of_everything_touch_a_feed(fed: Desk) -> None:
    deeds = ("pause", "resume", "run")
    assert fed.post("/curate/imports/feeds/nothing/run").status_code == 404
    assert fed.post("/curate/imports/feeds/nothing/pause").status_code == 404
    fed.sign_in("curator")
    assert {fed.post(f"{FEED}/{deed}").status_code for deed in deeds} == {403}
    fed.csrf = "x"
    fed.client.cookies.clear()
    assert {fed.post(f"{FEED}/{deed}").status_code for deed in deeds} == {401}
