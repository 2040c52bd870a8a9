"""Our own static files: an address changes with its content, so that browsers may keep it for a year."""

import gzip
import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC_FOLDER: Final = Path(__file__).parent / "static"
PACKED: Final = frozenset({".css", ".js", ".svg", ".json"})
ONE_YEAR: Final = "public, max-age=31536000, immutable"


def static_url(path: str) -> str:
    """ "/static/css/base.css?v=1f3a…": `path` is inside the static folder."""
    file = STATIC_FOLDER / path
    stamp = file.stat().st_mtime_ns if file.is_file() else 0
    return f"/static/{path}?v={_digest(file, stamp)}"


def module_urls(folder: str) -> dict[str, str]:
    """Of each module in a folder: the address that others import it by, and that of its version."""
    found = sorted((STATIC_FOLDER / folder).glob("*.js"))
    return {f"/static/{folder}/{file.name}": static_url(f"{folder}/{file.name}") for file in found}


def import_map(nonce: str, folders: Iterable[str]) -> Markup:
    """Has the browser import modules of these folders by their versions. A page has one, before its modules:
    not all browsers take a second."""
    modules = {plain: url for folder in folders for plain, url in module_urls(folder).items()}
    # Safe as markup: file names of ours, nothing else.
    imports = Markup(json.dumps({"imports": modules}, separators=(",", ":")))
    return Markup('<script type="importmap" nonce="{}">{}</script>').format(nonce, imports)


@lru_cache(maxsize=512)
def _digest(file: Path, stamp: int) -> str:
    """`stamp` makes an edited file a new key, so that work in progress shows without a restart."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if stamp else "missing"


class VersionedFiles(StaticFiles):
    """Files asked for with `?v=` are kept for a year; the others are checked again each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = b"v=" in scope.get("query_string", b"")
        if versioned and response.status_code == 200 and _may_be_packed(path, Headers(scope=scope)):
            response = _packed_response(STATIC_FOLDER / path, response.headers["content-type"])
        response.headers["Cache-Control"] = ONE_YEAR if versioned else "no-cache"
        return response


def _may_be_packed(path: str, headers: Headers) -> bool:
    return Path(path).suffix in PACKED and "gzip" in headers.get("accept-encoding", "")


def _packed_response(file: Path, media_type: str) -> Response:
    body = _packed(file, file.stat().st_mtime_ns)
    return Response(
        body, media_type=media_type, headers={"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    )


@lru_cache(maxsize=256)
def _packed(file: Path, stamp: int) -> bytes:
    """Packed once at the best level: a first visit is a fifth smaller than at the level for live replies."""
    return gzip.compress(file.read_bytes(), 9, mtime=0)
