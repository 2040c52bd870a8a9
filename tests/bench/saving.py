"""Measures saving: realistic rows through `save_entries` in one transaction, beside plain COPY of what they
became, and the same rows a second time. Runs in a process of its own, so that its memory is that of saving.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson
import psycopg
from sqlalchemy.orm import Session

from api.db import make_engine
from api.entries.schemas import EntryDraft
from api.entries.service import ToSave, write_entries
from api.face.service import Counts, project_entries, write_counts
from tests.bench.generate import MADE, Centre, make_centres, make_entries
from tests.bench.texts import read_texts

Result = TypeVar("Result")
CHUNK: Final = 1_000
ROWS: Final = 100_000
# What the database keeps of an entry, and what the public sees of it.
KEPT: Final = (
    "organisation place entry coverage session contact entry_check revision outbox timebank_facts "
    "mutual_aid_facts drop_in_facts micro_enterprise_facts transport_facts"
).split()
SHOWN: Final = ("entries", "sessions")
LEAST_A_SECOND: Final = 3_000
MOST_MB: Final = 500
VALIDATION: Final = "validation"
COMMIT: Final = "commit"
COUNTING: Final = "words, tallies and squares counted"
WRITING: Final = "the tables"
FACE: Final = "the public face"
KEPT_COPIED: Final = "plain COPY of what is kept"
SHOWN_COPIED: Final = "plain COPY of what is shown"
# Columns of what `make_entries` makes that a draft calls the same.
SAME: Final = (
    "kind name summary description privacy everywhere needs audiences languages delivery cost state"
).split()
# Forty units in every sector, within a mile of its middle.
ADD_POSTCODES: Final = """
INSERT INTO gazetteer.postcode (code, quality, lon, lat)
SELECT g.code || a.letter, 10, g.lon + 0.0004 * a.n, g.lat + 0.0002 * a.n
FROM gazetteer.postcode_group g,
  unnest(string_to_array('AA AB AD AE AF AG AH AJ AL AN AP AQ AR AS AT AU AW AX AY AZ '
    'BA BB BD BE BF BG BH BJ BL BN BP BQ BR BS BT BU BW BX BY BZ', ' ')) WITH ORDINALITY AS a (letter, n)
