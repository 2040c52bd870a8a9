"""Measures a whole import as a coordinator runs it: `hereabouts ingest FILE --apply` of a large CSV in a
process of its own, the same file again, and beside both plain COPY of the rows they became.
"""

import csv
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import psycopg

from tests.bench.generate import MADE, Centre, make_entries
from tests.bench.saving import copy_plainly, prepare
from tests.bench.texts import read_texts

ROWS: Final = 100_000
LEAST_A_SECOND: Final = 3_000
MOST_MB: Final = 500
KEPT: Final = "organisation place entry session contact revision outbox source_row ingest_row".split()
COLUMNS: Final = (
    "Ref,Name,Type,Summary,Description,Organisation,Venue,Address,Town,Postcode,Phone,Email,Website,"
    "Opening times,Cost"
).split(",")
MAPPING: Final = """
name: bench
kind: group
source: {name: A large list, licence: OGL v3, attribution: A large council}
columns:
- {heading: Ref, means: key}
- {heading: Name, means: name}
- {heading: Type, means: kind}
- {heading: Summary, means: summary}
- {heading: Description, means: description}
- {heading: Organisation, means: organisation}
- {heading: Venue, means: place_name}
- {heading: Address, means: address}
- {heading: Town, means: town}
- {heading: Postcode, means: postcode}
- {heading: Phone, means: phone}
- {heading: Email, means: email}
- {heading: Website, means: web}
- {heading: Opening times, means: hours}
- {heading: Cost, means: cost}
"""
DAYS: Final = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday"} | {
    "SA": "Saturday",
    "SU": "Sunday",
}
ORDINALS: Final = {"1": "1st", "2": "2nd", "3": "3rd", "4": "4th"}
COSTS: Final = {"free": "Free", "donation": "Donation", "paid": "£2.50", "varies": ""}
_LOOK_EVERY_S: Final = 0.1
PROJECT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class ImportFigures:
    """One run of the command: seconds from start to end, processor seconds of the command with its helpers
    and of the database, and the most memory the command and its helpers held."""

    rows: int
    seconds: float
    our_seconds: float
    database_seconds: float
    peak_mb: int
    said: str

    @property
    def a_second(self) -> float:
        return self.rows / self.seconds

    def as_json(self) -> dict[str, Any]:
        return vars(self) | {"rows_a_second": round(self.a_second)}


def run(url: str, folder: Path, rows: int = ROWS) -> dict[str, Any]:
    """Bring the rows in, bring them in again, and COPY what they became."""
    centres, postcodes = prepare(url)
    file, mapping = folder / "rows.csv", folder / "mapping.yaml"
    write_rows(file, make_rows(rows, centres, postcodes))
    mapping.write_text(MAPPING, encoding="utf-8")
    first = bring_in(url, file, mapping, rows)
    again = bring_in(url, file, mapping, rows)
    return {
        "rows": rows,
        "file_mb": round(file.stat().st_size / 1e6, 1),
        "first": first.as_json(),
        "again": again.as_json(),
        "copy": copy_plainly(url, kept=KEPT).as_json(),
    }


def verdict(figures: dict[str, Any]) -> str:
    """The figures against the aims."""
    first, rows = figures["first"], figures["rows"]
    copied = rows / sum(part["seconds"] for part in figures["copy"].values())
    quick = "met" if first["rows_a_second"] >= LEAST_A_SECOND else "MISSED"
    small = "met" if max(first["peak_mb"], figures["again"]["peak_mb"]) < MOST_MB else "MISSED"
    return (
        f"import: {first['rows_a_second']:,} rows a second, from the start of the command to its end; "
        f"aim {LEAST_A_SECOND:,}, {quick}\n"
        f"  plain COPY of the same rows: {copied:,.0f} a second\n"
        f"  peak memory {first['peak_mb']} MB; aim under {MOST_MB} MB, {small}"
    )


def make_rows(rows: int, centres: list[Centre], postcodes: list[str]) -> Iterator[list[str]]:
    """What a council's list says of each: every third is at a hall that others use too, and about twenty
    share an organisation."""
    random, columns = Random(2), [part.split()[0] for part in MADE.split(", ")]
    towns = [centre.town for centre in centres * 40]
    halls = [
        (f"{town} Hall", f"{n % 90 + 1} Church Lane", town, random.choice(postcodes))
        for n, town in enumerate(towns)
    ]
    for row in make_entries(rows, centres=centres, texts=read_texts(), random=Random(3)):
        made = dict(zip(columns, row, strict=True))
        number = made["number"]
        own = "", f"{random.randrange(1, 90)} High Street", made["town"], random.choice(postcodes)
        yield [
            f"R{number}",
            made["name"],
            made["kind"].replace("_", " "),
            made["summary"],
            made["description"],
            f"Trust {random.randrange(rows // 20 + 1)}",
            *(random.choice(halls) if random.random() < 0.33 else own),
            made["phone"],
            f"info@group{number}.example.org" if number % 2 else "",
            f"https://group{number}.example.org" if number % 3 else "",
            _times(made["rrule"], made["starts_at"], made["ends_at"]),
            COSTS[made["cost"]],
        ]


def _times(rule: str | None, starts: str | None, ends: str | None) -> str:
    """As a list writes them: "Tuesday 10:00 - 12:00", "1st Monday 14:00 - 16:00"."""
    day = re.search(r"BYDAY=(\d?)([A-Z]{2})", rule or "")
    if day is None:
        return ""
    return f"{ORDINALS.get(day[1], '')} {DAYS[day[2]]} {starts} - {ends}".strip()


def write_rows(file: Path, rows: Iterator[list[str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def bring_in(url: str, file: Path, mapping: Path, rows: int) -> ImportFigures:
    """Run the command to its end. Raises RuntimeError when it does not take every row."""
    command = [
        sys.executable,
        "-m",
        "web.cli",
        "ingest",
        str(file),
        "--source",
        "bench",
        "--map",
        str(mapping),
    ]
    environment = {**os.environ, "HEREABOUTS_DATABASE_URL": url}
    database, began = _database_seconds(url), time.perf_counter()
    process = subprocess.Popen(
        [*command, "--apply"], env=environment, stdout=subprocess.PIPE, text=True, cwd=PROJECT
    )
    peaks: dict[int, int] = {}
    used: dict[int, float] = {}
    while process.poll() is None:
        _look(process.pid, peaks, used)
        time.sleep(_LOOK_EVERY_S)
    seconds = time.perf_counter() - began
    said = process.stdout.read() if process.stdout else ""
    if process.returncode != 0:
        raise RuntimeError(f"the import ended with {process.returncode}: {said[-2000:]}")
    return ImportFigures(
        rows,
        seconds=round(seconds, 2),
        our_seconds=round(sum(used.values()), 2),
        database_seconds=round(_database_seconds(url) - database, 2),
        peak_mb=sum(peaks.values()) // 1024,
        said=said,
    )


def _look(pid: int, peaks: dict[int, int], used: dict[int, float]) -> None:
    """The peak memory (kB) and processor seconds so far of a process and of those it started."""
    with suppress(OSError, ValueError):
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if found:
            peaks[pid] = int(found[1])
            used[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in children:
            _look(int(child), peaks, used)


def _database_seconds(url: str) -> float:
    """Processor time of all the server's connections that have ended: it must be on this machine."""
    time.sleep(_LOOK_EVERY_S)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)").fetchone()
    fields = Path(f"/proc/{row[0] if row else 0}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
