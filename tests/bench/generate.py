"""Fills a database with many entries that look real, for the benchmarks.

Entries go into the tables of `directory` in bulk, and from there into `face` by the very statement that
saving runs (`api.face.projection`), so their shape is that of real ones by construction. What a visitor's
reading never touches is left out: revisions, the outbox, organisations and the facts of a kind. Made anew
from the same seed, every entry is the same.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, radians
from random import Random
from typing import Any, Final, get_args

import psycopg

from api.entries.vocabulary import AccessFact, Delivery
from api.face.projection import COLUMNS, PROJECTION, SESSION_ROWS
from api.face.queries import _SESSION_COLUMNS, _WORDS
from geo import sql
from tests.bench.texts import Texts, read_taxonomy, read_texts

SEED: Final = 20261121
CENTRES: Final = 300
SPREAD_KM: Final = 2.0
# Two connections work the projection out at once.
SHARDS: Final = 2
COVERED: Final = 0.25
KIND_SHARES: Final = {
    "group": 34,
    "venue": 20,
    "drop_in": 14,
    "micro_enterprise": 10,
    "food": 8,
    "transport": 5,
    "mutual_aid": 4,
    "lending": 3,
    "timebank": 2,
}
DELIVERIES: Final[dict[str, int]] = dict(zip(get_args(Delivery), (75, 10, 10, 5), strict=True))
DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
TODAY: Final = date(2026, 11, 21)
# England: our own places are some of its 300 towns. West, south, east, north.
REGION: Final = (-3.5, 50.6, 1.5, 54.6)
COUNTY: Final = (-0.55, 52.0, 0.55, 52.82)

CENTRES_OF_OURS: Final = """
SELECT name || ', ' || district, name, lon, lat, CASE kind WHEN 'city' THEN 2 WHEN 'town' THEN 1 ELSE 0.1 END
FROM gazetteer.settlement WHERE rank <= 2 OR hashtext(name) % 4 = 0 ORDER BY rank, name
"""
AREAS_OF_CENTRES: Final = f"""
SELECT array_agg(code ORDER BY size_km2) FROM directory.area
WHERE {sql.covers("shape", sql.make_point("%s", "%s"))}
"""
# Outside the county each centre has a patch of its own, in one of six by four counties.
ADD_PATCH: Final = f"""
INSERT INTO directory.area (code, slug, name, aliases, type, shape, size_km2, is_example)
SELECT %(code)s, %(code)s, %(name)s, '{{}}', %(type)s, shape, {sql.area_km2(sql.to_osgb("shape"))}, true
FROM (SELECT ST_Multi({sql.box("%(west)s", "%(south)s", "%(east)s", "%(north)s")}) AS shape) drawn
"""
MADE: Final = (
    "number int, kind text, name text, summary text, description text, town text, lon float8, lat float8, "
    "precision text, privacy text, everywhere boolean, area_code text, radius_m int, needs text[], "
    "audiences text[], languages text[], delivery text[], cost text, access jsonb, state text, "
    "rrule text, starts_at time, ends_at time, phone text, checked_on date"
)
FILL: Final = (
    f"""
INSERT INTO directory.place (id, place_key, name, address, town, point, precision, area_codes, access)
SELECT md5('place' || number)::uuid, 'bench:' || number, 'Hall ' || number,
       ARRAY[number % 90 + 1 || ' High Street'], town, {sql.make_point("lon", "lat")}, precision, '{{}}',
       access
FROM made WHERE lon IS NOT NULL
""",
    """
INSERT INTO directory.entry (id, slug, kind, name, summary, description, place_id, privacy, everywhere, needs,
  audiences, languages, delivery, cost, access, state)