WHERE g.kind = 'sector' ON CONFLICT DO NOTHING
"""
# What the database works out of other columns cannot be copied in.
FILLED_COLUMNS: Final = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
FACTS: Final[dict[str, dict[str, Any]]] = {
    "timebank": {"hour_buys": "An hour of gardening", "people_give": ["Lifts", "Baking"]},
    "mutual_aid": {"scale": "village", "help_given": ["Shopping", "Dog walking"]},
    "drop_in": {"host": "The Legion", "refreshments": "Tea and cake", "capacity": 30},
    "micro_enterprise": {"services": ["Sitting service"], "price_hour_from": "18.50", "insured": True},
    "transport": {"scheme": "community_car", "destinations": ["The hospital"], "fare_type": "donation"},
}


@dataclass
class Clock:
    """Seconds that passed, and seconds of work by this process and by its PostgreSQL backend, by part."""

    backend: int
    wall: dict[str, float] = field(default_factory=dict)
    python: dict[str, float] = field(default_factory=dict)
    postgres: dict[str, float] = field(default_factory=dict)

    def time(self, part: str, work: Callable[[], Result]) -> Result:
        began = time.perf_counter(), time.process_time(), self._backend_seconds()
        result = work()
        ended = time.perf_counter(), time.process_time(), self._backend_seconds()
        for kept, before, after in zip((self.wall, self.python, self.postgres), began, ended, strict=True):
            kept[part] = kept.get(part, 0.0) + after - before
        return result

    def _backend_seconds(self) -> float:
        fields = Path(f"/proc/{self.backend}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def as_json(self) -> dict[str, Any]:
        return {
            part: {
                "seconds": round(self.wall[part], 2),
                "python_seconds": round(self.python[part], 2),
                "postgres_seconds": round(self.postgres[part], 2),
            }
            for part in self.wall
        }


def run(url: str, rows: int = ROWS) -> dict[str, Any]:
    """The figures, measured in a new process."""
    command = [sys.executable, "-m", "tests.bench.saving", url, str(rows)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    figures: dict[str, Any] = orjson.loads(done.stdout)
    return figures


def measure(url: str, rows: int) -> dict[str, Any]:
    centres, postcodes = prepare(url)

    def documents() -> Iterator[dict[str, Any]]:
        return make_documents(rows, centres, postcodes)

    ids: list[UUID] = []
    first = save_all(url, documents(), ids=ids)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    again = save_all(url, documents(), ids=ids, is_again=True)
    return {
        "rows": rows,
        "chunk": CHUNK,
        "peak_rss_mb": peak,
        "first": first.as_json(),
        "again": again.as_json(),
        "copy": copy_plainly(url).as_json(),
    }


def verdict(figures: dict[str, Any]) -> str:
    """The figures against the aims."""
    parts, rows = (
        [figures["first"][part] for part in (VALIDATION, WRITING, FACE, COUNTING, COMMIT)],
        figures["rows"],
    )
    speed = rows / sum(part["seconds"] for part in parts)
    copied = rows / sum(part["seconds"] for part in figures["copy"].values())
    work = sum(part["python_seconds"] + part["postgres_seconds"] for part in parts)
    quick = "met" if speed >= LEAST_A_SECOND else "MISSED"
    small = "met" if figures["peak_rss_mb"] < MOST_MB else "MISSED"
    return (
        f"saving: {speed:,.0f} rows a second, all checks included; aim {LEAST_A_SECOND:,}, {quick}\n"
        f"  plain COPY of the same rows: {copied:,.0f} a second; alone on one core we would save "
        f"{rows / work:,.0f}\n"
        f"  peak memory {figures['peak_rss_mb']} MB; aim under {MOST_MB} MB, {small}"
    )


def prepare(url: str) -> tuple[list[Centre], list[str]]:
    """Postcodes and areas for the rows, and statistics of both."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(ADD_POSTCODES)
        centres = make_centres(connection, Random(1))
        found = connection.execute("SELECT code FROM gazetteer.postcode ORDER BY code").fetchall()
        connection.execute("VACUUM ANALYZE")
    return centres, [row[0] for row in found]


def make_documents(rows: int, centres: list[Centre], postcodes: list[str]) -> Iterator[dict[str, Any]]:
    """Entries as an import hands them over. Four in five places are known by their postcode alone, every
    third is a hall that others use too, and about twenty entries share an organisation."""
    random, columns = Random(2), [part.split()[0] for part in MADE.split(", ")]
    halls = [(f"{town} Hall", random.choice(postcodes)) for town in (centre.town for centre in centres * 40)]
    for row in make_entries(rows, centres=centres, texts=read_texts(), random=Random(3)):
        made = dict(zip(columns, row, strict=True))
        yield {
            **{name: made[name] for name in SAME if made[name] is not None},
            "organisation": {"name": f"Trust {random.randrange(rows // 20 + 1)}"},
            "place": _place(made, random, halls, postcodes),
            "coverage": _pieces(made),
            "sessions": _sessions(made),
            "contacts": [{"kind": "phone", "value": made["phone"]}],
            "checks": _checks(made),
            "facts": {"kind": made["kind"], **FACTS[made["kind"]]} if made["kind"] in FACTS else None,
        }


def _place(
    made: dict[str, Any], random: Random, halls: list[tuple[str, str]], postcodes: list[str]
) -> dict[str, Any] | None:
    if made["lon"] is None:
        return None
    name, postcode = random.choice(halls) if random.random() < 0.33 else (None, random.choice(postcodes))
    known = {"lon": made["lon"], "lat": made["lat"]} if name is None and random.random() < 0.3 else {}
    address = [f"{random.randrange(1, 90)} High Street"]
    return {"name": name, "address": address, "town": made["town"], "postcode": postcode, **known}


def _pieces(made: dict[str, Any]) -> list[dict[str, Any]]:
    if made["area_code"] is not None:
        return [{"how": "area", "area": made["area_code"]}]
    served = made["radius_m"] is not None and made["lon"] is not None
    return [{"how": "radius", "radius_m": made["radius_m"]}] if served else []


