"""Where the private database keeps its files, and which user runs it."""

import hashlib
import os
import pwd
import re
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from api.postgres_programs import ClusterError

SERVER_USER = "postgres"  # PostgreSQL refuses to run as root
LONGEST_SOCKET_BYTES = 103  # 107 on Linux, 103 on a Mac
# As root only. Not /tmp or /var/tmp: systems sweep those, and this is somebody's directory.
ROOTS_OWN = Path("/var/lib/hereabouts")

RunAs = tuple[int, int]


@dataclass(frozen=True)
class ClusterSite:
    """`run_as` is the server's (user id, group id), or None when it runs as ourselves."""

    data: Path
    socket: Path
    run_as: RunAs | None

    @property
    def is_elsewhere(self) -> bool:
        return self.data.is_relative_to(ROOTS_OWN)


def find_site(folder: Path) -> ClusterSite:
    """As root the server runs as another user, who may not be able to enter `folder` (under /root, say):
    then its files are in /var/lib/hereabouts, under a name made from the folder's."""
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    place, run_as = folder, None
    if os.geteuid() == 0:
        run_as = _server_user(folder / "data")
        if not _may_enter(folder, run_as):
            place = ROOTS_OWN / name
    socket = place / "socket"
    if not _fits_a_socket(socket):
        socket = Path("/tmp") / f"hereabouts-{name}"
    return ClusterSite(place / "data", socket, run_as)


def make_folders(folder: Path) -> ClusterSite:
    """All but what the server makes or needs while it runs. Raises ClusterError for a folder not ours."""
    try:
        _make_enterable(folder.parent)
        _make_enterable(folder)
        if not os.access(folder, os.W_OK):
            raise PermissionError
    except OSError as problem:
        raise ClusterError(
            f"We cannot write in {folder}. Run as the user who owns it, "
            "or set HEREABOUTS_HOME to a folder of your own."
        ) from problem
    site = find_site(folder)
    if site.is_elsewhere:
        _make_enterable(ROOTS_OWN)
        _make_enterable(site.data.parent)
    _refuse_foreign(site)
    return site


def make_private_folder(folder: Path, run_as: RunAs | None) -> None:
    """The server's alone. In /tmp somebody else could have made it first: that is refused."""
    owner = run_as[0] if run_as else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
            raise ClusterError(
                f"{folder} belongs to someone else. Move it away, or set HEREABOUTS_HOME."
            ) from None
        folder.chmod(0o700)
    if run_as:
        os.chown(folder, *run_as)


def run_program(argv: list[str], run_as: RunAs | None) -> subprocess.CompletedProcess[str]:
    user, group = run_as or (None, None)
    return subprocess.run(
        argv,
        cwd="/",
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        env=plain_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def plain_environment() -> dict[str, str]:
    """Nothing that would steer PostgreSQL (PGDATA, PGPORT, LC_ALL and their kin)."""
    return {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"}


def _make_enterable(folder: Path) -> None:
    """A new folder that the server's user may walk through, whatever the umask."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    if os.geteuid() == 0:
        folder.chmod(0o755)


def _server_user(data: Path) -> RunAs:
    """Who runs the server when we are root: whoever owns the files already, else `postgres`."""
    with suppress(OSError):
        owner = data.stat()
        if owner.st_uid != 0:
            return owner.st_uid, owner.st_gid
    try:
        user = pwd.getpwnam(SERVER_USER)
    except KeyError as problem:
        raise ClusterError(
            f"PostgreSQL does not run as root and there is no user {SERVER_USER}. Make one: "
            f"useradd --system {SERVER_USER}"
        ) from problem
    return user.pw_uid, user.pw_gid


def _may_enter(folder: Path, run_as: RunAs) -> bool:
    """A folder that is not there yet will be as open as the one it is made in."""
    folder = next(place for place in (folder, *folder.parents) if place.exists())
    return run_program(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)], run_as).returncode == 0


def _fits_a_socket(folder: Path) -> bool:
    """Short enough for the system, and free of characters that addresses would have to escape."""
    path = str(folder / ".s.PGSQL.5432")
    return len(os.fsencode(path)) <= LONGEST_SOCKET_BYTES and bool(re.fullmatch(r"[A-Za-z0-9/_.-]+", path))


def _refuse_foreign(site: ClusterSite) -> None:
    if site.run_as is not None or not site.data.exists() or site.data.stat().st_uid == os.geteuid():
        return
    owner = _name_of(site.data.stat().st_uid)
    raise ClusterError(
        f"The database in {site.data} belongs to the user {owner}. Run as root or as {owner}, "
        "or set HEREABOUTS_HOME to a folder of your own."
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"number {uid}"