SELECT md5('entry' || number)::uuid,
  btrim(regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g'), '-') || '-' || number, kind, name, summary,
  description, CASE WHEN lon IS NOT NULL THEN md5('place' || number)::uuid END, privacy, everywhere, needs,
  audiences, languages, delivery, cost, '{}', state
FROM made
""",
    """
INSERT INTO directory.coverage (id, entry_id, position, how, area_code, radius_m)
SELECT md5('coverage' || number)::uuid, md5('entry' || number)::uuid, 0,
  CASE WHEN area_code IS NULL THEN 'radius' ELSE 'area' END, area_code, radius_m
FROM made WHERE area_code IS NOT NULL OR radius_m IS NOT NULL
""",
    """
INSERT INTO directory.session (id, entry_id, position, purpose, rrule, starts_on, starts_at, ends_at)
SELECT md5('session' || number)::uuid, md5('entry' || number)::uuid, 0, 'session', rrule, '2025-01-06',
  starts_at, ends_at
FROM made WHERE rrule IS NOT NULL
""",
    """
INSERT INTO directory.contact (id, entry_id, position, kind, value, public)
SELECT md5('contact' || number)::uuid, md5('entry' || number)::uuid, 0, 'phone', phone, true FROM made
""",
    """
INSERT INTO directory.entry_check (id, entry_id, fact_group, how, checked_by, checked_on)
SELECT md5(facts || number)::uuid, md5('entry' || number)::uuid, facts, 'phoned', 'Community connector',
  checked_on
FROM made, unnest(ARRAY['name', 'times', 'contact']) facts WHERE checked_on IS NOT NULL
""",
)
NEW_ONLY: Final = (
    "NOT EXISTS (SELECT FROM face.entries f WHERE f.id = e.id) "
    "AND get_byte(uuid_send(e.id), 15) % {shards} = {shard}"
)


@dataclass(frozen=True)
class Centre:
    """Where people live: `name` as the gazetteer's full name (None outside the county), and its areas' codes,
    smallest first."""

    name: str | None
    town: str
    lon: float
    lat: float
    weight: float
    areas: list[str]


def generate(url: str, size: int, *, seed: int = SEED) -> None:
    """Add `size` entries to a migrated database that has the foundations, and ANALYZE it."""
    random = Random(seed)
    with psycopg.connect(url) as connection:
        connection.execute(
            "SET session_replication_role = replica"
        )  # no check of what we just made ourselves
        connection.execute("SET maintenance_work_mem = '512MB'")
        centres = make_centres(connection, random)
        connection.execute(f"CREATE TEMP TABLE made ({MADE})".encode())
        with connection.cursor() as cursor, cursor.copy("COPY made FROM STDIN") as copy:
            for row in make_entries(size, centres=centres, texts=read_texts(), random=random):
                copy.write_row(row)
        for statement in FILL:
            connection.execute(statement.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE directory.entry, directory.place, directory.coverage, directory.session")
    project_all(url)


def make_centres(connection: psycopg.Connection[Any], random: Random) -> list[Centre]:
    """Those of the gazetteer, larger ones first, and made-up ones round the county up to 300."""
    found = []
    for name, town, lon, lat, weight in connection.execute(CENTRES_OF_OURS).fetchall():
        areas = connection.execute(AREAS_OF_CENTRES.encode(), [lon, lat]).fetchone()
        found.append(Centre(name, town, lon, lat, float(weight), (areas and areas[0]) or []))
    west, south, east, north = REGION
    wide, high = (east - west) / 6, (north - south) / 4
    for cell in range(24):
        corner = west + cell % 6 * wide, south + cell // 6 * high
        _add_area(connection, f"bench-county-{cell}", "county", (*corner, corner[0] + wide, corner[1] + high))
    while len(found) < CENTRES:
        lon, lat = random.uniform(west, east), random.uniform(south, north)
        if COUNTY[0] < lon < COUNTY[2] and COUNTY[1] < lat < COUNTY[3]:
            continue
        code = f"bench-patch-{len(found)}"
        _add_area(connection, code, "patch", (lon - 0.06, lat - 0.04, lon + 0.06, lat + 0.04))
        county = f"bench-county-{int((lon - west) / wide) + 6 * int((lat - south) / high)}"
        found.append(Centre(None, f"Town {len(found)}", lon, lat, 1.0, [code, county]))
    return found


def _add_area(
    connection: psycopg.Connection[Any], code: str, type_: str, box: tuple[float, float, float, float]
) -> None:
    sides = dict(zip(("west", "south", "east", "north"), box, strict=True))
    values = {"code": code, "name": code.replace("-", " "), "type": type_} | sides
    connection.execute(ADD_PATCH.encode(), values)


def make_entries(
    size: int, *, centres: list[Centre], texts: Texts, random: Random
) -> Iterator[tuple[Any, ...]]:
    """Rows of `made`."""
    needs, audiences = read_taxonomy("needs"), read_taxonomy("audiences")
    weights = [centre.weight for centre in centres]
    for number in range(size):
        (centre,) = random.choices(centres, weights)
        (kind,) = random.choices(list(KIND_SHARES), list(KIND_SHARES.values()))
        everywhere = random.random() < 0.005
        lon, lat = _near(centre, random)
        area_code, radius_m = _coverage(centre, random) if not everywhere else (None, None)
        # An area-wide service often has no door to knock on.
        pointless = everywhere or (area_code is not None and random.random() < 0.4)
        (delivery,) = random.choices(list(DELIVERIES), list(DELIVERIES.values()))
        (privacy,) = random.choices(("exact", "street", "area", "hidden"), (88, 6, 5, 1))
        repeats = random.random() < 0.6
        starts = random.randrange(8, 20)
        yield (
            number,
            kind,
            texts.name(random, kind=kind, town=centre.town),
            texts.summarise(random),
            texts.describe(random),
            centre.town,
            *((None, None, None) if pointless else (lon, lat, random.choice(("exact", "exact", "postcode")))),
            privacy,
            everywhere,
            area_code,
            radius_m,
            random.sample(needs, random.choice((1, 1, 2, 3))),
            random.sample(audiences, random.choice((1, 1, 2))),
            ["en", *random.choices(("pl", "lt", "ro", "pt"), k=random.random() < 0.08)],
            ["phone" if everywhere else delivery],
            random.choices(("free", "donation", "paid", "varies"), (50, 20, 20, 10))[0],
            _access(random),
            random.choices(("running", "paused", "closed"), (96, 3, 1))[0],
            _rule(random) if repeats else None,
            f"{starts:02}:00" if repeats else None,
            f"{starts + 2:02}:00" if repeats else None,
            f"01632 960{number % 1000:03}",
            TODAY - timedelta(days=random.randrange(900)) if random.random() < 0.7 else None,
        )


def _near(centre: Centre, random: Random) -> tuple[float, float]:
    lat = centre.lat + random.gauss(0, SPREAD_KM) / 111.2
    return round(centre.lon + random.gauss(0, SPREAD_KM) / (111.2 * cos(radians(lat))), 6), round(lat, 6)


def _coverage(centre: Centre, random: Random) -> tuple[str | None, int | None]:
    """(area code, radius in metres); a quarter have one: mostly the smallest area, seldom a county."""
    if random.random() >= COVERED:
        return None, None
    codes = centre.areas
    if not codes or random.random() < 0.4:
        return None, random.choice((1_500, 3_000, 5_000, 8_000, 15_000))
    if random.random() < 0.8:
        return codes[0], None
    return (codes[-1] if random.random() < 0.25 else codes[len(codes) // 2]), None


def _access(random: Random) -> str:
    facts = [fact for fact in get_args(AccessFact) if random.random() < 0.35]
    return "{" + ", ".join(f'"{fact}": true' for fact in facts) + "}"


def _rule(random: Random) -> str:
    if random.random() < 0.8:
        return f"FREQ=WEEKLY;BYDAY={random.choice(DAYS)}"
    return f"FREQ=MONTHLY;BYDAY={random.randrange(1, 5)}{random.choice(DAYS)}"


def project_all(url: str) -> None:
    """The projection of all entries it lacks, without its indexes while it fills."""
    with psycopg.connect(url, autocommit=True) as connection:
        definitions = drop_indexes(connection)
        with ThreadPoolExecutor(SHARDS) as pool:
            list(pool.map(lambda shard: _project(url, shard), range(SHARDS)))
        connection.execute(
            f"INSERT INTO face.sessions ({_SESSION_COLUMNS}) {SESSION_ROWS} ON CONFLICT DO NOTHING".encode()
        )
        connection.execute("TRUNCATE face.words")
        connection.execute("SET work_mem = '512MB'")
        connection.execute(f"INSERT INTO face.words (word, lexeme, entries) {_WORDS}".encode())
        connection.execute("SET maintenance_work_mem = '512MB'")
        for definition in definitions:
            connection.execute(definition.encode())
        connection.execute("UPDATE face.data_version SET version = version + 1")
        connection.execute("VACUUM ANALYZE face.entries, face.sessions, face.words")


def drop_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop what can be made again when a table is full; returns the statements that make it."""
    rows = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c "
        "ON c.oid = indrelid WHERE relnamespace = 'face'::regnamespace AND NOT indisunique"
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"DROP INDEX {name}".encode())
    return [definition for _, definition in rows]


def _project(url: str, shard: int) -> None:
    only = NEW_ONLY.format(shards=SHARDS, shard=shard)
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            f"INSERT INTO face.entries ({', '.join(COLUMNS)}) {PROJECTION} AND {only}".encode()
        )
