"""`make bench`: measures speed and how well words are understood, prints tables and writes JSON."""

import argparse
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg
from rich.console import Console
from rich.table import Table

from api.cluster import PrivateCluster
from tests.bench import browser, desk, duplicates, importing, saving, search, words
from tests.bench import map as map_
from tests.bench.site import (
    PROJECT,
    bench_cluster,
    bench_meilisearch,
    examples_directory,
    large_directory,
)
from tests.conftest import Directory
from web.meilisearch import find_meilisearch

PARTS = ("saving", "import", "search", "words", "map", "browser", "duplicates", "desk")
# How the map grows with what there is, which only a small directory beside large ones shows.
SMALL = 1_000
ENTRIES_WITH_DUPLICATES = 50_000
console = Console()


def main() -> None:
    options = read_options()
    home: Path = options.home.resolve()
    report: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    with bench_cluster(home) as cluster:
        report["machine"] = machine_facts(cluster.url_of("postgres"), cluster.url)
        show_machine(report["machine"])
        if "words" in options.only:
            directory = examples_directory(cluster, console.print, stale_ok=options.stale_ok)
            report["words"] = bench_words(directory, home)
        if "saving" in options.only:
            examples = examples_directory(cluster, console.print, stale_ok=options.stale_ok)
            report["saving"] = bench_saving(cluster, examples, options.rows)
        if "import" in options.only:
            examples = examples_directory(cluster, console.print, stale_ok=options.stale_ok)
            report["import"] = bench_import(cluster, examples, home, options.rows)
        if "search" in options.only:
            report["search"] = {
                str(size): bench_search(
                    large_directory(cluster, size, console.print, stale_ok=options.stale_ok), home, size
                )
                for size in options.size
            }
        if "map" in options.only:
            report["map"] = {
                str(size): bench_map(
                    large_directory(cluster, size, console.print, stale_ok=options.stale_ok), home, size
                )
                for size in options.size
            }
        if "browser" in options.only:
            sizes = sorted({SMALL, *options.size})
            report["browser"] = bench_browser(
                {
                    size: large_directory(cluster, size, console.print, stale_ok=options.stale_ok)
                    for size in sizes
                },
                home,
            )
        if "duplicates" in options.only:
            directory = large_directory(
                cluster, ENTRIES_WITH_DUPLICATES, console.print, stale_ok=options.stale_ok
            )
            report["duplicates"] = bench_duplicates(directory)
        if "desk" in options.only:
            examples = examples_directory(cluster, console.print, stale_ok=options.stale_ok)
            report["desk"] = bench_desk(cluster, examples)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    console.print(f"All figures are in {options.json}")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--size",
        type=lambda text: int(text.replace(",", "").replace("_", "")),
        action="append",
        help="how many entries to search among; may be given more than once (100000)",
    )
    parser.add_argument(
        "--rows", type=int, default=saving.ROWS, help="how many entries to save or bring in (100000)"
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part alone")
    parser.add_argument("--json", type=Path, default=PROJECT / "var" / "bench.json", help="where figures go")
    parser.add_argument(
        "--home", type=Path, default=PROJECT / "var" / "bench", help="where data is kept between runs"
    )
    parser.add_argument(
        "--stale-ok",
        action="store_true",
        help="take data of an earlier run though the code has changed since",
    )
    options = parser.parse_args()
    options.size = options.size or [100_000]
    options.only = options.only or list(PARTS)
    return options


def machine_facts(url: str, directory_url: str) -> dict[str, Any]:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting('server_version')").fetchone()
    with psycopg.connect(directory_url) as connection:
        postgis = connection.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'postgis'"
        ).fetchone()
    program = find_meilisearch()
    version = program and subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 1),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "python": platform.python_version(),
        "postgresql": row[0] if row else None,
        "postgis": postgis[0] if postgis else None,
        "meilisearch": version.stdout.split()[-1] if version else None,
    }


def show_machine(facts: dict[str, Any]) -> None:
    console.print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items()))


