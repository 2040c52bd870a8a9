"""Other ways of serving the same map: ORM objects with pydantic, and tipg, each in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from tests.bench.orm_way import URL_NAME
from tests.bench.search import _wait_for, free_port
from tests.conftest import Directory

PINS = Path(__file__).with_name("rivals.txt")
Say = Callable[[str], None]


@contextmanager
def own_rival(name: str, directory: Directory) -> Iterator[str]:
    """A rival written here (`orm_way`, `bare_way`), in one worker like ours; yields its address."""
    argv = [sys.executable, "-m", "uvicorn", f"tests.bench.{name}:create_app", "--factory"]
    with _serving(argv, {URL_NAME: directory.face_url}) as base:
        yield base


@contextmanager
def tipg(directory: Directory, home: Path, say: Say) -> Iterator[str | None]:
    """tipg on the same table, in one worker; None where it cannot be installed, which is said."""
    python = _install(home / "rivals", say)
    if python is None:
        yield None
        return
    # tipg keeps functions of its own in a temporary schema, which the public's role may not make.
    settings = {
        "DATABASE_URL": _with_socket_as_host(directory.url),
        "TIPG_DB_SCHEMAS": '["face"]',
        "TIPG_DB_TABLES": '["face.entries"]',
        "TIPG_TABLE_CONFIG__face_entries__geomcol": "point",
        "TIPG_CATALOG_TTL": "0",
    }
    with _serving([str(python), "-m", "uvicorn", "tipg.main:app"], settings) as base:
        yield base


def _with_socket_as_host(url: str) -> str:
    """tipg checks that an address has a host; a socket's folder is one when its slashes are written so."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host, port = query.get("host", [parts.hostname or ""])[0], query.get("port", ["5432"])[0]
    return f"postgresql://{parts.username}@{quote(host, safe='')}:{port}{parts.path}"


def _install(folder: Path, say: Say) -> Path | None:
    python = folder / "bin" / "python"
    if (folder / "done").exists():
        return python
    steps = (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(PINS)],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            say(f"tipg cannot be installed here and is left out: {done.stderr.strip()[-300:]}")
            return None
    (folder / "done").touch()
    return python


@contextmanager
def _serving(argv: list[str], settings: dict[str, str]) -> Iterator[str]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    process = subprocess.Popen(
        [*argv, "--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--no-access-log"],
        env=environment | settings,
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)
