"""The rules of the house that no linter holds."""

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
ROOMS = ("api", "geo", "ingest", "web")
LONGEST_FILE = 500
NOT_FEATURES = {"models"}


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((PROJECT / folder).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    listed: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return listed


def features() -> set[str]:
    folders = {path.parent.name for path in (PROJECT / "api").glob("*/__init__.py")}
    return folders - NOT_FEATURES


def test_the_list_of_features_is_the_folders_of_api() -> None:
    listed = next(contract["containers"] for contract in contracts() if "containers" in contract)
    assert isinstance(listed, list)
    assert {name.removeprefix("api.") for name in listed} == features()


@cache
def imports(path: Path) -> set[str]:
    """Dotted names of everything a module imports, wherever in the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_queries_are_used_by_their_own_feature_only() -> None:
    """Others call its service, which knows the rules."""
    strangers = [
        f"{relative(path)} imports {name}"
        for path in modules(*ROOMS)
        for name in imports(path)
        if (found := re.fullmatch(r"(api\.\w+)\.queries", name))
        and not relative(path).startswith(found[1].replace(".", "/") + "/")
    ]
    assert strangers == []


def test_geometry_in_sql_has_one_home() -> None:
    """Docstrings may name a function; code may not call it."""
    elsewhere = [
        f"{relative(path)}: {found}"
        for path in modules(*ROOMS)
        if relative(path) not in ("geo/sql.py", "geo/tiles.py")
        for found in re.findall(r"\bST_\w+\s*\(", path.read_text(), re.IGNORECASE)
    ]
    assert elsewhere == []


@pytest.mark.parametrize(
    ("library", "home"), [("folium", "web/map.py"), ("meilisearch", "api/search/meili.py")]
)
def test_a_library_with_one_home_stays_there(library: str, home: str) -> None:
    users = {
        relative(path)
        for path in modules(*ROOMS)
        if library in {name.split(".")[0] for name in imports(path)}
    }
    assert users <= {home}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        relative(path)
        for path in modules(*ROOMS, "tests", "migrations")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_no_file_is_longer_than_a_person_reads() -> None:
    endings = {".py", ".js", ".css", ".html"}
    written = (
        path
        for folder in (*ROOMS, "tests", "migrations")
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in endings and "vendor" not in path.parts
    )
    long = {
        relative(path): lines for path in written if (lines := path.read_text().count("\n")) > LONGEST_FILE
    }
    assert long == {}


def test_no_library_owns_a_name_of_ours() -> None:
    """PyPI's web.py, for one, would be imported as `web`."""
    owners = metadata.packages_distributions()
    taken = {room: set(owners.get(room, [])) - {"hereabouts"} for room in (*ROOMS, "migrations")}
    assert {room for room, names in taken.items() if names} == set()


def test_make_lists_every_command_it_has() -> None:
    text = (PROJECT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony is not None
    plain = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    listed = subprocess.run(
        ["make"], cwd=PROJECT, env=plain, capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"^  make (\w+) ", listed, re.MULTILINE)) == set(phony[1].split())
    assert set(re.findall(r"^([a-z]+):", text, re.MULTILINE)) == set(phony[1].split())


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "package-lock.json"])
def test_lock_files_name_no_host(name: str) -> None:
    assert not re.search(r'"resolved"|://', (PROJECT / name).read_text())


def test_what_is_tested_is_what_runs() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[^\s\\]+", (PROJECT / name).read_text(), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_top_level_holds_what_was_agreed() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    folders = {path.split("/")[0] for path in tracked.stdout.splitlines() if "/" in path}
    assert folders <= {*ROOMS, "migrations", "data", "tests", "docs", ".ci"}
