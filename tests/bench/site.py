"""Where the benchmarks run: a PostGIS cluster and a Meilisearch of their own, kept between runs."""

import hashlib
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from api.cluster import PrivateCluster
from api.db import make_engine, make_session_factory
from api.face.queries_squares import rebuild_squares
from api.face.queries_tallies import rebuild_tallies
from api.face.service import lay_out
from api.migrating import MIGRATIONS, migrate
from api.search.indexing import reindex
from api.search.meili import MeiliEngine, MeiliIndex
from ingest.examples import load_once
from tests.bench.generate import generate
from tests.bench.multiply import multiply
from tests.conftest import Directory
from web.children import _spawn
from web.meilisearch import search_server

Say = Callable[[str], None]
PROJECT = Path(__file__).resolve().parents[2]
INDEXING_MEMORY = "512MiB"
MOST_WORKED_OUT = 100_000


@contextmanager
def bench_cluster(home: Path) -> Iterator[PrivateCluster]:
    """The private PostgreSQL with the application's own settings, but quick to write."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    cluster = PrivateCluster(home, fast=True)
    cluster.ensure_started()
    try:
        yield cluster
    finally:
        cluster.stop()


def examples_directory(cluster: PrivateCluster, say: Say, *, stale_ok: bool = False) -> Directory:
    """The example data alone."""
    return _filled(cluster, "examples", size=0, say=say, stale_ok=stale_ok)


def large_directory(cluster: PrivateCluster, size: int, say: Say, *, stale_ok: bool = False) -> Directory:
    """The examples and `size` generated entries; from an earlier run where nothing has changed since, or
    with `stale_ok` in any case. Past `MOST_WORKED_OUT` they are many times a part of them."""
    return _filled(cluster, f"bench_{size}", size=size, say=say, stale_ok=stale_ok)


def _fingerprint() -> str:
    """Of all that shapes the data: what was made by other code is made again."""
    files = [*MIGRATIONS.glob("versions/*.py"), *(PROJECT / "api/face").glob("*.py")]
    files += [PROJECT / "tests/bench" / name for name in ("generate.py", "multiply.py", "texts.py")]
    files += [path for path in (PROJECT / "data").rglob("*") if path.is_file()]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()[:8]


def _filled(cluster: PrivateCluster, stem: str, *, size: int, say: Say, stale_ok: bool) -> Directory:
    with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database ORDER BY oid").fetchall()
    held = [row[0] for row in rows if row[0].rpartition("_")[0] == stem]
    name = f"{stem}_{_fingerprint()}"
    if stale_ok and held:
        name = held[-1]
    if name not in held:
        for old in [*held, f"new_{stem}"]:
            cluster.drop_database(old)
        began = time.perf_counter()
        _make(cluster, f"new_{stem}", name, size=size, say=say)
        say(f"Made {name} in {time.perf_counter() - began:.0f} s")
    return Directory(name, cluster.url_of(name), cluster.url_of(name, role="hereabouts_face"))


def _make(cluster: PrivateCluster, new: str, name: str, *, size: int, say: Say) -> None:
    times = size // MOST_WORKED_OUT
    if times > 1:
        base = large_directory(cluster, MOST_WORKED_OUT, say)
        multiply(cluster.create_database(new, template=base.name), times)
    else:
        _fill(Directory(new, cluster.create_database(new), ""), size)
    with Directory(new, cluster.url_of(new), "").write() as session:
        rebuild_squares(session)
        rebuild_tallies(session)
        # As after every change of version.
        lay_out(session)
    with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{new}" RENAME TO "{name}"'.encode())


def _fill(directory: Directory, size: int) -> None:
    migrate(directory.url)
    with directory.write() as session:
        load_once(session, examples=True)
    if size:
        generate(directory.url, size)
    with psycopg.connect(directory.url, autocommit=True) as connection:
        connection.execute("DELETE FROM directory.outbox")
        connection.execute("VACUUM ANALYZE")


@contextmanager
def bench_meilisearch(home: Path, directory: Directory, say: Say) -> Iterator[tuple[str, str] | None]:
    """(address, key) of a Meilisearch that holds this directory's index; None where there is no program."""
    server = search_server(home / "search" / directory.name)
    if server is None:
        say("Meilisearch is not here: only PostgreSQL is measured")
        yield None
        return
    argv = [INDEXING_MEMORY if part == "128MiB" else part for part in server.child.argv]
    process = _spawn(replace(server.child, argv=argv))
    try:
        _fill_index(MeiliIndex(server.url, server.key), directory, say)
        yield server.url, server.key
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _fill_index(index: MeiliIndex, directory: Directory, say: Say) -> None:
    until = time.monotonic() + 60
    while not index.is_up():
        if time.monotonic() > until:
            raise RuntimeError("Meilisearch does not start.")
        time.sleep(0.1)
    if index.exists():
        return
    began = time.perf_counter()
    engine = make_engine(directory.url)
    total = reindex(make_session_factory(engine), index)
    engine.dispose()
    say(f"Indexed {total:,} documents in {time.perf_counter() - began:.0f} s")


def meili_engine(server: tuple[str, str]) -> MeiliEngine:
    return MeiliEngine(*server)
