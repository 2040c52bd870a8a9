"""Filling the gazetteer: Code-Point Open by COPY, settlements and postcode groups from our own tables."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from psycopg import Connection, Cursor
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.errors import BadInput, FieldProblem
from geo import sql
from geo.gazetteer import (
    CodepointRow,
    FileKind,
    fold_name,
    read_codepoint,
    read_postcode_groups,
    read_settlements,
    recognise_file,
)

Report = Callable[[str], None]
REPORT_EVERY = 20_000


@dataclass
class GazetteerReport:
    """What one file brought. `refused` rows of Code-Point Open have no location (quality 90 or 0,0):
    the postcode is kept as real, without a point. Of an older release, `terminated` postcodes are no longer
    in use, and `elsewhere` are those with letters of which we hold none in use, so that we cannot know.
    `problems` are rows we could not read, in words."""

    postcodes: int = 0
    terminated: int = 0
    elsewhere: int = 0
    refused: int = 0
    settlements: int = 0
    groups: int = 0
    problems: list[str] = field(default_factory=list)

    def as_words(self) -> str:
        parts = [
            f"{self.postcodes:,} postcodes" if self.postcodes else "",
            f"{self.refused:,} postcodes refused as they have no location" if self.refused else "",
            f"{self.terminated:,} postcodes no longer in use, each with its last known point"
            if self.terminated
            else "",
            f"{self.elsewhere:,} postcodes left out as we hold no present ones with their letters"
            if self.elsewhere
            else "",
            f"{self.settlements:,} settlements" if self.settlements else "",
            f"{self.groups:,} postcode districts and sectors" if self.groups else "",
            f"{len(self.problems):,} rows we could not read" if self.problems else "",
        ]
        return ", ".join(part for part in parts if part) or "nothing"


def load_gazetteer(
    session: Session, path: Path, *, report: Report | None = None, older: bool = False
) -> GazetteerReport:
    """Load a Code-Point Open folder, zip or CSV, a settlements CSV, or a postcode groups CSV: it is told by
    its content. Rows replace those held under the same code or name. With `older` the file is an older
    release of Code-Point Open: what it has and we have not is kept as terminated, and nothing else of it.
    Raises GazetteerFileError, and BadInput where there is nothing to compare an older release with."""
    say = report or (lambda _words: None)
    kind = recognise_file(path)
    found = GazetteerReport()
    if older:
        _check_older(session, kind)
        _load_older(session, read_codepoint(path, found.problems), found, say)
    elif kind == "settlements":
        rows = list(read_settlements(path, found.problems))
        _replace_settlements(session, rows)
        found.settlements = len(rows)
    elif kind == "postcode_groups":
        groups = list(read_postcode_groups(path, found.problems))
        _merge_groups(session, groups)
        found.groups = len(groups)
    else:
        _load_codepoint(session, read_codepoint(path, found.problems), found, say)
    return found


def _driver(session: Session) -> Connection[Any]:
    """The psycopg connection under the session: COPY needs it, inside the same transaction."""
    driver: Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return driver


_STAGE = """
CREATE TEMP TABLE staged_postcode (
  code text, quality smallint, easting integer, northing integer, district text, ward text) ON COMMIT DROP
"""
# A file may hold a postcode twice (Open zip with an old folder inside): the better quality wins.
_MERGE = f"""
INSERT INTO gazetteer.postcode (code, quality, lon, lat, district, ward)
SELECT DISTINCT ON (code) code, quality, {sql.lon("at")}, {sql.lat("at")}, district, ward
FROM (SELECT *, {sql.to_wgs84(sql.make_osgb_point("easting", "northing"))} AS at FROM staged_postcode) s
ORDER BY code, quality
ON CONFLICT (code) DO UPDATE SET quality = excluded.quality, lon = excluded.lon, lat = excluded.lat,
  district = excluded.district, ward = excluded.ward, terminated = false
"""
_GROUPS_FROM_POINTS = """
INSERT INTO gazetteer.postcode_group (code, kind, lon, lat, near)
SELECT g.code, g.kind, round(avg(p.lon)::numeric, 5), round(avg(p.lat)::numeric, 5),
       (SELECT s.name FROM gazetteer.settlement s
        ORDER BY (s.lon - avg(p.lon)) ^ 2 * 0.37 + (s.lat - avg(p.lat)) ^ 2, s.rank LIMIT 1)
