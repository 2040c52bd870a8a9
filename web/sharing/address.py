"""The address people know this site by, for what is read somewhere else."""

import re
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from api.settings import Settings

# A Host header is the visitor's to write: anything but a plain name or number, with a port, is passed over.
_PLAIN_HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?"
)


def public_address(request: Request, settings: Settings) -> str:
    """ "https://example.org", without a slash at the end. The one that is set, else the one asked for."""
    if settings.public_site:
        return settings.public_site
    scheme = request.url.scheme if request.url.scheme in ("http", "https") else "http"
    host = request.headers.get("host", "").strip().lower()
    if _PLAIN_HOST.fullmatch(host):
        return f"{scheme}://{host}"
    name, port = request.scope.get("server") or ("localhost", None)
    return f"{scheme}://{name}:{port}" if port else f"{scheme}://{name}"


def own_path(url: str, address: str) -> tuple[str, str] | None:
    """Path and query of an address of ours; None for any other site's."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
        own = urlsplit(address)
        own_host, own_port = (own.hostname or "").lower(), own.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.username or parts.password:
        return None
    same = host == own_host and _port(parts.scheme, port) == _port(own.scheme, own_port)
    # A link may have been copied before the site moved to https.
    plain = host == own_host and port is None and own_port is None
    return (parts.path or "/", parts.query) if same or plain else None


def _port(scheme: str, port: int | None) -> int:
    return port if port is not None else {"http": 80, "https": 443}.get(scheme, 0)
