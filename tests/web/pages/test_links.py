"""Every link on every page leads somewhere, and to a part that is there."""

from urllib.parse import urldefrag

from fastapi.testclient import TestClient

from tests.web.pages.html_reader import PageReader, read_html

# Searches link to searches without end: each is looked at, but only the first ones are followed.
FOLLOWED_SEARCHES = 25


def test_no_link_is_dead(client: TestClient) -> None:
    waiting, pages = ["/", "/search?q=lonely&near=Soham", "/search?near=Sutton"], dict[str, PageReader]()
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
        reply = client.get(path)
        if reply.status_code != 200 and "near=Sutton" not in path:
            wrong.append(f"{reply.status_code} {path}")
            continue
        if not reply.headers["content-type"].startswith("text/html"):
            continue
        page = pages[path] = read_html(reply.text)
        for link in page.links:
            if link.startswith(("/", "#")):
                target, fragment = urldefrag(link)
                waiting.append(target or path)
                if fragment:
                    fragments.add((target or path, fragment))
    assert not wrong
    assert len(pages) > 100
    lost = [f"{path}#{part}" for path, part in fragments if path in pages and part not in pages[path].ids]
    assert not lost