def bench_search(directory: Directory, home: Path, size: int) -> dict[str, Any]:
    with bench_meilisearch(home, directory, console.print) as server:
        figures = search.run(directory, server, home=home)
    table = Table(title=f"Search with words, place and facet, {size:,} entries (ms, one at a time)")
    for column in ("engine", "way", "median", "95 %", "calls"):
        table.add_column(column, justify="left" if column in ("engine", "way") else "right")
    for one in figures:
        bare = "bare SQL, 20 ids" if one.engine == "postgres" else "bare call, the same limit"
        ways = {
            bare: one.bare,
            "bare call, limit 20": one.bare_20,
            "service, nothing remembered": one.anew,
            "service": one.service,
            "HTTP": one.http,
        }
        for way, timing in ways.items():
            if timing:
                table.add_row(one.engine, way, f"{timing.median:.1f}", f"{timing.p95:.1f}", str(timing.calls))
    console.print(table)
    for one in figures:
        console.print(verdict(one, size))
    return {one.engine: one.as_json() for one in figures}


def verdict(one: search.EngineFigures, size: int) -> str:
    """The figures against the aims."""
    over = one.service.median - one.bare.median
    met = "met" if one.service.median <= one.allowed_ms() else "MISSED"
    lines = [
        f"{one.engine}: service {one.service.median / one.bare.median:.2f} × the bare engine "
        f"({over:+.1f} ms); aim {one.allowed_ms():.1f} ms, {met}; "
        f"over HTTP {one.http.median:.1f} ms",
        f"  answered by {one.answered_by}, gave way: {one.relaxed}, results (median) {one.results}",
    ]
    if size >= 1_000_000:
        met = "met" if one.http.median < search.MOST_MS_AT_A_MILLION else "MISSED"
        lines.append(f"  under {search.MOST_MS_AT_A_MILLION:.0f} ms at a million: {met}")
    return "\n".join(lines)


def bench_map(directory: Directory, home: Path, size: int) -> dict[str, Any]:
    figures = map_.run(directory, home=home, say=console.print)
    table = Table(title=f"Map, {size:,} entries (one at a time in ms, then {map_.AT_ONCE} at once)")
    columns = ("asked", "way", "ms", "95 %", "× bare", "a s", "ours ÷", "CPU", "÷ ours", "gzip")
    for column in columns:
        table.add_column(column, justify="left" if column in ("asked", "way") else "right", no_wrap=True)
    for what, ways in figures.ways.items():
        ours, bare = ways["ours"], ways["bare"].timing.median
        for way, one in ways.items():
            row = [f"{one.timing.median:.1f}", f"{one.timing.p95:.1f}", f"{one.timing.median / bare:.2f}"]
            if one.per_second and one.processor_ms and ours.per_second and ours.processor_ms:
                row += [f"{one.per_second:,.0f}", f"{ours.per_second / one.per_second:.1f}"]
                row += [f"{one.processor_ms:.2f}", f"{one.processor_ms / ours.processor_ms:.1f}"]
                row += [f"{one.gzip_bytes:,}" if one.gzip_bytes else ""]
            table.add_row(what, way, *row)
    console.print(table)
    return figures.as_json()


def bench_browser(directories: dict[int, Directory], home: Path) -> dict[str, Any]:
    report: dict[str, Any] = {}
    table = Table(title="The map in Chromium (kB over the network a step, ms until a map reply begins)")
    columns = ("entries", "step", "times", "kB, median", "kB, most", "replies", "ms, median", "ms, most")
    for column in columns:
        table.add_column(column, justify="left" if column == "step" else "right", no_wrap=True)
    for size, directory in directories.items():
        try:
            steps = browser.run(directory, home=home)
        except browser.NoPage as problem:
            console.print(f"{size:,} entries: the map was not measured, {problem}")
            continue
        if steps is None:
            console.print("Chromium is not here: the map was not measured in a browser")
            return report
        report[str(size)] = steps
        for name, step in steps.items():
            kilobytes = (f"{step[which] / 1000:.1f}" for which in ("median_bytes", "most_bytes"))
            times = (f"{step[which]:.0f}" if step[which] else "" for which in ("median_ms", "most_ms"))
            row = [str(step["times"]), *kilobytes, str(step["replies"]), *times]
            table.add_row(f"{size:,}", name, *row)
    console.print(table)
    for line in browser.verdict(report):
        console.print(line)
    return report


def bench_saving(cluster: PrivateCluster, examples: Directory, rows: int) -> dict[str, Any]:
    url = cluster.create_database("saving", template=examples.name)
    try:
        figures = saving.run(url, rows)
    finally:
        cluster.drop_database("saving")
    table = Table(title=f"Saving {rows:,} entries in one transaction, {saving.CHUNK:,} a call")
    for column in ("part", "seconds", "rows a second", "Python µs a row", "PostgreSQL µs a row"):
        table.add_column(column, justify="left" if column == "part" else "right")
    named = {"": figures["first"], "the same again: ": figures["again"], "beside: ": figures["copy"]}
    for when, parts in named.items():
        for part, taken in parts.items():
            each = (taken[f"{side}_seconds"] / rows * 1e6 for side in ("python", "postgres"))
            speed = f"{rows / taken['seconds']:,.0f}" if taken["seconds"] else ""
            table.add_row(when + part, f"{taken['seconds']:.1f}", speed, *(f"{one:.0f}" for one in each))
    console.print(table)
    console.print(saving.verdict(figures))
    return figures