def _sessions(made: dict[str, Any]) -> list[dict[str, Any]]:
    if made["rrule"] is None:
        return []
    times = {name: made[name] for name in ("rrule", "starts_at", "ends_at")}
    return [{"starts_on": date(2025, 1, 6), **times}]


def _checks(made: dict[str, Any]) -> list[dict[str, Any]]:
    if made["checked_on"] is None:
        return []
    check = {"how": "phoned", "by": "Community connector", "on": made["checked_on"]}
    return [{"group": group, **check} for group in ("name", "times", "contact")]


def save_all(
    url: str, documents: Iterator[dict[str, Any]], *, ids: list[UUID], is_again: bool = False
) -> Clock:
    """Save in one transaction, a chunk at a time; new entries' ids go into `ids`, `is_again` takes them from
    there and expects that nothing changes."""
    engine = make_engine(url)
    with Session(engine) as session:
        clock, counts = Clock(_backend_of(session)), Counts()
        write = partial(write_entries, session, by="Bench", why="Measured")
        at = 0
        while chunk := list(islice(documents, CHUNK)):
            drafts = clock.time(VALIDATION, partial(_validate, chunk))
            known = ids[at : at + CHUNK] if is_again else [None] * len(drafts)
            items = [ToSave(*pair) for pair in zip(drafts, known, strict=True)]
            saved, shown = clock.time(WRITING, partial(write, items))
            clock.time(FACE, partial(project_entries, session, shown, counts=counts))
            if {one.changed for one in saved} != {not is_again}:
                raise RuntimeError("what was saved is not what was there, or the other way round")
            at += CHUNK
            if not is_again:
                ids += [one.entry_id for one in saved]
        clock.time(COUNTING, partial(write_counts, session, counts))
        clock.time(COMMIT, session.commit)
    engine.dispose()
    return clock


def _validate(documents: list[dict[str, Any]]) -> list[EntryDraft]:
    return [EntryDraft.model_validate(one) for one in documents]


def _backend_of(session: Session) -> int:
    driver: Any = session.connection().connection.driver_connection
    return int(driver.info.backend_pid)


def copy_plainly(url: str, kept: Sequence[str] = KEPT) -> Clock:
    """COPY what the entries became into bare tables with the same indexes."""
    with psycopg.connect(url, autocommit=True) as connection, tempfile.TemporaryDirectory() as folder:
        clock = Clock(connection.info.backend_pid)
        connection.execute("DROP SCHEMA IF EXISTS plain CASCADE")
        connection.execute("CREATE SCHEMA plain")
        for part, schema, tables in ((KEPT_COPIED, "directory", kept), (SHOWN_COPIED, "face", SHOWN)):
            for table in tables:
                file = Path(folder) / table
                bare, columns = _empty_copy(connection, f"{schema}.{table}", file)
                clock.time(part, partial(_fill, connection, f"{bare} ({columns})", file))
        connection.execute("DROP SCHEMA plain CASCADE")
    return clock


def _empty_copy(connection: psycopg.Connection[Any], table: str, file: Path) -> tuple[str, str]:
    """The name of an empty table like this one and the columns to fill; its rows are in the file."""
    bare = f"plain.{table.replace('.', '_')}"
    connection.execute(f"CREATE TABLE {bare} (LIKE {table} INCLUDING INDEXES INCLUDING GENERATED)".encode())
    row = connection.execute(FILLED_COLUMNS, [table]).fetchone()
    columns = str(row and row[0])
    with (
        connection.cursor().copy(f"COPY {table} ({columns}) TO STDOUT".encode()) as out,
        file.open("wb") as held,
    ):
        held.writelines(out)
    return bare, columns


def _fill(connection: psycopg.Connection[Any], into: str, file: Path) -> None:
    with connection.cursor().copy(f"COPY {into} FROM STDIN".encode()) as copy, file.open("rb") as held:
        while block := held.read(1_000_000):
            copy.write(block)


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(measure(sys.argv[1], int(sys.argv[2]))))
