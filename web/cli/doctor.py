"""`hereabouts doctor`: what is missing on this machine, and how to mend it."""

import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from web.cli.shared import say

if TYPE_CHECKING:
    from api.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
VENDOR = PROJECT / "web" / "static" / "vendor"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LEAST_FREE_GB = 1.0


@dataclass(frozen=True)
class Finding:
    """`mend` says what to do when `good` is false. `needed` is false for what Hereabouts runs without."""

    good: bool
    words: str
    mend: str = ""
    needed: bool = True

    def __str__(self) -> str:
        mark = "ok     " if self.good else "MISSING" if self.needed else "without"
        return f"{mark} {self.words}" if self.good else f"{mark} {self.words}\n        {self.mend}"


def doctor() -> None:
    """Say what is missing and how to mend it. Exit code 0 when everything that is needed is there."""
    from api.settings import get_settings

    well = True
    for finding in examine(get_settings()):
        say(str(finding))
        well = well and (finding.good or not finding.needed)
    say("All that is needed is here." if well else "Something that is needed is missing (above).")
    raise typer.Exit(0 if well else 1)


def examine(settings: "Settings") -> Iterator[Finding]:
    """One finding at a time, because asking the database may take a second."""
    yield _python()
    yield from _database(settings)
    yield _letters(settings)
    yield _front_end()
    yield _disk(settings.home_folder)
    yield _meilisearch(settings)
    yield _chromium()


def _python() -> Finding:
    version = platform.python_version()
    return Finding(sys.version_info >= (3, 11), f"Python {version}", "Install Python 3.11 or newer.")


def _database(settings: "Settings") -> Iterator[Finding]:
    from api.postgres_programs import ClusterError, find_postgres

    if not settings.database_url:
        try:
            programs = find_postgres()
        except ClusterError as problem:
            yield Finding(False, "PostgreSQL with PostGIS", str(problem))
            return
        yield Finding(True, f"PostgreSQL {programs.major} with PostGIS in {programs.bin}")
        if not (settings.home_folder / "postgres").exists():
            yield Finding(True, f"no database in {settings.home_folder} yet: the first start makes it")
            return
    yield from _look_inside(settings)


def _look_inside(settings: "Settings") -> Iterator[Finding]:
    from psycopg import OperationalError as PsycopgDown
    from sqlalchemy.exc import OperationalError as DatabaseDown

    from api.cluster import ClusterError, directory_database
    from api.migrating import is_current

    whose = "your database" if settings.database_url else "the private database"
    try:
        with directory_database(settings, say) as database:
            where = f" in {database.cluster.data_folder}" if database.cluster else ""
            current = is_current(database.url)
            yield Finding(True, f"{whose} answers{where}")
            yield Finding(current, "its tables are at the newest migration", "Run: hereabouts migrate")
    except ClusterError as problem:
        yield Finding(False, f"{whose} answers", str(problem))
    except (PsycopgDown, DatabaseDown) as problem:
        mend = f"{str(problem).splitlines()[0]} Look at HEREABOUTS_DATABASE_URL, and whether the server runs."
        yield Finding(False, f"{whose} answers", mend)


def _letters(settings: "Settings") -> Finding:
    from api.reminders.rules import problem_with

    problem = problem_with(settings)
    return Finding(problem is None, "letters to the people who run entries", problem or "", needed=False)


def _front_end() -> Finding:
    there = (VENDOR / "leaflet" / "leaflet.js").exists()
    return Finding(there, "front-end libraries in web/static/vendor", "Run: make setup")


def _disk(home: Path) -> Finding:
    folder = next(parent for parent in (home, *home.parents) if parent.exists())
    free_gb = shutil.disk_usage(folder).free / 1e9
    words = f"{free_gb:.1f} GB free for {home}"
    return Finding(free_gb >= LEAST_FREE_GB, words, f"Make room: at least {LEAST_FREE_GB:.0f} GB is wanted.")


def _meilisearch(settings: "Settings") -> Finding:
    from web.meilisearch import find_meilisearch

    if settings.meili_url:
        problem = _problem_with_yours(settings.meili_url, settings.meili_key)
        mend = f"Search answers from PostgreSQL. {problem}"
        return Finding(problem is None, "your Meilisearch answers", mend, needed=False)
    there = find_meilisearch() is not None
    mend = "Search answers from PostgreSQL. On Linux (x86-64) `make setup` brings the program."
    return Finding(there, "the Meilisearch program", mend, needed=False)


def _problem_with_yours(url: str, key: str | None) -> str | None:
    from api.search.meili import KeyRefused, MeiliIndex

    index = MeiliIndex(url, key)
    if not index.is_up():
        return "Look at HEREABOUTS_MEILI_URL, and whether Meilisearch runs."
    # It is up for everyone: only what the key is needed for tells whether it answers us.
    try:
        index.exists()
    except KeyRefused as refused:
        return str(refused)
    return None


def _chromium() -> Finding:
    there = any(shutil.which(name) for name in CHROMIUM_NAMES)
    mend = "Only the tests in a browser need it. Install the package chromium."
    return Finding(there, "Chromium, for the tests", mend, needed=False)