FROM gazetteer.postcode p
CROSS JOIN LATERAL (VALUES (left(p.code, -2), 'sector'), (left(p.code, -4), 'outcode')) AS g (code, kind)
WHERE p.lon IS NOT NULL AND left(p.code, -4) IN (SELECT DISTINCT left(code, -4) FROM staged_postcode)
GROUP BY g.code, g.kind
ON CONFLICT (code) DO UPDATE SET lon = excluded.lon, lat = excluded.lat,
  near = coalesce(gazetteer.postcode_group.near, excluded.near)
"""


# A postcode area is present when any of its postcodes is in use. What we hold already stays as it is.
_MERGE_OLDER = f"""
INSERT INTO gazetteer.postcode (code, quality, lon, lat, district, ward, terminated)
SELECT DISTINCT ON (code) code, quality, {sql.lon("at")}, {sql.lat("at")}, district, ward, true
FROM (SELECT *, {sql.to_wgs84(sql.make_osgb_point("easting", "northing"))} AS at FROM staged_postcode) s
WHERE substring(code FROM '^[A-Z]+') IN (
  SELECT DISTINCT substring(code FROM '^[A-Z]+') FROM gazetteer.postcode WHERE NOT terminated)
ORDER BY code, quality
ON CONFLICT (code) DO NOTHING
"""
_ELSEWHERE = """
SELECT count(DISTINCT code) FROM staged_postcode WHERE substring(code FROM '^[A-Z]+') NOT IN (
  SELECT substring(code FROM '^[A-Z]+') FROM gazetteer.postcode WHERE NOT terminated)
"""
_ANY_IN_USE = "SELECT EXISTS (SELECT FROM gazetteer.postcode WHERE NOT terminated)"


def _load_codepoint(
    session: Session, rows: Iterable[CodepointRow], found: GazetteerReport, say: Report
) -> None:
    with _driver(session).cursor() as cursor:
        _stage(cursor, rows, found, say)
        cursor.execute(_MERGE.encode())
        cursor.execute(_GROUPS_FROM_POINTS)
        cursor.execute("DROP TABLE staged_postcode")
    found.postcodes -= found.refused


def _stage(cursor: Cursor[Any], rows: Iterable[CodepointRow], found: GazetteerReport, say: Report) -> None:
    cursor.execute(_STAGE)
    with cursor.copy("COPY staged_postcode FROM STDIN") as copy:
        iterator = iter(rows)
        while batch := list(islice(iterator, REPORT_EVERY)):
            for row in batch:
                copy.write_row((row.postcode, row.quality, row.easting, row.northing, row.district, row.ward))
                found.refused += row.easting is None
            found.postcodes += len(batch)
            say(f"{found.postcodes:,} postcodes read")
    say("storing them")


def _check_older(session: Session, kind: FileKind) -> None:
    if kind != "codepoint":
        raise _bad("Only a list of postcodes (Code-Point Open) can be an older release.")
    if not session.scalar(text(_ANY_IN_USE)):
        raise _bad("Load the present release of the postcodes first. Without it we cannot tell what is gone.")


def _bad(message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field="file", message=message)])


def _load_older(session: Session, rows: Iterable[CodepointRow], found: GazetteerReport, say: Report) -> None:
    with _driver(session).cursor() as cursor:
        _stage(cursor, rows, found, say)
        found.elsewhere = cursor.execute(_ELSEWHERE).fetchall()[0][0]
        found.terminated = cursor.execute(_MERGE_OLDER.encode()).rowcount
        cursor.execute("DROP TABLE staged_postcode")
    found.postcodes = found.refused = 0


def _replace_settlements(session: Session, rows: Iterable[Any]) -> None:
    """The settlements of a file replace all that are held: a renamed village must not stay twice."""
    with _driver(session).cursor() as cursor:
        cursor.execute("DELETE FROM gazetteer.settlement")
        cursor.executemany(
            "INSERT INTO gazetteer.settlement (name, aliases, name_keys, kind, district, lon, lat, rank) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    row.name,
                    list(row.aliases),
                    sorted({fold_name(name) for name in (row.name, *row.aliases)}),
                    row.kind,
                    row.district,
                    row.lon,
                    row.lat,
                    row.rank,
                )
                for row in rows
            ],
        )


def _merge_groups(session: Session, rows: Iterable[Any]) -> None:
    with _driver(session).cursor() as cursor:
        cursor.executemany(
            "INSERT INTO gazetteer.postcode_group (code, kind, lon, lat, near) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (code) DO UPDATE SET lon = excluded.lon, lat = excluded.lat, near = excluded.near",
            [(row.code, row.kind, row.lon, row.lat, row.near or None) for row in rows],
        )
