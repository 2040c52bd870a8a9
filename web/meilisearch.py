"""Meilisearch beside the app: finding its program, and how it is started on this machine alone."""

import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from web.children import Child

PROJECT = Path(__file__).resolve().parent.parent
# From the npm lock: a convenience of development. Production uses the official program (docs/search.md).
BUNDLED = PROJECT / "node_modules" / "@gaubee" / "meilisearch-linux-amd64" / "meilisearch"
FIRST_PORT = 7700
ADDRESS = "address"
PORTS_TRIED = 50


@dataclass(frozen=True)
class SearchServer:
    """The program with its arguments, where it answers, and the key it was given."""

    child: Child
    url: str
    key: str


def find_meilisearch() -> Path | None:
    """The program on PATH, else the bundled one, else None."""
    found = shutil.which("meilisearch")
    if found:
        return Path(found)
    return BUNDLED if os.access(BUNDLED, os.X_OK) else None


def search_server(home: Path) -> SearchServer | None:
    """How to start Meilisearch with its data in `home`, on loopback only; None where there is no program."""
    program = find_meilisearch()
    if program is None:
        return None
    folder = home / "meilisearch"
    folder.mkdir(parents=True, exist_ok=True)
    key = _read_or_make_key(folder / "key")
    address = f"127.0.0.1:{_free_port()}"
    (folder / ADDRESS).write_text(f"http://{address}")
    argv = [str(program), "--http-addr", address, "--db-path", str(folder / "data")]
    argv += ["--no-analytics", "--env", "production", "--log-level", "WARN"]
    # Without a limit it takes 1 GB for 10,000 entries, at the same speed.
    argv += ["--max-indexing-memory", "128MiB"]
    # The key goes by the environment: arguments can be read by anyone on the machine.
    child = Child(
        "Meilisearch",
        argv,
        environment={"MEILI_MASTER_KEY": key},
        folder=folder,
        log=folder / "log",
    )
    return SearchServer(child, f"http://{address}", key)


def find_running(home: Path) -> tuple[str, str] | None:
    """The address and the key of the one that `hereabouts run` has started in `home`; None when it does not
    run, or when by now another program answers there."""
    folder = home / "meilisearch"
    try:
        url, key = (folder / ADDRESS).read_text(), (folder / "key").read_text().strip()
        asked = Request(f"{url}/version", headers={"Authorization": f"Bearer {key}"})
        with urlopen(asked, timeout=2):
            return url, key
    except OSError:
        return None


def _read_or_make_key(path: Path) -> str:
    if path.exists():
        return path.read_text().strip()
    key = secrets.token_urlsafe(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


def _free_port() -> int:
    """The first port from 7700 that nobody listens on: two directories may run on one machine."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError(f"no port free from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED}")
