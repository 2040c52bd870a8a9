"""Every link on every page leads somewhere, and to a part that is there."""

import re
from html import unescape
from urllib.parse import urldefrag

from fastapi.testclient import TestClient

from tests.web.pages.html_reader import read_html

# Searches link to searches without end: each is looked at, but only the first ones are followed.
FOLLOWED_SEARCHES = 25
# A thousand pages are read, of which only this is wanted: a whole parser takes as long as making them.
TAG = re.compile(r"<([a-z][a-z0-9-]*)\b((?:[^>\"]|\"[^\"]*\")*)>")
LINK, ID = re.compile(r'\shref="([^"]*)"'), re.compile(r'\sid="([^"]*)"')


def links_and_ids(html: str) -> tuple[list[str], list[str]]:
    links, ids = list[str](), list[str]()
    for tag, attributes in TAG.findall(html):
        if tag == "a" and (link := LINK.search(attributes)):
            links.append(unescape(link[1]))
        if named := ID.search(attributes):
            ids.append(unescape(named[1]))
    return links, ids


def test_no_link_is_dead(client: TestClient) -> None:
    waiting, ids = ["/", "/search?q=lonely&near=Soham", "/search?near=Sutton"], dict[str, list[str]]()
    searches, wrong, fragments = 0, list[str](), set[tuple[str, str]]()
    asked = set[str]()
    while waiting:
        path = waiting.pop(0)
        if path in asked:
            continue
        asked.add(path)
        if path.startswith("/search"):
            searches += 1
            if searches > FOLLOWED_SEARCHES:
                continue
        reply = client.get(path, headers={"Accept-Encoding": "identity"})
        if reply.status_code != 200 and "near=Sutton" not in path:
            wrong.append(f"{reply.status_code} {path}")
            continue
        if not reply.headers["content-type"].startswith("text/html"):
            continue
        links, ids[path] = links_and_ids(reply.text)
        for link in links:
            if link.startswith(("/", "#")):
                target, fragment = urldefrag(link)
                waiting.append(target or path)
                if fragment:
                    fragments.add((target or path, fragment))
    assert not wrong
    assert len(ids) > 100
    lost = [f"{path}#{part}" for path, part in fragments if path in ids and part not in ids[path]]
    assert not lost


def test_the_links_are_all_that_a_whole_parser_finds(client: TestClient) -> None:
    for path in (
        "/",
        "/search?q=lonely&near=Soham",
        "/entries/soham-wednesday-drop-in",
        "/areas/ely",
        "/add",
    ):
        html = client.get(path).text
        page = read_html(html)
        assert links_and_ids(html) == (page.links, page.ids)