def bench_import(cluster: PrivateCluster, examples: Directory, home: Path, rows: int) -> dict[str, Any]:
    url = cluster.create_database("importing", template=examples.name)
    try:
        figures = importing.run(url, home, rows)
    finally:
        cluster.drop_database("importing")
    table = Table(title=f"A list of {rows:,} rows ({figures['file_mb']} MB) brought in by the command")
    for column in ("run", "seconds", "rows a second", "ours µs a row", "database µs a row", "peak MB"):
        table.add_column(column, justify="left" if column == "run" else "right")
    for name, one in (("first", figures["first"]), ("the same again", figures["again"])):
        each = (one[f"{side}_seconds"] / rows * 1e6 for side in ("our", "database"))
        speed = f"{one['rows_a_second']:,}"
        table.add_row(
            name, f"{one['seconds']:.1f}", speed, *(f"{part:.0f}" for part in each), str(one["peak_mb"])
        )
    for part, taken in figures["copy"].items():
        each = (taken[f"{side}_seconds"] / rows * 1e6 for side in ("python", "postgres"))
        speed = f"{rows / taken['seconds']:,.0f}"
        table.add_row(
            f"beside: {part}", f"{taken['seconds']:.1f}", speed, *(f"{one:.0f}" for one in each), ""
        )
    console.print(table)
    console.print(importing.verdict(figures))
    return figures


def bench_words(directory: Directory, home: Path) -> dict[str, Any]:
    with bench_meilisearch(home, directory, console.print) as server:
        figures = words.run(directory, server)
    table = Table(title="Words, example data")
    for column in ("engine", "golden queries right (first 3)", "one slip in a name (first 5)"):
        table.add_column(column, justify="left" if column == "engine" else "right")
    for one in figures:
        table.add_row(one.engine, f"{one.golden:.1%}", f"{one.typos:.1%}")
    console.print(table)
    for one in figures:
        for wrong in one.golden_wrong:
            console.print(f"{one.engine}: {wrong}", markup=False)
    return {one.engine: one.as_json() for one in figures}


def bench_duplicates(directory: Directory) -> dict[str, Any]:
    one = duplicates.run(directory)
    table = Table(title=f"Duplicates among {one.entries:,} entries")
    for column in (
        "seconds",
        "processor s",
        "peak MB",
        "compared",
        "found",
        "planted found",
        "one draft (ms)",
        "drafts a s",
    ):
        table.add_column(column, justify="right")
    table.add_row(
        f"{one.seconds:.1f}",
        f"{one.cpu_seconds:.1f}",
        f"{one.peak_mb:.0f}",
        f"{one.compared:,}",
        f"{one.found:,}",
        f"{one.recall:.1%}",
        f"{one.one_draft.median:.1f} (95 %: {one.one_draft.p95:.1f})",
        f"{one.chunk_per_second:,.0f}",
    )
    console.print(table)
    console.print(f"Under {duplicates.MOST_SECONDS:.0f} s: {'met' if one.in_time else 'MISSED'}")
    return one.as_json()


def bench_desk(cluster: PrivateCluster, examples: Directory) -> dict[str, Any]:
    url = cluster.create_database("desk", template=examples.name)
    try:
        figures = desk.run(Directory("desk", url, cluster.url_of("desk", role="hereabouts_face")))
    finally:
        cluster.drop_database("desk")
    table = Table(title=f"The desk with {desk.WAITING:,} things waiting (ms)")
    for column in ("who", "median", "95 %"):
        table.add_column(column, justify="left" if column == "who" else "right")
    for name, timing in figures["pages"].items():
        table.add_row(name, f"{timing['median']:.1f}", f"{timing['p95']:.1f}")
    console.print(table)
    met = "met" if figures["in_time"] else "MISSED"
    console.print(f"Gathered in {figures['gathering_s']:.2f} s. Under {desk.MOST_MS} ms: {met}")
    return figures


if __name__ == "__main__":
    main()
