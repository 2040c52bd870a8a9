"""Finds the PostgreSQL programs of this machine that have PostGIS, or says how to get them.

Needs the standard library only, so that set-up can ask before anything is installed:
`python3 -m api.postgres_programs` prints the folder and ends with 0, or says what to do and ends with 1.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
EXTENSIONS = ("postgis", "pg_trgm", "unaccent")
# Debian and Ubuntu, Fedora's and RHEL's PostgreSQL repository, Homebrew on both kinds of Mac, Postgres.app.
BIN_PATTERNS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


class ClusterError(RuntimeError):
    """The private database cannot do what was asked; the text says what to do."""


@dataclass(frozen=True)
class PostgresPrograms:
    bin: Path
    major: int

    def path(self, program: str) -> str:
        return str(self.bin / program)


def find_postgres(major: int | None = None) -> PostgresPrograms:
    """The newest programs that have PostGIS; with `major`, of that version only.

    Raises ClusterError with the command that installs them.
    """
    found = sorted(_with_postgis(), key=lambda programs: programs.major, reverse=True)
    wanted = [programs for programs in found if major in (None, programs.major)]
    if wanted:
        return wanted[0]
    if major is not None:
        raise ClusterError(
            f"This database was made by PostgreSQL {major}, which is not here now. Install it again: "
            f"{install_command(major)}"
        )
    raise ClusterError(
        f"PostgreSQL {OLDEST_MAJOR} or newer with PostGIS is not installed. Install it: {install_command()}\n"
        "Or set HEREABOUTS_DATABASE_URL to a database that you have."
    )


def install_command(major: int | None = None) -> str:
    """What a person types on this kind of system."""
    if sys.platform == "darwin":
        return "brew install postgresql@17 postgis"
    if shutil.which("apt-get"):
        package = f"postgresql-{major}-postgis-3" if major else "postgresql-postgis"
        return f"sudo apt-get update && sudo apt-get install --no-install-recommends {package}"
    return "use your system's package manager to install PostgreSQL and PostGIS"


def _with_postgis() -> Iterator[PostgresPrograms]:
    for folder in _bin_folders():
        if not ((folder / "initdb").exists() and (folder / "postgres").exists()):
            continue
        major = _major_of(folder)
        if major >= OLDEST_MAJOR and _has_extensions(folder, major):
            yield PostgresPrograms(folder, major)


def _bin_folders() -> Iterator[Path]:
    for pattern in BIN_PATTERNS:
        yield from Path("/").glob(pattern.lstrip("/"))
    config = shutil.which("pg_config")
    if config:
        folder = _ask([config, "--bindir"])
        if folder:
            yield Path(folder)


def _major_of(folder: Path) -> int:
    match = re.search(r"(\d+)", _ask([str(folder / "postgres"), "--version"]))
    return int(match[1]) if match else 0


def _has_extensions(folder: Path, major: int) -> bool:
    told = _ask([str(folder / "pg_config"), "--sharedir"])
    share = Path(told) if told else Path(f"/usr/share/postgresql/{major}")
    return all((share / "extension" / f"{name}.control").exists() for name in EXTENSIONS)


def _ask(argv: list[str]) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def main() -> int:
    try:
        print(find_postgres().bin)
    except ClusterError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
