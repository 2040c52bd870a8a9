"""The static files of a page, as a browser asks for them."""

import json
import re
from typing import Final
from urllib.parse import urljoin

from fastapi.testclient import TestClient

IMPORT: Final = r"\b(?:from|import)\s*\(?\s*"


def files_of(client: TestClient, html: str) -> set[str]:
    """The static files a browser asks for: what the page names, and what its modules import, by its import
    map."""
    maps = re.findall(r'<script type="importmap"[^>]*>(.+?)</script>', html)
    assert len(maps) <= 1, "not all browsers take a second"
    versions = json.loads(maps[0])["imports"] if maps else {}
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)
    inline = re.findall(rf'{IMPORT}"(/static/[^"]+)"', html)
    left = [*named, *(versions.get(one, one) for one in inline)]
    met: set[str] = set()
    while left:
        address = left.pop()
        if address in met:
            continue
        met.add(address)
        path = address.partition("?")[0]
        if path.endswith(".js") and "/vendor/" not in path:
            imported = re.findall(rf'{IMPORT}"(.+?)"', client.get(address).text)
            left += [versions.get(one, one) for one in (urljoin(path, name) for name in imported)]
    return met


def check_files(client: TestClient, path: str) -> set[str]:
    reply = client.get(path)
    assert reply.status_code == 200
    files = files_of(client, reply.text)
    assert files
    assert [one for one in files if not re.search(r"\?v=[0-9a-f]{12}$", one)] == []
    for one in files:
        assert "immutable" in client.get(one).headers["cache-control"], one
    return {one.partition("?")[0] for one in files}
