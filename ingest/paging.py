"""Fetching an Open Referral feed page by page, so that a break costs one page and not the feed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from time import time
from typing import Any, Final

from yarl import URL

from ingest.fetching import (
    Fetched,
    Fetcher,
    FetchFailed,
    Manners,
    check_url,
    conditional,
    read_state,
    versions,
    visit,
    write_whole,
)
from ingest.report import Progress

PER_PAGE: Final = 50
_STALE_S: Final = 24 * 3600
_LISTS: Final = ("contents", "content", "items", "services")
# What a service has in full and not in a list: without any of these we ask for it by its id.
_DETAILS: Final = frozenset(
    "service_at_locations schedules regular_schedules service_areas contacts phones cost_options".split()
)


@dataclass(frozen=True)
class _Progress:
    """How far we are: `size` bytes of the file hold all services before `page`."""

    url: str
    asked: str
    modified_after: str | None
    page: int = 1
    size: int = 0
    items: int = 0
    full: bool = True
    done: bool = False
    etag: str | None = None
    last_modified: str | None = None
    ids: tuple[str, ...] = ()


async def fetch_feed(
    url: str,
    folder: Path,
    *,
    modified_after: date | None = None,
    manners: Manners | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """All services of a feed, a line each, in `folder/services.ndjson`, which `open_tables` reads. After a
    break, the same call goes on with the page it was at. `progress` is told services had and in all.
    Raises FetchFailed; what was fetched stays for the next time."""
    path, note = folder / "services.ndjson", folder / "progress.json"
    since = modified_after.isoformat() if modified_after else None
    kept = _resume(note, path, url, since)
    manners = manners or Manners()
    check_url(url, allowed=manners.allowed)
    folder.mkdir(parents=True, exist_ok=True)
    async with visit(manners) as fetcher:
        walk = _Walk(fetcher, path, note, progress)
        if kept is None or kept.done:
            begun = await walk.begin(url, since, kept)
            if begun is None:
                return Fetched(
                    path, changed=False, items=kept.items if kept else 0, requests=fetcher.requests
                )
            kept = begun
        while not kept.done:
            kept = await walk.next_page(kept)
        return Fetched(path, True, kept.items, fetcher.requests, tuple(walk.warnings))


def _resume(note: Path, path: Path, url: str, since: str | None) -> _Progress | None:
    """Where we were with this very question; None when it is a new one, or the file is not what it was."""
    state = read_state(note)
    try:
        kept = _Progress(**{**state, "ids": tuple(state.get("ids", ()))})
    except TypeError:
        return None
    same = (kept.asked, kept.modified_after) == (url, since)
    whole = path.exists() and path.stat().st_size >= kept.size
    # Half a feed of last week and half of today's would be the feed of no day.
    fresh = kept.done or time() - note.stat().st_mtime < _STALE_S
    return kept if same and whole and fresh else None


class _Walk:
    def __init__(self, fetcher: Fetcher, path: Path, note: Path, progress: Progress | None) -> None:
        self.fetcher = fetcher
        self.path = path
        self.note = note
        self.progress = progress
        self.warnings: list[str] = []

    async def begin(self, asked: str, since: str | None, before: _Progress | None) -> _Progress | None:
        """The first page; None when the feed says that nothing has changed since the last time."""
        url = before.url if before else await self._find_services(asked)
        fresh = _Progress(url, asked, since)
        headers = conditional(asdict(before)) if before else {}
        full, reply = True, None
        try:
            reply = await self.fetcher.get(_page_url(fresh), headers=headers)
        except FetchFailed as error:
            if error.temporary:
                raise
            # A feed may refuse a parameter it does not know.
            full = False
            reply = await self.fetcher.get(_page_url(replace(fresh, full=False)), headers=headers)
        if reply.status == 304:
            return None
        self.path.write_bytes(b"")
        seen = versions(reply)
        return await self._take(
            replace(fresh, full=full, etag=seen.get("etag"), last_modified=seen.get("last_modified")),
            _document(reply.body),
        )

    async def next_page(self, kept: _Progress) -> _Progress:
        reply = await self.fetcher.get(_page_url(kept))
        return await self._take(kept, _document(reply.body))

    async def _find_services(self, url: str) -> str:
        """The address of the list: people give that of the feed as well."""
        if URL(url).path.rstrip("/").endswith("services"):
            return url
        document = _document((await self.fetcher.get(url)).body)
        if _items(document) is not None:
            return url
        return str(URL(url).with_query(None) / "services")

    async def _take(self, kept: _Progress, document: Any) -> _Progress:
        items = _items(document)
        if items is None:
            raise FetchFailed("The feed answers with something that is no list of services.")
        ids = tuple(str(item.get("id")) for item in items)
        if items and ids == kept.ids:
            self.warnings.append(
                f"Page {kept.page} of the feed is the same as the one before, so we stopped."
            )
            return self._keep(replace(kept, done=True))
        lines = [await self._whole(kept, item) for item in items]
        with self.path.open("r+b") as opened:
            opened.truncate(kept.size)
            opened.seek(kept.size)
            opened.write(b"".join(lines))
        count = kept.items + len(items)
        self._tell(count, document)
        step = replace(
            kept,
            page=kept.page + 1,
            size=kept.size + sum(map(len, lines)),
            items=count,
            ids=ids,
            done=not items or _is_last(document, kept.page),
        )
        return self._keep(step)

    async def _whole(self, kept: _Progress, item: Mapping[str, Any]) -> bytes:
        if not item.keys() & _DETAILS and item.get("id"):
            try:
                reply = await self.fetcher.get(str(URL(kept.url).with_query(None) / str(item["id"])))
                found = _document(reply.body)
                item = found if isinstance(found, dict) and found.get("id") == item["id"] else item
            except FetchFailed as error:
                if error.temporary:
                    raise
                self.warnings.append(f"{item.get('name') or item['id']}: {error.detail}")
        return json.dumps(item, ensure_ascii=False).encode() + b"\n"

    def _keep(self, kept: _Progress) -> _Progress:
        write_whole(self.note, json.dumps(asdict(kept)).encode())
        return kept

    def _tell(self, count: int, document: Any) -> None:
        if self.progress is not None:
            said = _number(document, "total_items", "totalElements")
            self.progress(count, max(count, said or 0))


def _page_url(kept: _Progress) -> str:
    query: dict[str, str] = {"page": str(kept.page), "per_page": str(PER_PAGE)}
    if kept.full:
        query["full"] = "true"
    if kept.modified_after:
        query["modified_after"] = kept.modified_after
    return str(URL(kept.url).update_query(query))


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchFailed("The feed answers with something that is no JSON.") from error


def _items(document: Any) -> list[dict[str, Any]] | None:
    lists = [document] if isinstance(document, list) else []
    if isinstance(document, dict):
        lists = [document[name] for name in _LISTS if isinstance(document.get(name), list)]
    if not lists:
        return None
    return [one for one in lists[0] if isinstance(one, dict)]


def _number(document: Any, *names: str) -> int | None:
    if not isinstance(document, dict):
        return None
    return next((document[name] for name in names if type(document.get(name)) is int), None)


def _is_last(document: Any, page: int) -> bool:
    """By what the feed says; one that says nothing of pages has only the one."""
    if isinstance(document, list):
        return True
    if True in (document.get("last_page"), document.get("last")):
        return True
    pages = _number(document, "total_pages", "totalPages")
    return page >= pages if pages is not None else "last_page" not in document and "last" not in document
